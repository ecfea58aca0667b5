/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/notification.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* What does not fit is not kept; the process goes on. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* Rows that the manager was told to be ill: more are forgotten, the oldest first. */
enum { TOLD_MAX = 16384 };

/* Which row of which table. Zeroed whole before it is filled: it is hashed by its bytes. */
struct row_key {
	uint32_t table;
	uint32_t index[MIB_INDEX_MAX];
};

/* One that waits. */
struct waiting {
	struct row_key key;
	struct notification notification;
	TAILQ_ENTRY(waiting) entry;
	UT_hash_handle hh;
};

/* The state that a row was last told to be in, as long as it is not ok. */
struct told {
	struct row_key key;
	const struct mib_table *table;
	void *row; /* as it was told; owned */
	int state;
	UT_hash_handle hh;
};

TAILQ_HEAD(waiting_list, waiting);

struct notifications {
	struct notification_limits limits;
	struct waiting_list list; /* in the order of sending */
	struct waiting *waiting;  /* the same, by row */
	struct told *told;
	struct notification_counts counts;
	double tokens;
	int64_t tokens_ms; /* when they were counted; 0: not yet */
};

void notification_free(struct notification *notification)
{
	free(notification->row);
	*notification = (struct notification){ 0 };
}

int notifications_new(
    const struct notification_limits *limits, struct notifications **ret, struct err *err)
{
	struct notifications *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return err_sys(err, -ENOMEM, "cannot make a queue of notifications");
	queue->limits = *limits;
	queue->tokens = (double)limits->burst;
	TAILQ_INIT(&queue->list);
	*ret = queue;
	return 0;
}

static void forget(struct notifications *queue, struct told *told)
{
	HASH_DEL(queue->told, told);
	free(told->row);
	free(told);
}

/* Takes it out of the queue; the notification in it goes to the caller. */
static struct notification unlink_waiting(struct notifications *queue, struct waiting *waiting)
{
	struct notification notification = waiting->notification;

	TAILQ_REMOVE(&queue->list, waiting, entry);
	HASH_DEL(queue->waiting, waiting);
	free(waiting);
	queue->counts.waiting--;
	return notification;
}

void notifications_free(struct notifications *queue)
{
	if (!queue)
		return;
	while (queue->waiting) {
		struct notification notification = unlink_waiting(queue, queue->waiting);

		notification_free(&notification);
	}
	while (queue->told)
		forget(queue, queue->told);
	free(queue);
}

void notifications_limit(struct notifications *queue, const struct notification_limits *limits)
{
	queue->limits = *limits;
	if (queue->tokens > (double)limits->burst)
		queue->tokens = (double)limits->burst;
}

/* --- rows ----------------------------------------------------------------------------------- */

static struct row_key key_of(const struct mib_table *table, const void *row)
{
	struct row_key key;

	memset(&key, 0, sizeof(key));
	key.table = table->number;
	memcpy(key.index, row, table->n_index * sizeof(uint32_t));
	return key;
}

static int state_of(const struct mib_table *table, const void *row)
{
	const struct mib_column *column = mib_column_find(table, table->state);
	int64_t state = 0;

	if (column)
		memcpy(&state, (const char *)row + column->offset, sizeof(state));
	return state == MIB_NONE ? MIB_UNKNOWN : (int)state;
}

/* What nothing was told about is taken to be well. */
static int told_state(const struct notifications *queue, const struct row_key *key)
{
	struct told *told;

	HASH_FIND(hh, queue->told, key, sizeof(*key), told);
	return told ? told->state : MIB_OK;
}

/* Without memory it is not known: then one notification may be sent twice. */
static struct told *remember(struct notifications *queue, const struct row_key *key,
    const struct mib_table *table, const void *row)
{
	struct told *told;

	if (HASH_COUNT(queue->told) >= TOLD_MAX)
		forget(queue, queue->told);
	told = calloc(1, sizeof(*told));
	if (!told)
		return NULL;
	told->key = *key;
	told->table = table;
	told->row = malloc(table->row_size);
	if (told->row) {
		memcpy(told->row, row, table->row_size);
		HASH_ADD(hh, queue->told, key, sizeof(told->key), told);
		if (told->hh.tbl)
			return told;
	}
	free(told->row);
	free(told);
	return NULL;
}

