# SPDX-License-Identifier: GPL-2.0-or-later
TEST_EXTENSIONS = .t
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
T_LOG_DRIVER = $(LOG_DRIVER)
AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_top_srcdir)'; export srcdir; \
	builddir='$(abs_top_builddir)'; export builddir; \
	LC_ALL=C.UTF-8; export LC_ALL;

EXTRA_DIST += %D%/tap.sh %D%/tree.sh %D%/listing_tree.pl %D%/hang.sh %D%/lint.sh %D%/grammar.pl %D%/watched.sh %D%/server_agentx.sh %D%/server_nagios.sh %D%/server_icinga2.sh %D%/contrib.sh %D%/needs.sh %D%/data
dist_noinst_HEADERS = %D%/tap.h

# Unit tests: one line a noun. Each is a C program that prints TAP.
UNIT_LIBS = lib/libcheck.a lib/libcollect.a lib/libbase.a
UNIT_TESTS =
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)

UNIT_TESTS += %D%/unit_num
%C%_unit_num_SOURCES = %D%/unit_num.c
%C%_unit_num_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_clock
%C%_unit_clock_SOURCES = %D%/unit_clock.c
%C%_unit_clock_LDADD = $(UNIT_LIBS)

if HAVE_SUBAGENT
UNIT_TESTS += %D%/unit_node_rows
endif
%C%_unit_node_rows_SOURCES = %D%/unit_node_rows.c
%C%_unit_node_rows_LDADD = subagent/libsubagent.a lib/libhealth.a lib/libmib.a $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_pack
%C%_unit_pack_SOURCES = %D%/unit_pack.c
%C%_unit_pack_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_when
%C%_unit_when_SOURCES = %D%/unit_when.c
%C%_unit_when_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_log
%C%_unit_log_SOURCES = %D%/unit_log.c
%C%_unit_log_LDADD = $(UNIT_LIBS)

# The subagent's session, with made rows.
if HAVE_SUBAGENT
check_PROGRAMS += %D%/agentx_rows
endif
if HAVE_SUBAGENT
UNIT_TESTS += %D%/unit_master %D%/unit_place
endif
%C%_unit_master_SOURCES = %D%/unit_master.c
%C%_unit_master_CFLAGS = $(AM_CFLAGS) -pthread
%C%_unit_master_LDADD = subagent/libsubagent.a lib/libclient.a lib/libbase.a
%C%_unit_place_SOURCES = %D%/unit_place.c %D%/mib_made.c %D%/mib_made.h
%C%_unit_place_LDADD = subagent/libsubagent.a lib/libmib.a lib/libbase.a
if HAVE_SNMP
check_PROGRAMS += %D%/snmp_ask
endif
%C%_snmp_ask_SOURCES = %D%/snmp_ask.c
%C%_snmp_ask_CPPFLAGS = $(AM_CPPFLAGS) $(SNMP_CFLAGS)
%C%_snmp_ask_LDADD = lib/libbase.a $(SNMP_LIBS)
%C%_agentx_rows_SOURCES = %D%/agentx_rows.c %D%/mib_made.c %D%/mib_made.h
%C%_agentx_rows_CFLAGS = $(AM_CFLAGS) -pthread
%C%_agentx_rows_LDADD = subagent/libsubagent.a lib/libmib.a lib/libclient.a lib/libbase.a $(SNMP_AGENT_LIBS) -lpthread
EXTRA_DIST += %D%/agentx_rows.sh %D%/server_snmpd.sh
# Every table of HAETAE-MIB with made rows, for the tests of pollers.
if HAVE_SUBAGENT
check_PROGRAMS += %D%/agentx_all
endif
%C%_agentx_all_SOURCES = %D%/agentx_all.c %D%/mib_fill.c %D%/mib_fill.h
%C%_agentx_all_CFLAGS = $(AM_CFLAGS) -pthread
%C%_agentx_all_LDADD = subagent/libsubagent.a lib/libmib.a lib/libclient.a lib/libbase.a $(SNMP_AGENT_LIBS) -lpthread

