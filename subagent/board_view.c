/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/board_private.h"

#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"

void snapshot_hold(struct snapshot *snapshot)
{
	(void)atomic_fetch_add(&snapshot->holders, 1);
}

void snapshot_let_go(struct snapshot *snapshot)
{
	if (!snapshot || atomic_fetch_sub(&snapshot->holders, 1) > 1)
		return;
	for (size_t i = 0; i < snapshot->n; i++)
		mib_rows_free(&snapshot->rows[i]);
	free(snapshot);
}

/* --- what is shown -------------------------------------------------------------------------- */

static void count_rows(const struct snapshot *snapshot, size_t n_rows[MIB_AGENT_TABLES])
{
	for (size_t i = 0; i < snapshot->n; i++) {
		uint32_t number = snapshot->rows[i].table->number;

		if (number < MIB_AGENT_TABLES)
			n_rows[number] = snapshot->rows[i].n;
	}
}

void board_fill_agent(struct board *board, int64_t now_ms, struct mib_agent *row)
{
	struct notification_counts counts;
	struct own_agent own = { .role = board->role,
		.worst = &board->worst,
		.state_ms = board->state_ms ? board->state_ms : now_ms,
		.started_ms = board->started_ms,
		.boot_real_ms = board->boot_real_ms,
		.generation = board->generation,
		.counts = &counts,
		.stats = board->stats };

	notifications_count(board->queue, &counts);
	for (size_t i = 0; i < board->n_slots; i++) {
		const struct slot *slot = board->slots[i];

		if (!slot->shown || !slot->snapshot)
			continue;
		count_rows(slot->snapshot, own.n_rows);
		for (size_t state = 0; state < 6; state++)
			own.services[state] += slot->services[state];
	}
	if (board->alarm_rows)
		count_rows(board->alarm_rows, own.n_rows);
	own.n_rows[mib_collector.number] = board->n_slots;
	own_agent_fill(&own, row);
}

static void show(struct board *board, struct snapshot *snapshot, struct view *view)
{
	snapshot_hold(snapshot);
	board->pinned[board->n_pinned++] = snapshot;
	for (size_t i = 0; i < snapshot->n; i++)
		view->rows[mib_table_place(snapshot->rows[i].table)] = &snapshot->rows[i];
}

void board_pin(void *context, struct view *ret)
{
	struct board *board = context;
	struct view view = { .now_ms = clock_mono_ms() };

	pthread_mutex_lock(&board->quick);
	for (size_t i = 0; i < board->n_slots; i++) {
		struct slot *slot = board->slots[i];

		board->pinned_rows[i] = board->rows[i];
		if (slot->shown && slot->snapshot)
			show(board, slot->snapshot, &view);
	}
	if (board->alarm_rows)
		show(board, board->alarm_rows, &view);
	board->collectors.n = board->n_slots;
	board_fill_agent(board, view.now_ms, &board->pinned_agent);
	pthread_mutex_unlock(&board->quick);
	view.rows[mib_table_place(&mib_collector)] = &board->collectors;
	view.rows[mib_table_place(&mib_agent)] = &board->agent;
	*ret = view;
}

void board_unpin(void *context)
{
	struct board *board = context;

	for (size_t i = 0; i < board->n_pinned; i++)
		snapshot_let_go(board->pinned[i]);
	board->n_pinned = 0;
}

/* --- notifications --------------------------------------------------------------------------- */

bool board_take(void *context, struct notification *ret)
{
	struct board *board = context;
	bool taken;

	pthread_mutex_lock(&board->quick);
	taken = notifications_take(board->queue, clock_mono_ms(), ret);
	pthread_mutex_unlock(&board->quick);
	return taken;
}

void board_put_back(void *context, struct notification *taken)
{
	struct board *board = context;

	pthread_mutex_lock(&board->quick);
	notifications_put_back(board->queue, taken);
	pthread_mutex_unlock(&board->quick);
}

int64_t board_wait_ms(void *context)
{
	struct board *board = context;
	int64_t wait_ms;

	pthread_mutex_lock(&board->quick);
	wait_ms = notifications_wait_ms(board->queue, clock_mono_ms());
	pthread_mutex_unlock(&board->quick);
	return wait_ms;
}

int board_wake_fd(const struct board *board)
{
	return board->wake_fd;
}

void board_wake(const struct board *board)
{
	uint64_t one = 1;

	/* It cannot fail but when it is readable already. */
	if (write(board->wake_fd, &one, sizeof(one)) < 0)
		return;
}
