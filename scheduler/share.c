/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/share.h"

#include <errno.h>
#include <stdlib.h>

#include "scheduler/decide.h"

enum {
	SLOTS_A_SPEC_MAX = 4000, /* of one spec in one pass; the next pass goes on */
	RANGES_A_SPEC_MAX = 400, /* UTC days of missed slots */
	MS_A_DAY = 86400000,
};

void share_free(struct share *share)
{
	free(share->due_ms);
	free(share->missed);
}

/* Slots that nobody may start any more, one range a UTC day. *ret_end is where they end. */
static int add_missed(
    struct share *share, const struct spec *spec, int64_t until_ms, int64_t *ret_end)
{
	int64_t from = spec->nextdue_ms;

	*ret_end = from;
	if (from >= until_ms)
		return 0;
	share->missed = calloc(RANGES_A_SPEC_MAX, sizeof(*share->missed));
	if (!share->missed)
		return -ENOMEM;
	while (from < until_ms && share->item.n_missed < RANGES_A_SPEC_MAX) {
		int64_t day_end = (from / MS_A_DAY + 1) * MS_A_DAY;
		int64_t end = day_end < until_ms ? day_end : until_ms;
		uint64_t n = spec_slots_between(spec->interval_ms, spec->phase_ms, from, end);

		if (n == 0)
			break;
		share->missed[share->item.n_missed++] = (struct slot_range){ .first_ms = from,
			.last_ms = from + (int64_t)(n - 1) * spec->interval_ms,
			.n_slots = n };
		from += (int64_t)n * spec->interval_ms;
	}
	*ret_end = from;
	return 0;
}

int share_fill(struct share *share, const struct spec *spec, int64_t now_ms, int64_t until_ms,
    int64_t window_ms, bool once)
{
	int64_t reach = decide_reach_ms(spec);
	int64_t oldest = now_ms - (reach > window_ms ? reach : window_ms);
	int64_t due;
	uint64_t n;
	int r;

	/* A single pass runs the newest slot that is due, however late. */
	if (once && now_ms - spec->interval_ms < oldest)
		oldest = now_ms - spec->interval_ms + 1;
	r = add_missed(share, spec, oldest, &due);
	if (r < 0)
		return r;
	n = due < oldest ? 0
			 : spec_slots_between(spec->interval_ms, spec->phase_ms, due, until_ms);
	if (n > SLOTS_A_SPEC_MAX)
		n = SLOTS_A_SPEC_MAX;
	share->due_ms = calloc((size_t)n + 1, sizeof(*share->due_ms));
	if (!share->due_ms)
		return -ENOMEM;
	for (uint64_t i = 0; i < n; i++, due += spec->interval_ms)
		share->due_ms[i] = due;
	share->item = (struct db_materialise){ .specid = spec->specid,
		.version = spec->version,
		.old_nextdue_ms = spec->nextdue_ms,
		.nextdue_ms = due,
		.due_ms = share->due_ms,
		.n_due = (size_t)n,
		.missed = share->missed,
		.n_missed = share->item.n_missed };
	return 0;
}
