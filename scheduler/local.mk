# SPDX-License-Identifier: GPL-2.0-or-later
# The daemons and the haetae command, only where the database's client library, libconfig
# and libevent are.
SCHEDULER_LIBS = lib/libstore.a lib/libconf.a lib/libcheck.a lib/libcollect.a lib/libbase.a \
	$(MYSQL_LIBS) $(LIBCONFIG_LIBS)
