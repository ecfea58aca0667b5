/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/own.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What does not fit is no alarm; the process goes on. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "lib/base/buf.h"

/* --- columns by their meaning -------------------------------------------------------------- */

int64_t own_number(const struct mib_table *table, uint32_t number, const void *row)
{
	const struct mib_column *column = mib_column_find(table, number);
	int64_t value = MIB_NONE;

	if (number && column)
		memcpy(&value, (const char *)row + column->offset, sizeof(value));
	return value;
}

void own_set_number(const struct mib_table *table, uint32_t number, void *row, int64_t value)
{
	const struct mib_column *column = mib_column_find(table, number);

	if (number && column)
		memcpy((char *)row + column->offset, &value, sizeof(value));
}

const char *own_text(const struct mib_table *table, uint32_t number, const void *row)
{
	const struct mib_column *column = mib_column_find(table, number);

	return number && column ? (const char *)row + column->offset : "";
}

int own_state(const struct mib_table *table, const void *row)
{
	int64_t state = own_number(table, table->state, row);

	if (!table->state)
		return MIB_OK;
	return state >= MIB_OK && state <= MIB_DISABLED ? (int)state : MIB_UNKNOWN;
}

bool own_is_ill(int state)
{
	return state > MIB_OK && state != MIB_DISABLED;
}

/* --- alarms --------------------------------------------------------------------------------- */

/* Zeroed whole before it is filled: it is hashed by its bytes. */
struct alarm_key {
	uint32_t table;
	uint32_t index[MIB_INDEX_MAX];
};

struct alarm {
	struct alarm_key key;
	const struct mib_table *table;
	const void *row; /* borrowed from the snapshot */
	int state;
	int64_t since_ms, since_real_ms, told_ms;
	bool shown, seen;
	UT_hash_handle hh;
};

struct own_alarms {
	struct alarm *all;
};

int own_alarms_new(struct own_alarms **ret, struct err *err)
{
	struct own_alarms *alarms = calloc(1, sizeof(*alarms));

	if (!alarms)
		return err_sys(err, -ENOMEM, "cannot keep alarms");
	*ret = alarms;
	return 0;
}

static void drop(struct own_alarms *alarms, struct alarm *alarm)
{
	HASH_DEL(alarms->all, alarm);
	free(alarm);
}

void own_alarms_free(struct own_alarms *alarms)
{
	if (!alarms)
		return;
	while (alarms->all)
		drop(alarms, alarms->all);
	free(alarms);
}

static struct alarm *alarm_of(
    struct own_alarms *alarms, const struct mib_table *table, const void *row)
{
	struct alarm_key key;
	struct alarm *alarm;

	memset(&key, 0, sizeof(key));
	key.table = table->number;
	memcpy(key.index, row, table->n_index * sizeof(uint32_t));
	HASH_FIND(hh, alarms->all, &key, sizeof(key), alarm);
	if (alarm)
		return alarm;
	alarm = calloc(1, sizeof(*alarm));
	if (!alarm)
		return NULL;
	alarm->key = key;
	alarm->table = table;
	HASH_ADD(hh, alarms->all, key, sizeof(alarm->key), alarm);
	if (alarm->hh.tbl)
		return alarm;
	free(alarm);
	return NULL;
}

static void set_row(struct own_alarms *alarms, const struct mib_table *table, const void *row,
    bool shown, int64_t now_ms, int64_t real_ms)
{
	int state = own_state(table, row);
	struct alarm *alarm;

	if (!own_is_ill(state))
		return;
	alarm = alarm_of(alarms, table, row);
	if (!alarm)
		return;
	if (!alarm->since_ms) {
		alarm->since_ms = now_ms;
		alarm->since_real_ms = real_ms;
	}
	/* A change is told by itself. */
	if (alarm->state != state)
		alarm->told_ms = now_ms;
	alarm->state = state;
	alarm->row = row;
	alarm->shown = shown;
	alarm->seen = true;
}

void own_alarms_set(struct own_alarms *alarms, const struct mib_table *table,
    const struct mib_rows *rows, bool shown, int64_t now_ms, int64_t real_ms)
{
	struct alarm *alarm, *next;

	if (!table->state)
		return;
	for (size_t i = 0; i < rows->n; i++)
		set_row(alarms, table, mib_rows_at(rows, i), shown, now_ms, real_ms);
	HASH_ITER(hh, alarms->all, alarm, next)
	{
		if (alarm->table != table)
			continue;
		if (!alarm->seen)
			drop(alarms, alarm);
		else
			alarm->seen = false;
	}
}

