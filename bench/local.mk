# SPDX-License-Identifier: GPL-2.0-or-later
# Built by "make bench-programs", which bench/*.sh call; not a part of "make".
bench_programs = %D%/bare_services %D%/service_load %D%/empty %D%/noop_probe %D%/sleepers %D%/spawn_loop %D%/spawn_time
if HAVE_SUBAGENT
bench_programs += %D%/constant_agent %D%/snmp_rows %D%/snmp_walk
endif
EXTRA_PROGRAMS = $(bench_programs)
CLEANFILES += $(bench_programs)
EXTRA_DIST += %D%/build.sh %D%/cost.sh %D%/plugins.sh %D%/scale.sh %D%/scheduler.sh %D%/services.sh %D%/snmp.sh %D%/snmpd.sh %D%/specs.sh %D%/status.sh
%C%_bare_services_SOURCES = %D%/bare_services.c
%C%_bare_services_LDADD = lib/libbase.a
%C%_service_load_SOURCES = %D%/service_load.c
%C%_service_load_LDADD = lib/libbase.a
%C%_empty_SOURCES = %D%/empty.c
%C%_noop_probe_SOURCES = %D%/noop_probe.c
%C%_spawn_loop_SOURCES = %D%/spawn_loop.c
%C%_spawn_loop_LDADD = lib/libbase.a
%C%_sleepers_SOURCES = %D%/sleepers.c
%C%_sleepers_LDADD = lib/libbase.a
%C%_constant_agent_SOURCES = %D%/constant_agent.c
%C%_constant_agent_CFLAGS = $(AM_CFLAGS) $(SNMP_AGENT_CFLAGS)
%C%_constant_agent_LDADD = lib/libbase.a $(SNMP_AGENT_LIBS)
%C%_snmp_rows_SOURCES = %D%/snmp_rows.c
%C%_snmp_rows_LDADD = subagent/libsubagent.a lib/libmib.a lib/libclient.a lib/libbase.a $(SNMP_AGENT_LIBS) -lpthread
%C%_snmp_walk_SOURCES = %D%/snmp_walk.c
%C%_snmp_walk_CFLAGS = $(AM_CFLAGS) $(SNMP_CFLAGS)
%C%_snmp_walk_LDADD = lib/libbase.a $(SNMP_LIBS)
%C%_spawn_time_SOURCES = %D%/spawn_time.c
%C%_spawn_time_LDADD = lib/libbase.a

bench-programs: $(bench_programs)
.PHONY: bench-programs
