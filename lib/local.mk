# SPDX-License-Identifier: GPL-2.0-or-later
# One archive a layer. A program takes from an archive only the objects that it uses, so a
# node plugin never links conf.o (libconfig) or loop.o (libevent).
noinst_LIBRARIES += %D%/libhealth.a %D%/libcheck.a %D%/libcollect.a %D%/libclient.a %D%/libbase.a
%C%_libbase_a_SOURCES = \
	%D%/base/attr.h \
	%D%/base/buf.c %D%/base/buf.h \
	%D%/base/child.c %D%/base/child.h \
	%D%/base/cleanup.h \
	%D%/base/crc32c.c %D%/base/crc32c.h \
	%D%/base/clock.c %D%/base/clock.h \
	%D%/base/conf.h \
	%D%/base/deadline.c %D%/base/deadline.h \
	%D%/base/err.c %D%/base/err.h \
	%D%/base/fsroot.c %D%/base/fsroot.h \
	%D%/base/log.c %D%/base/log.h \
	%D%/base/num.c %D%/base/num.h \
	%D%/base/pack.c %D%/base/pack.h \
	%D%/base/pattern.c %D%/base/pattern.h \
	%D%/base/pidfd.c %D%/base/pidfd.h \
	%D%/base/sdnotify.c %D%/base/sdnotify.h \
	%D%/base/trusted.c %D%/base/trusted.h \
	%D%/base/utf8.c %D%/base/utf8.h \
	%D%/base/when.c %D%/base/when.h
if HAVE_SCHEDULER
%C%_libbase_a_SOURCES += %D%/base/loop.c %D%/base/loop.h
endif

%C%_libcheck_a_SOURCES = \
	%D%/check/common.c %D%/check/common.h \
	%D%/check/metric.c %D%/check/metric.h \
	%D%/check/opt.c %D%/check/opt.h \
	%D%/check/perf.c %D%/check/perf.h \
	%D%/check/plugin.c %D%/check/plugin.h \
	%D%/check/range.c %D%/check/range.h \
	%D%/check/result.c %D%/check/result.h %D%/check/result_private.h \
	%D%/check/result_render.c \
	%D%/check/sample.c %D%/check/sample.h \
	%D%/check/statedir.c %D%/check/statedir.h \
	%D%/check/state.c %D%/check/state.h \
	%D%/check/text.c %D%/check/text.h \
	%D%/check/unit.c %D%/check/unit.h