static void tell(struct notifications *queue, const struct row_key *key,
    const struct notification *notification, int state)
{
	struct told *told;

	HASH_FIND(hh, queue->told, key, sizeof(*key), told);
	if (state == MIB_OK && told)
		forget(queue, told);
	if (state == MIB_OK)
		return;
	if (!told)
		told = remember(queue, key, notification->table, notification->row);
	if (told)
		told->state = state;
}

/* --- in ------------------------------------------------------------------------------------ */

static bool copy_of(
    const struct mib_table *table, const void *row, int64_t now_ms, struct notification *ret)
{
	void *copy = malloc(table->row_size);

	if (!copy)
		return false;
	memcpy(copy, row, table->row_size);
	*ret = (struct notification){ .table = table, .row = copy, .at_ms = now_ms };
	return true;
}

static struct waiting *find_waiting(
    const struct notifications *queue, const struct row_key *key)
{
	struct waiting *waiting;

	HASH_FIND(hh, queue->waiting, key, sizeof(*key), waiting);
	return waiting;
}

static bool add(struct notifications *queue, const struct row_key *key,
    const struct notification *notification, bool in_front)
{
	struct waiting *waiting = calloc(1, sizeof(*waiting));

	if (!waiting)
		return false;
	waiting->key = *key;
	waiting->notification = *notification;
	HASH_ADD(hh, queue->waiting, key, sizeof(waiting->key), waiting);
	if (!waiting->hh.tbl) {
		free(waiting);
		return false;
	}
	if (in_front)
		TAILQ_INSERT_HEAD(&queue->list, waiting, entry);
	else
		TAILQ_INSERT_TAIL(&queue->list, waiting, entry);
	queue->counts.waiting++;
	return true;
}

/* Whether nobody needs to know: the row is back where it was told to be. One that is repeated never
 * left. */
static bool is_back(const struct notifications *queue, const struct row_key *key,
    const struct waiting *waiting, int state)
{
	return waiting && told_state(queue, key) == state &&
	       state_of(waiting->notification.table, waiting->notification.row) != state;
}

void notifications_raise(
    struct notifications *queue, const struct mib_table *table, const void *row, int64_t now_ms)
{
	struct row_key key = key_of(table, row);
	struct waiting *waiting = find_waiting(queue, &key);
	struct notification notification, old;

	queue->counts.raised++;
	if (is_back(queue, &key, waiting, state_of(table, row))) {
		old = unlink_waiting(queue, waiting);
		notification_free(&old);
		queue->counts.suppressed += 2;
		return;
	}
	if ((!waiting && queue->counts.waiting >= queue->limits.waiting) ||
	    !copy_of(table, row, now_ms, &notification)) {
		queue->counts.suppressed++;
		return;
	}
	if (waiting) {
		/* It keeps the place of the older one, and the number that that had. */
		notification.sequence = waiting->notification.sequence;
		notification_free(&waiting->notification);
		waiting->notification = notification;
		queue->counts.suppressed++;
	} else if (!add(queue, &key, &notification, false)) {
		notification_free(&notification);
		queue->counts.suppressed++;
	}
}

int notifications_last(
    const struct notifications *queue, const struct mib_table *table, const void *row)
{
	struct row_key key = key_of(table, row);
	const struct waiting *waiting = find_waiting(queue, &key);

	return waiting ? state_of(waiting->notification.table, waiting->notification.row)
		       : told_state(queue, &key);
}

static bool is_among(const struct mib_rows *rows, const struct row_key *key)
{
	unsigned long index[MIB_INDEX_MAX];

	for (size_t i = 0; i < MIB_INDEX_MAX; i++)
		index[i] = key->index[i];
	return rows->n > 0 && mib_rows_find(rows, index, rows->table->n_index);
}

