/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/decide.h"

#include <stdio.h>

#include "lib/base/clock.h"

/* More doublings than this make no longer pause than a week of the shortest interval. */
enum { DOUBLINGS_MAX = 20 };

/* The finalizer of MurmurHash3: ids of one spec differ in their low bits alone. */
static uint64_t mix(uint64_t hash)
{
	hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
	hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
	return hash ^ (hash >> 33);
}

int64_t decide_start_ms(const struct spec *spec, uint64_t scheduleid, int64_t due_ms)
{
	int64_t jitter =
	    spec->jitter_ms < spec->interval_ms ? spec->jitter_ms : spec->interval_ms;

	return jitter > 0 ? due_ms + (int64_t)(mix(scheduleid) % (uint64_t)jitter) : due_ms;
}

int64_t decide_reach_ms(const struct spec *spec)
{
	int64_t reach = 0;

	if (spec->catchup == CATCHUP_LAST)
		reach = spec->interval_ms;
	if (spec->catchup == CATCHUP_ALL)
		reach = spec->interval_ms * (int64_t)spec->catchup_max;
	return reach > spec->maxlate_ms ? reach : spec->maxlate_ms;
}

/* A slot that is later than maxlate: how many newer ones are due decides. */
static bool is_caught_up(const struct spec *spec, int64_t late_ms)
{
	int64_t newer = late_ms / spec->interval_ms;

	if (spec->catchup == CATCHUP_LAST)
		return newer == 0;
	return spec->catchup == CATCHUP_ALL && newer < (int64_t)spec->catchup_max;
}

int64_t decide_backoff_until_ms(const struct probe *probe)
{
	const struct spec *spec = &probe->spec;
	unsigned n =
	    probe->n_failures < DOUBLINGS_MAX ? probe->n_failures : (unsigned)DOUBLINGS_MAX;
	int64_t pause = spec->interval_ms << n;

	if (n == 0 || spec->backoff_ms == 0)
		return 0;
	if (pause > spec->backoff_ms)
		pause = spec->backoff_ms;
	return spec_slot_at_or_after(
	    spec->interval_ms, spec->phase_ms, probe->last_run_ms + pause);
}

void decide_note_end(struct probe *probe, int64_t due_ms, enum run_end end)
{
	if (end == RUN_NEITHER)
		return;
	probe->last_run_ms = due_ms;
	if (end == RUN_GOOD)
		probe->n_failures = 0;
	else if (probe->n_failures < UINT32_MAX)
		probe->n_failures++;
}

bool decide_may_retry(
    const struct spec *spec, unsigned attempts, int64_t due_ms, int64_t start_ms)
{
	return attempts < spec->attempts && start_ms < due_ms + spec->interval_ms;
}

static struct decision overrun(
    const struct probe *probe, const struct waiting *slot, bool caught_up)
{
	/* Slots that are caught up run one behind the other, and so does the one behind them. */
	if (slot->queued || caught_up || probe->caught_up)
		return (struct decision){ .verdict = VERDICT_WAIT };
	if (probe->spec.overrun == OVERRUN_QUEUE1)
		return (struct decision){ .verdict = VERDICT_QUEUE };
	if (probe->spec.overrun == OVERRUN_REPLACE)
		return (struct decision){ .verdict = VERDICT_REPLACE };
	return (struct decision){ .verdict = VERDICT_SKIP, .why = WHY_OVERRUN };
}

struct decision decide(
    const struct probe *probe, const struct waiting *slot, const struct decide_view *view)
{
	const struct spec *spec = &probe->spec;
	int64_t late_ms = view->now_ms - slot->due_ms;
	bool late = !view->once && !slot->queued && late_ms > spec->maxlate_ms;

	if (slot->due_ms <= probe->cursor_ms)
		return (struct decision){
			.verdict = slot->due_ms < probe->solid_ms ? VERDICT_GAP : VERDICT_REPEAT
		};
	if (!probe->known)
		return (struct decision){ .verdict = VERDICT_CANCEL, .why = WHY_GONE };
	if (slot->queued && late_ms >= spec->interval_ms)
		return (struct decision){ .verdict = VERDICT_SKIP, .why = WHY_NEWER };
	if (view->once ? slot->due_ms < probe->newest_ms : late && !is_caught_up(spec, late_ms))
		return (struct decision){ .verdict = VERDICT_MISS, .why = WHY_NOBODY };
	if (probe->state != PROBE_IDLE)
		return overrun(probe, slot, late);
	if (slot->due_ms < decide_backoff_until_ms(probe))
		return (struct decision){ .verdict = VERDICT_SKIP, .why = WHY_BACKOFF };
	if (view->full && spec->priority > DECIDE_VITAL_PRIORITY)
		return (struct decision){ .verdict = VERDICT_MISS, .why = WHY_SPOOL };
	return (struct decision){ .verdict = VERDICT_START, .caught_up = late };
}

void decide_reason(const struct decision *decision, const struct probe *probe,
    const struct decide_view *view, char out[DECIDE_REASON_SIZE])
{
	char time[CLOCK_TEXT_SIZE];

	switch (decision->why) {
	case WHY_NOBODY:
		(void)snprintf(out, DECIDE_REASON_SIZE, "nobody was there to start it in time");
		return;
	case WHY_SPOOL:
		(void)snprintf(out, DECIDE_REASON_SIZE, "the spool is full: %u %% of its room",
		    view->percent);
		return;
	case WHY_OVERRUN:
		clock_text(probe->started_ms, 1, time);
		(void)snprintf(out, DECIDE_REASON_SIZE,
		    "the run that started at %s was still going", time);
		return;
	case WHY_NEWER:
		(void)snprintf(
		    out, DECIDE_REASON_SIZE, "a newer slot took its place in the queue");
		return;
	case WHY_BACKOFF:
		clock_text(decide_backoff_until_ms(probe), 1, time);
		(void)snprintf(out, DECIDE_REASON_SIZE,
		    "backing off after %u failures in a row: next run at %s", probe->n_failures,
		    time);
		return;
	case WHY_GONE:
		(void)snprintf(out, DECIDE_REASON_SIZE, "its spec is disabled or gone");
		return;
	}
}
