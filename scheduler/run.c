/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "scheduler/handover.h"

enum {
	TICK_MS = 1000, /* the wall clock is looked at this often, in case it steps */
	STOP_GRACE_MS = 10000,
};

/* The copy is replaced by rename: another inode is another copy. */
static int read_specs(struct run *run, struct err *err)
{
	struct spec_list specs = { 0 };
	struct stat st;
	uint32_t hostid;
	int r;

	run->specs_stale = false;
	if (fstatat(run->stage->spool.dirs[SPOOL_TOP], "specs", &st, 0) < 0 ||
	    (st.st_ino == run->specs_inode && st.st_mtim.tv_sec == run->specs_mtime.tv_sec &&
		st.st_mtim.tv_nsec == run->specs_mtime.tv_nsec))
		return 0;
	r = handover_read_specs(&run->stage->spool, &hostid, &specs, err);
	/* A damaged one is read once; what failed for want of memory or of the disk, again. */
	if (r == 0 || r == -EBADMSG) {
		run->specs_inode = st.st_ino;
		run->specs_mtime = st.st_mtim;
	}
	if (r == 0)
		r = probes_update(run->probes, &specs, clock_real_ms(), err);
	spec_list_free(&specs);
	dispatch_set_rate(&run->dispatch);
	return r;
}

static void files_changed(void *context)
{
	struct run *run = context;
	struct err err = ERR_INIT;

	spool_watch_clear(run->watch_fd);
	run->specs_stale = true;
	if (run_read_claims(run, &err) < 0)
		log_error("%s", err.text);
	run_tick(run);
}

/* --- what the dispatcher calls ---------------------------------------------------------------- */

static bool has_room(void *context)
{
	const struct run *run = context;

	return run->n_running < run->stage->settings->max_running &&
	       !outbox_is_stuck(&run->outbox);
}

static bool start(void *context, struct probe *probe, const struct waiting *slot)
{
	return job_start(context, probe, slot);
}

static bool again(void *context, struct probe *probe)
{
	(void)context;
	return job_again(probe->job);
}

static void replace(void *context, struct probe *probe)
{
	(void)context;
	job_replace(probe->job);
}

static void give_up(void *context, struct probe *probe)
{
	(void)context;
	job_give_up(probe->job);
}

static void decided(
    void *context, const struct waiting *slot, enum outcome outcome, const char *reason)
{
	record_decided(context, slot, outcome, reason);
}

static void missed(void *context, struct probe *probe, const struct waiting *slot, bool room)
{
	record_missed(context, probe, slot, room);
}

static void repeated(void *context, const struct waiting *slot)
{
	struct run *run = context;

	outbox_settle_quietly(&run->outbox, slot);
}

static const struct dispatch_ops ops = { .has_room = has_room,
	.start = start,
	.again = again,
	.replace = replace,
	.give_up = give_up,
	.record = decided,
	.miss = missed,
	.repeat = repeated };

/* --- the stage ------------------------------------------------------------------------------------ */

static void finish_if_idle(struct run *run)
{
	const struct stage *stage = run->stage;

	if (!LIST_EMPTY(&run->jobs) || (stage->once && !stage->stopping &&
					   !dispatch_is_idle(&run->dispatch, clock_real_ms())))
		return;
	outbox_flush(&run->outbox, true);
	if (outbox_is_empty(&run->outbox))
		loop_stop(stage->loop);
}

void run_tick(void *context)
{
	struct run *run = context;
	int64_t now = clock_real_ms();
	struct err err = ERR_INIT;

	run_watch_clock(run);
	run_measure(run);
	if (run->specs_stale && read_specs(run, &err) < 0)
		log_error("%s", err.text);
	if (!run->stage->once && !run->stage->stopping)
		run_extend_horizon(run, now);
	if (!run->stage->stopping && !outbox_is_stuck(&run->outbox)) {
		dispatch_run(&run->dispatch, now, clock_mono_ms());
		record_all_missed(run);
	}
	job_note_pids(run);
	if (journal_is_long(&run->journal) && outbox_is_empty(&run->outbox) &&
	    run_restart_journal(run, &err) < 0)
		log_error("%s", err.text);
	if (run->stage->once || run->stage->stopping)
		finish_if_idle(run);
	loop_start_ms(run->timer, dispatch_wait_ms(&run->dispatch, clock_real_ms(), TICK_MS));
}

