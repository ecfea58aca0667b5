/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_rollup.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/store/db_private.h"

enum {
	MS_AN_HOUR = 3600000,
	S_AN_HOUR = 3600,
	HOURS_A_DAY = 24,
	/* What is in flight when an hour ends has come by then; what has not is marked again. */
	PATIENCE_MS = 120000,
	HOURS_A_WEEK = 24 * 7,
	HOURS_A_PASS = HOURS_A_WEEK,
	SPECS_A_STEP = 100,
};

struct mark {
	uint32_t hostid;
	int64_t hour, changed_ms;
};

struct db_rollup {
	struct db *db;
	struct mark *marks; /* by hour */
	size_t n_marks, n_hours;
	/* The first hour whose raw rows, or rows by hour, are all there. */
	int64_t kept_from, hours_kept_from;
	uint32_t *specids; /* ascending */
	size_t n_specids;
	size_t at;   /* the mark whose hour is worked on */
	size_t spec; /* the next spec of that hour, or of its day */
	bool day;    /* the hours are done, their day is worked on */
};

void db_rollup_free(struct db_rollup *rollup)
{
	if (!rollup)
		return;
	free(rollup->marks);
	free(rollup->specids);
	free(rollup);
}

/* --- what is to be done ---------------------------------------------------------------------- */

static int read_marks(struct db_rollup *self, int64_t now_ms, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(self->db->sql, &rows, err,
	    "SELECT t.hostid, t.hour, t.changed_ms FROM ROLLUP_TODO t JOIN (SELECT DISTINCT "
	    "hour FROM ROLLUP_TODO WHERE hour < %lld ORDER BY hour LIMIT %d) h ON h.hour = "
	    "t.hour ORDER BY t.hour, t.hostid",
	    (long long)((now_ms - PATIENCE_MS) / MS_AN_HOUR), HOURS_A_PASS);

	if (r < 0)
		return r;
	self->marks = calloc(sql_rows_count(&rows) + 1, sizeof(*self->marks));
	if (!self->marks)
		return err_sys(err, -ENOMEM, "cannot roll up");
	while (sql_rows_next(&rows)) {
		struct mark mark = { (uint32_t)sql_u64(&rows, 0), sql_i64(&rows, 1),
			sql_i64(&rows, 2) };

		if (self->n_marks == 0 || self->marks[self->n_marks - 1].hour != mark.hour)
			self->n_hours++;
		self->marks[self->n_marks++] = mark;
	}
	return 0;
}

/* Rows of days that retention has taken may still come, late; they lie in the first partition. */
static int read_kept(
    struct db *db, const char *table, int64_t width, int64_t *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(db->sql, &rows, err,
	    "SELECT PARTITION_DESCRIPTION FROM information_schema.PARTITIONS WHERE "
	    "TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '%s' AND PARTITION_ORDINAL_POSITION = "
	    "1",
	    table);

	if (r == 0 && sql_rows_next(&rows) && sql_i64(&rows, 0) > 0)
		*ret = sql_i64(&rows, 0) - width;
	return r;
}

static int read_all_kept(struct db_rollup *self, struct err *err)
{
	int r = read_kept(self->db, "RUNLOG", 1, &self->kept_from, err);

	self->kept_from *= HOURS_A_DAY;
	return r < 0
		   ? r
		   : read_kept(self->db, "RUN_HOUR", HOURS_A_WEEK, &self->hours_kept_from, err);
}

/* All that ever ran: an hour may be marked by a host that has lost the spec since. */
static int read_specids(struct db_rollup *self, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(self->db->sql, &rows, err,
	    "SELECT specid FROM TOOLSPECS WHERE nodeid <> 0 ORDER BY specid");

	if (r < 0)
		return r;
	self->specids = calloc(sql_rows_count(&rows) + 1, sizeof(*self->specids));
	if (!self->specids)
		return err_sys(err, -ENOMEM, "cannot roll up");
	while (sql_rows_next(&rows))
		self->specids[self->n_specids++] = (uint32_t)sql_u64(&rows, 0);
	return 0;
}