# HAETAE-MIB as data, with tables of the test's own in the place of the real ones.
UNIT_TESTS += %D%/unit_mib %D%/unit_rows %D%/unit_view
%C%_unit_mib_SOURCES = %D%/unit_mib.c %D%/mib_made.c %D%/mib_made.h
%C%_unit_mib_LDADD = lib/libmib.a lib/libbase.a
%C%_unit_rows_SOURCES = %D%/unit_rows.c %D%/mib_made.c %D%/mib_made.h
%C%_unit_rows_LDADD = lib/libmib.a lib/libbase.a
%C%_unit_view_SOURCES = %D%/unit_view.c %D%/mib_made.c %D%/mib_made.h
%C%_unit_view_LDADD = lib/libmib.a lib/libbase.a

UNIT_TESTS += %D%/unit_load
%C%_unit_load_SOURCES = %D%/unit_load.c
%C%_unit_load_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_cpu
%C%_unit_cpu_SOURCES = %D%/unit_cpu.c
%C%_unit_cpu_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_mem
%C%_unit_mem_SOURCES = %D%/unit_mem.c
%C%_unit_mem_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_psi
%C%_unit_psi_SOURCES = %D%/unit_psi.c
%C%_unit_psi_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_temp
%C%_unit_temp_SOURCES = %D%/unit_temp.c
%C%_unit_temp_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_uptime
%C%_unit_uptime_SOURCES = %D%/unit_uptime.c
%C%_unit_uptime_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_disk
%C%_unit_disk_SOURCES = %D%/unit_disk.c
%C%_unit_disk_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_diskio
%C%_unit_diskio_SOURCES = %D%/unit_diskio.c
%C%_unit_diskio_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_range
%C%_unit_range_SOURCES = %D%/unit_range.c
%C%_unit_range_LDADD = $(UNIT_LIBS)
UNIT_TESTS += %D%/unit_metric
%C%_unit_metric_SOURCES = %D%/unit_metric.c
%C%_unit_metric_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_mounts
%C%_unit_mounts_SOURCES = %D%/unit_mounts.c
%C%_unit_mounts_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_net
%C%_unit_net_SOURCES = %D%/unit_net.c
%C%_unit_net_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_rates
%C%_unit_rates_SOURCES = %D%/unit_rates.c
%C%_unit_rates_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_proc
%C%_unit_proc_SOURCES = %D%/unit_proc.c
%C%_unit_proc_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_cgroup
%C%_unit_cgroup_SOURCES = %D%/unit_cgroup.c
%C%_unit_cgroup_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_passwd
%C%_unit_passwd_SOURCES = %D%/unit_passwd.c
%C%_unit_passwd_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_pattern
%C%_unit_pattern_SOURCES = %D%/unit_pattern.c
%C%_unit_pattern_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_suggest_name
%C%_unit_suggest_name_SOURCES = %D%/unit_suggest_name.c
%C%_unit_suggest_name_LDADD = lib/libhealth.a $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_time
%C%_unit_time_SOURCES = %D%/unit_time.c
%C%_unit_time_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_dgram
%C%_unit_dgram_SOURCES = %D%/unit_dgram.c
%C%_unit_dgram_LDADD = lib/libclient.a lib/libbase.a

UNIT_TESTS += %D%/unit_answers
%C%_unit_answers_SOURCES = %D%/unit_answers.c
%C%_unit_answers_LDADD = lib/libclient.a lib/libbase.a

UNIT_TESTS += %D%/unit_stream
%C%_unit_stream_SOURCES = %D%/unit_stream.c
%C%_unit_stream_LDADD = lib/libclient.a lib/libbase.a

UNIT_TESTS += %D%/unit_chrony
%C%_unit_chrony_SOURCES = %D%/unit_chrony.c
%C%_unit_chrony_LDADD = lib/libclient.a lib/libbase.a

UNIT_TESTS += %D%/unit_mysqld
%C%_unit_mysqld_SOURCES = %D%/unit_mysqld.c
%C%_unit_mysqld_LDADD = lib/libclient.a lib/libbase.a

UNIT_TESTS += %D%/unit_ntp
%C%_unit_ntp_SOURCES = %D%/unit_ntp.c
%C%_unit_ntp_LDADD = lib/libclient.a lib/libbase.a

UNIT_TESTS += %D%/unit_sock
%C%_unit_sock_SOURCES = %D%/unit_sock.c
%C%_unit_sock_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_sockowner
%C%_unit_sockowner_SOURCES = %D%/unit_sockowner.c
%C%_unit_sockowner_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_proc_fd
%C%_unit_proc_fd_SOURCES = %D%/unit_proc_fd.c
%C%_unit_proc_fd_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_proc_group
%C%_unit_proc_group_SOURCES = %D%/unit_proc_group.c
%C%_unit_proc_group_LDADD = $(UNIT_LIBS)

