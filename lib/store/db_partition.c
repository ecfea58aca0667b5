/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_partition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/store/db_private.h"

enum {
	MS_A_DAY = 86400000,
	MS_AN_HOUR = 3600000,
	AHEAD_DAYS = 7,
	PARTITIONS_AT_ONCE = 400, /* of rows that all lie in one */
	LOCK_WAIT_S = 1,
	SPECS_AT_ONCE = 5000,
};

enum keep { KEEP_RAW, KEEP_EVENTS, KEEP_HOUR, KEEP_DAY };

/* A value of the column is a number of units since 1970; a partition has width of them, aligned. */
struct partitioned {
	const char *table, *column;
	int64_t unit_ms, width;
	enum keep keep;
	bool slots; /* its days are those of SLOTS */
};
static const struct partitioned tables[] = {
	{ "RESULT", "day", MS_A_DAY, 1, KEEP_RAW, false },
	{ "RUNLOG", "day", MS_A_DAY, 1, KEEP_RAW, true },
	{ "EVENTLOG", "day", MS_A_DAY, 1, KEEP_EVENTS, false },
	{ "RESULT_HOUR", "hour", MS_AN_HOUR, 168, KEEP_HOUR, false },
	{ "RUN_HOUR", "hour", MS_AN_HOUR, 168, KEEP_HOUR, false },
	{ "RESULT_DAY", "day", MS_A_DAY, 91, KEEP_DAY, false },
	{ "RUN_DAY", "day", MS_A_DAY, 91, KEEP_DAY, false },
};
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

static int64_t keep_ms(const struct db_retention *retention, enum keep keep)
{
	switch (keep) {
	case KEEP_RAW:
		return retention->raw_ms;
	case KEEP_EVENTS:
		return retention->events_ms;
	case KEEP_HOUR:
		return retention->hour_ms;
	case KEEP_DAY:
		return retention->day_ms;
	}
	return retention->day_ms;
}

static int64_t align(int64_t value, int64_t width)
{
	return value / width * width;
}

/* --- what is there ------------------------------------------------------------------------- */

struct partition {
	char name[65];
	int64_t bound; /* values are below it */
	uint64_t rows, bytes;
};

struct partitions {
	struct partition *items; /* in order, without the last one */
	size_t n;
	bool has_last; /* pmax, without a bound */
	uint64_t last_rows, last_bytes;
};

static void partitions_free(struct partitions *partitions)
{
	free(partitions->items);
}

static int read_partitions(
    struct db *db, const struct partitioned *table, struct partitions *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(db->sql, &rows, err,
	    "SELECT PARTITION_NAME, PARTITION_DESCRIPTION, TABLE_ROWS, DATA_LENGTH + "
	    "INDEX_LENGTH FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() "
	    "AND TABLE_NAME = '%s' AND PARTITION_NAME IS NOT NULL ORDER BY "
	    "PARTITION_ORDINAL_POSITION",
	    table->table);

	if (r < 0)
		return r;
	ret->items = calloc(sql_rows_count(&rows) + 1, sizeof(*ret->items));
	if (!ret->items)
		return err_sys(err, -ENOMEM, "cannot read partitions");
	while (sql_rows_next(&rows)) {
		struct partition *item = &ret->items[ret->n];

		if (strcmp(sql_text(&rows, 1), "MAXVALUE") == 0) {
			ret->has_last = true;
			ret->last_rows = sql_u64(&rows, 2);
			ret->last_bytes = sql_u64(&rows, 3);
			continue;
		}
		if (sql_size(&rows, 0) >= sizeof(item->name))
			continue;
		memcpy(item->name, sql_text(&rows, 0), sql_size(&rows, 0) + 1);
		item->bound = sql_i64(&rows, 1);
		item->rows = sql_u64(&rows, 2);
		item->bytes = sql_u64(&rows, 3);
		ret->n++;
	}
	return 0;
}

/* --- making ---------------------------------------------------------------------------------- */

/* The first partition's beginning where there is none yet: the oldest row's, but not older than
 * what is kept, and not so many that the statement never ends. */
