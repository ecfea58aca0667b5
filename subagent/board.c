/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/board.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fsroot.h"
#include "lib/base/log.h"
#include "subagent/board_private.h"

/* --- life ------------------------------------------------------------------------------------ */

/* When the node was booted. Without it the scalar does not exist. */
static int64_t boot_time(const char *path)
{
	struct fsroot root;
	double uptime_s;
	int r;

	if (fsroot_open(path, &root, NULL) < 0)
		return MIB_NONE;
	r = fsroot_uptime(&root, &uptime_s, NULL);
	fsroot_close(&root);
	return r < 0 ? MIB_NONE : clock_real_ms() - (int64_t)(uptime_s * 1000);
}

static struct notification_limits limits_of(const struct settings *settings)
{
	return (struct notification_limits){ .per_second = (double)settings->notification_rate,
		.burst = (size_t)settings->notification_burst,
		.waiting = (size_t)settings->notification_queue };
}

int board_configure(struct board *board, const struct settings *settings, struct err *err)
{
	struct notification_limits limits = limits_of(settings);
	struct notifications *queue = NULL;
	int r = 0;

	pthread_mutex_lock(&board->work);
	if (!board->queue)
		r = notifications_new(&limits, &queue, err);
	board->notifies = settings->notifications;
	board->repeat_ms = settings->notification_repeat_ms;
	pthread_mutex_lock(&board->quick);
	if (queue)
		board->queue = queue;
	else if (board->queue)
		notifications_limit(board->queue, &limits);
	(void)snprintf(
	    board->role, sizeof(board->role), "%s", settings->role ? settings->role : "");
	pthread_mutex_unlock(&board->quick);
	pthread_mutex_unlock(&board->work);
	return r;
}

int board_new(const struct settings *settings, const struct agentx_stats *stats,
    struct board **ret, struct err *err)
{
	struct board *board = calloc(1, sizeof(*board));
	int r;

	if (!board)
		return err_sys(err, -ENOMEM, "cannot make the board");
	pthread_mutex_init(&board->work, NULL);
	pthread_mutex_init(&board->quick, NULL);
	board->stats = stats;
	board->started_ms = clock_mono_ms();
	board->boot_real_ms = boot_time(settings->root);
	board->collectors =
	    (struct mib_rows){ .table = &mib_collector, .items = board->pinned_rows };
	board->agent =
	    (struct mib_rows){ .table = &mib_agent, .items = &board->pinned_agent, .n = 1 };
	board->told_state = MIB_OK;
	board->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = board->wake_fd < 0 ? err_sys(err, -errno, "cannot make an eventfd") : 0;
	if (r == 0)
		r = own_alarms_new(&board->alarms, err);
	if (r == 0)
		r = board_configure(board, settings, err);
	if (r < 0) {
		board_free(board);
		return r;
	}
	*ret = board;
	return 0;
}

static void slot_free(struct slot *slot)
{
	snapshot_let_go(slot->snapshot);
	free(slot);
}

void board_free(struct board *board)
{
	if (!board)
		return;
	board_unpin(board);
	for (size_t i = 0; i < board->n_slots; i++)
		slot_free(board->slots[i]);
	snapshot_let_go(board->alarm_rows);
	own_alarms_free(board->alarms);
	notifications_free(board->queue);
	if (board->wake_fd >= 0)
		close(board->wake_fd);
	pthread_mutex_destroy(&board->work);
	pthread_mutex_destroy(&board->quick);
	free(board);
}

/* --- which collectors there are -------------------------------------------------------------- */

/* n_slots if it has none. */
static size_t find(const struct board *board, const struct collector *collector)
{
	size_t i = 0;

	while (i < board->n_slots && board->slots[i]->collector != collector)
		i++;
	return i;
}

/* Moves those from i on by one place, up or down. */
static void shift(struct board *board, size_t i, int by)
{
	size_t n = board->n_slots - i - (by < 0), from = i + (by < 0), to = i + (by > 0);

	memmove(&board->slots[to], &board->slots[from], n * sizeof(board->slots[0]));
	memmove(&board->rows[to], &board->rows[from], n * sizeof(board->rows[0]));
	memmove(&board->judged[to], &board->judged[from], n * sizeof(board->judged[0]));
	board->n_slots += (size_t)by;
}