# One line a fact.
%C%_libcollect_a_SOURCES =
%C%_libcollect_a_SOURCES += %D%/collect/cpu.c %D%/collect/cpu.h
%C%_libcollect_a_SOURCES += %D%/collect/load.c %D%/collect/load.h
%C%_libcollect_a_SOURCES += %D%/collect/mem.c %D%/collect/mem.h
%C%_libcollect_a_SOURCES += %D%/collect/psi.c %D%/collect/psi.h
%C%_libcollect_a_SOURCES += %D%/collect/rates.c %D%/collect/rates.h
%C%_libcollect_a_SOURCES += %D%/collect/temp.c %D%/collect/temp.h
%C%_libcollect_a_SOURCES += %D%/collect/time.c %D%/collect/time.h
%C%_libcollect_a_SOURCES += %D%/collect/uptime.c %D%/collect/uptime.h
%C%_libcollect_a_SOURCES += %D%/collect/dirtest.c %D%/collect/dirtest.h
%C%_libcollect_a_SOURCES += %D%/collect/dirtest_child.c %D%/collect/dirtest_child.h
%C%_libcollect_a_SOURCES += %D%/collect/disk.c %D%/collect/disk.h
%C%_libcollect_a_SOURCES += %D%/collect/diskchild.c %D%/collect/diskchild.h
%C%_libcollect_a_SOURCES += %D%/collect/diskio.c %D%/collect/diskio.h
%C%_libcollect_a_SOURCES += %D%/collect/diskstuck.c %D%/collect/diskstuck.h
%C%_libcollect_a_SOURCES += %D%/collect/fstype.c %D%/collect/fstype.h
%C%_libcollect_a_SOURCES += %D%/collect/iscsi.c %D%/collect/iscsi.h
%C%_libcollect_a_SOURCES += %D%/collect/mounts.c %D%/collect/mounts.h
%C%_libcollect_a_SOURCES += %D%/collect/mountview.c %D%/collect/mountview.h
%C%_libcollect_a_SOURCES += %D%/collect/net.c %D%/collect/net.h
%C%_libcollect_a_SOURCES += %D%/collect/cgroup.c %D%/collect/cgroup.h
%C%_libcollect_a_SOURCES += %D%/collect/monitor.c %D%/collect/monitor.h
%C%_libcollect_a_SOURCES += %D%/collect/netns.c %D%/collect/netns.h
%C%_libcollect_a_SOURCES += %D%/collect/passwd.c %D%/collect/passwd.h
%C%_libcollect_a_SOURCES += %D%/collect/proc.c %D%/collect/proc.h
%C%_libcollect_a_SOURCES += %D%/collect/proc_cmdline.c %D%/collect/proc_cmdline.h
%C%_libcollect_a_SOURCES += %D%/collect/proc_fd.c %D%/collect/proc_fd.h
%C%_libcollect_a_SOURCES += %D%/collect/proc_stale.c %D%/collect/proc_stale.h
%C%_libcollect_a_SOURCES += %D%/collect/proc_stat.c %D%/collect/proc_stat.h
%C%_libcollect_a_SOURCES += %D%/collect/proc_status.c %D%/collect/proc_status.h
%C%_libcollect_a_SOURCES += %D%/collect/proc_group.c %D%/collect/proc_group.h
%C%_libcollect_a_SOURCES += %D%/collect/proc_match.c %D%/collect/proc_match.h
%C%_libcollect_a_SOURCES += %D%/collect/sock.c %D%/collect/sock.h
%C%_libcollect_a_SOURCES += %D%/collect/sockaddr.c %D%/collect/sockaddr.h
%C%_libcollect_a_SOURCES += %D%/collect/sockdiag.c %D%/collect/sockdiag_ask.c %D%/collect/sockdiag.h
%C%_libcollect_a_SOURCES += %D%/collect/sockowner.c %D%/collect/sockowner.h
%C%_libcollect_a_SOURCES += %D%/collect/sockproc.c %D%/collect/sockproc.h

# One line a protocol.
%C%_libclient_a_SOURCES = %D%/client/dgram.c %D%/client/dgram.h %D%/client/wire.h
%C%_libclient_a_SOURCES += %D%/client/address.c %D%/client/address.h
%C%_libclient_a_SOURCES += %D%/client/stream.c %D%/client/stream.h
%C%_libclient_a_SOURCES += %D%/client/chrony.c %D%/client/chrony.h
%C%_libclient_a_SOURCES += %D%/client/ntp.c %D%/client/ntp.h
%C%_libclient_a_SOURCES += %D%/client/lines.h
%C%_libclient_a_SOURCES += %D%/client/mysqld_table.c %D%/client/mysqld_table.h
%C%_libclient_a_SOURCES += %D%/client/mysqld_status.c %D%/client/mysqld_status.h
%C%_libclient_a_SOURCES += %D%/client/mysqld_replica.c %D%/client/mysqld_replica.h
%C%_libclient_a_SOURCES += %D%/client/mysqld_trx.c %D%/client/mysqld_trx.h
%C%_libclient_a_SOURCES += %D%/client/mysqld_query.c %D%/client/mysqld_query.h
%C%_libclient_a_SOURCES += %D%/client/mysqld_read.c %D%/client/mysqld_meaning.c
%C%_libclient_a_SOURCES += %D%/client/mysqld_box.c %D%/client/mysqld_box.h
%C%_libclient_a_SOURCES += %D%/client/mysqld_session.c %D%/client/mysqld.h
%C%_libclient_a_SOURCES += %D%/client/dialog.c %D%/client/dialog.h
%C%_libclient_a_SOURCES += %D%/client/facts.c %D%/client/facts.h
%C%_libclient_a_SOURCES += %D%/client/redis.c %D%/client/redis.h
%C%_libclient_a_SOURCES += %D%/client/memcached.c %D%/client/memcached.h
%C%_libclient_a_SOURCES += %D%/client/mysql_greeting.c %D%/client/mysql_greeting.h
%C%_libclient_a_SOURCES += %D%/client/amqp_start.c %D%/client/amqp_start.h
%C%_libclient_a_SOURCES += %D%/client/modstatus.c %D%/client/modstatus.h
%C%_libclient_a_SOURCES += %D%/client/openflow.c %D%/client/openflow.h
%C%_libclient_a_SOURCES += %D%/client/bond.c %D%/client/bond.h
%C%_libclient_a_SOURCES += %D%/client/datapath.c %D%/client/datapath.h
%C%_libclient_a_SOURCES += %D%/client/vswitch_find.c
%C%_libclient_a_SOURCES += %D%/client/url.c %D%/client/url.h
%C%_libclient_a_SOURCES += %D%/client/rabbitmq_facts.c %D%/client/rabbitmq.h
# A client library's header stands in one file, which is left out where the library is missing.
%C%_libclient_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(JANSSON_CFLAGS) $(RABBITMQ_CFLAGS) \
	$(LIBVIRT_CFLAGS) $(MYSQL_CFLAGS) $(SNMP_CFLAGS) $(SYSTEMD_CFLAGS)