int db_rollup_begin(struct db *db, int64_t now_ms, struct db_rollup **ret, struct err *err)
{
	struct db_rollup *self = calloc(1, sizeof(*self));
	int r;

	if (!self)
		return err_sys(err, -ENOMEM, "cannot roll up");
	self->db = db;
	r = read_marks(self, now_ms, err);
	if (r == 0 && self->n_marks)
		r = read_all_kept(self, err);
	if (r == 0 && self->n_marks)
		r = read_specids(self, err);
	if (r < 0 || self->n_marks == 0) {
		db_rollup_free(self);
		self = NULL;
	}
	if (r == 0)
		*ret = self;
	return r;
}

/* --- statements ------------------------------------------------------------------------------ */

/* "(column BETWEEN a AND b OR …)": the keys of these specs from one second to another. A series is
 * a range of keys, so a step reads what it needs and nothing beside it. */
static void add_keys(const struct db_rollup *self, size_t n, int64_t first_s, int64_t last_s,
    struct buf *statement)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t specid = self->specids[self->spec + i];

		(void)buf_addf(statement, "%sscheduleid BETWEEN %llu AND %llu",
		    i ? " OR " : "(",
		    (unsigned long long)spec_scheduleid(specid, first_s * 1000),
		    (unsigned long long)spec_scheduleid(specid, last_s * 1000));
	}
	(void)buf_addc(statement, ')');
}

static void add_specids(const struct db_rollup *self, size_t n, struct buf *statement)
{
	(void)buf_adds(statement, "specid IN (");
	for (size_t i = 0; i < n; i++)
		(void)buf_addf(statement, "%s%u", i ? ", " : "", self->specids[self->spec + i]);
	(void)buf_addc(statement, ')');
}

/* What is worked out replaces what is there; but where rows that it was worked out of are gone,
 * what is there stays. */
static void add_tail(const struct db_rollup *self, const char *table,
    const char *const *columns, size_t n, struct buf *statement)
{
	int64_t kept_from = self->day ? self->hours_kept_from : self->kept_from;

	(void)buf_adds(statement, " ON DUPLICATE KEY UPDATE ");
	if (self->marks[self->at].hour < kept_from) {
		(void)buf_addf(statement, "specid = %s.specid", table);
		return;
	}
	for (size_t i = 0; i < n; i++)
		(void)buf_addf(
		    statement, "%s%s = VALUES(%s)", i ? ", " : "", columns[i], columns[i]);
}

static void add_result_tail(
    const struct db_rollup *self, const char *table, struct buf *statement)
{
	static const char *const columns[] = { "n", "mean_value", "min_value", "max_value" };

	add_tail(self, table, columns, sizeof(columns) / sizeof(columns[0]), statement);
}

/* The sums stay in range for any values: 9.5e-07 is 2^-20, by which nothing is rounded. */
#define SCALE "9.5367431640625e-07"

/* One SELECT a spec, for a condition of many keys would be sought through for every row. */
static int result_hour(struct db_rollup *self, int64_t hour, size_t n, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int64_t first_ms = hour * MS_AN_HOUR, last_ms = first_ms + MS_AN_HOUR - 1;

	(void)buf_adds(&statement,
	    "INSERT INTO RESULT_HOUR (specid, metricno, hour, n, mean_value, min_value, "
	    "max_value) SELECT u.specid, u.metricno, u.hour, u.n, u.mean_value, u.min_value, "
	    "u.max_value FROM (");
	for (size_t i = 0; i < n; i++) {
		uint32_t specid = self->specids[self->spec + i];

		(void)buf_addf(&statement,
		    "%sSELECT %u AS specid, metricno, %lld AS hour, COUNT(*) AS n, AVG(value * "
		    "" SCALE ") / " SCALE " AS mean_value, MIN(value) AS min_value, MAX(value) "
		    "AS max_value FROM RESULT WHERE day = %lld AND scheduleid BETWEEN %llu AND "
		    "%llu GROUP BY metricno",
		    i ? " UNION ALL " : "", specid, (long long)hour,
		    (long long)(hour / HOURS_A_DAY),
		    (unsigned long long)spec_scheduleid(specid, first_ms),
		    (unsigned long long)spec_scheduleid(specid, last_ms));
	}
	(void)buf_adds(&statement, ") u WHERE u.specid > 0");
	add_result_tail(self, "RESULT_HOUR", &statement);
	return sql_run(self->db->sql, &statement, NULL, err);
}

