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
	MS_A_DAY = 86400000,
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
	run->specs_inode = st.st_ino;
	run->specs_mtime = st.st_mtim;
	r = handover_read_specs(&run->stage->spool, &hostid, &specs, err);
	if (r == 0)
		r = probes_update(run->probes, &specs, err);
	spec_list_free(&specs);
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

/* --- decisions -------------------------------------------------------------------------------- */

static int remember_missed(struct run *run, uint32_t specid)
{
	if (run->n_missed == run->missed_room) {
		size_t room = run->missed_room ? 2 * run->missed_room : 64;
		uint32_t *missed = reallocarray(run->missed, room, sizeof(*missed));

		if (!missed)
			return -ENOMEM;
		run->missed = missed;
		run->missed_room = room;
	}
	run->missed[run->n_missed++] = specid;
	return 0;
}

static void record_missed(struct run *run, struct probe *probe)
{
	static const char reason[] = "nobody was there to start it in time";
	struct record record = { .scheduleid =
				     spec_scheduleid(probe->specid, probe->missed_first_ms),
		.due_ms = probe->missed_first_ms,
		.last_due_ms = probe->missed_last_ms,
		.n_slots = probe->n_missed,
		.outcome = OUTCOME_MISSED,
		.exit_code = -1,
		.output = "",
		.reason = reason,
		.reason_size = sizeof(reason) - 1 };
	struct settle settle = { .slot = { .scheduleid = spec_scheduleid(
					       probe->specid, probe->missed_last_ms),
				     .due_ms = probe->missed_last_ms } };

	outbox_record(&run->outbox, &record, &settle);
	probe->n_missed = 0;
}

static void record_all_missed(struct run *run)
{
	for (size_t i = 0; i < run->n_missed; i++) {
		struct probe *probe = probes_find(run->probes, run->missed[i]);

		if (probe && probe->n_missed)
			record_missed(run, probe);
	}
	run->n_missed = 0;
}

/* Slots in a row share a record, within a UTC day. */
static void miss(struct run *run, struct probe *probe, const struct waiting *slot)
{
	bool again = probe->n_missed && slot->due_ms == probe->missed_last_ms;
	bool joins = probe->n_missed &&
		     slot->due_ms / MS_A_DAY == probe->missed_last_ms / MS_A_DAY &&
		     slot->due_ms == probe->missed_last_ms + probe->spec.interval_ms;

	/* Handed over twice. */
	if (again) {
		outbox_settle_quietly(&run->outbox, slot);
		return;
	}
	if (probe->n_missed && !joins)
		record_missed(run, probe);
	if (probe->n_missed == 0) {
		probe->missed_first_ms = slot->due_ms;
		if (remember_missed(run, probe->specid) < 0) {
			job_decide(run, slot, OUTCOME_MISSED, "out of memory");
			return;
		}
	}
	probe->missed_last_ms = slot->due_ms;
	probe->n_missed++;
	outbox_settle_quietly(&run->outbox, slot);
}

static bool is_too_late(const struct run *run, const struct probe *probe,
    const struct waiting *slot, int64_t now_ms)
{
	if (run->stage->once)
		return slot->due_ms < probe->newest_ms;
	return now_ms - slot->due_ms > probe->spec.maxlate_ms;
}

static void skip(struct run *run, const struct probe *probe, const struct waiting *slot)
{
	char reason[100], started[CLOCK_TEXT_SIZE];

	clock_text(probe->job->started_ms, 1, started);
	(void)snprintf(
	    reason, sizeof(reason), "the run that started at %s was still going", started);
	job_decide(run, slot, OUTCOME_SKIPPED, reason);
}