if HAVE_CURL
%C%_libclient_a_SOURCES += %D%/client/http.c
endif
if HAVE_JANSSON
%C%_libclient_a_SOURCES += %D%/client/json.c %D%/client/rabbitmq_parse.c
%C%_libclient_a_SOURCES += %D%/client/jsonrpc.c %D%/client/ovsdb.c %D%/client/unixctl.c %D%/client/vswitch.c
if HAVE_CURL
%C%_libclient_a_SOURCES += %D%/client/rabbitmq.c
endif
endif
if HAVE_RABBITMQ
%C%_libclient_a_SOURCES += %D%/client/amqp.c
endif
if HAVE_LIBVIRT
%C%_libclient_a_SOURCES += %D%/client/libvirt.c
endif
if HAVE_MYSQL
%C%_libclient_a_SOURCES += %D%/client/mysqld.c
endif
if HAVE_SNMP
%C%_libclient_a_SOURCES += %D%/client/snmp.c %D%/client/snmp_ask.c
endif
# A program that uses it links $(DL_LIBS).
if HAVE_SYSTEMD
%C%_libclient_a_SOURCES += %D%/client/systemd.c
endif
EXTRA_DIST += %D%/client/systemd.h
EXTRA_DIST += %D%/client/http.h %D%/client/json.h %D%/client/amqp.h %D%/client/libvirt.h

%C%_libclient_a_SOURCES += %D%/client/icmp.c %D%/client/icmp.h
%C%_libclient_a_SOURCES += %D%/client/reach.c %D%/client/reach.h
EXTRA_DIST += %D%/client/snmp.h %D%/client/snmp_private.h %D%/health/snmprows.h
EXTRA_DIST += %D%/client/jsonrpc.h %D%/client/ovsdb.h \
	%D%/client/unixctl.h %D%/client/vswitch.h

# conf.c needs libconfig, which a machine without the scheduler may lack.
if HAVE_LIBCONFIG
noinst_LIBRARIES += %D%/libconf.a
endif
%C%_libconf_a_CPPFLAGS = $(AM_CPPFLAGS) $(LIBCONFIG_CFLAGS)
%C%_libconf_a_SOURCES = %D%/base/conf.c %D%/base/confset.c %D%/base/confset.h

# The database, only where its client library is. schema_sql.c is made of the numbered files.
if HAVE_SCHEDULER
noinst_LIBRARIES += %D%/libstore.a
endif
STORE_SCHEMA = %D%/store/schema/0001.sql %D%/store/schema/0002.sql
EXTRA_DIST += $(STORE_SCHEMA) %D%/store/schema.awk
CLEANFILES += %D%/store/schema_sql.c
%D%/store/schema_sql.c: $(STORE_SCHEMA) %D%/store/schema.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	files= && for file in $(STORE_SCHEMA); do files="$$files $(srcdir)/$$file"; done && \
	$(AWK) -f $(srcdir)/%D%/store/schema.awk $$files >$@.tmp && mv $@.tmp $@
