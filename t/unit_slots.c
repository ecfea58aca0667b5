/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slot arithmetic on a simulated clock: the dispatcher with probes that are numbers. The wall
 * clock steps, sleeps and repeats a second; each slot must end exactly once.
 */
#include "config.h"

#include "scheduler/dispatch.h"

#include <stdlib.h>

#include "t/tap.h"

enum {
	N_PROBES = 5,
	SLOTS_MAX = 20000,
	SCENARIOS = 4000,
	STEPS = 60,
	AHEAD_MS = 2000,
	WINDOW_MS = 40000,
};
static const int64_t begin_ms = INT64_C(1800000000000);

/* What became of each slot. */
struct fate {
	uint64_t scheduleid;
	int64_t due_ms;
	int n_starts, n_records; /* a start ends in a record */
	bool skipped, missed, cancelled, replaced;
	unsigned attempts;
	int64_t started_ms;
};

struct goes {
	bool runs, pauses;
	int64_t end_mono_ms;
	bool fails;
	unsigned attempts;
	struct waiting slot;
	struct fate *fate;
};

struct world {
	struct dispatch dispatch;
	struct probes *probes;
	struct spec specs[N_PROBES];
	struct goes goes[N_PROBES];
	struct fate fates[SLOTS_MAX];
	size_t n_fates, n_running, max_running, most_running;
	int64_t now_ms, mono_ms, horizon_ms, made_ms[N_PROBES];
	int64_t repeats_ms; /* slots before it are handed over a second time */
	uint32_t random;
	unsigned long n_started;
	char last_reason[DECIDE_REASON_SIZE];
	const char *wrong;
	int64_t run_ms; /* of a run; 0: random */
	int fail_share; /* percent */
};

static uint32_t draw(struct world *world, uint32_t n)
{
	world->random = world->random * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)world->random * n) >> 32);
}

static void go_wrong(struct world *world, const char *what)
{
	if (!world->wrong)
		world->wrong = what;
}

static struct fate *find(struct world *world, uint64_t scheduleid)
{
	for (size_t i = world->n_fates; i-- > 0;) {
		if (world->fates[i].scheduleid == scheduleid)
			return &world->fates[i];
	}
	return NULL;
}

static struct goes *goes_of(struct world *world, const struct probe *probe)
{
	return &world->goes[probe->specid - 1];
}

/* --- what the dispatcher calls --------------------------------------------------------------- */

static bool has_room(void *context)
{
	const struct world *world = context;

	return world->n_running < world->max_running;
}

static void let_run(struct world *world, struct goes *goes)
{
	goes->runs = true;
	goes->pauses = false;
	goes->attempts++;
	goes->fails = (int)draw(world, 100) < world->fail_share;
	goes->end_mono_ms =
	    world->mono_ms +
	    (world->run_ms ? world->run_ms : (int64_t)draw(world, draw(world, 4) ? 800 : 9000));
	world->n_started++;
	if (++world->n_running > world->most_running)
		world->most_running = world->n_running;
}

static bool start(void *context, struct probe *probe, const struct waiting *slot)
{
	struct world *world = context;
	struct goes *goes = goes_of(world, probe);
	struct fate *fate = find(world, slot->scheduleid);

	if (!fate || fate->n_starts || fate->n_records)
		go_wrong(world, "a slot is started twice, or after its record");
	if (goes->runs || goes->pauses)
		go_wrong(world, "a probe runs twice at once");
	if (!has_room(world))
		go_wrong(world, "more run than may");
	*goes = (struct goes){ .slot = *slot, .fate = fate };
	if (fate) {
		fate->n_starts++;
		fate->started_ms = world->now_ms;
	}
	let_run(world, goes);
	return true;
}

static bool again(void *context, struct probe *probe)
{
	struct world *world = context;
	struct goes *goes = goes_of(world, probe);

	if (!goes->pauses)
		go_wrong(world, "another attempt of what does not pause");
	if (goes->attempts >= probe->spec.attempts)
		go_wrong(world, "more attempts than the spec has");
	if (world->now_ms >= goes->slot.due_ms + probe->spec.interval_ms)
		go_wrong(world, "an attempt after the next slot is due");
	let_run(world, goes);
	return true;
}

static void note_record(struct world *world, struct fate *fate)
{
	if (!fate || fate->n_records++)
		go_wrong(world, "a slot has two records");
}

