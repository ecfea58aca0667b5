# SPDX-License-Identifier: GPL-2.0-or-later
# Samples that work as they are. haetae.conf names the plugin folder that this build installs
# to; one that is in place is never replaced.
EXTRA_DIST += %D%/haetae.conf.in $(TOOLSPECS)
TOOLSPECS = %D%/toolspecs/node.cfg
if HAVE_SCHEDULER
toolspecsdir = $(pkgdatadir)/toolspecs
dist_toolspecs_DATA = $(TOOLSPECS)
sampledir = $(pkgdatadir)
nodist_sample_DATA = %D%/haetae.conf
confdir = $(sysconfdir)/haetae

install-data-hook:
	$(MKDIR_P) '$(DESTDIR)$(confdir)'
	test -e '$(DESTDIR)$(confdir)/haetae.conf' || \
		$(INSTALL_DATA) %D%/haetae.conf '$(DESTDIR)$(confdir)/haetae.conf'

uninstall-hook:
	! cmp -s %D%/haetae.conf '$(DESTDIR)$(confdir)/haetae.conf' || \
		rm -f '$(DESTDIR)$(confdir)/haetae.conf'
	-rmdir '$(DESTDIR)$(confdir)' 2>/dev/null
endif
CLEANFILES += %D%/haetae.conf
%D%/haetae.conf: %D%/haetae.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed 's|@plugindir[@]|$(plugindir)|' $(srcdir)/%D%/haetae.conf.in >$@.tmp && mv $@.tmp $@
