/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/own.h"

#include <stdio.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"

/* What never had facts is given as long as facts may be old. */
bool own_is_stale(const struct own_rounds *rounds, int64_t now_ms)
{
	int64_t from_ms = rounds->taken_ms ? rounds->taken_ms : rounds->added_ms;

	return now_ms - from_ms > rounds->limit_ms;
}

static int state_of(const struct own_rounds *rounds, int64_t now_ms)
{
	if (own_is_stale(rounds, now_ms))
		return MIB_CRITICAL;
	if (rounds->failed)
		return MIB_WARNING;
	return *rounds->problem || !rounds->taken_ms ? MIB_UNKNOWN : MIB_OK;
}

/* What to look at: how old the facts are, a round that does not end, what the last one said. */
static void describe(
    const struct own_rounds *rounds, int64_t now_ms, int state, char *text, size_t size)
{
	int64_t from_ms = rounds->taken_ms ? rounds->taken_ms : rounds->added_ms;
	char age[CLOCK_TEXT_SIZE], hangs[CLOCK_TEXT_SIZE];
	CLEANUP_BUF struct buf buf = BUF_INIT;

	clock_age_text((now_ms - from_ms) / 1000, age);
	clock_age_text((now_ms - rounds->round_ms) / 1000, hangs);
	if (state == MIB_CRITICAL && rounds->taken_ms)
		(void)buf_addf(&buf, "its facts are %s old and not shown", age);
	else if (state == MIB_CRITICAL)
		(void)buf_addf(&buf, "no facts for %s", age);
	else if (rounds->n_rounds == 0)
		(void)buf_adds(&buf, "the first round has not ended yet");
	if (rounds->round_ms && now_ms - rounds->round_ms > rounds->interval_ms)
		(void)buf_addf(&buf, "%sa round has run for %s", buf.size ? "; " : "", hangs);
	if (*rounds->problem)
		(void)buf_addf(&buf, "%s%s", buf.size ? "; " : "", rounds->problem);
	(void)snprintf(text, size, "%.*s", (int)size - 1, buf_text(&buf));
}

void own_collector_fill(
    const struct own_rounds *rounds, int64_t now_ms, struct mib_collector *row)
{
	int state = state_of(rounds, now_ms);

	row->state = state;
	describe(rounds, now_ms, state, row->state_text, sizeof(row->state_text));
	row->age = rounds->taken_ms ? rounds->taken_ms : MIB_NONE;
	row->duration = rounds->n_rounds ? rounds->took_ms : MIB_NONE;
	row->interval = rounds->interval_ms / 1000;
	row->limit = rounds->limit_ms / 1000;
	/* An instant to come is 0 s old: nothing runs, which is no hole. */
	row->round_age = rounds->round_ms ? rounds->round_ms : INT64_MAX;
	row->rows = (int64_t)rounds->n_rows;
	row->rows_dropped = (int64_t)rounds->n_dropped;
	row->errors = rounds->n_errors;
	row->rounds = rounds->n_rounds;
}