static void finish(struct world *world, struct probe *probe, enum run_end end)
{
	struct goes *goes = goes_of(world, probe);

	note_record(world, goes->fate);
	if (goes->fate)
		goes->fate->attempts = goes->attempts;
	goes->runs = goes->pauses = false;
	dispatch_ended(&world->dispatch, probe, end);
}

static void replace(void *context, struct probe *probe)
{
	struct world *world = context;
	struct goes *goes = goes_of(world, probe);

	if (!goes->runs)
		go_wrong(world, "what does not run is replaced");
	if (goes->fate)
		goes->fate->replaced = true;
	goes->end_mono_ms = world->mono_ms;
}

static void give_up(void *context, struct probe *probe)
{
	struct world *world = context;

	if (!goes_of(world, probe)->pauses)
		go_wrong(world, "what does not pause is given up");
	finish(world, probe, RUN_FAILED);
}

static void decided(
    void *context, const struct waiting *slot, enum outcome outcome, const char *reason)
{
	struct world *world = context;
	struct fate *fate = find(world, slot->scheduleid);

	if (!fate || fate->n_starts)
		go_wrong(world, "a slot that was begun is decided");
	note_record(world, fate);
	if (fate) {
		fate->skipped = outcome == OUTCOME_SKIPPED;
		fate->cancelled = outcome == OUTCOME_CANCELLED;
	}
	(void)snprintf(world->last_reason, sizeof(world->last_reason), "%s", reason);
}

static void missed(void *context, struct probe *probe, const struct waiting *slot, bool room)
{
	struct world *world = context;
	struct fate *fate = find(world, slot->scheduleid);

	(void)probe;
	(void)room;
	/* In a gap a repeat cannot be told from a first time: the store's ranks do that. */
	if (fate && fate->missed)
		return;
	if (fate && (fate->n_starts || fate->n_records))
		return;
	note_record(world, fate);
	if (fate)
		fate->missed = true;
}

static void repeated(void *context, const struct waiting *slot)
{
	struct world *world = context;
	const struct fate *fate = find(world, slot->scheduleid);

	if (!fate || (fate->n_starts == 0 && fate->n_records == 0))
		go_wrong(world, "a slot without a record is taken for a repeat");
}

static const struct dispatch_ops ops = { .has_room = has_room,
	.start = start,
	.again = again,
	.replace = replace,
	.give_up = give_up,
	.record = decided,
	.miss = missed,
	.repeat = repeated };

/* --- a world -------------------------------------------------------------------------------- */

static struct spec base_spec(uint32_t specid)
{
	return (struct spec){ .specid = specid,
		.version = 1,
		.testtype = TESTTYPE_BACKGROUND,
		.interval_ms = 10000,
		.timeout_ms = 10000,
		.maxlate_ms = 10000,
		.overrun = OVERRUN_SKIP,
		.catchup = CATCHUP_NONE,
		.priority = SPEC_PRIORITY_DEFAULT,
		.attempts = 1,
		.enabled = true };
}

static char group_name[] = "line";

static struct spec random_spec(struct world *world, uint32_t specid)
{
	struct spec spec = base_spec(specid);

	spec.interval_ms = 1000 * (1 + (int64_t)draw(world, 20));
	spec.phase_ms = draw(world, (uint32_t)spec.interval_ms);
	spec.maxlate_ms = 1 + draw(world, 2 * (uint32_t)spec.interval_ms);
	spec.overrun = (enum overrun)(1 + draw(world, 3));
	spec.catchup = (enum catchup)(1 + draw(world, 3));
	spec.catchup_max = spec.catchup == CATCHUP_ALL ? 1 + draw(world, 20) : 0;
	spec.jitter_ms = draw(world, 2) ? draw(world, (uint32_t)spec.maxlate_ms) : 0;
	spec.priority = 1 + draw(world, 9);
	spec.attempts = 1 + draw(world, 4);
	spec.retry_ms = draw(world, 3000);
	spec.backoff_ms = draw(world, 2) ? draw(world, 60000) : 0;
	spec.testtype = draw(world, 3) ? TESTTYPE_BACKGROUND : TESTTYPE_BACKGROUND_SYN;
	spec.synchgroup = group_name;
	return spec;
}

static struct world *world_new(uint32_t seed)
{
	struct world *world = calloc(1, sizeof(*world));
	struct err err;

