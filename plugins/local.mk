# SPDX-License-Identifier: GPL-2.0-or-later
# One block a plugin. The node plugins link libc alone.
dist_man_MANS += %D%/haetae-plugins.7 %D%/haetae-metrics.7
EXTRA_DIST += %D%/metrics.sh
# Pages of plugins that a build may leave out.
EXTRA_DIST += %D%/check_services.1 %D%/check_libvirt_domains.1 %D%/check_mysql_server.1 \
	%D%/check_ovs.1 %D%/check_rabbitmq.1 %D%/check_rabbitmq_snmp.1
# What the remote checks add to their local namesakes' files: net-snmp's client.
REMOTE_FILES = %D%/remote.c %D%/remote.h
REMOTE_LIBS = lib/libhealth.a lib/libmib.a lib/libclient.a $(SECRET_LIBS)
REMOTE_LDLIBS = $(SNMP_LIBS) $(SECRET_LDLIBS)
EXTRA_DIST += $(REMOTE_FILES)
PLUGIN_LIBS = lib/libcheck.a lib/libcollect.a lib/libbase.a

plugin_PROGRAMS += %D%/check_node_load
dist_man_MANS += %D%/check_node_load.1
%C%_check_node_load_SOURCES = %D%/check_node_load.c
%C%_check_node_load_LDADD = $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_node_cpu
dist_man_MANS += %D%/check_node_cpu.1
%C%_check_node_cpu_SOURCES = %D%/check_node_cpu.c
%C%_check_node_cpu_LDADD = $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_node_memory
dist_man_MANS += %D%/check_node_memory.1
%C%_check_node_memory_SOURCES = %D%/check_node_memory.c
%C%_check_node_memory_LDADD = lib/libhealth.a $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_node_pressure
dist_man_MANS += %D%/check_node_pressure.1
%C%_check_node_pressure_SOURCES = %D%/check_node_pressure.c
%C%_check_node_pressure_LDADD = $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_node_uptime
dist_man_MANS += %D%/check_node_uptime.1
%C%_check_node_uptime_SOURCES = %D%/check_node_uptime.c
%C%_check_node_uptime_LDADD = $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_node_temp
dist_man_MANS += %D%/check_node_temp.1
%C%_check_node_temp_SOURCES = %D%/check_node_temp.c
%C%_check_node_temp_LDADD = $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_process
dist_man_MANS += %D%/check_process.1
%C%_check_process_SOURCES = %D%/check_process.c \
	%D%/process_report.c %D%/process_report.h
%C%_check_process_LDADD = $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_time
dist_man_MANS += %D%/check_time.1
%C%_check_time_SOURCES = %D%/check_time.c
%C%_check_time_LDADD = lib/libclient.a $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_node_disk
dist_man_MANS += %D%/check_node_disk.1
%C%_check_node_disk_SOURCES = %D%/check_node_disk.c %D%/disk_select.c %D%/disk_select.h
%C%_check_node_disk_LDADD = lib/libhealth.a $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_node_diskio
dist_man_MANS += %D%/check_node_diskio.1
%C%_check_node_diskio_SOURCES = %D%/check_node_diskio.c
%C%_check_node_diskio_LDADD = $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_node_net
dist_man_MANS += %D%/check_node_net.1
%C%_check_node_net_SOURCES = %D%/check_node_net.c
%C%_check_node_net_LDADD = $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_node
dist_man_MANS += %D%/check_node.1
# What judges a node's facts, here and from afar.
NODE_SOURCES = %D%/node.h %D%/node_metrics.c %D%/node_row.c %D%/node_disk.c
%C%_check_node_SOURCES = %D%/check_node.c $(NODE_SOURCES) %D%/node_local.h %D%/node_process.c
%C%_check_node_LDADD = lib/libhealth.a $(PLUGIN_LIBS)