nodist_%C%_libstore_a_SOURCES = %D%/store/schema_sql.c
%C%_libstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
%C%_libstore_a_SOURCES = \
	%D%/store/db.c %D%/store/db.h %D%/store/db_private.h \
	%D%/store/db_accounting.c \
	%D%/store/db_expand.c %D%/store/db_expand.h \
	%D%/store/db_event.c %D%/store/db_event.h %D%/store/event_id.c \
	%D%/store/db_history.c %D%/store/db_history.h \
	%D%/store/db_grants.c %D%/store/db_grants.h \
	%D%/store/db_host.c \
	%D%/store/db_lease.c %D%/store/db_lease.h \
	%D%/store/db_import.c %D%/store/db_import.h \
	%D%/store/db_import_node.c \
	%D%/store/db_import_tell.c %D%/store/db_import_work.h \
	%D%/store/db_load.c %D%/store/db_load.h \
	%D%/store/db_load_event.c \
	%D%/store/db_load_result.c \
	%D%/store/db_load_rollup.c \
	%D%/store/db_load_runlog.c \
	%D%/store/db_load_slots.c \
	%D%/store/db_load_status.c \
	%D%/store/db_materialise.c \
	%D%/store/db_mysql.c \
	%D%/store/db_node.c %D%/store/db_node.h \
	%D%/store/db_node_group.c \
	%D%/store/db_node_move.c \
	%D%/store/db_node_state.c %D%/store/db_node_state.h \
	%D%/store/db_node_state_store.c \
	%D%/store/db_node_want.c \
	%D%/store/db_node_work.c %D%/store/db_node_work.h \
	%D%/store/db_partition.c %D%/store/db_partition.h \
	%D%/store/db_probe.c %D%/store/db_probe.h \
	%D%/store/db_range.c \
	%D%/store/db_rollup.c %D%/store/db_rollup.h \
	%D%/store/db_schema.c \
	%D%/store/db_settings.c %D%/store/db_settings.h \
	%D%/store/db_size.c %D%/store/db_size.h \
	%D%/store/db_slots.c \
	%D%/store/db_spec.c \
	%D%/store/db_spec_do.c %D%/store/db_spec_info.c \
	%D%/store/db_specput.c \
	%D%/store/db_specrow.c %D%/store/db_specrow.h \
	%D%/store/db_status.c %D%/store/db_status.h %D%/store/db_status_row.h \
	%D%/store/db_threshold.c %D%/store/db_threshold.h \
	%D%/store/db_threshold_change.c \
	%D%/store/db_upgrade.c \
	%D%/store/labels.c %D%/store/labels.h \
	%D%/store/node.c %D%/store/node.h \
	%D%/store/node_state.c %D%/store/node_state.h \
	%D%/store/node_tree.c \
	%D%/store/range.c %D%/store/range.h \
	%D%/store/schema.h \
	%D%/store/schema_thing.c %D%/store/schema_thing.h \
	%D%/store/spec.c %D%/store/spec.h \
	%D%/store/spec_field.c %D%/store/spec_field.h \
	%D%/store/spec_source.c %D%/store/spec_source.h \
	%D%/store/sql.h %D%/store/sql_build.c \
	%D%/store/template.c %D%/store/template.h

# One line a row that programs show.
%C%_libhealth_a_SOURCES =
%C%_libhealth_a_SOURCES += %D%/health/diskrow.c %D%/health/diskrow.h
%C%_libhealth_a_SOURCES += %D%/health/memrow.c %D%/health/memrow.h
%C%_libhealth_a_SOURCES += %D%/health/node.c %D%/health/node.h %D%/health/node_mount.c
%C%_libhealth_a_SOURCES += %D%/health/node_rows.c %D%/health/node_rows.h
%C%_libhealth_a_SOURCES += %D%/health/ovs_sample.c %D%/health/ovs_sample.h
%C%_libhealth_a_SOURCES += %D%/health/ovs.c %D%/health/ovs.h
%C%_libhealth_a_SOURCES += %D%/health/ovs_verdict.c %D%/health/ovs_verdict.h
if HAVE_JANSSON
%C%_libhealth_a_SOURCES += %D%/health/ovs_ask.c %D%/health/ovs_daemon.c
endif
EXTRA_DIST += %D%/health/ovs_ask.h
%C%_libhealth_a_SOURCES += %D%/health/mibnumber.c %D%/health/mibnumber.h
%C%_libhealth_a_SOURCES += %D%/health/rabbitmq.c %D%/health/rabbitmq.h
%C%_libhealth_a_SOURCES += %D%/health/rabbitmq_rows.c %D%/health/rabbitmq_rows.h %D%/health/rabbitmq_broker.c
if HAVE_JANSSON
if HAVE_CURL
%C%_libhealth_a_SOURCES += %D%/health/rabbitmq_read.c
endif
endif
%C%_libhealth_a_SOURCES += %D%/health/secret.c %D%/health/secret.h
if HAVE_SNMP
%C%_libhealth_a_SOURCES += %D%/health/snmprows.c
endif
# What a program with secrets links behind lib/libhealth.a, and before lib/libbase.a.
if HAVE_LIBCONFIG
SECRET_LIBS = lib/libconf.a
SECRET_LDLIBS = $(LIBCONFIG_LIBS)
else
SECRET_LIBS =
SECRET_LDLIBS =
endif
%C%_libhealth_a_SOURCES += %D%/health/profile.c %D%/health/profile.h %D%/health/profile_private.h \
	%D%/health/profile_find.c %D%/health/profile_service.c %D%/health/profile_write.c
