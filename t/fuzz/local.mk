# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets: two lines each. Without --enable-fuzz each replays its corpus as a test.
FUZZ_LIBS = lib/libcheck.a lib/libcollect.a lib/libclient.a lib/libbase.a $(FUZZ_ENGINE)
FUZZ_TARGETS =
if ENABLE_FUZZ
FUZZ_MAIN = %D%/fuzz.h
noinst_PROGRAMS += $(FUZZ_TARGETS)
else
FUZZ_MAIN = %D%/fuzz.h %D%/replay.c
check_PROGRAMS += $(FUZZ_TARGETS)
TESTS += $(FUZZ_TARGETS)
endif
EXTRA_DIST += %D%/corpus %D%/run.sh %D%/replay.c

FUZZ_TARGETS += %D%/fuzz_num
%C%_fuzz_num_SOURCES = %D%/fuzz_num.c $(FUZZ_MAIN)
%C%_fuzz_num_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_when
%C%_fuzz_when_SOURCES = %D%/fuzz_when.c $(FUZZ_MAIN)
%C%_fuzz_when_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_range
%C%_fuzz_range_SOURCES = %D%/fuzz_range.c $(FUZZ_MAIN)
%C%_fuzz_range_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_perf
%C%_fuzz_perf_SOURCES = %D%/fuzz_perf.c $(FUZZ_MAIN)
%C%_fuzz_perf_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_text
%C%_fuzz_text_SOURCES = %D%/fuzz_text.c $(FUZZ_MAIN)
%C%_fuzz_text_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_load
%C%_fuzz_load_SOURCES = %D%/fuzz_load.c $(FUZZ_MAIN)
%C%_fuzz_load_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_cpu
%C%_fuzz_cpu_SOURCES = %D%/fuzz_cpu.c $(FUZZ_MAIN)
%C%_fuzz_cpu_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_mem
%C%_fuzz_mem_SOURCES = %D%/fuzz_mem.c $(FUZZ_MAIN)
%C%_fuzz_mem_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_psi
%C%_fuzz_psi_SOURCES = %D%/fuzz_psi.c $(FUZZ_MAIN)
%C%_fuzz_psi_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_uptime
%C%_fuzz_uptime_SOURCES = %D%/fuzz_uptime.c $(FUZZ_MAIN)
%C%_fuzz_uptime_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_diskio
%C%_fuzz_diskio_SOURCES = %D%/fuzz_diskio.c $(FUZZ_MAIN)
%C%_fuzz_diskio_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_rates
%C%_fuzz_rates_SOURCES = %D%/fuzz_rates.c $(FUZZ_MAIN)
%C%_fuzz_rates_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_net
%C%_fuzz_net_SOURCES = %D%/fuzz_net.c $(FUZZ_MAIN)
%C%_fuzz_net_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_mounts
%C%_fuzz_mounts_SOURCES = %D%/fuzz_mounts.c $(FUZZ_MAIN)
%C%_fuzz_mounts_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_proc_stat
%C%_fuzz_proc_stat_SOURCES = %D%/fuzz_proc_stat.c $(FUZZ_MAIN)
%C%_fuzz_proc_stat_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_proc_status
%C%_fuzz_proc_status_SOURCES = %D%/fuzz_proc_status.c $(FUZZ_MAIN)
%C%_fuzz_proc_status_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_sockproc
%C%_fuzz_sockproc_SOURCES = %D%/fuzz_sockproc.c $(FUZZ_MAIN)
%C%_fuzz_sockproc_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_sockdiag
%C%_fuzz_sockdiag_SOURCES = %D%/fuzz_sockdiag.c $(FUZZ_MAIN)
%C%_fuzz_sockdiag_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_proc_stale
%C%_fuzz_proc_stale_SOURCES = %D%/fuzz_proc_stale.c $(FUZZ_MAIN)
%C%_fuzz_proc_stale_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_proc_cmdline
%C%_fuzz_proc_cmdline_SOURCES = %D%/fuzz_proc_cmdline.c $(FUZZ_MAIN)
%C%_fuzz_proc_cmdline_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_proc_fd
%C%_fuzz_proc_fd_SOURCES = %D%/fuzz_proc_fd.c $(FUZZ_MAIN)
%C%_fuzz_proc_fd_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_cgroup
%C%_fuzz_cgroup_SOURCES = %D%/fuzz_cgroup.c $(FUZZ_MAIN)
%C%_fuzz_cgroup_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_suggest_name
%C%_fuzz_suggest_name_SOURCES = %D%/fuzz_suggest_name.c $(FUZZ_MAIN)
%C%_fuzz_suggest_name_LDADD = lib/libhealth.a $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_passwd
%C%_fuzz_passwd_SOURCES = %D%/fuzz_passwd.c $(FUZZ_MAIN)
%C%_fuzz_passwd_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_temp
%C%_fuzz_temp_SOURCES = %D%/fuzz_temp.c $(FUZZ_MAIN)
%C%_fuzz_temp_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_frame
%C%_fuzz_frame_SOURCES = %D%/fuzz_frame.c $(FUZZ_MAIN)
%C%_fuzz_frame_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_chrony
%C%_fuzz_chrony_SOURCES = %D%/fuzz_chrony.c $(FUZZ_MAIN)
%C%_fuzz_chrony_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_mysqld
%C%_fuzz_mysqld_SOURCES = %D%/fuzz_mysqld.c $(FUZZ_MAIN)
%C%_fuzz_mysqld_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_ntp
%C%_fuzz_ntp_SOURCES = %D%/fuzz_ntp.c $(FUZZ_MAIN)
%C%_fuzz_ntp_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_dgram
%C%_fuzz_dgram_SOURCES = %D%/fuzz_dgram.c $(FUZZ_MAIN)
%C%_fuzz_dgram_LDADD = $(FUZZ_LIBS)

