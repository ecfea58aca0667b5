/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"

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
int run_restart_journal(struct run *run, struct err *err)
{
	struct journal_state state = { 0 };
	struct journal next;
	struct job *job;
	size_t n_jobs = 0;
	int r = -ENOMEM;

	LIST_FOREACH(job, &run->jobs, entry)
	n_jobs++;
	state.cursors = calloc(probes_count(run->probes) + 1, sizeof(*state.cursors));
	state.opens = calloc(n_jobs + 1, sizeof(*state.opens));
	if (state.cursors && state.opens) {
		probes_each(run->probes, add_cursor, &state);
		LIST_FOREACH(job, &run->jobs, entry)
		{
			struct journal_open *open = &state.opens[state.n_opens++];

			*open = (struct journal_open){ .scheduleid = job->slot.scheduleid,
				.due_ms = job->slot.due_ms,
				.started_ms = job->started_ms,
				.pid = job->child.pid,
				.starttime = job->starttime,
				.attempts = job->attempts };
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

int run_recover(struct run *run, struct err *err)
{
	struct journal_state state = { 0 };
	size_t n_killed = 0;
	int r = segment_recover(&run->stage->spool, err);

	if (r == 0)
		r = journal_read(&run->stage->spool, &state, err);
	if (r < 0)
		return r;
	if (state.same_boot)
		n_killed = exec_kill_leftovers(
		    run->stage->settings->spool, state.opens, state.n_opens);
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
		record_lost(run, &slot, open);
	}
	if (state.n_opens)
		log_warning("%zu slots were begun and not ended: recorded as lost, %zu "
			    "processes killed",
		    state.n_opens, n_killed);
	journal_state_free(&state);
	return r;
}
