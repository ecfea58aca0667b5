# SPDX-License-Identifier: GPL-2.0-or-later
# Samples for other systems, installed as documentation.
ccmtdir = $(docdir)/contrib/ccmt
dist_ccmt_DATA = %D%/ccmt/alarm.cfg %D%/ccmt/thresholds.sh

# Queries over the views of haetae-views(7).
grafanadir = $(docdir)/contrib/grafana
dist_grafana_DATA = %D%/grafana/README %D%/grafana/availability.sql %D%/grafana/events.sql \
	%D%/grafana/latency.sql %D%/grafana/nodes.sql %D%/grafana/outcomes.sql \
	%D%/grafana/probes.sql %D%/grafana/states.sql %D%/grafana/values-by-day.sql \
	%D%/grafana/values-by-hour.sql %D%/grafana/values.sql

# Definitions for Nagios and Icinga; the paths are those of this build.
MONITOR_MADE = %D%/nagios/haetae-commands.cfg %D%/icinga2/haetae-constants.conf \
	%D%/sudoers/haetae %D%/capabilities/haetae-setcap.sh
EXTRA_DIST += $(MONITOR_MADE:=.in) %D%/nagios/haetae-commands.sh %D%/nagios/haetae-services.sh \
	%D%/icinga2/haetae-commands.sh
CLEANFILES += $(MONITOR_MADE)
nagiosdir = $(docdir)/contrib/nagios
dist_nagios_DATA = %D%/nagios/README %D%/nagios/haetae-templates.cfg %D%/nagios/haetae-services.cfg
nodist_nagios_DATA = %D%/nagios/haetae-commands.cfg
icinga2dir = $(docdir)/contrib/icinga2
dist_icinga2_DATA = %D%/icinga2/README %D%/icinga2/haetae-commands.conf %D%/icinga2/haetae-services.conf
nodist_icinga2_DATA = %D%/icinga2/haetae-constants.conf
sudoersdir = $(docdir)/contrib/sudoers
nodist_sudoers_DATA = %D%/sudoers/haetae
capabilitiesdir = $(docdir)/contrib/capabilities
nodist_capabilities_DATA = %D%/capabilities/haetae-setcap.sh
$(MONITOR_MADE): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed -e 's|@plugindir[@]|$(plugindir)|g' $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
%D%/nagios/haetae-commands.cfg: $(srcdir)/%D%/nagios/haetae-commands.cfg.in
%D%/icinga2/haetae-constants.conf: $(srcdir)/%D%/icinga2/haetae-constants.conf.in
%D%/sudoers/haetae: $(srcdir)/%D%/sudoers/haetae.in
%D%/capabilities/haetae-setcap.sh: $(srcdir)/%D%/capabilities/haetae-setcap.sh.in

# What is made of the plugins' help and of the profiles is kept in the tree, like the page of metrics.
contrib-files: all
	sh $(srcdir)/%D%/icinga2/haetae-commands.sh plugins >$(srcdir)/%D%/icinga2/haetae-commands.conf
	sh $(srcdir)/%D%/nagios/haetae-commands.sh plugins >$(srcdir)/%D%/nagios/haetae-commands.cfg.in
	sh $(srcdir)/%D%/nagios/haetae-services.sh $(srcdir)/config/profiles >$(srcdir)/%D%/nagios/haetae-services.cfg
.PHONY: contrib-files

# What starts the scheduler; the paths are those of this build.
CONTRIB_MADE = %D%/cron/haetae %D%/systemd/haetae-scheduler.service %D%/systemd/haetae-agentx.service \
	%D%/systemd/haetae-cleanup.service %D%/systemd/haetae.sysusers %D%/systemd/haetae.tmpfiles
EXTRA_DIST += $(CONTRIB_MADE:=.in) %D%/systemd/haetae-cleanup.timer
CLEANFILES += $(CONTRIB_MADE)
systemddir = $(docdir)/contrib/systemd
nodist_systemd_DATA = %D%/systemd/haetae.sysusers %D%/systemd/haetae.tmpfiles
if HAVE_SCHEDULER
crondir = $(docdir)/contrib/cron
nodist_cron_DATA = %D%/cron/haetae
nodist_systemd_DATA += %D%/systemd/haetae-scheduler.service %D%/systemd/haetae-cleanup.service
dist_systemd_DATA = %D%/systemd/haetae-cleanup.timer
endif
if HAVE_SUBAGENT
nodist_systemd_DATA += %D%/systemd/haetae-agentx.service
endif
$(CONTRIB_MADE): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed -e 's|@sbindir[@]|$(sbindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
		-e 's|@localstatedir[@]|$(localstatedir)|g' $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
