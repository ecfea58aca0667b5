# SPDX-License-Identifier: GPL-2.0-or-later
# haetae-agentx: one line a noun. It is built where net-snmp and libconfig are.
EXTRA_DIST += %D%/HAETAE-MIB.txt %D%/mib.pl %D%/mib-root.awk
dist_man_MANS += %D%/haetae-mib.7 %D%/haetae-snmp.7

# The module as it is installed: below the root that was configured.
mibdir = $(datadir)/snmp/mibs
nodist_mib_DATA = %D%/mib/HAETAE-MIB.txt
CLEANFILES += %D%/mib/HAETAE-MIB.txt
%D%/mib/HAETAE-MIB.txt: %D%/HAETAE-MIB.txt %D%/mib-root.awk Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(AWK) -v oid='$(ENTERPRISE_OID)' -f $(srcdir)/%D%/mib-root.awk \
		$(srcdir)/%D%/HAETAE-MIB.txt >$@.new && mv -f $@.new $@
EXTRA_DIST += %D%/agentx.h %D%/board.h %D%/board_private.h %D%/collect.h %D%/collector.h \
	%D%/notification.h %D%/own.h %D%/privileges.h %D%/settings.h

EXTRA_DIST += %D%/haetae-agentx.8
if HAVE_SUBAGENT
man_MANS += %D%/haetae-agentx.8
# The scheduler has it, too.
if !HAVE_SCHEDULER
man_MANS += scheduler/haetae.conf.5
endif
# In an archive, so that unit tests link it too: all but main.c, and collectors.c, which knows every
# collector.
noinst_LIBRARIES += %D%/libsubagent.a
sbin_PROGRAMS += %D%/haetae-agentx
endif
SUBAGENT_LIBS = %D%/libsubagent.a lib/libhealth.a lib/libmib.a lib/libclient.a
if HAVE_SCHEDULER
SUBAGENT_LIBS += lib/libstore.a
endif
SUBAGENT_LIBS += lib/libconf.a lib/libcheck.a lib/libcollect.a lib/libbase.a $(SNMP_AGENT_LIBS) $(CURL_LIBS) \
	$(JANSSON_LIBS) $(LIBVIRT_LIBS) $(MYSQL_LIBS) $(LIBCONFIG_LIBS) $(DL_LIBS)
%C%_haetae_agentx_SOURCES = %D%/main.c %D%/collectors.c %D%/given.c %D%/given.h
%C%_haetae_agentx_CFLAGS = $(AM_CFLAGS) -pthread
%C%_haetae_agentx_LDADD = $(SUBAGENT_LIBS)
%C%_libsubagent_a_CFLAGS = $(AM_CFLAGS) -pthread
%C%_libsubagent_a_SOURCES =
%C%_libsubagent_a_SOURCES += %D%/board.c %D%/board_judge.c %D%/board_view.c
%C%_libsubagent_a_SOURCES += %D%/collect.c
%C%_libsubagent_a_CPPFLAGS = $(AM_CPPFLAGS) $(SNMP_AGENT_CFLAGS)
%C%_libsubagent_a_SOURCES += %D%/agentx.c %D%/master.c %D%/master.h %D%/place.c %D%/place.h
%C%_libsubagent_a_SOURCES += %D%/notification.c
%C%_libsubagent_a_SOURCES += %D%/privileges.c
%C%_libsubagent_a_SOURCES += %D%/rows_agent.c %D%/rows_alarm.c %D%/rows_collector.c
%C%_libsubagent_a_SOURCES += %D%/rows_probe.c
%C%_libsubagent_a_SOURCES += %D%/settings.c
# Collectors of what foreign libraries tell, only where these are.
if HAVE_LIBVIRT
%C%_libsubagent_a_SOURCES += %D%/rows_domain.c
endif
if HAVE_CURL
if HAVE_JANSSON
%C%_libsubagent_a_SOURCES += %D%/rows_rabbitmq.c
endif
endif
%C%_libsubagent_a_SOURCES += %D%/rows_disk.c %D%/rows_disk.h %D%/rows_net.c %D%/rows_node.c
%C%_libsubagent_a_SOURCES += %D%/rows_service.c %D%/service_memory.c %D%/service_memory.h
%C%_libsubagent_a_SOURCES += %D%/service_strangers.c %D%/service_strangers.h
if HAVE_JANSSON
%C%_libsubagent_a_SOURCES += %D%/rows_ovs.c %D%/ovs_fill.c %D%/ovs_fill_all.c
endif
EXTRA_DIST += %D%/ovs_fill.h