static int first_value(struct db *db, const struct partitioned *table,
    const struct db_retention *retention, int64_t now, int64_t *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int64_t first = now, oldest = now - PARTITIONS_AT_ONCE * table->width;
	int r = sql_selectf(db->sql, &rows, err, "SELECT MIN(%s) FROM %s PARTITION (pmax)",
	    table->column, table->table);

	if (r < 0)
		return r;
	if (sql_rows_next(&rows) && !sql_is_null(&rows, 0) && sql_i64(&rows, 0) < first)
		first = sql_i64(&rows, 0);
	if (retention && now - keep_ms(retention, table->keep) / table->unit_ms > oldest)
		oldest = now - keep_ms(retention, table->keep) / table->unit_ms;
	*ret = align(first < oldest ? oldest : first, table->width);
	return 0;
}

/* "p20261122": the day on which the partition begins. */
static void add_partition(const struct partitioned *table, int64_t from, struct buf *statement)
{
	time_t seconds = (time_t)(from * (table->unit_ms / 1000));
	struct tm tm;

	(void)gmtime_r(&seconds, &tm);
	(void)buf_addf(statement, "PARTITION p%04d%02d%02d VALUES LESS THAN (%lld), ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, (long long)(from + table->width));
}

static int make_ahead(struct db *db, const struct partitioned *table,
    const struct partitions *there, const struct db_retention *retention, int64_t now_ms,
    size_t *ret_made, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int64_t now = now_ms / table->unit_ms, from;
	int64_t until = now + AHEAD_DAYS * (MS_A_DAY / table->unit_ms);
	size_t made = 0;
	int r = 0;

	if (there->n)
		from = there->items[there->n - 1].bound;
	else
		r = first_value(db, table, retention, now, &from, err);
	if (r < 0 || from > until)
		return r;
	(void)buf_addf(
	    &statement, "ALTER TABLE %s REORGANIZE PARTITION pmax INTO (", table->table);
	for (; from <= until && made < PARTITIONS_AT_ONCE; from += table->width, made++)
		add_partition(table, from, &statement);
	(void)buf_adds(&statement, "PARTITION pmax VALUES LESS THAN MAXVALUE)");
	r = db_ddl(db, buf_text(&statement), LOCK_WAIT_S, 1, err);
	if (r == 0)
		*ret_made += made;
	return r;
}

/* --- dropping -------------------------------------------------------------------------------- */

/* Up to which bound of a raw table everything is rolled up. */
static int rolled_up(struct db *db, int64_t *ret_day, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(db->sql, &rows, err, "SELECT MIN(hour) FROM ROLLUP_TODO");

	if (r == 0)
		*ret_day = sql_rows_next(&rows) && !sql_is_null(&rows, 0)
			       ? sql_i64(&rows, 0) / 24
			       : INT64_MAX;
	return r;
}

static int delete_slots(struct db *db, int64_t before_day, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	uint64_t most = 0;
	int r = sql_selectf(db->sql, &rows, err, "SELECT MAX(specid) FROM SLOTS");

	if (r == 0 && sql_rows_next(&rows))
		most = sql_u64(&rows, 0);
	for (uint64_t from = 0; r == 0 && from <= most; from += SPECS_AT_ONCE)
		r = sql_runf(db->sql, err,
		    "DELETE FROM SLOTS WHERE specid BETWEEN %llu AND %llu AND day < %lld",
		    (unsigned long long)from, (unsigned long long)(from + SPECS_AT_ONCE - 1),
		    (long long)before_day);
	/* Claims of a host that never came back: without their slots they count nowhere. */
	if (r == 0)
		r = sql_runf(db->sql, err, "DELETE FROM SCHEDULE WHERE due_ms < %lld",
		    (long long)before_day * MS_A_DAY);
	return r;
}

/* In one transaction, and before the rows of RUNLOG: the accounting counts from the oldest day
 * that SLOTS still has. */
static int forget_slots(struct db *db, int64_t before_day, struct err *err)
{
	int r = sql_begin(db->sql, err);

	return r < 0 ? r : sql_end(db->sql, delete_slots(db, before_day, err), err);
}

static int drop_old(struct db *db, const struct partitioned *table,
    const struct partitions *there, const struct db_retention *retention, int64_t now_ms,
    struct db_partitioned *ret, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int64_t before = (now_ms - keep_ms(retention, table->keep)) / table->unit_ms;
	int64_t rolled = INT64_MAX, last = 0;
	size_t n = 0;
	int r = 0;

	if (table->keep == KEEP_RAW)
		r = rolled_up(db, &rolled, err);
	if (r < 0)
		return r;
	(void)buf_addf(&statement, "ALTER TABLE %s DROP PARTITION ", table->table);
	for (size_t i = 0; i < there->n && there->items[i].bound <= before; i++) {
		if (there->items[i].bound > rolled) {
			ret->held += table->slots;
			continue;
		}
		(void)buf_addf(&statement, "%s%s", n++ ? ", " : "", there->items[i].name);
		last = there->items[i].bound;
	}
	if (n == 0)
		return 0;
	if (table->slots)
		r = forget_slots(db, last, err);
	if (r == 0)
		r = db_ddl(db, buf_text(&statement), LOCK_WAIT_S, 1, err);
	if (r == 0)
		ret->dropped += n;
	return r;
}

/* --- both ------------------------------------------------------------------------------------ */

static int maintain_table(struct db *db, const struct partitioned *table,
    const struct db_retention *retention, int64_t now_ms, struct db_partitioned *ret,
    struct err *err)
{
	CLEANUP(partitions_free) struct partitions there = { 0 };
	int r = read_partitions(db, table, &there, err);

	if (r < 0)
		return r;
	if (!there.has_last) {
		ret->unpartitioned = table->table;
		return 0;
	}
	r = make_ahead(db, table, &there, retention, now_ms, &ret->made, err);
	if (r == 0 && retention)
		r = drop_old(db, table, &there, retention, now_ms, ret, err);
	if (r == -EBUSY) {
		ret->busy++;
		return 0;
	}
	if (r < 0)
		err_prefix(err, "partitions of table %s", table->table);
	return r;
}

int db_partition_maintain(struct db *db, const struct db_retention *retention, int64_t now_ms,
    struct db_partitioned *ret, struct err *err)
{
	struct db_partitioned result = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < TABLES; i++)
		r = maintain_table(db, &tables[i], retention, now_ms, &result, err);
	*ret = result;
	return r;
}