	if (!world || probes_new(&world->probes, &err) < 0)
		exit(1);
	world->random = seed;
	world->now_ms = begin_ms + draw(world, 10000);
	world->mono_ms = 1000000;
	world->horizon_ms = world->now_ms;
	world->max_running = 1000;
	dispatch_init(&world->dispatch, &ops, world, world->probes);
	for (uint32_t i = 0; i < N_PROBES; i++)
		world->specs[i] = base_spec(i + 1);
	return world;
}

static void world_begin(struct world *world)
{
	for (uint32_t i = 0; i < N_PROBES; i++) {
		struct probe *probe = probes_get(world->probes, i + 1);

		if (!probe)
			exit(1);
		probe->spec = world->specs[i];
		probe->known = world->specs[i].enabled;
		world->made_ms[i] = world->horizon_ms;
	}
	dispatch_set_rate(&world->dispatch);
	dispatch_renew(&world->dispatch, world->now_ms);
}

static void drop_spec(struct probe *probe, void *context)
{
	(void)context;
	probe->spec = (struct spec){ 0 };
}

static void world_free(struct world *world)
{
	probes_each(world->probes, drop_spec, NULL);
	dispatch_free(&world->dispatch);
	probes_free(world->probes);
	free(world);
}

/* Slots of the grid until the window's end; what is older than any policy reaches is
 * materialise's, which writes it down as missed. */
static void make(struct world *world)
{
	for (uint32_t i = 0; i < N_PROBES; i++) {
		const struct spec *spec = &world->specs[i];
		int64_t reach = decide_reach_ms(spec);
		int64_t oldest = world->now_ms - (reach > WINDOW_MS ? reach : WINDOW_MS);
		int64_t due = world->made_ms[i] > oldest ? world->made_ms[i] : oldest;

		if (!spec->enabled)
			continue;
		due = spec_slot_at_or_after(spec->interval_ms, spec->phase_ms, due);
		for (; due < world->now_ms + AHEAD_MS; due += spec->interval_ms) {
			struct fate *fate = &world->fates[world->n_fates++];

			if (world->n_fates == SLOTS_MAX)
				exit(1);
			*fate = (struct fate){ .scheduleid = spec_scheduleid(i + 1, due),
				.due_ms = due };
			if (dispatch_add(&world->dispatch, fate->scheduleid, due, NULL) < 0)
				exit(1);
			/* A claim that was handed over twice. */
			if (draw(world, 10) == 0 &&
			    dispatch_add(&world->dispatch, fate->scheduleid, due, NULL) < 0)
				exit(1);
			world->made_ms[i] = due + 1;
		}
	}
}

static void end_attempt(struct world *world, struct probe *probe, struct goes *goes)
{
	const struct spec *spec = &probe->spec;
	bool replaced = goes->fate && goes->fate->replaced;

	goes->runs = false;
	world->n_running--;
	if (goes->fails && !replaced &&
	    decide_may_retry(
		spec, goes->attempts, goes->slot.due_ms, world->now_ms + spec->retry_ms)) {
		goes->pauses = true;
		goes->end_mono_ms = world->mono_ms + spec->retry_ms;
		dispatch_paused(&world->dispatch, probe);
		return;
	}
	finish(world, probe, replaced ? RUN_NEITHER : goes->fails ? RUN_FAILED : RUN_GOOD);
}

static void collect(struct world *world)
{
	for (uint32_t i = 0; i < N_PROBES; i++) {
		struct goes *goes = &world->goes[i];
		struct probe *probe = probes_find(world->probes, i + 1);

		if (goes->end_mono_ms > world->mono_ms || !probe)
			continue;
		if (goes->runs) {
			end_attempt(world, probe, goes);
		} else if (goes->pauses && goes->end_mono_ms >= 0) {
			goes->end_mono_ms = INT64_MAX;
			dispatch_again(&world->dispatch, probe, &goes->slot);
		}
	}
}

/* Both clocks go on, in steps as the event loop would make. */
static void pass(struct world *world, int64_t ms)
{
	for (; ms > 0; ms -= 100) {
		world->now_ms += 100;
		world->mono_ms += 100;
		make(world);
		collect(world);
		dispatch_run(&world->dispatch, world->now_ms, world->mono_ms);
	}
}

/* The wall clock alone: a step, or a machine that slept. */
static void step(struct world *world, int64_t ms)
{
	world->now_ms += ms;
	if (ms > 0)
		dispatch_renew(&world->dispatch, world->now_ms);
}

