# SPDX-License-Identifier: GPL-2.0-or-later
# Distributed always, also by a tree that leaves the scheduler out.
SCHEDULER_MANS = %D%/haetae.1 %D%/haetae-views.7 %D%/haetae-cleanup.8 %D%/haetae-scheduler.8 %D%/haetae.conf.5 \
	%D%/haetae-toolspecs.5
EXTRA_DIST += $(SCHEDULER_MANS)
if HAVE_SCHEDULER
# The daemons and the haetae command, only where the database's client library, libconfig
# and libevent are.
SCHEDULER_LIBS = lib/libstore.a lib/libconf.a lib/libcheck.a lib/libcollect.a lib/libbase.a \
	$(MYSQL_LIBS) $(LIBCONFIG_LIBS) $(EVENT_LIBS)

# What the stages are made of, in an archive so that unit tests link it too.
noinst_LIBRARIES += %D%/libscheduler.a
%C%_libscheduler_a_SOURCES = \
	%D%/bucket.h \
	%D%/capture.c %D%/capture.h \
	%D%/claim.c \
	%D%/cleanup_find.c %D%/cleanup_find.h \
	%D%/cleanup_kill.c %D%/cleanup_kill.h \
	%D%/cleanup_list.c %D%/cleanup_list.h \
	%D%/cleanup_match.c %D%/cleanup_match.h \
	%D%/cleanup_proc.c %D%/cleanup_proc.h \
	%D%/cleanup_report.c %D%/cleanup_report.h \
	%D%/decide.c %D%/decide.h \
	%D%/dispatch.c %D%/dispatch.h \
	%D%/event.c %D%/event.h \
	%D%/engine_exec.c %D%/engine_exec.h \
	%D%/handover.c %D%/handover.h \
	%D%/hold.c %D%/hold.h \
	%D%/journal.c %D%/journal.h %D%/journal_private.h \
	%D%/journal_read.c \
	%D%/level.c %D%/level.h \
	%D%/judge.c %D%/judge.h \
	%D%/judge_run.c \
	%D%/load.c \
	%D%/load_batch.c %D%/load_batch.h \
	%D%/load_data.c %D%/load_data.h \
	%D%/load_event.c %D%/load_event.h \
	%D%/load_held.c %D%/load_held.h \
	%D%/load_judge.c %D%/load_judge.h \
	%D%/load_parse.c %D%/load_parse.h \
	%D%/maintain.c %D%/maintain.h \
	%D%/materialise.c \
	%D%/news.c %D%/news.h \
	%D%/notify.c %D%/notify.h \
	%D%/privileges.c %D%/privileges.h \
	%D%/probes.c %D%/probes.h \
	%D%/probetype.c %D%/probetype.h \
	%D%/proctree.c %D%/proctree.h \
	%D%/record.c %D%/record.h \
	%D%/run.c %D%/run.h \
	%D%/run_claims.c \
	%D%/run_clock.c \
	%D%/run_job.c \
	%D%/run_journal.c \
	%D%/run_level.c \
	%D%/run_outbox.c \
	%D%/run_record.c \
	%D%/segment.c %D%/segment.h \
	%D%/segment_read.c %D%/segment_read.h \
	%D%/settings.c %D%/settings.h \
	%D%/share.c %D%/share.h \
	%D%/slotheap.c %D%/slotheap.h \
	%D%/spool.c %D%/spool.h \
	%D%/stage.c %D%/stage.h \
	%D%/supervise.c %D%/supervise.h

# The operator's command; its commands stand one a file.
bin_PROGRAMS += %D%/haetae
man_MANS += $(SCHEDULER_MANS)
%C%_haetae_SOURCES = \
	%D%/cmd_accounting.c \
	%D%/cmd_db.c \
	%D%/cmd_db_grants.c \
	%D%/cmd_db_status.c \
	%D%/cmd_history.c \
	%D%/cmd_hold.c \
	%D%/cmd_node.c %D%/cmd_node.h \
	%D%/cmd_node_import.c \
	%D%/cmd_node_list.c \
	%D%/cmd_node_show.c \
	%D%/cmd_profile.c %D%/cmd_profile.h \
	%D%/cmd_profile_test.c \
	%D%/cmd_profile_suggest.c \
	%D%/cmd_spec.c %D%/cmd_spec.h \
	%D%/cmd_spec_export.c \
	%D%/cmd_spec_import.c \
	%D%/cmd_spec_list.c \
	%D%/cmd_spec_run.c \
	%D%/cmd_spec_show.c \
	%D%/cmd_spec_switch.c \
	%D%/cmd_spool.c \
	%D%/cmd_status.c \
	%D%/cmd_log.c \
	%D%/cmd_threshold.c \
	%D%/cmd_threshold_list.c \
	%D%/threshold_place.c %D%/threshold_place.h \
	%D%/command.h \
	%D%/csv.c %D%/csv.h \
	%D%/haetae.c \
	%D%/node_args.c %D%/node_args.h \
	%D%/node_csv.c %D%/node_csv.h \
	%D%/specfile.c %D%/specfile.h %D%/specfile_write.c \
	%D%/status.c %D%/status.h \
	%D%/status_alarms.c \
	%D%/status_groups.c \
	%D%/status_json.c \
	%D%/status_private.h \
	%D%/status_table.c \
	%D%/status_values.c \
	%D%/table.c %D%/table.h
%C%_haetae_LDADD = %D%/libscheduler.a lib/libhealth.a lib/libclient.a $(SCHEDULER_LIBS) $(DL_LIBS)

sbin_PROGRAMS += %D%/haetae-scheduler
%C%_haetae_scheduler_SOURCES = %D%/main.c
%C%_haetae_scheduler_LDADD = %D%/libscheduler.a $(SCHEDULER_LIBS)

# Neither the database's client library nor libevent.
sbin_PROGRAMS += %D%/haetae-cleanup
%C%_haetae_cleanup_SOURCES = %D%/cleanup.c
%C%_haetae_cleanup_LDADD = %D%/libscheduler.a lib/libstore.a lib/libconf.a lib/libcheck.a \
	lib/libcollect.a lib/libbase.a $(LIBCONFIG_LIBS)
endif