/* Whole days that are one partition each, the newest 7. */
static void measure_days(const struct partitioned *table, const struct partitions *there,
    int64_t now_ms, struct db_partition_row *row)
{
	int64_t now = now_ms / table->unit_ms;
	uint64_t rows = 0, bytes = 0;

	for (size_t i = 0; i < there->n; i++) {
		if (table->width == 1 && there->items[i].bound == now + 1)
			row->today_bytes = there->items[i].bytes;
	}
	/* The first partition may hold more than its day. */
	for (size_t i = there->n; i-- > 1 && table->width == 1 && row->full_days < 7;) {
		const struct partition *item = &there->items[i];

		if (item->bound > now || item->rows == 0 ||
		    there->items[i - 1].bound != item->bound - 1)
			continue;
		row->full_days++;
		rows += item->rows;
		bytes += item->bytes;
	}
	if (row->full_days == 0)
		return;
	row->rows_a_day = (double)rows / row->full_days;
	row->bytes_a_day = (double)bytes / row->full_days;
}

int db_partition_list(
    struct db *db, int64_t now_ms, db_partition_fn *each, void *context, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < TABLES; i++) {
		CLEANUP(partitions_free) struct partitions there = { 0 };
		const struct partitioned *table = &tables[i];
		struct db_partition_row row = { .table = table->table };

		r = read_partitions(db, table, &there, err);
		if (r < 0)
			return r;
		row.partitions = there.n;
		row.last_rows = there.last_rows;
		row.rows = there.last_rows;
		row.bytes = there.last_bytes;
		for (size_t j = 0; j < there.n; j++) {
			row.rows += there.items[j].rows;
			row.bytes += there.items[j].bytes;
		}
		if (there.n) {
			row.oldest_ms = (there.items[0].bound - table->width) * table->unit_ms;
			row.ahead_ms = there.items[there.n - 1].bound * table->unit_ms;
		}
		measure_days(table, &there, now_ms, &row);
		r = each(&row, context, err);
	}
	return r;
}