UNIT_TESTS += %D%/unit_openflow
%C%_unit_openflow_SOURCES = %D%/unit_openflow.c
%C%_unit_openflow_LDADD = lib/libclient.a lib/libbase.a

UNIT_TESTS += %D%/unit_bond
%C%_unit_bond_SOURCES = %D%/unit_bond.c
%C%_unit_bond_LDADD = lib/libclient.a lib/libbase.a

UNIT_TESTS += %D%/unit_datapath
%C%_unit_datapath_SOURCES = %D%/unit_datapath.c
%C%_unit_datapath_LDADD = lib/libclient.a lib/libbase.a

UNIT_TESTS += %D%/unit_monitor
%C%_unit_monitor_SOURCES = %D%/unit_monitor.c
%C%_unit_monitor_LDADD = $(UNIT_LIBS)

# Helpers of the shell tests: a tree from a listing, a process to be found.
check_PROGRAMS += %D%/make_tree %D%/pose
%C%_make_tree_SOURCES = %D%/make_tree.c
%C%_make_tree_LDADD = lib/libbase.a
if HAVE_SYSTEMD
check_PROGRAMS += %D%/mock_systemd %D%/systemd_ask
endif
%C%_mock_systemd_SOURCES = %D%/mock_systemd.c
%C%_mock_systemd_CPPFLAGS = $(AM_CPPFLAGS) $(SYSTEMD_CFLAGS)
%C%_mock_systemd_LDADD = $(SYSTEMD_LIBS)
%C%_systemd_ask_SOURCES = %D%/systemd_ask.c
%C%_systemd_ask_LDADD = lib/libclient.a lib/libbase.a $(DL_LIBS)
UNIT_TESTS += %D%/unit_probe_perf
%C%_unit_probe_perf_SOURCES = %D%/unit_probe_perf.c
%C%_unit_probe_perf_LDADD = lib/libmib.a lib/libbase.a
check_PROGRAMS += %D%/mib_list
%C%_mib_list_SOURCES = %D%/mib_list.c
%C%_mib_list_LDADD = lib/libmib.a lib/libbase.a
check_PROGRAMS += %D%/sock_list
check_PROGRAMS += %D%/sock_pose
%C%_sock_pose_SOURCES = %D%/sock_pose.c
%C%_sock_pose_LDADD = lib/libbase.a
%C%_sock_list_SOURCES = %D%/sock_list.c
%C%_sock_list_LDADD = lib/libcollect.a lib/libbase.a
%C%_pose_SOURCES = %D%/pose.c
%C%_pose_LDADD = lib/libbase.a

# A server that behaves badly, for the network checks.
check_PROGRAMS += %D%/bad_peer
EXTRA_DIST += %D%/bad_peer.sh
%C%_bad_peer_SOURCES = %D%/bad_peer.c
%C%_bad_peer_LDADD = lib/libbase.a

# Tests of programs: shell scripts that print TAP.
T_TESTS =
TESTS += $(T_TESTS)
EXTRA_DIST += $(T_TESTS)

T_TESTS += %D%/lint_layers.t %D%/lint_style.t %D%/lint_man.t %D%/plugin_contract.t
T_TESTS += %D%/readme.t
T_TESTS += %D%/nagios.t %D%/icinga2.t %D%/contrib_nagios.t %D%/contrib_icinga2.t
T_TESTS += %D%/check_node_load.t
T_TESTS += %D%/contrib.t %D%/contrib_pollers.t %D%/contrib_snmpd.t %D%/contrib_snmptrapd.t
T_TESTS += %D%/check_node_cpu.t
T_TESTS += %D%/check_node_memory.t
T_TESTS += %D%/check_node_pressure.t
T_TESTS += %D%/check_node_temp.t
T_TESTS += %D%/check_node_uptime.t
T_TESTS += %D%/check_time.t
T_TESTS += %D%/check_ovs.t %D%/check_ovs_snmp.t
EXTRA_DIST += %D%/server_ovs.sh
T_TESTS += %D%/check_mysql_server.t %D%/check_mysql_server_replica.t %D%/check_mysql_server_galera.t
T_TESTS += %D%/bad_peer.t %D%/snmp_client.t %D%/remote.t
EXTRA_DIST += %D%/bad_agent.pl %D%/bad_master.pl

