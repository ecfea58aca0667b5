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

# What starts the scheduler; the paths are those of this build.
CONTRIB_MADE = %D%/cron/haetae %D%/systemd/haetae-scheduler.service \
	%D%/systemd/haetae-cleanup.service %D%/systemd/haetae.sysusers %D%/systemd/haetae.tmpfiles
EXTRA_DIST += $(CONTRIB_MADE:=.in) %D%/systemd/haetae-cleanup.timer
CLEANFILES += $(CONTRIB_MADE)
if HAVE_SCHEDULER
crondir = $(docdir)/contrib/cron
systemddir = $(docdir)/contrib/systemd
nodist_cron_DATA = %D%/cron/haetae
nodist_systemd_DATA = %D%/systemd/haetae-scheduler.service %D%/systemd/haetae-cleanup.service \
	%D%/systemd/haetae.sysusers %D%/systemd/haetae.tmpfiles
dist_systemd_DATA = %D%/systemd/haetae-cleanup.timer
endif
$(CONTRIB_MADE): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed -e 's|@sbindir[@]|$(sbindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
		-e 's|@localstatedir[@]|$(localstatedir)|g' $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
%D%/cron/haetae: $(srcdir)/%D%/cron/haetae.in
%D%/systemd/haetae-scheduler.service: $(srcdir)/%D%/systemd/haetae-scheduler.service.in
%D%/systemd/haetae-cleanup.service: $(srcdir)/%D%/systemd/haetae-cleanup.service.in
%D%/systemd/haetae.sysusers: $(srcdir)/%D%/systemd/haetae.sysusers.in
%D%/systemd/haetae.tmpfiles: $(srcdir)/%D%/systemd/haetae.tmpfiles.in
