/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/board_private.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

/* --- changes of states ----------------------------------------------------------------------- */

static void raise_change(void *context, const struct mib_table *table, const void *row)
{
	struct board *board = context;

	if (!board->notifies || !table->notification)
		return;
	pthread_mutex_lock(&board->quick);
	notifications_raise(board->queue, table, row, clock_mono_ms());
	pthread_mutex_unlock(&board->quick);
}

/* Who is disabled is not told of what nobody was told before. */
static bool is_told(int before, int state)
{
	return before != state && (own_is_ill(state) || own_is_ill(before));
}

/* Since when the state is so, unless the collector knows better. */
static void set_age(const struct mib_table *table, const void *old, void *row, int64_t taken_ms)
{
	int64_t since_ms = taken_ms;

	int64_t said_ms = own_number(table, table->state_age, row);

	if (said_ms != 0 && said_ms != MIB_NONE)
		return;
	if (old && own_state(table, old) == own_state(table, row))
		since_ms = own_number(table, table->state_age, old);
	own_set_number(table, table->state_age, row, since_ms);
}

static int compare(const struct mib_table *table, const void *a, const void *b)
{
	const uint32_t *one = a, *two = b;

	for (size_t i = 0; i < table->n_index; i++) {
		if (one[i] != two[i])
			return one[i] < two[i] ? -1 : 1;
	}
	return 0;
}

/* Each row, and the one of the snapshot before with the same index, or NULL. */
typedef void pair_fn(void *context, const struct mib_table *table, const void *old, void *row);

static void for_pairs(
    const struct mib_rows *old, const struct mib_rows *rows, pair_fn *call, void *context)
{
	size_t at = 0, n_old = old ? old->n : 0;

	for (size_t i = 0; i < rows->n; i++) {
		char *row = (char *)rows->items + i * rows->table->row_size;
		const void *before;

		while (at < n_old && compare(rows->table, mib_rows_at(old, at), row) < 0)
			at++;
		before = at < n_old ? mib_rows_at(old, at) : NULL;
		if (before && compare(rows->table, before, row) != 0)
			before = NULL;
		call(context, rows->table, before, row);
	}
}

/* Both have the tables of their collector, in its order. */
static void for_tables(
    const struct snapshot *old, const struct snapshot *snapshot, pair_fn *call, void *context)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		if (snapshot->rows[i].table->state)
			for_pairs(
			    old ? &old->rows[i] : NULL, &snapshot->rows[i], call, context);
	}
}

static void carry_on(void *context, const struct mib_table *table, const void *old, void *row)
{
	const int64_t *taken_ms = context;

	set_age(table, old, row, *taken_ms);
}

void board_carry_on(const struct snapshot *old, struct snapshot *snapshot, int64_t taken_ms)
{
	for_tables(old, snapshot, carry_on, &taken_ms);
}

static void tell(void *context, const struct mib_table *table, const void *old, void *row)
{
	struct board *board = context;
	int before;

	if (old) {
		before = own_state(table, old);
	} else {
		/* One that was not there for a while is told of where it was left. */
		pthread_mutex_lock(&board->quick);
		before = notifications_last(board->queue, table, row);
		pthread_mutex_unlock(&board->quick);
	}
	if (is_told(before, own_state(table, row)))
		raise_change(board, table, row);
}

void board_tell(
    struct board *board, const struct snapshot *old, const struct snapshot *snapshot)
{
	for_tables(old, snapshot, tell, board);
}

void board_tell_gone(
    struct board *board, const struct mib_table *table, const struct mib_rows *rows)
{
	if (!board->notifies || !table->notification || !table->state)
		return;
	pthread_mutex_lock(&board->quick);
	notifications_gone(board->queue, table, rows, clock_mono_ms());
	pthread_mutex_unlock(&board->quick);
}