T_TESTS += %D%/check_directory.t
T_TESTS += %D%/check_connectivity.t
T_TESTS += %D%/check_iscsi.t
T_TESTS += %D%/check_libvirt_domains.t
T_TESTS += %D%/check_service_ping.t %D%/check_service_ping_amqp.t
EXTRA_DIST += %D%/server.sh %D%/server_redis.sh %D%/server_memcached.sh %D%/server_apache.sh
T_TESTS += %D%/check_process.t
T_TESTS += %D%/systemd.t
T_TESTS += %D%/sock.t
T_TESTS += %D%/profiles.t %D%/profiles_2014.t %D%/profiles_zed.t %D%/profiles_abiquo.t
T_TESTS += %D%/haetae_profile_suggest.t

include %D%/fuzz/local.mk
T_TESTS += %D%/check_node_diskio.t
T_TESTS += %D%/check_node_net.t
T_TESTS += %D%/check_node_disk.t
T_TESTS += %D%/hang_disk.t
check_PROGRAMS += %D%/fuse_server
%C%_fuse_server_SOURCES = %D%/fuse_server.c

# The database: programs that a test runs, and the helper that starts a server for it.
EXTRA_DIST += %D%/server_mariadb.sh %D%/server_rabbitmq.sh %D%/store.sh
STORE_LIBS = lib/libstore.a lib/libbase.a $(MYSQL_LIBS)
T_TESTS += %D%/server_mariadb.t %D%/store.t %D%/store_event.t %D%/store_model.t %D%/store_expand.t %D%/haetae_spec.t %D%/haetae_spec_group.t %D%/haetae_status.t \
	%D%/haetae_threshold.t %D%/haetae_log.t
T_TESTS += %D%/haetae_node.t %D%/haetae_node_csv.t %D%/store_node.t %D%/scheduler_node.t
T_TESTS += %D%/haetae_history.t %D%/haetae_hold.t %D%/tls.t %D%/notify.t %D%/cron.t
check_PROGRAMS += %D%/notify_listen
%C%_notify_listen_SOURCES = %D%/notify_listen.c
if HAVE_SCHEDULER
check_PROGRAMS += %D%/store_node
endif
%C%_store_node_SOURCES = %D%/store_node.c %D%/store.h
%C%_store_node_LDADD = $(STORE_LIBS)
if HAVE_SCHEDULER
check_PROGRAMS += %D%/store_expand %D%/store_db %D%/store_event %D%/store_model
endif
if HAVE_SCHEDULER
if HAVE_SUBAGENT
check_PROGRAMS += %D%/collect_probes
endif
endif
%C%_collect_probes_SOURCES = %D%/collect_probes.c
%C%_collect_probes_LDADD = subagent/libsubagent.a lib/libmib.a lib/libcheck.a lib/libstore.a lib/libconf.a \
	lib/libbase.a $(MYSQL_LIBS) $(LIBCONFIG_LIBS)
T_TESTS += %D%/agentx_probes.t
%C%_store_db_SOURCES = %D%/store_db.c %D%/store.h
%C%_store_db_LDADD = $(STORE_LIBS)
%C%_store_event_SOURCES = %D%/store_event.c %D%/store.h
%C%_store_event_LDADD = $(STORE_LIBS)
T_TESTS += %D%/store_schema.t %D%/store_maintain.t %D%/haetae_db.t %D%/haetae_roles.t %D%/haetae_views.t
if HAVE_SCHEDULER
check_PROGRAMS += %D%/store_schema %D%/store_maintain
endif
%C%_store_maintain_SOURCES = %D%/store_maintain.c %D%/store.h
%C%_store_maintain_LDADD = $(STORE_LIBS)
%C%_store_schema_SOURCES = %D%/store_schema.c %D%/store.h
%C%_store_schema_LDADD = $(STORE_LIBS)
%C%_store_expand_SOURCES = %D%/store_expand.c %D%/store.h
%C%_store_expand_LDADD = $(STORE_LIBS)
%C%_store_model_SOURCES = %D%/store_model.c %D%/store.h
%C%_store_model_LDADD = $(STORE_LIBS)

if HAVE_SCHEDULER
SCHEDULER_UNIT_LIBS = scheduler/libscheduler.a $(SCHEDULER_LIBS)

UNIT_TESTS += %D%/unit_capture
%C%_unit_capture_SOURCES = %D%/unit_capture.c
%C%_unit_capture_LDADD = $(SCHEDULER_UNIT_LIBS)

