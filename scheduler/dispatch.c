/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/dispatch.h"

#include <errno.h>

#include "lib/base/log.h"

enum {
	OLD_RATE_LEAST = 10, /* a second: a small site waits for nothing */
	OLD_STEP_MS = 100,   /* old slots are looked at so often */
	SWEEP_MS = 1000,
};
/* The first minute after a start is at most 1.2 times as busy as any other. */
static const double old_share = 0.15;

void dispatch_init(struct dispatch *dispatch, const struct dispatch_ops *ops, void *context,
    struct probes *probes)
{
	*dispatch = (struct dispatch){ .ops = ops, .context = context, .probes = probes };
}

void dispatch_free(struct dispatch *dispatch)
{
	slotheap_free(&dispatch->timed);
	slotheap_free(&dispatch->due);
	slotheap_free(&dispatch->old);
}

static double old_rate(const struct dispatch *dispatch)
{
	double rate = dispatch->rate * old_share;

	return rate > OLD_RATE_LEAST ? rate : OLD_RATE_LEAST;
}

static struct probe *probe_of(const struct dispatch *dispatch, const struct waiting *slot)
{
	return probes_get(dispatch->probes, (uint32_t)(slot->scheduleid >> 32));
}

/* --- where a slot waits ---------------------------------------------------------------- */

static void out_of_memory(struct dispatch *dispatch, const struct waiting *slot)
{
	struct probe *probe = probes_find(dispatch->probes, (uint32_t)(slot->scheduleid >> 32));

	if (slot->again) {
		if (probe && probe->state == PROBE_PAUSES)
			dispatch->ops->give_up(dispatch->context, probe);
		return;
	}
	if (probe)
		probe_decided(probe, slot->due_ms);
	dispatch->ops->record(dispatch->context, slot, OUTCOME_CANCELLED, "out of memory");
}

static void put(struct dispatch *dispatch, struct slotheap *heap, const struct waiting *slot)
{
	if (slotheap_push(heap, slot) < 0)
		out_of_memory(dispatch, slot);
}

static bool is_old(const struct dispatch *dispatch, const struct waiting *slot)
{
	return !dispatch->once && slot->due_ms < dispatch->fresh_ms;
}

/* The slot may be started as soon as its turn comes. */
static void put_ready(
    struct dispatch *dispatch, struct probe *probe, const struct waiting *slot)
{
	struct waiting ready = *slot;

	ready.rank = probe->known ? (uint8_t)probe->spec.priority : 0;
	ready.at_ms = slot->due_ms;
	if (is_old(dispatch, slot) && !slot->again && !slot->queued) {
		probe->n_old++;
		if (slotheap_push(&dispatch->old, &ready) == 0)
			return;
		probe->n_old--;
		out_of_memory(dispatch, slot);
		return;
	}
	put(dispatch, &dispatch->due, &ready);
}

static void put_waiting(
    struct dispatch *dispatch, struct slotheap *heap, const struct waiting *slot, uint8_t rank)
{
	struct waiting waiting = *slot;

	waiting.rank = rank;
	waiting.at_ms = slot->due_ms;
	put(dispatch, heap, &waiting);
}

/* Of those that wait for the end of the probe's run the oldest has its turn; not before older
 * ones that wait for their share of the rate. */
static void release_probe(struct dispatch *dispatch, struct probe *probe)
{
	struct waiting slot;

	if (probe->state == PROBE_IDLE && probe->n_old == 0 &&
	    slotheap_pop(&probe->waits, &slot))
		put_ready(dispatch, probe, &slot);
}

static void release_group(struct dispatch *dispatch, struct probe *probe)
{
	struct waiting slot;

	if (!probe->group)
		return;
	probe->group->taken = false;
	if (slotheap_pop(&probe->group->waits, &slot))
		put(dispatch, &dispatch->due, &slot);
	probe->group = NULL;
}

int dispatch_add(
    struct dispatch *dispatch, uint64_t scheduleid, int64_t due_ms, struct batch *batch)
{
	struct waiting slot = {
		.scheduleid = scheduleid, .due_ms = due_ms, .at_ms = due_ms, .batch = batch
	};
	const struct probe *probe = probes_get(dispatch->probes, (uint32_t)(scheduleid >> 32));

	if (!probe)
		return -ENOMEM;
	if (probe->known && !dispatch->once)
		slot.at_ms = decide_start_ms(&probe->spec, scheduleid, due_ms);
	return slotheap_push(&dispatch->timed, &slot);
}

/* --- what becomes of it ------------------------------------------------------------------- */