static int result_day(struct db_rollup *self, int64_t day, size_t n, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_addf(&statement,
	    "INSERT INTO RESULT_DAY (specid, metricno, day, n, mean_value, min_value, "
	    "max_value) SELECT specid, metricno, %lld, SUM(h.n), SUM(h.mean_value * (h.n * "
	    "" SCALE ")) / (SUM(h.n) * " SCALE "), MIN(h.min_value), MAX(h.max_value) FROM "
	    "RESULT_HOUR h WHERE ",
	    (long long)day);
	add_specids(self, n, &statement);
	(void)buf_addf(&statement, " AND hour BETWEEN %lld AND %lld GROUP BY specid, metricno",
	    (long long)(day * HOURS_A_DAY), (long long)(day * HOURS_A_DAY + HOURS_A_DAY - 1));
	add_result_tail(self, "RESULT_DAY", &statement);
	return sql_run(self->db->sql, &statement, NULL, err);
}

/* The columns of RUN_HOUR and RUN_DAY behind their key; the counts of outcomes come first. */
#define RUN_COUNTS "n_run, n_timeout, n_cancelled, n_skipped, n_lost, n_missed"
#define RUN_STATES "n_ok, n_warning, n_critical, n_unknown"
#define RUN_TIMES  "latency_mean_ms, latency_max_ms, duration_mean_ms, duration_max_ms"

static void add_run_tail(const struct db_rollup *self, const char *table, struct buf *statement)
{
	static const char *const columns[] = { "n_run", "n_timeout", "n_cancelled", "n_skipped",
		"n_lost", "n_missed", "n_ok", "n_warning", "n_critical", "n_unknown",
		"latency_mean_ms", "latency_max_ms", "duration_mean_ms", "duration_max_ms" };

	add_tail(self, table, columns, sizeof(columns) / sizeof(columns[0]), statement);
}

/* Slots of one spec with a row of their own. */
static void add_singles(uint32_t specid, int64_t hour, struct buf *ret)
{
	int64_t first_ms = hour * MS_AN_HOUR, last_ms = first_ms + MS_AN_HOUR - 1;

	(void)buf_addf(ret,
	    "SELECT %u AS specid, SUM(outcome = 1) AS n_run, SUM(outcome = 2) AS n_timeout, "
	    "SUM(outcome = 3) AS n_cancelled, SUM(outcome = 4) AS n_skipped, "
	    "SUM(outcome = 5) AS n_lost, SUM(outcome = 6) AS n_missed, "
	    "SUM(outcome <= 2 AND state = 0) AS n_ok, "
	    "SUM(outcome <= 2 AND state = 1) AS n_warning, "
	    "SUM(outcome <= 2 AND state = 2) AS n_critical, "
	    "SUM(outcome <= 2 AND state = 3) AS n_unknown, "
	    "AVG(latency_ms) AS latency_mean_ms, MAX(latency_ms) AS latency_max_ms, "
	    "AVG(duration_ms) AS duration_mean_ms, MAX(duration_ms) AS duration_max_ms "
	    "FROM RUNLOG WHERE day = %lld AND kind = 0 AND scheduleid BETWEEN %llu AND %llu "
	    "HAVING COUNT(*) > 0 UNION ALL ",
	    specid, (long long)(hour / HOURS_A_DAY),
	    (unsigned long long)spec_scheduleid(specid, first_ms),
	    (unsigned long long)spec_scheduleid(specid, last_ms));
}