UNIT_TESTS += %D%/unit_segment
%C%_unit_segment_SOURCES = %D%/unit_segment.c
%C%_unit_segment_LDADD = $(SCHEDULER_UNIT_LIBS)
UNIT_TESTS += %D%/unit_segment_read
%C%_unit_segment_read_SOURCES = %D%/unit_segment_read.c
%C%_unit_segment_read_LDADD = $(SCHEDULER_UNIT_LIBS)

UNIT_TESTS += %D%/unit_handover
%C%_unit_handover_SOURCES = %D%/unit_handover.c
%C%_unit_handover_LDADD = $(SCHEDULER_UNIT_LIBS)

UNIT_TESTS += %D%/unit_load_parse
%C%_unit_load_parse_SOURCES = %D%/unit_load_parse.c
%C%_unit_load_parse_LDADD = $(SCHEDULER_UNIT_LIBS)

UNIT_TESTS += %D%/unit_event
%C%_unit_event_SOURCES = %D%/unit_event.c
%C%_unit_event_LDADD = $(SCHEDULER_UNIT_LIBS)

UNIT_TESTS += %D%/unit_judge
%C%_unit_judge_SOURCES = %D%/unit_judge.c
%C%_unit_judge_LDADD = $(SCHEDULER_UNIT_LIBS)

UNIT_TESTS += %D%/unit_load_data
%C%_unit_load_data_SOURCES = %D%/unit_load_data.c
%C%_unit_load_data_LDADD = $(SCHEDULER_UNIT_LIBS)

UNIT_TESTS += %D%/unit_level
%C%_unit_level_SOURCES = %D%/unit_level.c
%C%_unit_level_LDADD = $(SCHEDULER_UNIT_LIBS)

UNIT_TESTS += %D%/unit_slots
%C%_unit_slots_SOURCES = %D%/unit_slots.c
%C%_unit_slots_LDADD = $(SCHEDULER_UNIT_LIBS)

UNIT_TESTS += %D%/unit_slotheap
%C%_unit_slotheap_SOURCES = %D%/unit_slotheap.c
%C%_unit_slotheap_LDADD = $(SCHEDULER_UNIT_LIBS)

UNIT_TESTS += %D%/unit_cleanup_list
%C%_unit_cleanup_list_SOURCES = %D%/unit_cleanup_list.c
%C%_unit_cleanup_list_LDADD = $(SCHEDULER_UNIT_LIBS)

UNIT_TESTS += %D%/unit_cleanup_match
%C%_unit_cleanup_match_SOURCES = %D%/unit_cleanup_match.c
%C%_unit_cleanup_match_LDADD = $(SCHEDULER_UNIT_LIBS)

UNIT_TESTS += %D%/unit_proctree
%C%_unit_proctree_SOURCES = %D%/unit_proctree.c
%C%_unit_proctree_LDADD = $(SCHEDULER_UNIT_LIBS)

# The kill test: a probe, a look into segments, and what keeps them from being deleted.
check_PROGRAMS += %D%/kill_probe %D%/segment_dump %D%/segment_make %D%/journal_reboot \
	%D%/keep_unlinked.so
%C%_kill_probe_SOURCES = %D%/kill_probe.c
%C%_kill_probe_LDADD = lib/libbase.a
%C%_segment_dump_SOURCES = %D%/segment_dump.c
%C%_segment_dump_LDADD = $(SCHEDULER_UNIT_LIBS)
check_PROGRAMS += %D%/event_make
%C%_event_make_SOURCES = %D%/event_make.c
%C%_event_make_LDADD = $(SCHEDULER_UNIT_LIBS)
%C%_segment_make_SOURCES = %D%/segment_make.c
%C%_segment_make_LDADD = $(SCHEDULER_UNIT_LIBS)
%C%_journal_reboot_SOURCES = %D%/journal_reboot.c
%C%_journal_reboot_LDADD = lib/libbase.a
# Preloaded: position-independent, and without what only programs may have.
%C%_keep_unlinked_so_SOURCES = %D%/keep_unlinked.c
%C%_keep_unlinked_so_CFLAGS = $(WARN_CFLAGS) -fPIC
%C%_keep_unlinked_so_LDFLAGS = -shared
endif

