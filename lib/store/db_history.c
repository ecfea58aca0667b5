/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_history.h"

#include <errno.h>
#include <stdio.h>

#include "lib/store/db_private.h"

#define HOUR_MS INT64_C(3600000)
/* Days that one statement names. */
enum { DAYS_MAX = 400, HOURS_A_DAY = 24, LABELS_NAMED = 20 };

int db_history_find(
    struct db *db, const char *node, const char *name, uint32_t *ret_specid, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r;

	(void)buf_adds(&statement, "SELECT t.specid FROM NODE n JOIN TOOLSPECS t "
				   "ON t.nodeid = n.nodeid WHERE n.name = ");
	sql_quotes(&statement, node);
	(void)buf_adds(&statement, " AND t.name = ");
	sql_quotes(&statement, name);
	(void)buf_adds(&statement, " ORDER BY t.removed_ms <> 0, t.specid LIMIT 1");
	r = sql_select(db->sql, &statement, &rows, err);
	if (r < 0)
		return r;
	if (!sql_rows_next(&rows))
		return err_set(err, -ENOENT,
		    "there is no probe '%.80s' of node '%.80s' (haetae spec list)", name, node);
	*ret_specid = (uint32_t)sql_u64(&rows, 0);
	return 0;
}

/* --- slots -------------------------------------------------------------------------------- */

struct rows_call {
	db_history_fn *each;
	void *context;
};

static int give_row(const struct sql_rows *rows, void *context, struct err *err)
{
	const struct rows_call *call = context;
	const struct db_history_row row = { .due_ms = sql_i64(rows, 0),
		.last_due_ms = sql_i64(rows, 1),
		.n_slots = sql_u64(rows, 2),
		.is_range = sql_u64(rows, 3) != 0,
		.outcome = (enum outcome)sql_u64(rows, 4),
		.state = (int)sql_i64(rows, 5),
		.exit_code = (int)sql_i64(rows, 6),
		.signo = (int)sql_i64(rows, 7),
		.started = sql_i64(rows, 8) != 0,
		.started_ms = sql_i64(rows, 8),
		.duration_ms = sql_i64(rows, 9),
		.latency_ms = sql_i64(rows, 10),
		.attempts = (unsigned)sql_u64(rows, 11),
		.text = sql_text(rows, 12) };

	return call->each(&row, call->context, err);
}

/* A range that began before and reaches in counts too; it ends on the day that it began. */
static void where_since(struct buf *statement, uint32_t specid, int64_t since_ms)
{
	(void)buf_addf(statement,
	    " FROM RUNLOG WHERE specid = %u AND day >= %lld AND due_ms >= %lld "
	    "AND last_due_ms >= %lld",
	    specid, (long long)db_day(since_ms), (long long)(db_day(since_ms) * 86400000),
	    (long long)since_ms);
}

int db_history_rows(struct db *db, uint32_t specid, int64_t since_ms, uint64_t limit,
    db_history_fn *each, void *context, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	struct rows_call call = { each, context };

	(void)buf_adds(&statement,
	    "SELECT due_ms, last_due_ms, slots, kind, outcome, state, exit_code, signo, "
	    "started_ms, duration_ms, latency_ms, attempts, text");
	where_since(&statement, specid, since_ms);
	(void)buf_adds(&statement, " ORDER BY due_ms DESC, kind DESC");
	if (limit)
		(void)buf_addf(&statement, " LIMIT %llu", (unsigned long long)limit);
	return sql_each(db->sql, &statement, give_row, &call, err);
}

static int take_outcome(const struct sql_rows *rows, void *context, struct err *err)
{
	struct db_history_sums *sums = context;
	uint64_t *const outcomes[] = { [OUTCOME_RUN] = &sums->run,
		[OUTCOME_TIMEOUT] = &sums->timeout,
		[OUTCOME_CANCELLED] = &sums->cancelled,
		[OUTCOME_SKIPPED] = &sums->skipped,
		[OUTCOME_LOST] = &sums->lost,
		[OUTCOME_MISSED] = &sums->missed };
	uint64_t outcome = sql_u64(rows, 0), state = sql_u64(rows, 1), n = sql_u64(rows, 2);

	(void)err;
	if (outcome < OUTCOME_RUN || outcome > OUTCOME_MISSED || state > 3)
		return 0;
	*outcomes[outcome] += n;
	if (outcome == OUTCOME_RUN || outcome == OUTCOME_TIMEOUT)
		sums->states[state] += n;
	return 0;
}