/* Slots of ranges that are due in this hour, but for those that have a row of their own. */
static void add_ranges(const struct db_rollup *self, int64_t hour, size_t n, struct buf *ret)
{
	long long from = (long long)hour * MS_AN_HOUR, until = from + MS_AN_HOUR;
	int64_t day = hour / HOURS_A_DAY;

	(void)buf_addf(ret,
	    "SELECT specid, 0, 0, SUM(IF(outcome = 3, c, 0)), SUM(IF(outcome = 4, c, 0)), "
	    "SUM(IF(outcome = 5, c, 0)), SUM(IF(outcome = 6, c, 0)), 0, 0, 0, 0, "
	    "NULL, NULL, NULL, NULL FROM (SELECT a.specid, a.outcome, "
	    "(LEAST(a.last_due_ms, %lld) - a.due_ms) DIV a.step_ms - "
	    "(GREATEST(a.due_ms, %lld) - a.due_ms + a.step_ms - 1) DIV a.step_ms + 1 - "
	    "(SELECT COUNT(*) FROM RUNLOG o WHERE o.day = a.day AND o.kind = 0 AND "
	    "o.scheduleid BETWEEN (a.specid << 32 | GREATEST(a.due_ms, %lld) DIV 1000) AND "
	    "(a.specid << 32 | LEAST(a.last_due_ms, %lld) DIV 1000) AND "
	    "MOD(o.due_ms - a.due_ms, a.step_ms) = 0) AS c "
	    "FROM RUNLOG a WHERE a.day = %lld AND a.kind = 1 AND a.last_due_ms >= %lld AND ",
	    until - 1, from, from, until - 1, (long long)day, from);
	add_keys(self, n, day * HOURS_A_DAY * S_AN_HOUR, (hour + 1) * S_AN_HOUR - 1, ret);
	(void)buf_adds(ret, ") b GROUP BY specid");
}

static int run_hour(struct db_rollup *self, int64_t hour, size_t n, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_addf(&statement,
	    "INSERT INTO RUN_HOUR (specid, hour, " RUN_COUNTS ", " RUN_STATES ", " RUN_TIMES
	    ") SELECT u.specid, %lld, SUM(u.n_run) AS n_run, SUM(u.n_timeout) AS n_timeout, "
	    "SUM(u.n_cancelled) AS n_cancelled, SUM(u.n_skipped) AS n_skipped, "
	    "SUM(u.n_lost) AS n_lost, SUM(u.n_missed) AS n_missed, SUM(u.n_ok) AS n_ok, "
	    "SUM(u.n_warning) AS n_warning, SUM(u.n_critical) AS n_critical, "
	    "SUM(u.n_unknown) AS n_unknown, MAX(u.latency_mean_ms) AS latency_mean_ms, "
	    "MAX(u.latency_max_ms) AS latency_max_ms, "
	    "MAX(u.duration_mean_ms) AS duration_mean_ms, "
	    "MAX(u.duration_max_ms) AS duration_max_ms FROM (",
	    (long long)hour);
	for (size_t i = 0; i < n; i++)
		add_singles(self->specids[self->spec + i], hour, &statement);
	add_ranges(self, hour, n, &statement);
	(void)buf_adds(&statement, ") u GROUP BY u.specid");
	add_run_tail(self, "RUN_HOUR", &statement);
	return sql_run(self->db->sql, &statement, NULL, err);
}

/* A mean of means, each with the count of those that were started. */
#define RUN_MEAN(column)                                                        \
	"SUM(h." column " * (h.n_run + h.n_timeout)) / NULLIF(SUM(IF(h." column \
	" IS NULL, 0, "                                                         \
	"h.n_run + h.n_timeout)), 0)"

static int run_day(struct db_rollup *self, int64_t day, size_t n, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_addf(&statement,
	    "INSERT INTO RUN_DAY (specid, day, " RUN_COUNTS ", " RUN_STATES ", " RUN_TIMES
	    ") SELECT h.specid, %lld, SUM(h.n_run) AS n_run, SUM(h.n_timeout) AS n_timeout, "
	    "SUM(h.n_cancelled) AS n_cancelled, SUM(h.n_skipped) AS n_skipped, "
	    "SUM(h.n_lost) AS n_lost, SUM(h.n_missed) AS n_missed, SUM(h.n_ok) AS n_ok, "
	    "SUM(h.n_warning) AS n_warning, SUM(h.n_critical) AS n_critical, "
	    "SUM(h.n_unknown) AS n_unknown, " RUN_MEAN(
		"latency_mean_ms") " AS "
				   "latency_mean_ms, MAX(h.latency_max_ms) AS "
				   "latency_max_ms, " RUN_MEAN(
				       "duration_mean_ms") " AS duration_mean_ms, "
							   "MAX(h.duration_max_ms) AS "
							   "duration_max_ms FROM RUN_HOUR h "
							   "WHERE h.",
	    (long long)day);
	add_specids(self, n, &statement);
	(void)buf_addf(&statement, " AND h.hour BETWEEN %lld AND %lld GROUP BY h.specid",
	    (long long)(day * HOURS_A_DAY), (long long)(day * HOURS_A_DAY + HOURS_A_DAY - 1));
	add_run_tail(self, "RUN_DAY", &statement);
	return sql_run(self->db->sql, &statement, NULL, err);
}