# The scheduler: a probe that does what a test says, and what its tests share.
T_TESTS += %D%/scheduler_policies.t %D%/scheduler_clock.t
T_TESTS += %D%/scheduler.t %D%/scheduler_probes.t %D%/scheduler_outage.t \
	%D%/scheduler_damage.t %D%/scheduler_judge.t %D%/scheduler_exec.t %D%/scheduler_flood.t \
	%D%/scheduler_full.t %D%/scheduler_held.t %D%/syslog.t
EXTRA_DIST += %D%/scheduler.sh
if HAVE_SCHEDULER
check_PROGRAMS += %D%/sched_probe
endif
%C%_sched_probe_SOURCES = %D%/sched_probe.c
%C%_sched_probe_LDADD = lib/libbase.a
EXTRA_DIST += %D%/kill.t %D%/outage_long.t %D%/quickstart.t %D%/packages.sh %D%/report.sh
T_TESTS += %D%/report.t

# The cleanup: a clock that is ahead for it, and a kernel without pidfd.
T_TESTS += %D%/cleanup.t %D%/pid_wrap.t
if HAVE_SCHEDULER
check_PROGRAMS += %D%/boot_ahead.so %D%/no_pidfd %D%/canary
endif
# Preloaded: position-independent, and without what only programs may have.
%C%_boot_ahead_so_SOURCES = %D%/boot_ahead.c
%C%_boot_ahead_so_CFLAGS = $(WARN_CFLAGS) -fPIC
%C%_boot_ahead_so_LDFLAGS = -shared
%C%_no_pidfd_SOURCES = %D%/no_pidfd.c
%C%_canary_SOURCES = %D%/canary.c
%C%_canary_LDADD = lib/libbase.a

# SIGKILL at random: not a part of "make check", which has no soak.
check-kill: $(check_PROGRAMS) $(sbin_PROGRAMS) $(bin_PROGRAMS)
	$(AM_TESTS_ENVIRONMENT) HAETAE_KILL_SECONDS=$${HAETAE_KILL_SECONDS:-60} bash $(srcdir)/%D%/kill.t
# All soaks, as long as they are meant to be: some tens of minutes.
check-long: $(check_PROGRAMS) $(sbin_PROGRAMS) $(bin_PROGRAMS)
	$(AM_TESTS_ENVIRONMENT) HAETAE_KILL_COUNT=$${HAETAE_KILL_COUNT:-1000} bash $(srcdir)/%D%/kill.t
	$(AM_TESTS_ENVIRONMENT) HAETAE_OUTAGE_SECONDS=$${HAETAE_OUTAGE_SECONDS:-600} \
		HAETAE_OUTAGE_RATE=$${HAETAE_OUTAGE_RATE:-200} bash $(srcdir)/%D%/outage_long.t
	$(AM_TESTS_ENVIRONMENT) HAETAE_WRAP_SECONDS=$${HAETAE_WRAP_SECONDS:-600} \
		bash $(srcdir)/%D%/pid_wrap.t
	$(AM_TESTS_ENVIRONMENT) HAETAE_RECONNECTS=$${HAETAE_RECONNECTS:-200} bash $(srcdir)/%D%/agentx_reconnect.t
	$(AM_TESTS_ENVIRONMENT) HAETAE_CHURN_S=$${HAETAE_CHURN_S:-60} bash $(srcdir)/%D%/agentx_churn.t
