/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the run stage's slots come from: claims files, and the grid itself while no claim
 * covers the time.
 */
#include "config.h"

#include "scheduler/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "scheduler/handover.h"

enum {
	AHEAD_MS = 1000,	/* slots made here without claims, so far ahead */
	FIRST_CLAIMS_MS = 5000, /* a start waits so long for the first claims */
};

/* --- claims files ----------------------------------------------------------------------- */

void run_batch_done(struct run *run, struct batch *batch)
{
	if (!batch || --batch->n_open > 0)
		return;
	(void)spool_unlink(&run->stage->spool, SPOOL_CLAIMS, batch->name);
	LIST_REMOVE(batch, entry);
	free(batch);
}

/* The first one may be of a life long ago: what is between is materialise's. */
static void move_horizon(struct run *run, int64_t horizon_ms)
{
	int64_t now = clock_real_ms();

	if (run->horizon_ms == 0)
		dispatch_renew(&run->dispatch, now);
	if (run->horizon_ms == 0 && horizon_ms < now)
		horizon_ms = now;
	run->horizon_ms = horizon_ms;
}

static int take_claims(struct run *run, const char *name, struct err *err)
{
	struct claims claims = { 0 };
	struct batch *batch;
	int r = handover_read_claims(&run->stage->spool, name, &claims, err);

	if (r == -ENOENT)
		return 0;
	if (r == -EBADMSG || r == -E2BIG || r == -EACCES) {
		/* What is claimed is in SCHEDULE too, and is handed over again. */
		log_error("%s: moved to bad/", err->text);
		if (spool_rename(&run->stage->spool, SPOOL_CLAIMS, name, SPOOL_BAD, name, err) <
		    0)
			log_error("%s", err->text);
		return 0;
	}
	if (r < 0)
		return r;
	batch = calloc(1, sizeof(*batch));
	if (!batch) {
		claims_free(&claims);
		return err_set(err, -ENOMEM, "out of memory");
	}
	(void)snprintf(batch->name, sizeof(batch->name), "%s", name);
	LIST_INSERT_HEAD(&run->batches, batch, entry);
	/* One more than its slots, until all of them are in the heap. */
	batch->n_open = 1;
	for (size_t i = 0; r == 0 && i < claims.n_slots; i++) {
		r = dispatch_add(
		    &run->dispatch, claims.slots[i].scheduleid, claims.slots[i].due_ms, batch);
		batch->n_open += r == 0;
	}
	if (r == 0 && claims.horizon_ms > run->horizon_ms)
		move_horizon(run, claims.horizon_ms);
	run_batch_done(run, batch);
	claims_free(&claims);
	return r < 0 ? err_set(err, r, "out of memory") : 0;
}

/* Both lists are sorted: what is new is in the second alone. */
static bool was_seen(const struct spool_names *seen, size_t *at, const char *name)
{
	while (*at < seen->n && strcmp(seen->items[*at], name) < 0)
		++*at;
	return *at < seen->n && strcmp(seen->items[*at], name) == 0;
}

int run_read_claims(struct run *run, struct err *err)
{
	struct spool_names names = { 0 };
	size_t at = 0;
	int r = spool_list(&run->stage->spool, SPOOL_CLAIMS, &names, err);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		if (!was_seen(&run->seen, &at, names.items[i]))
			r = take_claims(run, names.items[i], err);
		/* What was not taken is new the next time. */
		while (r < 0 && names.n > i)
			free(names.items[--names.n]);
	}
	spool_names_free(&run->seen);
	run->seen = names;
	return r;
}

/* --- slots without claims ------------------------------------------------------------------ */

struct make {
	struct run *run;
	int64_t now_ms;
	int64_t from_ms;   /* the horizon */
	int64_t oldest_ms; /* no slot before it is worth while, but by a policy */
	int64_t until_ms;
	bool failed;
};

static void make_slots(struct probe *probe, void *context)
{
	struct make *make = context;
	const struct spec *spec = &probe->spec;
	int64_t from, due;

	if (!probe->known)
		return;
	from = make->now_ms - decide_reach_ms(spec);
	if (from > make->oldest_ms)
		from = make->oldest_ms;
	if (from < make->from_ms)
		from = make->from_ms;
	/* Before that it had another grid, or was not there at all. */
	if (from < probe->since_ms)
		from = probe->since_ms;
	due = spec_slot_at_or_after(spec->interval_ms, spec->phase_ms, from);
	for (; due < make->until_ms && !make->failed; due += spec->interval_ms)
		make->failed = dispatch_add(&make->run->dispatch,
				   spec_scheduleid(spec->specid, due), due, NULL) < 0;
}

/* The database, materialise or claim is away for longer than the window: the same grid gives
 * the same ids, so what they make later are repeats. A gap before a start is theirs. */
void run_extend_horizon(struct run *run, int64_t now_ms)
{
	int64_t oldest = now_ms - run->stage->settings->window_ms;
	struct make make = { .run = run,
		.now_ms = now_ms,
		.from_ms = run->horizon_ms,
		.oldest_ms = oldest,
		.until_ms = now_ms + AHEAD_MS };

	if (run->horizon_ms == 0 && clock_mono_ms() - run->begun_ms >= FIRST_CLAIMS_MS)
		make.from_ms = run->horizon_ms = now_ms;
	if (run->horizon_ms == 0 || run->horizon_ms > now_ms + AHEAD_MS / 2) {
		run->blind = run->blind && run->horizon_ms <= now_ms + AHEAD_MS;
		return;
	}
	if (!run->blind)
		log_warning("no claims come: making slots from the copy of the specs");
	run->blind = true;
	/* The machine slept, or the clock was set: what was due meanwhile must not burst. */
	if (make.from_ms < now_ms - AHEAD_MS)
		dispatch_renew(&run->dispatch, now_ms);
	probes_each(run->probes, make_slots, &make);
	if (make.failed)
		log_error("slots without claims: out of memory");
	run->horizon_ms = make.until_ms;
}
