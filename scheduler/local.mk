# SPDX-License-Identifier: GPL-2.0-or-later
# The daemons and the haetae command, only where the database's client library, libconfig
# and libevent are.
SCHEDULER_LIBS = lib/libstore.a lib/libconf.a lib/libcheck.a lib/libcollect.a lib/libbase.a \
	$(MYSQL_LIBS) $(LIBCONFIG_LIBS)

# The operator's command; its commands stand one a file.
if HAVE_SCHEDULER
bin_PROGRAMS += %D%/haetae
dist_man_MANS += %D%/haetae.1 %D%/haetae.conf.5 %D%/haetae-toolspecs.5
endif
%C%_haetae_SOURCES = \
	%D%/cmd_accounting.c \
	%D%/cmd_db.c \
	%D%/cmd_spec.c \
	%D%/cmd_status.c \
	%D%/command.h \
	%D%/haetae.c \
	%D%/settings.c %D%/settings.h \
	%D%/specfile.c %D%/specfile.h \
	%D%/table.c %D%/table.h
%C%_haetae_LDADD = $(SCHEDULER_LIBS)