# The files that the stages of the scheduler hand over.
if HAVE_SCHEDULER
FUZZ_TARGETS += %D%/fuzz_spec_args %D%/fuzz_template %D%/fuzz_record %D%/fuzz_handover %D%/fuzz_journal \
	%D%/fuzz_load_parse %D%/fuzz_load_data %D%/fuzz_segment %D%/fuzz_event
endif
%C%_fuzz_spec_args_SOURCES = %D%/fuzz_spec_args.c $(FUZZ_MAIN)
%C%_fuzz_spec_args_LDADD = lib/libstore.a $(FUZZ_LIBS)
%C%_fuzz_template_SOURCES = %D%/fuzz_template.c $(FUZZ_MAIN)
%C%_fuzz_template_LDADD = lib/libstore.a $(FUZZ_LIBS)
%C%_fuzz_record_SOURCES = %D%/fuzz_record.c $(FUZZ_MAIN) \
	scheduler/record.c scheduler/record.h
%C%_fuzz_record_LDADD = lib/libstore.a $(FUZZ_LIBS)
%C%_fuzz_handover_SOURCES = %D%/fuzz_handover.c $(FUZZ_MAIN) \
	scheduler/handover.c scheduler/handover.h scheduler/spool.c scheduler/spool.h
%C%_fuzz_handover_LDADD = lib/libstore.a $(FUZZ_LIBS)
%C%_fuzz_journal_SOURCES = %D%/fuzz_journal.c $(FUZZ_MAIN) \
	scheduler/journal_read.c scheduler/journal.h scheduler/spool.c scheduler/spool.h
%C%_fuzz_journal_LDADD = $(FUZZ_LIBS)
%C%_fuzz_load_parse_SOURCES = %D%/fuzz_load_parse.c $(FUZZ_MAIN) \
	scheduler/load_parse.c scheduler/load_parse.h
%C%_fuzz_load_parse_LDADD = $(FUZZ_LIBS)
%C%_fuzz_load_data_SOURCES = %D%/fuzz_load_data.c $(FUZZ_MAIN) \
	scheduler/load_data.c scheduler/load_data.h
%C%_fuzz_load_data_LDADD = lib/libstore.a $(FUZZ_LIBS)
%C%_fuzz_event_SOURCES = %D%/fuzz_event.c $(FUZZ_MAIN) \
	scheduler/event.c scheduler/event.h scheduler/spool.c scheduler/spool.h
%C%_fuzz_event_LDADD = lib/libstore.a $(FUZZ_LIBS)
%C%_fuzz_segment_SOURCES = %D%/fuzz_segment.c $(FUZZ_MAIN) \
	scheduler/segment_read.c scheduler/segment_read.h scheduler/record.c scheduler/record.h
