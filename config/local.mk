# SPDX-License-Identifier: GPL-2.0-or-later
# Samples that work as they are. haetae.conf names the plugin folder that this build installs
# to; one that is in place is never replaced.
CLEANUP_FILES = %D%/cleanup-list %D%/servers.alive
CLEANUP_EXAMPLE = %D%/cleanup-list.iepm
EXTRA_DIST += %D%/haetae.conf.in %D%/nodes.csv $(TOOLSPECS) $(CLEANUP_FILES) $(CLEANUP_EXAMPLE)
TOOLSPECS = %D%/toolspecs/node.cfg %D%/toolspecs/group.cfg
if HAVE_SCHEDULER
toolspecsdir = $(pkgdatadir)/toolspecs
dist_toolspecs_DATA = $(TOOLSPECS)
sampledir = $(pkgdatadir)
nodist_sample_DATA = %D%/haetae.conf
dist_sample_DATA = $(CLEANUP_FILES) $(CLEANUP_EXAMPLE) %D%/nodes.csv
confdir = $(sysconfdir)/haetae

install-data-hook:
	$(MKDIR_P) '$(DESTDIR)$(confdir)'
	test -e '$(DESTDIR)$(confdir)/haetae.conf' || \
		$(INSTALL_DATA) %D%/haetae.conf '$(DESTDIR)$(confdir)/haetae.conf'
	for file in $(CLEANUP_FILES); do \
		test -e "$(DESTDIR)$(confdir)/$${file##*/}" || \
			$(INSTALL_DATA) $(srcdir)/$$file '$(DESTDIR)$(confdir)' || exit 1; \
	done

uninstall-hook:
	! cmp -s %D%/haetae.conf '$(DESTDIR)$(confdir)/haetae.conf' || \
		rm -f '$(DESTDIR)$(confdir)/haetae.conf'
	for file in $(CLEANUP_FILES); do \
		! cmp -s $(srcdir)/$$file "$(DESTDIR)$(confdir)/$${file##*/}" || \
			rm -f "$(DESTDIR)$(confdir)/$${file##*/}"; \
	done
	-rmdir '$(DESTDIR)$(confdir)' 2>/dev/null
endif
CLEANFILES += %D%/haetae.conf
%D%/haetae.conf: %D%/haetae.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed 's|@plugindir[@]|$(plugindir)|' $(srcdir)/%D%/haetae.conf.in >$@.tmp && mv $@.tmp $@