/* The slot is due. Returns false when its group is taken: it waits. */
static bool decide(struct run *run, const struct waiting *slot, int64_t now_ms)
{
	struct probe *probe = probes_get(run->probes, (uint32_t)(slot->scheduleid >> 32));
	struct synchgroup *group;
	int r;

	if (!probe) {
		log_error("slot %llu: out of memory", (unsigned long long)slot->scheduleid);
		return true;
	}
	if (slot->due_ms <= probe->cursor_ms) {
		/* In a gap it has no record, but for one of an earlier life, which outranks
		 * this one. */
		if (slot->due_ms < probe->solid_ms)
			miss(run, probe, slot);
		else
			outbox_settle_quietly(&run->outbox, slot);
		return true;
	}
	if (probe->known && !is_too_late(run, probe, slot, now_ms) && !probe->job) {
		r = probes_group_take(run->probes, probe, &group);
		if (r == 0)
			return false;
		probe_decided(probe, slot->due_ms);
		if (r < 0)
			job_decide(run, slot, OUTCOME_CANCELLED, "out of memory");
		else
			job_start(run, probe, slot, group);
		return true;
	}
	probe_decided(probe, slot->due_ms);
	if (!probe->known)
		job_decide(run, slot, OUTCOME_CANCELLED, "its spec is disabled or gone");
	else if (probe->job && !is_too_late(run, probe, slot, now_ms))
		skip(run, probe, slot);
	else
		miss(run, probe, slot);
	return true;
}

/* Slots that waited for a group are looked at again, in their order. */
static void release_held(struct run *run)
{
	struct waiting slot;

	while (slotheap_pop(&run->held, &slot)) {
		if (slotheap_push(&run->heap, &slot) < 0) {
			log_error(
			    "slot %llu: out of memory", (unsigned long long)slot.scheduleid);
			return;
		}
	}
}

static void decide_due(struct run *run, int64_t now_ms)
{
	const struct waiting *first;
	struct waiting slot;

	release_held(run);
	while (!run->stage->stopping && run->n_jobs < run->stage->settings->max_running &&
	       !outbox_is_stuck(&run->outbox) && (first = slotheap_first(&run->heap)) &&
	       first->due_ms <= now_ms && slotheap_pop(&run->heap, &slot)) {
		if (!decide(run, &slot, now_ms) && slotheap_push(&run->held, &slot) < 0)
			job_decide(run, &slot, OUTCOME_CANCELLED, "out of memory");
	}
	record_all_missed(run);
}

/* --- the stage ------------------------------------------------------------------------------------ */

static void add_cursor(struct probe *probe, void *context)
{
	struct journal_state *state = context;

	if (probe->cursor_ms >= 0)
		state->cursors[state->n_cursors++] =
		    (struct journal_cursor){ .specid = probe->specid,
			    .due_ms = probe->cursor_ms };
}

/* A new journal from what is known now. Slots whose records wait for their sync are opens too,
 * but those are few and short: it is done when none waits. */
static int restart_journal(struct run *run, struct err *err)
{
	struct journal_state state = { 0 };
	struct journal next;
	struct job *job, *following;
	int r = -ENOMEM;

	state.cursors = calloc(probes_count(run->probes) + 1, sizeof(*state.cursors));
	state.opens = calloc(run->n_jobs + 1, sizeof(*state.opens));
	if (state.cursors && state.opens) {
		probes_each(run->probes, add_cursor, &state);
		HASH_ITER(hh, run->jobs, job, following)
		{
			struct journal_open *open = &state.opens[state.n_opens++];

			*open = (struct journal_open){ .scheduleid = job->slot.scheduleid,
				.due_ms = job->slot.due_ms,
				.started_ms = job->started_ms,
				.pid = job->child.pid,
				.starttime = job->starttime };
			memcpy(open->probetype, job->probetype, sizeof(open->probetype));
		}
		r = journal_start(&next, &run->stage->spool, &state, err);
	}
	journal_state_free(&state);
	if (r < 0)
		return r == -ENOMEM ? err_set(err, r, "out of memory") : r;
	journal_close(&run->journal);
	run->journal = next;
	return 0;
}