static void stop_now(void *context)
{
	job_kill_all(context, "the scheduler stops: killed");
}

static void stop(void *context)
{
	struct run *run = context;

	loop_start_ms(run->stop_timer, STOP_GRACE_MS);
	job_give_up_all(run);
	run_tick(run);
}

static int setup(struct run *run, struct err *err)
{
	struct stage *stage = run->stage;
	int r;

	LIST_INIT(&run->batches);
	LIST_INIT(&run->jobs);
	captures_init(&run->captures, &stage->spool);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return err_sys(err, -errno, "cannot become a subreaper");
	r = exec_prepare(err);
	if (r == 0)
		r = probes_new(&run->probes, err);
	dispatch_init(&run->dispatch, &ops, run, run->probes);
	run->dispatch.once = stage->once;
	dispatch_renew(&run->dispatch, clock_real_ms());
	if (r == 0)
		r = outbox_init(&run->outbox, run, err);
	if (r == 0)
		r = spool_watch(
		    &stage->spool, 1U << SPOOL_CLAIMS | 1U << SPOOL_TOP, &run->watch_fd, err);
	if (r < 0)
		return r;
	run->timer = loop_timer(stage->loop, run_tick, run);
	run->stop_timer = loop_timer(stage->loop, stop_now, run);
	run->on_child = loop_signal(stage->loop, SIGCHLD, job_reap, run);
	run->on_files = loop_readable(stage->loop, run->watch_fd, files_changed, run);
	if (!run->timer || !run->stop_timer || !run->on_child || !run->on_files ||
	    loop_start(run->on_child) < 0 || loop_start(run->on_files) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	run_marks_init(run);
	stage->stop = stop;
	stage->context = run;
	return 0;
}

/* --once: the newest slot that is due of each probe runs, however late. */
static void find_newest(struct run *run)
{
	int64_t now = clock_real_ms();

	for (size_t i = 0; i < run->dispatch.timed.n; i++) {
		const struct waiting *slot = &run->dispatch.timed.items[i];
		struct probe *probe =
		    probes_get(run->probes, (uint32_t)(slot->scheduleid >> 32));

		if (probe && slot->due_ms <= now && slot->due_ms > probe->newest_ms)
			probe->newest_ms = slot->due_ms;
	}
}

static void run_free(struct run *run)
{
	struct batch *batch;

	while ((batch = LIST_FIRST(&run->batches))) {
		LIST_REMOVE(batch, entry);
		free(batch);
	}
	loop_event_free(run->timer);
	loop_event_free(run->stop_timer);
	loop_event_free(run->on_child);
	loop_event_free(run->on_files);
	outbox_free(&run->outbox);
	captures_done(&run->captures);
	journal_close(&run->journal);
	dispatch_free(&run->dispatch);
	probes_free(run->probes);
	spool_names_free(&run->seen);
	free(run->missed);
	if (run->watch_fd >= 0)
		close(run->watch_fd);
}

int stage_run(struct stage *stage, struct err *err)
{
	struct run run = { .stage = stage,
		.watch_fd = -1,
		.journal = { .fd = -1 },
		.begun_ms = clock_mono_ms() };
	int r = setup(&run, err);

	if (r == 0)
		r = read_specs(&run, err);
	if (r == 0)
		r = run_recover(&run, err);
	if (r == 0)
		r = run_read_claims(&run, err);
	if (r == 0) {
		if (stage->once)
			find_newest(&run);
		loop_start_ms(run.timer, 0);
		r = loop_run(stage->loop);
	}
	run_free(&run);
	return r;
}