.PHONY: check-kill check-long
# The scheduler's own units.
if HAVE_SCHEDULER
UNIT_TESTS += %D%/unit_schema
UNIT_TESTS += %D%/unit_node
%C%_unit_node_SOURCES = %D%/unit_node.c
%C%_unit_node_LDADD = lib/libstore.a lib/libbase.a
UNIT_TESTS += %D%/unit_spec %D%/unit_template %D%/unit_settings %D%/unit_table
endif
if HAVE_LIBCONFIG
UNIT_TESTS += %D%/unit_conf %D%/unit_profile %D%/unit_service
endif
%C%_unit_service_SOURCES = %D%/unit_service.c
%C%_unit_service_LDADD = lib/libhealth.a lib/libclient.a lib/libconf.a $(UNIT_LIBS) $(LIBCONFIG_LIBS) $(DL_LIBS)
%C%_unit_profile_SOURCES = %D%/unit_profile.c
%C%_unit_profile_LDADD = lib/libhealth.a lib/libconf.a $(UNIT_LIBS) $(LIBCONFIG_LIBS)
%C%_unit_schema_SOURCES = %D%/unit_schema.c
%C%_unit_schema_LDADD = lib/libstore.a lib/libbase.a
%C%_unit_spec_SOURCES = %D%/unit_spec.c
%C%_unit_spec_LDADD = lib/libstore.a lib/libbase.a
%C%_unit_template_SOURCES = %D%/unit_template.c
%C%_unit_template_LDADD = lib/libstore.a lib/libbase.a
%C%_unit_conf_SOURCES = %D%/unit_conf.c
%C%_unit_conf_LDADD = lib/libconf.a lib/libbase.a $(LIBCONFIG_LIBS)
%C%_unit_settings_SOURCES = %D%/unit_settings.c
%C%_unit_settings_LDADD = $(SCHEDULER_UNIT_LIBS)
%C%_unit_table_SOURCES = %D%/unit_table.c scheduler/table.c
%C%_unit_table_LDADD = lib/libbase.a
T_TESTS += %D%/check_node.t %D%/hang_node.t %D%/check_node_snmp.t %D%/hang_node_snmp.t %D%/agentx_values.t
T_TESTS += %D%/mib.t
T_TESTS += %D%/check_services.t %D%/check_services_live.t %D%/haetae_profile.t
T_TESTS += %D%/agentx.t %D%/agentx_index.t %D%/agentx_burst.t %D%/agentx_churn.t %D%/agentx_duplicate.t %D%/agentx_master.t \
	%D%/agentx_reconnect.t
EXTRA_DIST += %D%/service.pl

# What the checks of services share. A library that is missing takes its tests with it.
UNIT_TESTS += %D%/unit_secret %D%/unit_url
%C%_unit_secret_SOURCES = %D%/unit_secret.c
%C%_unit_secret_LDADD = lib/libhealth.a $(SECRET_LIBS) lib/libbase.a $(SECRET_LDLIBS)
%C%_unit_url_SOURCES = %D%/unit_url.c
%C%_unit_url_LDADD = lib/libclient.a lib/libbase.a
if HAVE_JANSSON
UNIT_TESTS += %D%/unit_json
endif
%C%_unit_json_SOURCES = %D%/unit_json.c
%C%_unit_json_LDADD = lib/libclient.a lib/libbase.a $(JANSSON_LIBS)
if HAVE_CURL
UNIT_TESTS += %D%/unit_http
endif
%C%_unit_http_SOURCES = %D%/unit_http.c
%C%_unit_http_LDADD = lib/libclient.a lib/libbase.a $(CURL_LIBS)

# SNMP: what an agent tells, good ones and bad ones.
if HAVE_SNMP
check_PROGRAMS += %D%/snmp_client
endif
UNIT_TESTS += %D%/unit_snmprows
%C%_unit_snmprows_SOURCES = %D%/unit_snmprows.c %D%/mib_fill.c %D%/mib_fill.h lib/client/snmp_ask.c lib/health/snmprows.c
%C%_unit_snmprows_LDADD = lib/libmib.a lib/libbase.a
%C%_snmp_client_SOURCES = %D%/snmp_client.c
%C%_snmp_client_LDADD = lib/libclient.a lib/libbase.a $(SNMP_LIBS)

# The switch: its database, its control sockets.
if HAVE_JANSSON
UNIT_TESTS += %D%/unit_ovsdb %D%/unit_vswitch %D%/unit_ovs_sample
endif
OVS_UNIT_LIBS = lib/libhealth.a lib/libclient.a lib/libbase.a $(JANSSON_LIBS) $(CURL_LIBS)
%C%_unit_ovsdb_SOURCES = %D%/unit_ovsdb.c
%C%_unit_ovsdb_LDADD = $(OVS_UNIT_LIBS)
%C%_unit_vswitch_SOURCES = %D%/unit_vswitch.c
%C%_unit_vswitch_LDADD = $(OVS_UNIT_LIBS)
%C%_unit_ovs_sample_SOURCES = %D%/unit_ovs_sample.c
%C%_unit_ovs_sample_LDADD = $(OVS_UNIT_LIBS)
# Its rows: made of facts and back, and what the collector finds.
if HAVE_SUBAGENT
if HAVE_JANSSON
UNIT_TESTS += %D%/unit_ovs_rows
check_PROGRAMS += %D%/ovs_collect
endif
endif
OVS_ROWS_LIBS = subagent/libsubagent.a lib/libmib.a lib/libhealth.a lib/libcheck.a lib/libcollect.a \
	lib/libclient.a lib/libbase.a $(JANSSON_LIBS) $(CURL_LIBS)
