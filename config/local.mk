# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_LIBCONFIG
man_MANS += %D%/haetae-profiles.5 %D%/haetae-profile-list.7
endif
EXTRA_DIST += %D%/haetae-profiles.5 %D%/haetae-profile-list.7 %D%/profile-list.pl
# Service profiles: check_services reads them without the scheduler.
PROFILES = \
	%D%/profiles/abiquo-base.cfg \
	%D%/profiles/abiquo-dhcp-relay.cfg \
	%D%/profiles/abiquo-kvm.cfg \
	%D%/profiles/abiquo-lvm.cfg \
	%D%/profiles/abiquo-monitoring.cfg \
	%D%/profiles/abiquo-monolithic.cfg \
	%D%/profiles/abiquo-redis.cfg \
	%D%/profiles/abiquo-remote-services.cfg \
	%D%/profiles/abiquo-server.cfg \
	%D%/profiles/abiquo-v2v.cfg \
	%D%/profiles/galera.cfg \
	%D%/profiles/mariadb.cfg \
	%D%/profiles/openstack-2014-agent.cfg \
	%D%/profiles/openstack-2014-allinone.cfg \
	%D%/profiles/openstack-2014-base.cfg \
	%D%/profiles/openstack-2014-compute.cfg \
	%D%/profiles/openstack-2014-controller.cfg \
	%D%/profiles/openstack-2014-network.cfg \
	%D%/profiles/openstack-agent.cfg \
	%D%/profiles/openstack-allinone-ovn.cfg \
	%D%/profiles/openstack-allinone.cfg \
	%D%/profiles/openstack-api.cfg \
	%D%/profiles/openstack-base.cfg \
	%D%/profiles/openstack-compute-ovn.cfg \
	%D%/profiles/openstack-compute.cfg \
	%D%/profiles/openstack-controller-ovn.cfg \
	%D%/profiles/openstack-controller.cfg \
	%D%/profiles/openstack-hypervisor.cfg \
	%D%/profiles/openstack-network-ovn.cfg \
	%D%/profiles/openstack-network.cfg \
	%D%/profiles/openstack-optional.cfg \
	%D%/profiles/openvswitch.cfg \
	%D%/profiles/ovn-central.cfg \
	%D%/profiles/ovn-host.cfg \
	%D%/profiles/rabbitmq.cfg
profilesdir = $(pkgdatadir)/profiles
dist_profiles_DATA = $(PROFILES)

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

INSTALL_HOOKS += install-config
install-config:
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