static void finish_if_idle(struct run *run)
{
	bool idle = run->n_jobs == 0;
	const struct waiting *first = slotheap_first(&run->heap);

	if (run->stage->once && !run->stage->stopping && first &&
	    first->due_ms <= clock_real_ms())
		idle = false;
	if (!idle)
		return;
	outbox_flush(&run->outbox, true);
	if (outbox_is_empty(&run->outbox))
		loop_stop(run->stage->loop);
}

void run_tick(void *context)
{
	struct run *run = context;
	const struct waiting *first;
	int64_t now = clock_real_ms(), wait = TICK_MS;
	struct err err = ERR_INIT;

	if (run->specs_stale && read_specs(run, &err) < 0)
		log_error("%s", err.text);
	if (!run->stage->once && !run->stage->stopping)
		run_extend_horizon(run, now);
	decide_due(run, now);
	job_note_pids(run);
	if (journal_is_long(&run->journal) && outbox_is_empty(&run->outbox) &&
	    restart_journal(run, &err) < 0)
		log_error("%s", err.text);
	if (run->stage->once || run->stage->stopping)
		finish_if_idle(run);
	first = slotheap_first(&run->heap);
	now = clock_real_ms();
	/* One that is due already waits for a child's end or for the spool, not for a timer. */
	if (first && first->due_ms > now && first->due_ms - now < wait)
		wait = first->due_ms - now;
	loop_start_ms(run->timer, wait);
}

/* What the stage before us had begun: its processes are killed, its slots recorded. */
static int recover(struct run *run, struct err *err)
{
	struct journal_state state = { 0 };
	size_t n_killed = 0;
	int r = segment_recover(&run->stage->spool, err);

	if (r == 0)
		r = journal_read(&run->stage->spool, &state, err);
	if (r < 0)
		return r;
	if (state.same_boot)
		n_killed = exec_kill_leftovers(state.opens, state.n_opens);
	for (size_t i = 0; r == 0 && i < state.n_cursors; i++) {
		struct probe *probe = probes_get(run->probes, state.cursors[i].specid);

		r = probe ? 0 : err_set(err, -ENOMEM, "out of memory");
		if (probe)
			probe_decided(probe, state.cursors[i].due_ms);
	}
	captures_sweep(&run->captures, state.opens, state.n_opens);
	/* The old journal keeps them open until their records are synced. */
	if (r == 0)
		r = journal_start(&run->journal, &run->stage->spool, &state, err);
	for (size_t i = 0; r == 0 && i < state.n_opens; i++) {
		const struct journal_open *open = &state.opens[i];
		struct probe *probe =
		    probes_get(run->probes, (uint32_t)(open->scheduleid >> 32));
		struct waiting slot = { .scheduleid = open->scheduleid,
			.due_ms = open->due_ms };

		if (probe)
			probe_decided(probe, open->due_ms);
		job_lost(run, &slot, open);
	}
	if (state.n_opens)
		log_warning("%zu slots were begun and not ended: recorded as lost, %zu "
			    "processes killed",
		    state.n_opens, n_killed);
	journal_state_free(&state);
	return r;
}

static void stop_now(void *context)
{
	job_kill_all(context, "the scheduler stops: killed");
}

static void stop(void *context)
{
	struct run *run = context;

	loop_start_ms(run->stop_timer, STOP_GRACE_MS);
	run_tick(run);
}

static int setup(struct run *run, struct err *err)
{
	struct stage *stage = run->stage;
	int r;

	LIST_INIT(&run->batches);
	captures_init(&run->captures, &stage->spool);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return err_sys(err, -errno, "cannot become a subreaper");
	r = exec_prepare(err);
	if (r == 0)
		r = probes_new(&run->probes, err);
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
	stage->stop = stop;
	stage->context = run;
	return 0;
}

/* --once: the newest slot that is due of each probe runs, however late. */
static void find_newest(struct run *run)
{
	int64_t now = clock_real_ms();

	for (size_t i = 0; i < run->heap.n; i++) {
		const struct waiting *slot = &run->heap.items[i];
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
	slotheap_free(&run->heap);
	slotheap_free(&run->held);
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
		r = recover(&run, err);
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