void own_alarms_repeat(struct own_alarms *alarms, int64_t before_ms, int64_t now_ms,
    own_alarm_fn *call, void *context)
{
	for (struct alarm *alarm = alarms->all; alarm; alarm = alarm->hh.next) {
		if (!alarm->shown || alarm->state != MIB_CRITICAL || alarm->told_ms > before_ms)
			continue;
		alarm->told_ms = now_ms;
		call(context, alarm->table, alarm->row);
	}
}

/* --- the table ------------------------------------------------------------------------------ */

/* The worst first, then the oldest, then by row, so that the same alarms are in the same order. */
static int by_weight(const void *a, const void *b)
{
	const struct alarm *one = *(const struct alarm *const *)a;
	const struct alarm *two = *(const struct alarm *const *)b;

	if (one->state != two->state)
		return two->state - one->state;
	if (one->since_ms != two->since_ms)
		return one->since_ms < two->since_ms ? -1 : 1;
	return memcmp(&one->key, &two->key, sizeof(one->key));
}

static const char *subject_of(const struct alarm *alarm)
{
	const char *label = own_text(alarm->table, alarm->table->label, alarm->row);
	const char *kind = mib_alarm_kind(alarm->table->number);

	if (*label)
		return label;
	return kind ? kind : alarm->table->name;
}

static void add_key(const struct alarm *alarm, struct buf *key)
{
	(void)buf_addf(key, "%u %s", alarm->table->number, subject_of(alarm));
	for (size_t i = 0; i < alarm->table->n_index; i++)
		(void)buf_addf(key, " %u", alarm->key.index[i]);
}

static int add_row(const struct alarm *alarm, struct mib_rows *rows)
{
	CLEANUP_BUF struct buf key = BUF_INIT;
	struct mib_alarm *row;

	add_key(alarm, &key);
	if (key.error)
		return key.error;
	row = mib_rows_add(rows, buf_text(&key));
	if (!row)
		return 0;
	row->severity = alarm->state;
	row->kind = alarm->table->number;
	(void)snprintf(row->subject, sizeof(row->subject), "%s", subject_of(alarm));
	(void)snprintf(row->text, sizeof(row->text), "%s",
	    own_text(alarm->table, alarm->table->state_text, alarm->row));
	row->age = alarm->since_ms;
	row->raised_at = alarm->since_real_ms;
	return 0;
}

static void describe(const struct alarm *worst, size_t n, struct own_worst *ret)
{
	static const char *const words[] = { [MIB_UNKNOWN] = "UNKNOWN",
		[MIB_WARNING] = "WARNING",
		[MIB_CRITICAL] = "CRITICAL" };
	const char *subject, *text;

	if (!worst) {
		(void)snprintf(ret->text, sizeof(ret->text), "OK - no alarms");
		return;
	}
	subject = subject_of(worst);
	text = own_text(worst->table, worst->table->state_text, worst->row);
	/* Many texts begin with what they are about. The count goes last, so the rest is cut. */
	if (strncmp(text, subject, strlen(subject)) == 0)
		subject = "";
	(void)snprintf(ret->text, sizeof(ret->text), "%s - %.60s%s%.150s; %zu alarm%s",
	    words[worst->state], subject, *subject && *text ? ": " : "", text, n,
	    n == 1 ? "" : "s");
}

int own_alarms_build(
    const struct own_alarms *alarms, struct mib_rows *ret, struct own_worst *ret_worst)
{
	struct own_worst worst = { .state = MIB_OK };
	CLEANUP_FREE const struct alarm **sorted = NULL;
	struct mib_rows rows;
	size_t n = 0;
	int r = 0;

	sorted = calloc(HASH_COUNT(alarms->all) + 1, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (const struct alarm *alarm = alarms->all; alarm; alarm = alarm->hh.next) {
		if (!alarm->shown)
			continue;
		worst.n_by_state[alarm->state]++;
		sorted[n++] = alarm;
	}
	qsort(sorted, n, sizeof(*sorted), by_weight);
	if (n > 0)
		worst.state = sorted[0]->state;
	describe(sorted[0], n, &worst);
	mib_rows_init(&mib_alarm, OWN_ALARMS_MAX, &rows);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_row(sorted[i], &rows);
	if (r == 0)
		r = mib_rows_finish(&rows);
	if (r < 0 && r != -EEXIST) {
		mib_rows_free(&rows);
		return r;
	}
	*ret = rows;
	*ret_worst = worst;
	return 0;
}