if HAVE_SUBAGENT
plugin_PROGRAMS += %D%/check_node_snmp
man_MANS += %D%/check_node_snmp.1
endif
EXTRA_DIST += %D%/check_node_snmp.1
%C%_check_node_snmp_SOURCES = %D%/check_node_snmp.c $(NODE_SOURCES) $(REMOTE_FILES)
%C%_check_node_snmp_LDADD = $(REMOTE_LIBS) $(PLUGIN_LIBS) $(REMOTE_LDLIBS)

# Profiles are libconfig's.
SERVICES_FILES = %D%/services.h %D%/services_profile.c %D%/services_report.c
if HAVE_LIBCONFIG
plugin_PROGRAMS += %D%/check_services
man_MANS += %D%/check_services.1
endif
%C%_check_services_SOURCES = %D%/check_services.c $(SERVICES_FILES)
%C%_check_services_LDADD = lib/libhealth.a lib/libclient.a lib/libconf.a $(PLUGIN_LIBS) $(LIBCONFIG_LIBS) \
	$(DL_LIBS)

if HAVE_LIBCONFIG
if HAVE_SNMP
plugin_PROGRAMS += %D%/check_services_snmp
man_MANS += %D%/check_services_snmp.1
endif
endif
EXTRA_DIST += %D%/check_services_snmp.1
%C%_check_services_snmp_SOURCES = %D%/check_services_snmp.c $(SERVICES_FILES) $(REMOTE_FILES)
%C%_check_services_snmp_LDADD = $(REMOTE_LIBS) $(PLUGIN_LIBS) $(REMOTE_LDLIBS) $(DL_LIBS)

plugin_PROGRAMS += %D%/check_directory
dist_man_MANS += %D%/check_directory.1
%C%_check_directory_SOURCES = %D%/check_directory.c
%C%_check_directory_LDADD = $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_connectivity
dist_man_MANS += %D%/check_connectivity.1
%C%_check_connectivity_SOURCES = %D%/check_connectivity.c \
	%D%/connectivity.h %D%/connectivity_report.c
%C%_check_connectivity_LDADD = lib/libclient.a $(PLUGIN_LIBS)

plugin_PROGRAMS += %D%/check_iscsi
dist_man_MANS += %D%/check_iscsi.1
%C%_check_iscsi_SOURCES = %D%/check_iscsi.c
%C%_check_iscsi_LDADD = $(PLUGIN_LIBS)

if HAVE_LIBVIRT
plugin_PROGRAMS += %D%/check_libvirt_domains
man_MANS += %D%/check_libvirt_domains.1
endif
%C%_check_libvirt_domains_SOURCES = %D%/check_libvirt_domains.c \
	%D%/libvirt_guests.c %D%/libvirt_guests.h
%C%_check_libvirt_domains_LDADD = lib/libclient.a $(PLUGIN_LIBS) $(LIBVIRT_LIBS) -lpthread

if HAVE_MYSQL
plugin_PROGRAMS += %D%/check_mysql_server
man_MANS += %D%/check_mysql_server.1
endif
%C%_check_mysql_server_SOURCES = %D%/check_mysql_server.c %D%/mysql_server.h \
	%D%/mysql_server_ask.c %D%/mysql_server_metrics.c %D%/mysql_server_status.c \
	%D%/mysql_server_replica.c
%C%_check_mysql_server_LDADD = lib/libhealth.a lib/libclient.a $(SECRET_LIBS) $(PLUGIN_LIBS) \
	$(MYSQL_LIBS) $(SECRET_LDLIBS)

# Open vSwitch: JSON of its database and control sockets; libcurl only for "ssl:".
if HAVE_JANSSON
plugin_PROGRAMS += %D%/check_ovs
man_MANS += %D%/check_ovs.1
endif
OVS_SOURCES = %D%/ovs.h %D%/ovs_daemons.c %D%/ovs_database.c %D%/ovs_datapaths.c \
	%D%/ovs_options.c %D%/ovs_ports.c %D%/ovs_rates.c %D%/ovs_run.c