/* A verdict after which the slot is done with; false: it is none. */
static bool finish(struct dispatch *dispatch, const struct decision *decision,
    struct probe *probe, const struct waiting *slot, const struct decide_view *view)
{
	const struct dispatch_ops *ops = dispatch->ops;
	char reason[DECIDE_REASON_SIZE];

	switch (decision->verdict) {
	case VERDICT_SKIP:
	case VERDICT_CANCEL:
		decide_reason(decision, probe, view, reason);
		probe_decided(probe, slot->due_ms);
		ops->record(dispatch->context, slot,
		    decision->verdict == VERDICT_SKIP ? OUTCOME_SKIPPED : OUTCOME_CANCELLED,
		    reason);
		return true;
	case VERDICT_MISS:
		probe_decided(probe, slot->due_ms);
		dispatch->n_refused += decision->why == WHY_SPOOL;
		ops->miss(dispatch->context, probe, slot, decision->why == WHY_SPOOL);
		return true;
	case VERDICT_GAP:
		ops->miss(dispatch->context, probe, slot, false);
		return true;
	case VERDICT_REPEAT:
		ops->repeat(dispatch->context, slot);
		return true;
	case VERDICT_START:
	case VERDICT_WAIT:
	case VERDICT_QUEUE:
	case VERDICT_REPLACE:
		break;
	}
	return false;
}

static void begin(
    struct dispatch *dispatch, struct probe *probe, const struct waiting *slot, bool caught_up)
{
	probe_decided(probe, slot->due_ms);
	probe->state = PROBE_RUNS;
	probe->caught_up = caught_up;
	probe->run_due_ms = slot->due_ms;
	if (!dispatch->ops->start(dispatch->context, probe, slot))
		dispatch_ended(dispatch, probe, RUN_NEITHER);
}

/* Takes the group, or waits for it. */
static bool take_group(
    struct dispatch *dispatch, struct probe *probe, const struct waiting *slot)
{
	struct synchgroup *group;
	int r = probes_group_take(dispatch->probes, probe, &group);

	if (r == 0)
		put_waiting(dispatch, &group->waits, slot, (uint8_t)probe->spec.priority);
	else if (r < 0)
		out_of_memory(dispatch, slot);
	else
		probe->group = group;
	return r > 0;
}

/* The next attempt of a slot. False: there is no room for it yet. */
static bool handle_again(struct dispatch *dispatch, struct probe *probe,
    const struct waiting *slot, const struct decide_view *view)
{
	if (probe->state != PROBE_PAUSES || probe->run_due_ms != slot->due_ms)
		return true;
	if (!probe->known || view->now_ms >= slot->due_ms + probe->spec.interval_ms) {
		dispatch->ops->give_up(dispatch->context, probe);
		return true;
	}
	if (!dispatch->ops->has_room(dispatch->context))
		return false;
	if (take_group(dispatch, probe, slot)) {
		probe->state = PROBE_RUNS;
		if (!dispatch->ops->again(dispatch->context, probe))
			dispatch_ended(dispatch, probe, RUN_NEITHER);
	}
	return true;
}

/* Slots that wait for the run and are older go first: those that it is too late for are done
 * with. True when one stays. */
static bool has_older(struct dispatch *dispatch, struct probe *probe,
    const struct waiting *slot, const struct decide_view *view)
{
	const struct waiting *first;
	struct waiting older;

	while ((first = slotheap_first(&probe->waits)) && first->due_ms < slot->due_ms) {
		struct decision decision = decide(probe, first, view);

		older = *first;
		if (!finish(dispatch, &decision, probe, &older, view))
			return true;
		(void)slotheap_pop(&probe->waits, &older);
	}
	return false;
}

/* The slot's time has come. False: it would be started, but there is no room for it yet. */
static bool handle(
    struct dispatch *dispatch, const struct waiting *slot, const struct decide_view *view)
{
	struct probe *probe = probe_of(dispatch, slot);
	struct waiting waits = *slot;
	struct decision decision;

	if (!probe) {
		out_of_memory(dispatch, slot);
		return true;
	}
	if (slot->again)
		return handle_again(dispatch, probe, slot, view);
	/* The next attempt would begin behind the next slot. */
	if (probe->state == PROBE_PAUSES && slot->due_ms > probe->run_due_ms)
		dispatch->ops->give_up(dispatch->context, probe);
	if (has_older(dispatch, probe, slot, view)) {
		put_waiting(dispatch, &probe->waits, slot, 0);
		return true;
	}
	decision = decide(probe, slot, view);
	if (decision.verdict == VERDICT_START) {
		if (!dispatch->ops->has_room(dispatch->context))
			return false;
		if (take_group(dispatch, probe, slot))
			begin(dispatch, probe, slot, decision.caught_up);
		return true;
	}
	if (finish(dispatch, &decision, probe, slot, view)) {
		release_probe(dispatch, probe);
		return true;
	}
	waits.queued |= decision.verdict != VERDICT_WAIT;
	put_waiting(dispatch, &probe->waits, &waits, 0);
	if (decision.verdict == VERDICT_REPLACE)
		dispatch->ops->replace(dispatch->context, probe);
	return true;
}