/* --- the pass -------------------------------------------------------------------------------- */

/* The marks of the day that is done, from *at on, where they are as they were read. */
static int take_marks(struct db_rollup *self, size_t end, struct err *err)
{
	size_t begin = end;
	int r = 0;

	while (begin > 0 && self->marks[begin - 1].hour / HOURS_A_DAY ==
				self->marks[end - 1].hour / HOURS_A_DAY)
		begin--;
	for (size_t i = begin; r == 0 && i < end; i++)
		r = sql_runf(self->db->sql, err,
		    "DELETE FROM ROLLUP_TODO WHERE hostid = %u AND hour = %lld AND changed_ms "
		    "= %lld",
		    self->marks[i].hostid, (long long)self->marks[i].hour,
		    (long long)self->marks[i].changed_ms);
	return r;
}

/* All specs are done for this hour, or day: on to the next. */
static int advance(struct db_rollup *self, struct err *err)
{
	int64_t hour = self->marks[self->at].hour;
	size_t next = self->at;
	bool day_ends;
	int r;

	while (next < self->n_marks && self->marks[next].hour == hour)
		next++;
	day_ends =
	    next == self->n_marks || self->marks[next].hour / HOURS_A_DAY != hour / HOURS_A_DAY;
	if (!self->day && day_ends) {
		self->spec = 0;
		self->day = true;
		return 0;
	}
	if (self->day) {
		r = take_marks(self, next, err);
		if (r < 0)
			return r;
	}
	self->spec = 0;
	self->day = false;
	self->at = next;
	return 0;
}

int db_rollup_step(struct db_rollup *self, bool *ret_done, struct err *err)
{
	int64_t hour = self->marks[self->at].hour, day = hour / HOURS_A_DAY;
	size_t n = self->n_specids - self->spec;
	int r = 0;

	if (n > SPECS_A_STEP)
		n = SPECS_A_STEP;
	if (n) {
		r = self->day ? result_day(self, day, n, err) : result_hour(self, hour, n, err);
		if (r == 0)
			r = self->day ? run_day(self, day, n, err)
				      : run_hour(self, hour, n, err);
		if (r < 0)
			return r;
		self->spec += n;
	}
	if (self->spec >= self->n_specids)
		r = advance(self, err);
	*ret_done = self->at >= self->n_marks;
	return r;
}

size_t db_rollup_hours(const struct db_rollup *rollup, int64_t *ret_first_ms)
{
	*ret_first_ms = rollup->marks[0].hour * MS_AN_HOUR;
	return rollup->n_hours;
}

int db_rollup_all(struct db *db, int64_t now_ms, size_t *ret_hours, struct err *err)
{
	struct db_rollup *rollup = NULL;
	size_t hours;
	bool done = false;
	int r = db_rollup_begin(db, now_ms, &rollup, err);

	if (r < 0)
		return r;
	hours = rollup ? rollup->n_hours : 0;
	while (rollup && r == 0 && !done)
		r = db_rollup_step(rollup, &done, err);
	db_rollup_free(rollup);
	if (r == 0 && ret_hours)
		*ret_hours = hours;
	return r;
}

int db_rollup_waiting(
    struct db *db, int64_t now_ms, size_t *ret_hours, int64_t *ret_first_ms, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(db->sql, &rows, err,
	    "SELECT COUNT(DISTINCT hour), MIN(hour) FROM ROLLUP_TODO WHERE hour < %lld",
	    (long long)((now_ms - PATIENCE_MS) / MS_AN_HOUR));

	if (r < 0)
		return r;
	*ret_hours = sql_rows_next(&rows) ? (size_t)sql_u64(&rows, 0) : 0;
	*ret_first_ms = *ret_hours ? sql_i64(&rows, 1) * MS_AN_HOUR : 0;
	return 0;
}