%C%_check_ovs_SOURCES = %D%/check_ovs.c $(OVS_SOURCES)
%C%_check_ovs_LDADD = lib/libhealth.a lib/libclient.a $(PLUGIN_LIBS) $(JANSSON_LIBS) $(CURL_LIBS)
# The same of another node: no JSON, no sockets.
if HAVE_SNMP
plugin_PROGRAMS += %D%/check_ovs_snmp
man_MANS += %D%/check_ovs_snmp.1
endif
EXTRA_DIST += %D%/check_ovs_snmp.1
%C%_check_ovs_snmp_SOURCES = %D%/check_ovs_snmp.c %D%/ovs_facts.c %D%/ovs_facts.h $(OVS_SOURCES) $(REMOTE_FILES)
%C%_check_ovs_snmp_LDADD = $(REMOTE_LIBS) $(PLUGIN_LIBS) $(REMOTE_LDLIBS)

# The kinds that need client libraries are in a second program, made of the same files.
PING_SOURCES = %D%/check_service_ping.c %D%/ping.h %D%/ping_talk.c %D%/ping_stream.c \
	%D%/ping_redis.c %D%/ping_memcached.c %D%/ping_mysql.c %D%/ping_amqp.c
plugin_PROGRAMS += %D%/check_service_ping
dist_man_MANS += %D%/check_service_ping.1
%C%_check_service_ping_SOURCES = $(PING_SOURCES)
%C%_check_service_ping_LDADD = lib/libhealth.a $(SECRET_LIBS) lib/libclient.a $(PLUGIN_LIBS) $(SECRET_LDLIBS)
if HAVE_CURL
plugin_PROGRAMS += %D%/service_ping_libs
endif
%C%_service_ping_libs_CPPFLAGS = $(AM_CPPFLAGS) -DPING_WITH_LIBS
if HAVE_RABBITMQ
%C%_service_ping_libs_CPPFLAGS += -DPING_WITH_AMQP
endif
%C%_service_ping_libs_SOURCES = $(PING_SOURCES) %D%/ping_http.c %D%/ping_workers.c
%C%_service_ping_libs_LDADD = lib/libhealth.a $(SECRET_LIBS) lib/libclient.a $(PLUGIN_LIBS) $(SECRET_LDLIBS) $(CURL_LIBS) $(RABBITMQ_LIBS)

# A broker: by HTTP and JSON, and by AMQP where its library is.
if HAVE_CURL
if HAVE_JANSSON
plugin_PROGRAMS += %D%/check_rabbitmq
man_MANS += %D%/check_rabbitmq.1
endif
endif
RABBITMQ_SOURCES = %D%/rabbitmq.h %D%/rabbitmq_choice.c %D%/rabbitmq_judge.c \
	%D%/rabbitmq_metrics.c %D%/rabbitmq_node.c %D%/rabbitmq_queue.c %D%/rabbitmq_unseen.c
%C%_check_rabbitmq_SOURCES = %D%/check_rabbitmq.c $(RABBITMQ_SOURCES)
if HAVE_RABBITMQ
%C%_check_rabbitmq_SOURCES += %D%/rabbitmq_amqp.c
endif
%C%_check_rabbitmq_LDADD = lib/libhealth.a lib/libclient.a $(SECRET_LIBS) $(PLUGIN_LIBS) \
	$(CURL_LIBS) $(JANSSON_LIBS) $(RABBITMQ_LIBS) $(SECRET_LDLIBS)

if HAVE_SNMP
plugin_PROGRAMS += %D%/check_rabbitmq_snmp
man_MANS += %D%/check_rabbitmq_snmp.1
endif
%C%_check_rabbitmq_snmp_SOURCES = %D%/check_rabbitmq_snmp.c $(RABBITMQ_SOURCES) $(REMOTE_FILES)
%C%_check_rabbitmq_snmp_LDADD = $(REMOTE_LIBS) $(PLUGIN_LIBS) $(REMOTE_LDLIBS)