%C%_fuzz_segment_LDADD = lib/libstore.a $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_cleanup_list %D%/fuzz_cleanup_match
%C%_fuzz_cleanup_list_SOURCES = %D%/fuzz_cleanup_list.c $(FUZZ_MAIN) \
	scheduler/cleanup_list.c scheduler/cleanup_list.h
%C%_fuzz_cleanup_list_LDADD = $(FUZZ_LIBS)
%C%_fuzz_cleanup_match_SOURCES = %D%/fuzz_cleanup_match.c $(FUZZ_MAIN) \
	scheduler/cleanup_match.c scheduler/cleanup_match.h
%C%_fuzz_cleanup_match_LDADD = $(FUZZ_LIBS)

# What a hold says, and what a node's row takes out of perfdata.
if HAVE_SCHEDULER
FUZZ_TARGETS += %D%/fuzz_hold %D%/fuzz_status_values
endif
%C%_fuzz_hold_SOURCES = %D%/fuzz_hold.c $(FUZZ_MAIN) scheduler/hold.c scheduler/hold.h
%C%_fuzz_hold_LDADD = $(FUZZ_LIBS)
%C%_fuzz_status_values_SOURCES = %D%/fuzz_status_values.c $(FUZZ_MAIN) \
	scheduler/status_values.c scheduler/status.h
%C%_fuzz_status_values_LDADD = $(FUZZ_LIBS)

# Nodes from a spreadsheet.
if HAVE_SCHEDULER
FUZZ_TARGETS += %D%/fuzz_node_csv
endif
%C%_fuzz_node_csv_SOURCES = %D%/fuzz_node_csv.c $(FUZZ_MAIN) scheduler/csv.c scheduler/csv.h \
	scheduler/node_args.c scheduler/node_args.h scheduler/node_csv.c scheduler/node_csv.h
%C%_fuzz_node_csv_LDADD = lib/libstore.a $(FUZZ_LIBS) $(MYSQL_LIBS)

# libconfig's grammar, and what is made of the values; profiles of services.
if HAVE_LIBCONFIG
FUZZ_TARGETS += %D%/fuzz_conf %D%/fuzz_profile %D%/fuzz_service_rows
endif
%C%_fuzz_profile_SOURCES = %D%/fuzz_profile.c $(FUZZ_MAIN)
%C%_fuzz_profile_LDADD = lib/libhealth.a lib/libconf.a $(FUZZ_LIBS) $(LIBCONFIG_LIBS)
%C%_fuzz_service_rows_SOURCES = %D%/fuzz_service_rows.c $(FUZZ_MAIN)
%C%_fuzz_service_rows_LDADD = lib/libhealth.a lib/libmib.a lib/libclient.a lib/libconf.a $(FUZZ_LIBS) $(LIBCONFIG_LIBS) $(DL_LIBS)
%C%_fuzz_conf_SOURCES = %D%/fuzz_conf.c $(FUZZ_MAIN)
%C%_fuzz_conf_LDADD = lib/libconf.a $(FUZZ_LIBS) $(LIBCONFIG_LIBS)

FUZZ_TARGETS += %D%/fuzz_openflow
%C%_fuzz_openflow_SOURCES = %D%/fuzz_openflow.c $(FUZZ_MAIN)
%C%_fuzz_openflow_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_monitor
%C%_fuzz_monitor_SOURCES = %D%/fuzz_monitor.c $(FUZZ_MAIN)
%C%_fuzz_monitor_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_bond
%C%_fuzz_bond_SOURCES = %D%/fuzz_bond.c $(FUZZ_MAIN)
%C%_fuzz_bond_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_datapath
%C%_fuzz_datapath_SOURCES = %D%/fuzz_datapath.c $(FUZZ_MAIN)
%C%_fuzz_datapath_LDADD = $(FUZZ_LIBS)

# What comes back on an ICMP socket, and the command lines of guests.
FUZZ_TARGETS += %D%/fuzz_icmp
if HAVE_LIBVIRT
FUZZ_TARGETS += %D%/fuzz_guests
endif
%C%_fuzz_icmp_SOURCES = %D%/fuzz_icmp.c $(FUZZ_MAIN)
%C%_fuzz_icmp_LDADD = lib/libclient.a $(FUZZ_LIBS)
%C%_fuzz_guests_SOURCES = %D%/fuzz_guests.c $(FUZZ_MAIN) \
	plugins/libvirt_guests.c plugins/libvirt_guests.h