%C%_libhealth_a_SOURCES += %D%/health/suggest.c %D%/health/suggest.h %D%/health/suggest_name.c \
	%D%/health/suggest_name.h %D%/health/suggest_socket.c %D%/health/suggest_write.c \
	%D%/health/suggest_fit.c
%C%_libhealth_a_SOURCES += %D%/health/service.c %D%/health/service.h \
	%D%/health/service_process.c %D%/health/service_process.h \
	%D%/health/service_find.c %D%/health/service_judge.c %D%/health/service_net.c %D%/health/service_net.h \
	%D%/health/service_listener.c %D%/health/service_link.c %D%/health/service_ping.c \
	%D%/health/service_restart.c %D%/health/service_run.c %D%/health/service_run.h %D%/health/service_unit.c
%C%_libhealth_a_SOURCES += %D%/health/service_rows.c %D%/health/service_findings.c %D%/health/service_rows.h
%C%_libhealth_a_SOURCES += %D%/health/mibstate.c %D%/health/mibstate.h
%C%_libhealth_a_SOURCES += %D%/health/service_fact.c %D%/health/service_fact.h
%C%_libhealth_a_SOURCES += %D%/health/service_socket.c %D%/health/service_socket.h

# HAETAE-MIB as data: the subagent's answers, what the remote checks read. One line a noun.
noinst_LIBRARIES += %D%/libmib.a
%C%_libmib_a_SOURCES = \
	%D%/mib/cell.c \
	%D%/mib/mib.c %D%/mib/mib.h \
	%D%/mib/rows.c %D%/mib/rows.h \
	%D%/mib/ovs.c %D%/mib/ovs_bridge.c %D%/mib/ovs.h \
	%D%/mib/tables.c \
	%D%/mib/view.c %D%/mib/view.h
%C%_libmib_a_SOURCES += %D%/mib/node.c %D%/mib/node.h
%C%_libmib_a_SOURCES += %D%/mib/filesystem.c %D%/mib/filesystem.h
%C%_libmib_a_SOURCES += %D%/mib/interface.c %D%/mib/interface.h
%C%_libmib_a_SOURCES += %D%/mib/domain.c %D%/mib/domain.h
%C%_libmib_a_SOURCES += %D%/mib/rabbitmq.c %D%/mib/rabbitmq.h
%C%_libmib_a_SOURCES += %D%/mib/service.c %D%/mib/service.h
%C%_libmib_a_SOURCES += %D%/mib/listener.c %D%/mib/listener.h
%C%_libmib_a_SOURCES += %D%/mib/dependency.c %D%/mib/dependency.h
%C%_libmib_a_SOURCES += %D%/mib/finding.c %D%/mib/finding.h
%C%_libmib_a_SOURCES += %D%/mib/probe.c %D%/mib/probe.h
%C%_libmib_a_SOURCES += %D%/mib/probe_perf.c %D%/mib/probe_perf.h
%C%_libmib_a_SOURCES += %D%/mib/agent.c %D%/mib/agent.h
%C%_libmib_a_SOURCES += %D%/mib/alarm.c %D%/mib/alarm.h
%C%_libmib_a_SOURCES += %D%/mib/collector.c %D%/mib/collector.h