%C%_unit_ovs_rows_SOURCES = %D%/unit_ovs_rows.c plugins/ovs_facts.c plugins/ovs_facts.h
%C%_unit_ovs_rows_LDADD = $(OVS_ROWS_LIBS)
%C%_ovs_collect_SOURCES = %D%/ovs_collect.c
%C%_ovs_collect_LDADD = $(OVS_ROWS_LIBS)

# A broker: what it answers, a mock of it, and real ones.
EXTRA_DIST += %D%/server_rabbitmq.sh
T_TESTS += %D%/check_rabbitmq.t %D%/check_rabbitmq_live.t %D%/check_rabbitmq_cluster.t
T_TESTS += %D%/check_rabbitmq_snmp.t %D%/agentx_domain.t %D%/rabbitmq_sweep.t
if HAVE_JANSSON
if HAVE_CURL
check_PROGRAMS += %D%/rabbitmq_sweep
endif
endif
%C%_rabbitmq_sweep_SOURCES = %D%/rabbitmq_sweep.c
%C%_rabbitmq_sweep_LDADD = lib/libhealth.a lib/libclient.a $(UNIT_LIBS) $(JANSSON_LIBS) $(CURL_LIBS)
if HAVE_JANSSON
UNIT_TESTS += %D%/unit_rabbitmq %D%/unit_rabbitmq_rows
endif
%C%_unit_rabbitmq_rows_SOURCES = %D%/unit_rabbitmq_rows.c
%C%_unit_rabbitmq_rows_LDADD = lib/libhealth.a lib/libmib.a lib/libclient.a $(UNIT_LIBS) $(JANSSON_LIBS) -lm
%C%_unit_rabbitmq_SOURCES = %D%/unit_rabbitmq.c
%C%_unit_rabbitmq_LDADD = lib/libclient.a lib/libbase.a $(JANSSON_LIBS)
check_PROGRAMS += %D%/http_files
%C%_http_files_SOURCES = %D%/http_files.c

# The collector of services without snmpd, on captured trees.
T_TESTS += %D%/rows_service.t
if HAVE_SUBAGENT
check_PROGRAMS += %D%/service_rows
endif
%C%_service_rows_SOURCES = %D%/service_rows.c
%C%_service_rows_LDADD = subagent/libsubagent.a lib/libhealth.a lib/libmib.a lib/libclient.a lib/libconf.a $(UNIT_LIBS) $(LIBCONFIG_LIBS) $(DL_LIBS)

# The subagent as a daemon.
T_TESTS += %D%/haetae_agentx.t %D%/agentx_hang.t
EXTRA_DIST += %D%/agentx.sh

# The subagent's own units.
if HAVE_SUBAGENT
SUBAGENT_UNIT_LIBS = subagent/libsubagent.a lib/libmib.a lib/libconf.a lib/libcheck.a lib/libbase.a \
	$(LIBCONFIG_LIBS)
UNIT_TESTS += %D%/unit_board %D%/unit_collect %D%/unit_notification %D%/unit_service_strangers
endif
if HAVE_SUBAGENT
if HAVE_LIBVIRT
UNIT_TESTS += %D%/unit_rows_domain
endif
endif
%C%_unit_rows_domain_SOURCES = %D%/unit_rows_domain.c
%C%_unit_rows_domain_LDADD = subagent/libsubagent.a lib/libclient.a lib/libmib.a lib/libbase.a $(LIBVIRT_LIBS) -lpthread
%C%_unit_collect_SOURCES = %D%/unit_collect.c
%C%_unit_collect_LDADD = $(SUBAGENT_UNIT_LIBS)
%C%_unit_collect_CFLAGS = $(AM_CFLAGS) -pthread
%C%_unit_board_SOURCES = %D%/unit_board.c
%C%_unit_board_LDADD = $(SUBAGENT_UNIT_LIBS)
%C%_unit_board_CFLAGS = $(AM_CFLAGS) -pthread
%C%_unit_service_strangers_SOURCES = %D%/unit_service_strangers.c
%C%_unit_service_strangers_LDADD = $(SUBAGENT_UNIT_LIBS)
%C%_unit_notification_SOURCES = %D%/unit_notification.c
%C%_unit_notification_LDADD = $(SUBAGENT_UNIT_LIBS)
T_TESTS += %D%/check_services_snmp.t