static int take_hours(const struct sql_rows *rows, void *context, struct err *err)
{
	struct db_history_sums *sums = context;
	uint64_t *const to[] = { &sums->run, &sums->timeout, &sums->cancelled, &sums->skipped,
		&sums->lost, &sums->missed, &sums->states[0], &sums->states[1],
		&sums->states[2], &sums->states[3] };

	(void)err;
	for (unsigned i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		*to[i] += sql_u64(rows, i);
	return 0;
}

/* The first day that has raw rows; what is before it is in the roll-ups. */
static int first_raw_day(struct db *db, const char *table, int64_t *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(db->sql, &rows, err, "SELECT MIN(day) FROM %s", table);

	if (r == 0)
		*ret = sql_rows_next(&rows) ? sql_i64(&rows, 0) : 0;
	return r;
}

int db_history_sums(struct db *db, uint32_t specid, int64_t since_ms,
    struct db_history_sums *ret, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	struct db_history_sums sums = { 0 };
	int64_t day;
	int r = first_raw_day(db, "RUNLOG", &day, err);

	if (r < 0)
		return r;
	(void)buf_adds(&statement, "SELECT outcome, state, SUM(slots)");
	where_since(&statement, specid, since_ms);
	(void)buf_adds(&statement, " GROUP BY outcome, state");
	r = sql_each(db->sql, &statement, take_outcome, &sums, err);
	if (r == 0 && db_day(since_ms) < day) {
		buf_reset(&statement);
		(void)buf_addf(&statement,
		    "SELECT SUM(n_run), SUM(n_timeout), SUM(n_cancelled), SUM(n_skipped), "
		    "SUM(n_lost), SUM(n_missed), SUM(n_ok), SUM(n_warning), SUM(n_critical), "
		    "SUM(n_unknown) FROM RUN_HOUR WHERE specid = %u AND hour >= %lld "
		    "AND hour < %lld",
		    specid, (long long)(since_ms / HOUR_MS), (long long)(day * HOURS_A_DAY));
		r = sql_each(db->sql, &statement, take_hours, &sums, err);
	}
	if (r == 0)
		*ret = sums;
	return r;
}

/* --- values ------------------------------------------------------------------------------- */

/* The labels that there are, for who has mistyped one. */
static int no_label(struct db *db, uint32_t specid, const char *label, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf known = BUF_INIT;
	int r = sql_selectf(db->sql, &rows, err,
	    "SELECT label FROM METRIC WHERE specid = %u ORDER BY metricno LIMIT %d", specid,
	    LABELS_NAMED);

	if (r < 0)
		return r;
	while (sql_rows_next(&rows))
		(void)buf_addf(&known, "%s%s", known.size ? ", " : "", sql_text(&rows, 0));
	return err_set(err, -ENOENT, "the probe has no metric '%.60s'; it has: %.300s", label,
	    known.size ? buf_text(&known) : "none");
}

static int find_metric(struct db *db, uint32_t specid, const char *label, unsigned *ret_no,
    char ret_unit[16], struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r;

	(void)buf_addf(&statement,
	    "SELECT metricno, unit FROM METRIC WHERE specid = %u AND label = ", specid);
	sql_quotes(&statement, label);
	r = sql_select(db->sql, &statement, &rows, err);
	if (r < 0)
		return r;
	if (!sql_rows_next(&rows))
		return no_label(db, specid, label, err);
	*ret_no = (unsigned)sql_u64(&rows, 0);
	(void)snprintf(ret_unit, 16, "%s", sql_text(&rows, 1));
	return 0;
}

struct values_call {
	db_history_value_fn *each;
	void *context;
};

static int give_value(const struct sql_rows *rows, void *context, struct err *err)
{
	const struct values_call *call = context;
	const struct db_history_value value = { .time_ms = sql_i64(rows, 0),
		.n = sql_u64(rows, 1),
		.value = sql_double(rows, 2),
		.least = sql_double(rows, 3),
		.most = sql_double(rows, 4) };

	return call->each(&value, call->context, err);
}

/* The days by name: so each is a range of its partition's key. */
static void add_days(struct buf *statement, int64_t from, int64_t to)
{
	if (from < to - DAYS_MAX)
		from = to - DAYS_MAX;
	for (int64_t day = from; day <= to; day++)
		(void)buf_addf(statement, "%s%lld", day > from ? ", " : "", (long long)day);
}

int db_history_values(struct db *db, uint32_t specid, const char *label, int64_t since_ms,
    int64_t now_ms, char ret_unit[16], db_history_value_fn *each, void *context,
    struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	struct values_call call = { each, context };
	unsigned metricno = 0;
	int64_t day = 0;
	int r = find_metric(db, specid, label, &metricno, ret_unit, err);

	if (r == 0)
		r = first_raw_day(db, "RESULT", &day, err);
	if (r == 0 && db_day(since_ms) < day) {
		(void)buf_addf(&statement,
		    "SELECT hour * 3600000, n, mean_value, min_value, max_value FROM "
		    "RESULT_HOUR WHERE specid = %u AND metricno = %u AND hour >= %lld "
		    "AND hour < %lld ORDER BY hour",
		    specid, metricno, (long long)(since_ms / HOUR_MS),
		    (long long)(day * HOURS_A_DAY));
		r = sql_each(db->sql, &statement, give_value, &call, err);
	}
	if (r < 0)
		return r;
	buf_reset(&statement);
	(void)buf_adds(&statement,
	    "SELECT (scheduleid & 4294967295) * 1000, 1, value, value, value FROM RESULT "
	    "WHERE day IN (");
	add_days(&statement, db_day(since_ms) < day ? day : db_day(since_ms), db_day(now_ms));
	(void)buf_addf(&statement,
	    ") AND scheduleid BETWEEN %llu AND %llu AND metricno = %u ORDER BY scheduleid",
	    (unsigned long long)specid << 32 | (unsigned long long)(since_ms / 1000),
	    (unsigned long long)specid << 32 | 0xffffffffULL, metricno);
	return sql_each(db->sql, &statement, give_value, &call, err);
}