/* The row as it was told, but gone. */
static void raise_gone(struct notifications *queue, const struct told *told, int64_t now_ms)
{
	const struct mib_table *table = told->table;
	const struct mib_column *text = mib_column_find(table, table->state_text);
	const struct mib_column *state = mib_column_find(table, table->state);
	const struct mib_column *age = mib_column_find(table, table->state_age);
	const int64_t disabled = MIB_DISABLED;
	char *row = malloc(table->row_size);

	if (!row || !state) {
		free(row);
		return;
	}
	memcpy(row, told->row, table->row_size);
	memcpy(row + state->offset, &disabled, sizeof(disabled));
	if (table->state_age && age)
		memcpy(row + age->offset, &now_ms, sizeof(now_ms));
	if (table->state_text && text)
		(void)snprintf(
		    row + text->offset, text->size, "gone: there is no such row any more");
	notifications_raise(queue, table, row, now_ms);
	free(row);
}

void notifications_gone(struct notifications *queue, const struct mib_table *table,
    const struct mib_rows *rows, int64_t now_ms)
{
	for (struct told *told = queue->told; told; told = told->hh.next) {
		int last;

		if (told->table != table)
			continue;
		last = notifications_last(queue, table, told->row);
		if (last == MIB_OK || last == MIB_DISABLED || is_among(rows, &told->key))
			continue;
		raise_gone(queue, told, now_ms);
	}
}

/* --- out ----------------------------------------------------------------------------------- */

static double tokens_at(const struct notifications *queue, int64_t now_ms)
{
	double tokens = queue->tokens;

	if (queue->tokens_ms && now_ms > queue->tokens_ms)
		tokens += (double)(now_ms - queue->tokens_ms) / 1000 * queue->limits.per_second;
	return tokens > (double)queue->limits.burst ? (double)queue->limits.burst : tokens;
}

bool notifications_take(struct notifications *queue, int64_t now_ms, struct notification *ret)
{
	struct waiting *first = TAILQ_FIRST(&queue->list);
	struct row_key key;

	queue->tokens = tokens_at(queue, now_ms);
	queue->tokens_ms = now_ms;
	if (!first || queue->tokens < 1)
		return false;
	queue->tokens -= 1;
	key = first->key;
	*ret = unlink_waiting(queue, first);
	if (!ret->sequence)
		ret->sequence = ++queue->counts.sequence;
	ret->told_before = told_state(queue, &key);
	tell(queue, &key, ret, state_of(ret->table, ret->row));
	queue->counts.sent++;
	return true;
}

void notifications_put_back(struct notifications *queue, struct notification *taken)
{
	struct row_key key = key_of(taken->table, taken->row);
	struct waiting *newer = find_waiting(queue, &key);

	queue->counts.sent--;
	queue->tokens += 1;
	tell(queue, &key, taken, taken->told_before);
	/* The last number is given again; another stays with what has it. */
	if (taken->sequence == queue->counts.sequence) {
		queue->counts.sequence--;
		taken->sequence = 0;
	}
	if (newer) {
		newer->notification.sequence = taken->sequence;
		queue->counts.suppressed++;
	} else if (add(queue, &key, taken, true)) {
		*taken = (struct notification){ 0 };
	} else {
		queue->counts.suppressed++;
	}
	notification_free(taken);
	if (newer && told_state(queue, &key) ==
			 state_of(newer->notification.table, newer->notification.row)) {
		*taken = unlink_waiting(queue, newer);
		notification_free(taken);
		queue->counts.suppressed++;
	}
}

int64_t notifications_wait_ms(const struct notifications *queue, int64_t now_ms)
{
	double missing = 1 - tokens_at(queue, now_ms);

	if (!queue->counts.waiting)
		return -1;
	/* Rounded up: who comes too early waits twice. */
	return missing <= 0 ? 0 : (int64_t)(missing / queue->limits.per_second * 1000) + 1;
}

void notifications_count(const struct notifications *queue, struct notification_counts *ret)
{
	*ret = queue->counts;
}