static int insert(struct board *board, const struct collector *collector, int64_t now_ms)
{
	struct mib_collector row = { .index = { mib_index(collector->name) },
		.state_age = now_ms };
	struct slot *slot;
	size_t i = 0;

	if (board->n_slots == BOARD_SLOTS_MAX)
		return -ENOSPC;
	slot = calloc(1, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	slot->collector = collector;
	slot->rounds.added_ms = now_ms;
	(void)snprintf(row.name, sizeof(row.name), "%s", collector->name);
	while (i < board->n_slots && board->rows[i].index[0] < row.index[0])
		i++;
	pthread_mutex_lock(&board->quick);
	shift(board, i, 1);
	board->slots[i] = slot;
	board->rows[i] = board->judged[i] = row;
	board->judged[i].state = MIB_OK;
	pthread_mutex_unlock(&board->quick);
	return 0;
}

/* What takes so long that its interval became wider is shown for so many of them at least. */
enum { WIDE_LIMIT = 3 };

static int64_t limit_of(const struct own_rounds *rounds)
{
	int64_t wide_ms = WIDE_LIMIT * rounds->interval_ms;
	bool is_wide = rounds->interval_ms > rounds->wanted_ms;

	return is_wide && wide_ms > rounds->wanted_limit_ms ? wide_ms : rounds->wanted_limit_ms;
}

/* A limit that is shorter holds once a round has ended: facts that were read under the longer one are
 * not too old by being told so. */
static void widen_limit(struct own_rounds *rounds)
{
	if (limit_of(rounds) > rounds->limit_ms)
		rounds->limit_ms = limit_of(rounds);
}

int board_add(struct board *board, const struct collector *collector, int64_t interval_ms,
    int64_t limit_ms, struct err *err)
{
	int64_t now_ms = clock_mono_ms();
	int r = 0;

	pthread_mutex_lock(&board->work);
	if (find(board, collector) == board->n_slots)
		r = insert(board, collector, now_ms);
	if (r == 0) {
		struct own_rounds *rounds = &board->slots[find(board, collector)]->rounds;

		rounds->interval_ms = rounds->wanted_ms = interval_ms;
		rounds->wanted_limit_ms = limit_ms;
		widen_limit(rounds);
		rounds->round_ms = 0;
		board_judge(board, true, now_ms);
	}
	pthread_mutex_unlock(&board->work);
	return r < 0 ? err_sys(err, r, "cannot add collector %s", collector->name) : 0;
}

void board_remove(struct board *board, const struct collector *collector)
{
	struct mib_rows judged = { .table = &mib_collector, .items = board->judged };
	const struct mib_rows none = { 0 };
	int64_t now_ms = clock_mono_ms();
	struct slot *slot;
	size_t i;

	pthread_mutex_lock(&board->work);
	i = find(board, collector);
	if (i < board->n_slots) {
		slot = board->slots[i];
		for (size_t k = 0; slot->snapshot && k < slot->snapshot->n; k++) {
			const struct mib_table *table = slot->snapshot->rows[k].table;

			own_alarms_set(board->alarms, table, &none, false, now_ms, 0);
			board_tell_gone(board, table, &none);
		}
		pthread_mutex_lock(&board->quick);
		shift(board, i, -1);
		pthread_mutex_unlock(&board->quick);
		judged.n = board->n_slots;
		board_tell_gone(board, &mib_collector, &judged);
		board_judge(board, true, now_ms);
		slot_free(slot);
	}
	pthread_mutex_unlock(&board->work);
}

/* --- rounds ---------------------------------------------------------------------------------- */

void board_begin(struct board *board, const struct collector *collector, int64_t interval_ms)
{
	size_t i;

	pthread_mutex_lock(&board->work);
	i = find(board, collector);
	if (i < board->n_slots) {
		struct own_rounds *rounds = &board->slots[i]->rounds;

		rounds->interval_ms = interval_ms;
		widen_limit(rounds);
		rounds->round_ms = clock_mono_ms();
	}
	pthread_mutex_unlock(&board->work);
}

/* Takes the rows over, and finishes them. NULL without memory: they are freed. */
static struct snapshot *make_snapshot(const struct collector *collector, struct mib_rows *rows)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	bool good = snapshot;

	for (size_t i = 0; collector->tables[i] && i < COLLECTOR_TABLES_MAX; i++) {
		int r = mib_rows_finish(&rows[i]);

		if (r == -EEXIST)
			log_warning("collector %s: two rows of %s are called the same",
			    collector->name, rows[i].table->name);
		else if (r < 0)
			good = false;
	}
	for (size_t i = 0; collector->tables[i] && i < COLLECTOR_TABLES_MAX; i++) {
		if (good)
			snapshot->rows[snapshot->n++] = rows[i];
		else
			mib_rows_free(&rows[i]);
	}
	if (!good) {
		free(snapshot);
		return NULL;
	}
	snapshot->holders = 1;
	return snapshot;
}