%C%_fuzz_guests_LDADD = lib/libclient.a $(FUZZ_LIBS) $(LIBVIRT_LIBS)

if HAVE_JANSSON
FUZZ_TARGETS += %D%/fuzz_vswitch %D%/fuzz_unixctl %D%/fuzz_ovs_sample
endif
FUZZ_OVS_LIBS = lib/libhealth.a lib/libclient.a lib/libbase.a $(JANSSON_LIBS) $(CURL_LIBS) $(FUZZ_ENGINE)
%C%_fuzz_vswitch_SOURCES = %D%/fuzz_vswitch.c $(FUZZ_MAIN)
%C%_fuzz_vswitch_LDADD = $(FUZZ_OVS_LIBS)
%C%_fuzz_unixctl_SOURCES = %D%/fuzz_unixctl.c $(FUZZ_MAIN)
%C%_fuzz_unixctl_LDADD = $(FUZZ_OVS_LIBS)
%C%_fuzz_ovs_sample_SOURCES = %D%/fuzz_ovs_sample.c $(FUZZ_MAIN)
%C%_fuzz_ovs_sample_LDADD = $(FUZZ_OVS_LIBS)

# What services say of themselves.
FUZZ_TARGETS += %D%/fuzz_redis %D%/fuzz_memcached %D%/fuzz_modstatus %D%/fuzz_mysql_greeting \
	%D%/fuzz_amqp_start
%C%_fuzz_redis_SOURCES = %D%/fuzz_redis.c $(FUZZ_MAIN)
%C%_fuzz_redis_LDADD = $(FUZZ_LIBS)
%C%_fuzz_memcached_SOURCES = %D%/fuzz_memcached.c $(FUZZ_MAIN)
%C%_fuzz_memcached_LDADD = $(FUZZ_LIBS)
%C%_fuzz_modstatus_SOURCES = %D%/fuzz_modstatus.c $(FUZZ_MAIN)
%C%_fuzz_modstatus_LDADD = $(FUZZ_LIBS)
%C%_fuzz_mysql_greeting_SOURCES = %D%/fuzz_mysql_greeting.c $(FUZZ_MAIN)
%C%_fuzz_mysql_greeting_LDADD = $(FUZZ_LIBS)
%C%_fuzz_amqp_start_SOURCES = %D%/fuzz_amqp_start.c $(FUZZ_MAIN)
%C%_fuzz_amqp_start_LDADD = $(FUZZ_LIBS)

# A broker's answers, and JSON itself.
if HAVE_JANSSON
FUZZ_TARGETS += %D%/fuzz_rabbitmq
endif
%C%_fuzz_rabbitmq_SOURCES = %D%/fuzz_rabbitmq.c $(FUZZ_MAIN)
%C%_fuzz_rabbitmq_LDADD = lib/libclient.a $(FUZZ_LIBS) $(JANSSON_LIBS)

# What a manager may ask the subagent for.
FUZZ_TARGETS += %D%/fuzz_view
%C%_fuzz_view_SOURCES = %D%/fuzz_view.c t/mib_made.c t/mib_made.h $(FUZZ_MAIN)
%C%_fuzz_view_LDADD = lib/libmib.a lib/libbase.a $(FUZZ_ENGINE)

# Values of probes, as the database has them.
FUZZ_TARGETS += %D%/fuzz_probe_perf
%C%_fuzz_probe_perf_SOURCES = %D%/fuzz_probe_perf.c $(FUZZ_MAIN)
%C%_fuzz_probe_perf_LDADD = lib/libmib.a lib/libbase.a $(FUZZ_ENGINE)

FUZZ_TARGETS += %D%/fuzz_snmprows
%C%_fuzz_snmprows_SOURCES = %D%/fuzz_snmprows.c lib/client/snmp_ask.c lib/health/snmprows.c $(FUZZ_MAIN)
%C%_fuzz_snmprows_LDADD = lib/libmib.a lib/libbase.a $(FUZZ_ENGINE)