static bool all_ended(struct world *world)
{
	for (size_t i = 0; i < world->n_fates; i++) {
		const struct fate *fate = &world->fates[i];

		if (fate->n_records != 1) {
			note("slot %llu, due %lld, now %lld: %d starts, %d records",
			    (unsigned long long)fate->scheduleid, (long long)fate->due_ms,
			    (long long)world->now_ms, fate->n_starts, fate->n_records);
			return false;
		}
	}
	return true;
}

/* No new slots, quick runs: what was made must come to its end. */
static void drain(struct world *world)
{
	int64_t latest = world->now_ms;

	for (size_t i = 0; i < world->n_fates; i++) {
		if (world->fates[i].due_ms > latest)
			latest = world->fates[i].due_ms;
	}
	for (uint32_t i = 0; i < N_PROBES; i++)
		world->specs[i].enabled = false;
	world->run_ms = 200;
	world->fail_share = 0;
	world->dispatch.full = false;
	if (latest > world->now_ms)
		step(world, latest - world->now_ms);
	pass(world, 120000);
}

/* --- at random -------------------------------------------------------------------------------- */

static bool scenario(uint32_t seed)
{
	static const int64_t jumps[] = { 10000, -10000, 3600000, -3600000, 1000, -1000, 200,
		-200, 86400000, 45000 };
	struct world *world = world_new(seed);
	bool good;

	for (uint32_t i = 0; i < N_PROBES; i++)
		world->specs[i] = random_spec(world, i + 1);
	world->max_running = 1 + draw(world, 4);
	world->fail_share = (int)draw(world, 100);
	world_begin(world);
	for (int i = 0; i < STEPS; i++) {
		pass(world, 100 * (1 + (int64_t)draw(world, 60)));
		if (draw(world, 6) == 0)
			step(world, jumps[draw(world, sizeof(jumps) / sizeof(jumps[0]))]);
		world->dispatch.full = draw(world, 20) == 0;
	}
	drain(world);
	good = all_ended(world) && !world->wrong;
	if (!good)
		note("seed %u: %s", seed, world->wrong ? world->wrong : "a slot has no end");
	world_free(world);
	return good;
}

static void test_at_random(void)
{
	size_t good = 0;

	for (uint32_t seed = 1; seed <= SCENARIOS && good + 3 > seed - 1; seed++)
		good += scenario(seed);
	ok(good == SCENARIOS, "%d scenarios of steps and sleeps: each slot ends once",
	    SCENARIOS);
}

/* --- one policy at a time ---------------------------------------------------------------------- */

/* Of the first probe alone: the k-th slot that was made. */
static struct world *one(void)
{
	struct world *world = world_new(1);

	for (uint32_t i = 1; i < N_PROBES; i++)
		world->specs[i].enabled = false;
	world->now_ms = world->horizon_ms = begin_ms + 1000;
	world->run_ms = 1000;
	return world;
}

static const struct fate *slot(const struct world *world, int64_t at_s)
{
	static const struct fate none;

	for (size_t i = 0; i < world->n_fates; i++) {
		if (world->fates[i].due_ms == begin_ms + at_s * 1000)
			return &world->fates[i];
	}
	return &none;
}

static int64_t started(const struct world *world, int64_t at_s)
{
	int64_t at_ms = slot(world, at_s)->started_ms;

	return at_ms ? at_ms - begin_ms : -1;
}

static void done(struct world *world, const char *what)
{
	drain(world);
	ok(all_ended(world) && !world->wrong, "%s: each slot ends once %s", what,
	    world->wrong ? world->wrong : "");
	world_free(world);
}

static void test_grid(void)
{
	struct world *world = one();

	world_begin(world);
	pass(world, 30000);
	ok(started(world, 10) == 10000 && started(world, 20) == 20000 &&
		started(world, 30) == 30000,
	    "slots start on the grid");
	step(world, -10000);
	pass(world, 10000);
	is_num(world->n_started, 3, "the clock goes back: no slot runs again");
	pass(world, 10000);
	is_num(started(world, 40), 40000, "and the next goes at its time");
	/* A leap second: 23:59:59 twice. */
	pass(world, 8500);
	step(world, -1000);
	pass(world, 3500);
	is_num(world->n_started, 5, "a repeated second starts nothing twice");
	is_num(started(world, 50), 50000, "and what is due then goes once");
	step(world, 3600000);
	pass(world, 20000);
	ok(world->n_started == 8 && slot(world, 3640)->missed && started(world, 3660) > 0,
	    "an hour ahead: what is too late is missed, the grid goes on");
	step(world, -3600000);
	pass(world, 100000);
	is_num(world->n_started, 8, "an hour back: its slots have had their turn");
	step(world, 3600000);
	pass(world, 10000);
	ok(started(world, 3780) > 0, "and the grid goes on behind them");
	done(world, "steps");
}