static void end_round(struct own_rounds *rounds, int64_t took_ms, const struct err *err)
{
	rounds->round_ms = 0;
	rounds->limit_ms = limit_of(rounds);
	rounds->took_ms = took_ms;
	rounds->n_rounds++;
	(void)snprintf(
	    rounds->problem, sizeof(rounds->problem), "%.255s", err ? err->text : "");
}

static void count(struct slot *slot, const struct snapshot *snapshot, size_t services[6])
{
	slot->rounds.n_rows = 0;
	for (size_t i = 0; i < snapshot->n; i++) {
		const struct mib_rows *rows = &snapshot->rows[i];

		slot->rounds.n_rows += rows->n;
		slot->rounds.n_dropped += rows->n_dropped;
		for (size_t k = 0;
		     strcmp(rows->table->name, "haetaeService") == 0 && k < rows->n; k++)
			services[own_state(rows->table, mib_rows_at(rows, k))]++;
	}
}

/* Rows that could not be read, or found no place, need not be gone. */
static void tell_gone(
    struct board *board, const struct slot *slot, const struct snapshot *snapshot)
{
	for (size_t i = 0; !*slot->rounds.problem && i < snapshot->n; i++) {
		const struct mib_rows *rows = &snapshot->rows[i];

		if (rows->n_dropped == 0)
			board_tell_gone(board, rows->table, rows);
	}
}

static void hang(
    struct board *board, struct slot *slot, struct snapshot *snapshot, int64_t taken_ms)
{
	struct snapshot *old = slot->snapshot;
	size_t services[6] = { 0 };
	int64_t now_ms = clock_mono_ms();

	count(slot, snapshot, services);
	slot->rounds.taken_ms = taken_ms;
	board_carry_on(old, snapshot, taken_ms);
	pthread_mutex_lock(&board->quick);
	slot->snapshot = snapshot;
	slot->shown = true;
	memcpy(slot->services, services, sizeof(services));
	board->generation++;
	pthread_mutex_unlock(&board->quick);
	board_tell(board, old, snapshot);
	tell_gone(board, slot, snapshot);
	board_set_alarms(board, slot, now_ms);
	board_judge(board, true, now_ms);
	snapshot_let_go(old);
}

void board_publish(struct board *board, const struct collector *collector,
    struct mib_rows *rows, int64_t taken_ms, int64_t took_ms, const struct err *err)
{
	const struct err no_memory = { .text = "no memory for its rows" };
	struct snapshot *snapshot = make_snapshot(collector, rows);
	size_t i;

	if (!snapshot) {
		board_fail(board, collector, took_ms, &no_memory);
		return;
	}
	pthread_mutex_lock(&board->work);
	i = find(board, collector);
	if (i < board->n_slots) {
		end_round(&board->slots[i]->rounds, took_ms, err);
		board->slots[i]->rounds.failed = false;
		hang(board, board->slots[i], snapshot, taken_ms);
	} else {
		snapshot_let_go(snapshot);
	}
	pthread_mutex_unlock(&board->work);
	board_wake(board);
}

void board_fail(struct board *board, const struct collector *collector, int64_t took_ms,
    const struct err *err)
{
	size_t i;

	pthread_mutex_lock(&board->work);
	i = find(board, collector);
	if (i < board->n_slots) {
		struct own_rounds *rounds = &board->slots[i]->rounds;

		end_round(rounds, took_ms, err);
		rounds->failed = true;
		rounds->n_errors++;
		board_judge(board, false, clock_mono_ms());
	}
	pthread_mutex_unlock(&board->work);
	board_wake(board);
}

void board_tick(struct board *board, int64_t now_ms)
{
	pthread_mutex_lock(&board->work);
	board_judge(board, false, now_ms);
	pthread_mutex_unlock(&board->work);
}