/* --- whose turn it is ------------------------------------------------------------------------ */

/* A slot's time comes once. If its probe runs the policy is applied now, room or not. */
static void arrive(
    struct dispatch *dispatch, const struct waiting *slot, const struct decide_view *view)
{
	struct probe *probe = probe_of(dispatch, slot);

	if (!probe)
		out_of_memory(dispatch, slot);
	else if (probe->n_old && !is_old(dispatch, slot) && probe->known &&
		 probe->spec.catchup == CATCHUP_ALL)
		put_waiting(dispatch, &probe->waits, slot, 0);
	else if (probe->state == PROBE_IDLE || !handle(dispatch, slot, view))
		put_ready(dispatch, probe, slot);
}

static void run_old(struct dispatch *dispatch, const struct decide_view *view)
{
	const struct waiting *first;
	struct waiting slot;

	while ((first = slotheap_first(&dispatch->old))) {
		struct probe *probe = probe_of(dispatch, first);
		bool starts = probe && decide(probe, first, view).verdict == VERDICT_START;

		if (starts && (bucket_is_empty(&dispatch->bucket) ||
				  !dispatch->ops->has_room(dispatch->context)))
			return;
		(void)slotheap_pop(&dispatch->old, &slot);
		if (probe)
			probe->n_old--;
		dispatch->bucket.tokens -= starts;
		if (!handle(dispatch, &slot, view)) {
			put_ready(dispatch, probe, &slot);
			return;
		}
		if (probe)
			release_probe(dispatch, probe);
	}
}

/* Slots that wait for their group get too late there. */
static void sweep_group(struct synchgroup *group, void *context)
{
	struct dispatch *dispatch = context;
	struct waiting slot;

	while (slotheap_pop(&group->waits, &slot))
		put(dispatch, &dispatch->due, &slot);
}

void dispatch_run(struct dispatch *dispatch, int64_t now_ms, int64_t mono_ms)
{
	const struct decide_view view = { .now_ms = now_ms,
		.once = dispatch->once,
		.full = dispatch->full,
		.percent = dispatch->percent };
	const struct waiting *first;
	struct waiting slot;

	bucket_fill(&dispatch->bucket, old_rate(dispatch), mono_ms);
	if (mono_ms - dispatch->sweep_ms >= SWEEP_MS) {
		probes_groups_each(dispatch->probes, sweep_group, dispatch);
		dispatch->sweep_ms = mono_ms;
	}
	while ((first = slotheap_first(&dispatch->timed)) && first->at_ms <= now_ms &&
	       slotheap_pop(&dispatch->timed, &slot))
		arrive(dispatch, &slot, &view);
	while (slotheap_pop(&dispatch->due, &slot)) {
		if (!handle(dispatch, &slot, &view)) {
			put(dispatch, &dispatch->due, &slot);
			break;
		}
	}
	run_old(dispatch, &view);
}

void dispatch_ended(struct dispatch *dispatch, struct probe *probe, enum run_end end)
{
	decide_note_end(probe, probe->run_due_ms, end);
	probe->state = PROBE_IDLE;
	probe->caught_up = false;
	release_group(dispatch, probe);
	release_probe(dispatch, probe);
}

void dispatch_paused(struct dispatch *dispatch, struct probe *probe)
{
	probe->state = PROBE_PAUSES;
	release_group(dispatch, probe);
}

void dispatch_again(struct dispatch *dispatch, struct probe *probe, const struct waiting *slot)
{
	struct waiting again = *slot;

	again.again = true;
	put_ready(dispatch, probe, &again);
}

int64_t dispatch_wait_ms(const struct dispatch *dispatch, int64_t now_ms, int64_t most_ms)
{
	const struct waiting *first = slotheap_first(&dispatch->timed);

	if (slotheap_first(&dispatch->old) && most_ms > OLD_STEP_MS)
		most_ms = OLD_STEP_MS;
	/* What is due already waits for an end or for room, not for a timer. */
	if (first && first->at_ms > now_ms && first->at_ms - now_ms < most_ms)
		return first->at_ms - now_ms;
	return most_ms;
}

bool dispatch_is_idle(const struct dispatch *dispatch, int64_t now_ms)
{
	const struct waiting *first = slotheap_first(&dispatch->timed);

	return dispatch->due.n == 0 && dispatch->old.n == 0 &&
	       !(first && first->at_ms <= now_ms);
}