static void test_skip(void)
{
	struct world *world = one();

	world->run_ms = 25000;
	world_begin(world);
	pass(world, 60000);
	ok(started(world, 10) == 10000 && slot(world, 20)->skipped &&
		slot(world, 30)->skipped && started(world, 40) == 40000,
	    "skip: what is due while the run goes");
	ok(strncmp(world->last_reason, "the run that started at ", 24) == 0, "and says so: %s",
	    world->last_reason);
	done(world, "skip");
}

static void test_queue1(void)
{
	struct world *world = one();

	world->specs[0].overrun = OVERRUN_QUEUE1;
	world->specs[0].maxlate_ms = 100;
	world->run_ms = 25000;
	world_begin(world);
	pass(world, 29500);
	ok(slot(world, 20)->skipped, "queue1: at once when a newer slot is due");
	pass(world, 11500);
	ok(slot(world, 20)->skipped && started(world, 30) == 35000,
	    "queue1: the newest waits for the end, longer than maxlate");
	is_str(world->last_reason, "a newer slot took its place in the queue",
	    "the older gives way");
	done(world, "queue1");
}

static void test_replace(void)
{
	struct world *world = one();

	world->specs[0].overrun = OVERRUN_REPLACE;
	world->max_running = 1;
	world->run_ms = 25000;
	world_begin(world);
	pass(world, 35000);
	ok(slot(world, 10)->replaced && started(world, 20) == 20100 &&
		slot(world, 20)->replaced && started(world, 30) == 30100,
	    "replace: the run is ended and the next slot starts, room or not");
	done(world, "replace");
}

static void test_catchup(void)
{
	struct world *world = one();

	world->specs[0].maxlate_ms = 1000;
	world->specs[0].catchup = CATCHUP_LAST;
	world_begin(world);
	pass(world, 10000);
	step(world, 37000);
	pass(world, 2500);
	ok(slot(world, 30)->missed && started(world, 40) >= 48000 && started(world, 40) < 50000,
	    "last: the newest of those that are too late runs, others are missed");
	pass(world, 2000);
	is_num(started(world, 50), 50000, "and the next is on time");
	done(world, "last");

	world = one();
	world->specs[0].maxlate_ms = 1000;
	world->specs[0].catchup = CATCHUP_ALL;
	world->specs[0].catchup_max = 3;
	world->run_ms = 4000;
	world_begin(world);
	pass(world, 14500);
	step(world, 63000);
	pass(world, 30000);
	ok(slot(world, 40)->missed && started(world, 50) >= 78000 &&
		started(world, 60) >= started(world, 50) + 4000 &&
		started(world, 70) >= started(world, 60) + 4000,
	    "all: as many as catchup_max, one behind the other");
	ok(started(world, 80) >= started(world, 70) + 4000 && !slot(world, 90)->skipped,
	    "the one that is due meanwhile runs behind them");
	is_num(started(world, 100), 100000, "and then they are on time");
	done(world, "all");
}

static void test_retry(void)
{
	struct world *world = one();

	world->specs[0].attempts = 5;
	world->specs[0].retry_ms = 2000;
	world->fail_share = 100;
	world_begin(world);
	pass(world, 25000);
	is_num(slot(world, 10)->attempts, 4, "attempts end when the next slot is due");
	is_num(started(world, 20), 20000, "which is on time");
	done(world, "retry");

	world = one();
	world->specs[0].attempts = 2;
	world->specs[0].retry_ms = 0;
	world->fail_share = 100;
	world_begin(world);
	pass(world, 15000);
	is_num(slot(world, 10)->attempts, 2, "or when there are no more");
	done(world, "no pause");
}