%D%/cron/haetae: $(srcdir)/%D%/cron/haetae.in
%D%/systemd/haetae-scheduler.service: $(srcdir)/%D%/systemd/haetae-scheduler.service.in
%D%/systemd/haetae-agentx.service: $(srcdir)/%D%/systemd/haetae-agentx.service.in
%D%/systemd/haetae-cleanup.service: $(srcdir)/%D%/systemd/haetae-cleanup.service.in
%D%/systemd/haetae.sysusers: $(srcdir)/%D%/systemd/haetae.sysusers.in
%D%/systemd/haetae.tmpfiles: $(srcdir)/%D%/systemd/haetae.tmpfiles.in

# SNMP: what snmpd is told, and samples for pollers. Those that name objects are made from the rows
# of lib/mib and kept in the tree.
contribsnmpdir = $(docdir)/contrib/snmp
dist_contribsnmp_DATA = %D%/snmp/README %D%/snmp/snmpd.conf %D%/snmp/snmptrapd.conf
dist_contribsnmp_SCRIPTS = %D%/snmp/haetae-trap
prometheusdir = $(docdir)/contrib/prometheus
dist_prometheus_DATA = %D%/prometheus/generator.yml %D%/prometheus/snmp.yml \
	%D%/prometheus/prometheus.yml %D%/prometheus/haetae.rules.yml
zabbixdir = $(docdir)/contrib/zabbix
dist_zabbix_DATA = %D%/zabbix/haetae-snmp.yaml %D%/zabbix/haetae-snmp-6.0.yaml
telegrafdir = $(docdir)/contrib/telegraf
dist_telegraf_DATA = %D%/telegraf/haetae.conf
librenmsdir = $(docdir)/contrib/librenms
dist_librenms_DATA = %D%/librenms/haetae.yaml
EXTRA_DIST += %D%/snmp/pollers.pl %D%/prometheus/snmp-yml.sh
# In the tree they have the root that the module has there, whatever was configured; installed, they and
# the pages that name it have the one that was configured.
TREE_ROOT = 1.3.6.1.4.1.8072.9999.9999.4829
ROOTED_SAMPLES = %D%/snmp/snmpd.conf %D%/snmp/snmptrapd.conf $(dist_zabbix_DATA) $(dist_telegraf_DATA) \
	$(dist_librenms_DATA) %D%/prometheus/snmp.yml
ROOTED_MANS = haetae-snmp.7
if HAVE_SUBAGENT
ROOTED_MANS += haetae-agentx.8
endif
INSTALL_HOOKS += install-rooted
install-rooted:
	for file in $(ROOTED_SAMPLES); do \
		$(MKDIR_P) "$(DESTDIR)$(docdir)/$${file%/*}" && \
		sed 's/$(TREE_ROOT)/$(ENTERPRISE_OID)/g' $(srcdir)/$$file >"$(DESTDIR)$(docdir)/$$file" || exit 1; \
	done
	for page in $(ROOTED_MANS); do \
		folder="$(DESTDIR)$(mandir)/man$${page##*.}"; \
		$(MKDIR_P) "$$folder" && \
		sed 's/$(TREE_ROOT)/$(ENTERPRISE_OID)/g' $(srcdir)/subagent/$$page >"$$folder/$$page" || exit 1; \
	done
poller-files: t/mib_list$(EXEEXT)
	t/mib_list | sed '/^root/s/$(ENTERPRISE_OID)/$(TREE_ROOT)/' >poller-rows.tmp
	perl $(srcdir)/%D%/snmp/pollers.pl prometheus <poller-rows.tmp >$(srcdir)/%D%/prometheus/generator.yml
	perl $(srcdir)/%D%/snmp/pollers.pl zabbix <poller-rows.tmp >$(srcdir)/%D%/zabbix/haetae-snmp.yaml
	perl $(srcdir)/%D%/snmp/pollers.pl zabbix60 <poller-rows.tmp >$(srcdir)/%D%/zabbix/haetae-snmp-6.0.yaml
	perl $(srcdir)/%D%/snmp/pollers.pl telegraf <poller-rows.tmp >$(srcdir)/%D%/telegraf/haetae.conf
	perl $(srcdir)/%D%/snmp/pollers.pl librenms <poller-rows.tmp >$(srcdir)/%D%/librenms/haetae.yaml
	rm -f poller-rows.tmp
	sh $(srcdir)/%D%/prometheus/snmp-yml.sh $(srcdir)/%D%/prometheus/generator.yml \
		$(srcdir)/subagent/HAETAE-MIB.txt >snmp-yml.tmp
	mv snmp-yml.tmp $(srcdir)/%D%/prometheus/snmp.yml
.PHONY: poller-files install-rooted install-config
install-data-hook: $(INSTALL_HOOKS)
