/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run stage, private to run.c and run_*.c.
 *
 * A slot comes out of a claims file, or is made here when no claim covers its time. It
 * waits in the dispatcher, and when it is due it is decided: started, skipped, missed or
 * cancelled. Each decision becomes one record. When the record is synced the journal says
 * so, the capture goes, and the claims file goes with its last slot.
 */
#ifndef HAETAE_SCHEDULER_RUN_H
#define HAETAE_SCHEDULER_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <uthash.h>

#include "lib/base/buf.h"
#include "scheduler/dispatch.h"
#include "scheduler/engine_exec.h"
#include "scheduler/journal.h"
#include "scheduler/level.h"
#include "scheduler/probes.h"
#include "scheduler/record.h"
#include "scheduler/segment.h"
#include "scheduler/slotheap.h"
#include "scheduler/stage.h"

/* A claims file, kept until each of its slots has its record. */
struct batch {
	char name[SPOOL_NAME_SIZE];
	size_t n_open;
	LIST_ENTRY(batch) entry;
};

/* What a slot that was begun does: its process, or the pause between two of them. */
struct job {
	struct probe *probe;
	struct waiting slot;
	struct exec_child child; /* pid 0: pauses; the files are of the last attempt */
	struct loop_event *timer;
	unsigned attempts;	 /* how often it was started */
	uint64_t starttime;	 /* of the pid, once the journal has it */
	int64_t started_ms;	 /* wall clock, for people */
	int64_t started_mono_ms; /* for its duration */
	int64_t duration_ms;	 /* of the attempt that has ended, */
	int status;		 /* its status as of wait(2) */
	struct rusage usage;	 /* and what it used */
	int signals;		 /* sent: 0 none, 1 SIGTERM, 2 SIGKILL */
	struct exec_tree tree;	 /* that had them */
	char probetype[20];	 /* of the start: names the capture file */
	bool replaced;		 /* the signals are for its next slot's sake */
	bool recorded;		 /* as timed out though it cannot be killed */
	const char *why;	 /* of the signals */
	struct run *run;
	LIST_ENTRY(job) entry;
	UT_hash_handle hh; /* by child.pid, while it has one */
};

/* What is to be done when a record is synced. */
struct settle {
	struct waiting slot;
	bool capture; /* a capture file goes */
	char probetype[20];
	bool quiet; /* only its claims file: another entry stands for the slot */
};

/* A record that could not be appended yet. */
struct unsent {
	struct buf frame;
	STAILQ_ENTRY(unsent) entry;
};

struct outbox {
	struct run *run;
	struct segment segment;
	struct loop_event *timer;
	struct settle *settles; /* of records appended since the last sync */
	size_t n_settles, room;
	STAILQ_HEAD(, unsent) unsent;
	size_t n_unsent;
	bool armed, complained;
};

/* What was said about the spool's marks. */
enum mark { MARK_NONE, MARK_ALARM, MARK_STOP };
struct marks {
	struct level level;
	uint64_t refused_before; /* counted by stages before this one */
	int64_t next_mono_ms;	 /* of the next measuring */
	enum mark said;
	unsigned said_percent;
	int64_t said_mono_ms;
};

/* The clocks as they were read together; real_ms 0: not yet. */
struct clock_watch {
	int64_t mono_ms, boot_ms, real_ms;
};

struct run {
	struct stage *stage;
	struct probes *probes;
	struct journal journal;
	struct captures captures;
	struct outbox outbox;
	struct dispatch dispatch;
	struct marks marks;
	struct clock_watch clock;
	LIST_HEAD(, job) jobs;
	struct job *by_pid;
	size_t n_running; /* with a process */
	LIST_HEAD(, batch) batches;
	struct spool_names seen; /* claims files that were read */
	int64_t horizon_ms;	 /* claims cover the slots before it */
	int64_t begun_ms;	 /* monotonic */
	bool specs_stale;
	ino_t specs_inode;
	struct timespec specs_mtime;
	bool blind;	  /* said that no claims come */
	uint32_t *missed; /* specids with a missed range to record */
	size_t n_missed, missed_room;
	struct loop_event *timer, *on_files, *on_child, *stop_timer;
	int watch_fd;
};

/* run_outbox.c: takes a record; what it settles happens when it is durable. */
int outbox_init(struct outbox *outbox, struct run *run, struct err *err);
void outbox_free(struct outbox *outbox);
void outbox_record(
    struct outbox *outbox, const struct record *record, const struct settle *settle);
/* Only the claims file of a slot that another record stands for. */
void outbox_settle_quietly(struct outbox *outbox, const struct waiting *slot);
/* Writes and syncs what there is; with rotate the segment goes to ready/. */
void outbox_flush(struct outbox *outbox, bool rotate);
/* Whether nothing is left to write. */
bool outbox_is_empty(const struct outbox *outbox);
/* Starting more would only make more that cannot be kept. */
bool outbox_is_stuck(const struct outbox *outbox);

/* run_record.c: what is recorded of a slot */
/* One that never ran. */
void record_decided(
    struct run *run, const struct waiting *slot, enum outcome outcome, const char *reason);
/* The end of the last attempt. */
void record_end(struct job *job);
/* One that a killed run stage had begun, with what it had captured. */
void record_lost(struct run *run, const struct waiting *slot, const struct journal_open *open);
/* One of a range that nobody started; room: for want of room in the spool. */
void record_missed(struct run *run, struct probe *probe, const struct waiting *slot, bool room);
/* Writes the ranges. */
void record_all_missed(struct run *run);

/* run_job.c */
/* Starts the slot: true, or it has its record of why not. The probe has no job. */
bool job_start(struct run *run, struct probe *probe, const struct waiting *slot);
/* Starts it once more: true, or it has its record. */
bool job_again(struct job *job);
/* Ends a pause: what the last attempt said is the slot's record. */
void job_give_up(struct job *job);
/* Ends what runs, for the next slot's sake. */
void job_replace(struct job *job);
/* Collects the children that have ended. */
void job_reap(void *run);
/* Notes in the journal the pids of jobs that have run for a while. */
void job_note_pids(struct run *run);
/* Asks every job to end. */
void job_kill_all(struct run *run, const char *why);
/* Ends every pause. */
void job_give_up_all(struct run *run);

/* run_journal.c */
/* A new journal from what is known now. */
int run_restart_journal(struct run *run, struct err *err) ATTR_MUST_CHECK;
/* What the stage before us had begun: its processes are killed, its slots recorded. */
int run_recover(struct run *run, struct err *err) ATTR_MUST_CHECK;

/* run_level.c: measures the spool when it is time for that. */
void run_marks_init(struct run *run);
void run_measure(struct run *run);
/* run_clock.c: tells when the wall clock was set. */
void run_watch_clock(struct run *run);

/* run.c: decides what is due, called whenever that may have changed. */
void run_tick(void *run);

/* run_claims.c: reads the claims files that are new. */
int run_read_claims(struct run *run, struct err *err) ATTR_MUST_CHECK;
/* Makes slots from the copy of the specs when no claim covers the time. */
void run_extend_horizon(struct run *run, int64_t now_ms);
/* A slot's claims file has one open slot less. */
void run_batch_done(struct run *run, struct batch *batch);

#endif