static void test_backoff(void)
{
	struct world *world = one();

	world->specs[0].backoff_ms = 50000;
	world->fail_share = 100;
	world_begin(world);
	pass(world, 170000);
	ok(started(world, 10) > 0 && slot(world, 20)->skipped && started(world, 30) > 0 &&
		slot(world, 60)->skipped && started(world, 70) > 0 &&
		slot(world, 110)->skipped && started(world, 120) > 0 &&
		slot(world, 160)->skipped && started(world, 170) > 0,
	    "backoff: 20, 40, 50, 50 s behind each other");
	is_str(world->last_reason,
	    "backing off after 4 failures in a row: next run at 2027-01-15 08:02:50+00:00",
	    "and says when");
	world->fail_share = 0;
	pass(world, 70000);
	ok(started(world, 220) > 0 && started(world, 230) > 0, "a success ends it");
	done(world, "backoff");
}

static void test_jitter(void)
{
	struct world *world = one();
	int64_t first, most = 0, least = INT64_MAX;
	struct spec spec = base_spec(1);

	world->specs[0].jitter_ms = spec.jitter_ms = 5000;
	world_begin(world);
	pass(world, 60000);
	first = decide_start_ms(&spec, spec_scheduleid(1, begin_ms + 10000), begin_ms + 10000);
	ok(started(world, 10) >= first - begin_ms &&
		started(world, 10) < first - begin_ms + 100,
	    "jitter: a slot starts when its hash says");
	for (int64_t i = 0; i < 1000; i++) {
		int64_t due = begin_ms + i * 10000;
		int64_t late = decide_start_ms(&spec, spec_scheduleid(1, due), due) - due;

		most = late > most ? late : most;
		least = late < least ? late : least;
	}
	ok(least >= 0 && least < 100 && most < 5000 && most > 4900, "over all of it");
	spec.jitter_ms = 600000;
	ok(decide_start_ms(&spec, 77, begin_ms) < begin_ms + spec.interval_ms,
	    "and never behind the next slot");
	done(world, "jitter");
}

static void test_priority(void)
{
	struct world *world = one();

	for (uint32_t i = 0; i < N_PROBES; i++) {
		world->specs[i].enabled = true;
		world->specs[i].priority = N_PROBES - i;
	}
	world->max_running = 1;
	world_begin(world);
	pass(world, 14500);
	for (uint32_t i = 1; i < N_PROBES; i++)
		ok(find(world, spec_scheduleid(i + 1, begin_ms + 10000))->started_ms <
			    find(world, spec_scheduleid(i, begin_ms + 10000))->started_ms ||
			find(world, spec_scheduleid(i, begin_ms + 10000))->started_ms == 0,
		    "priority %u before %u", N_PROBES - i, N_PROBES - i + 1);
	is_num(world->most_running, 1, "one at a time");
	done(world, "priority");
}

static void test_full(void)
{
	struct world *world = one();

	world->specs[1].enabled = true;
	world->specs[1].priority = 3;
	world_begin(world);
	world->dispatch.full = true;
	pass(world, 25000);
	ok(find(world, spec_scheduleid(1, begin_ms + 10000))->missed &&
		find(world, spec_scheduleid(2, begin_ms + 10000))->n_starts == 1,
	    "a full spool: priority 3 goes, 5 is missed");
	is_num(world->dispatch.n_refused, 2, "and counted");
	done(world, "full");
}

/* A slot that is old when the stage begins. */
static void test_old(void)
{
	enum { N = 400 };
	struct world *world = one();
	unsigned long first_second;
	size_t n_missed = 0;

	world->specs[0].interval_ms = 1000;
	world->specs[0].catchup = CATCHUP_ALL;
	world->specs[0].catchup_max = N;
	world->run_ms = 1;
	world->horizon_ms = world->now_ms - N * 1000;
	world_begin(world);
	/* Beside it, ten a second: 0.15 of that is less than the least. */
	pass(world, 1000);
	first_second = world->n_started;
	ok(first_second >= 9 && first_second <= 21, "old slots do not burst: %lu in a second",
	    first_second);
	pass(world, 60000);
	ok(world->n_started >= 400 && world->n_started <= 700, "%lu in a minute",
	    world->n_started);
	for (size_t i = 0; i < world->n_fates; i++)
		n_missed += world->fates[i].missed;
	ok(n_missed < 40, "those beyond catchup_max are missed: %zu", n_missed);
	done(world, "old slots");
}

int main(void)
{
	test_grid();
	test_skip();
	test_queue1();
	test_replace();
	test_catchup();
	test_retry();
	test_backoff();
	test_jitter();
	test_priority();
	test_full();
	test_old();
	test_at_random();
	return tap_done();
}