void board_set_alarms(struct board *board, const struct slot *slot, int64_t now_ms)
{
	for (size_t i = 0; slot->snapshot && i < slot->snapshot->n; i++)
		own_alarms_set(board->alarms, slot->snapshot->rows[i].table,
		    &slot->snapshot->rows[i], slot->shown, now_ms, clock_real_ms());
}

/* --- the whole node -------------------------------------------------------------------------- */

/* Before the first rounds have ended nobody knows that all is well; nobody is told so either. */
static void describe_start(const struct board *board, struct own_worst *worst)
{
	size_t n = 0;

	for (size_t i = 0; i < board->n_slots; i++)
		n += board->slots[i]->rounds.n_rounds == 0;
	if (worst->state != MIB_OK || n == 0)
		return;
	worst->state = MIB_UNKNOWN;
	(void)snprintf(worst->text, sizeof(worst->text),
	    "UNKNOWN - %zu of %zu collectors have not ended their first round yet", n,
	    board->n_slots);
}

static void judge_node(struct board *board, int64_t now_ms)
{
	struct snapshot *made = calloc(1, sizeof(*made)), *old;
	struct own_worst worst;
	struct mib_agent row;
	bool told;

	if (!made || own_alarms_build(board->alarms, &made->rows[0], &worst) < 0) {
		log_error("no memory for the table of alarms: it stays as it was");
		free(made);
		return;
	}
	made->n = 1;
	made->holders = 1;
	told = board->told_state != worst.state;
	board->told_state = worst.state;
	describe_start(board, &worst);
	pthread_mutex_lock(&board->quick);
	if (board->worst.state != worst.state)
		board->state_ms = now_ms;
	old = board->alarm_rows;
	board->alarm_rows = made;
	board->worst = worst;
	board_fill_agent(board, now_ms, &row);
	pthread_mutex_unlock(&board->quick);
	snapshot_let_go(old);
	if (told)
		raise_change(board, &mib_agent, &row);
}

/* --- collectors ------------------------------------------------------------------------------ */

/* For who reads the log of the node alone. */
static void log_state(const struct mib_collector *row)
{
	if (own_is_ill((int)row->state))
		log_warning("collector %s: %s", row->name, row->state_text);
	else
		log_info("collector %s: well again", row->name);
}

/* Whether anything changed that others see. */
static bool judge_slot(struct board *board, size_t i, int64_t now_ms)
{
	struct slot *slot = board->slots[i];
	struct mib_collector row = board->rows[i], judged, before = board->judged[i];
	bool shown = !own_is_stale(&slot->rounds, now_ms), changed = slot->shown != shown;

	own_collector_fill(&slot->rounds, now_ms, &row);
	if (row.state != board->rows[i].state)
		row.state_age = now_ms;
	judged = row;
	if (slot->rounds.n_rounds == 0 && shown)
		judged.state = MIB_OK;
	pthread_mutex_lock(&board->quick);
	slot->shown = shown;
	board->rows[i] = row;
	pthread_mutex_unlock(&board->quick);
	board->judged[i] = judged;
	if (is_told((int)before.state, (int)judged.state)) {
		raise_change(board, &mib_collector, &judged);
		log_state(&judged);
	}
	if (changed)
		board_set_alarms(board, slot, now_ms);
	return changed || before.state != judged.state ||
	       strcmp(before.state_text, judged.state_text) != 0;
}

void board_judge(struct board *board, bool always, int64_t now_ms)
{
	struct mib_rows judged = { .table = &mib_collector, .items = board->judged };
	bool changed = always;

	for (size_t i = 0; i < board->n_slots; i++)
		changed |= judge_slot(board, i, now_ms);
	judged.n = board->n_slots;
	own_alarms_set(board->alarms, &mib_collector, &judged, true, now_ms, clock_real_ms());
	if (board->repeat_ms > 0 && board->notifies)
		own_alarms_repeat(
		    board->alarms, now_ms - board->repeat_ms, now_ms, raise_change, board);
	if (changed)
		judge_node(board, now_ms);
}
