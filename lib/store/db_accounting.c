/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/store/db_private.h"

enum { LATENCY_RUNS = 100000 };

/* Which specs count: those of one host, or all. */
static void where_host(struct buf *statement, const char *before, uint32_t hostid)
{
	if (hostid)
		(void)buf_addf(statement, "%s t.hostid = %u", before, hostid);
}

static int read_number(
    struct db *db, const struct buf *statement, uint64_t *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_select(db->sql, statement, &rows, err);

	if (r == 0)
		*ret = sql_rows_next(&rows) ? sql_u64(&rows, 0) : 0;
	return r;
}

static int read_slots(
    struct db *db, uint32_t hostid, struct db_accounting *ret, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_adds(&statement, "SELECT COALESCE(SUM(s.n_slots), 0) FROM SLOTS s "
				   "JOIN TOOLSPECS t ON t.specid = s.specid");
	where_host(&statement, " WHERE", hostid);
	return read_number(db, &statement, &ret->slots, err);
}

static int read_open(
    struct db *db, uint32_t hostid, int64_t now_ms, struct db_accounting *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;

	int r;

	(void)buf_addf(&statement,
	    "SELECT COUNT(*), COALESCE(SUM(s.due_ms > %lld), 0) FROM SCHEDULE s "
	    "JOIN TOOLSPECS t ON t.specid = s.scheduleid >> 32 "
	    "LEFT JOIN RUNLOG r ON r.day = s.due_ms DIV 86400000 AND r.kind = 0 "
	    "AND r.scheduleid = s.scheduleid WHERE r.scheduleid IS NULL",
	    (long long)now_ms);
	where_host(&statement, " AND", hostid);
	r = sql_select(db->sql, &statement, &rows, err);
	if (r == 0 && sql_rows_next(&rows)) {
		ret->open = sql_u64(&rows, 0);
		ret->ahead = sql_u64(&rows, 1);
	}
	return r;
}

static void add_outcome(
    struct db_accounting *ret, enum outcome outcome, uint64_t slots, uint64_t late)
{
	switch (outcome) {
	case OUTCOME_RUN:
		ret->run += slots;
		ret->late += late;
		break;
	case OUTCOME_TIMEOUT:
		ret->timeout += slots;
		ret->late += late;
		break;
	case OUTCOME_CANCELLED:
		ret->cancelled += slots;
		break;
	case OUTCOME_SKIPPED:
		ret->skipped += slots;
		break;
	case OUTCOME_LOST:
		ret->lost += slots;
		break;
	case OUTCOME_MISSED:
		ret->missed += slots;
		break;
	}
}

/* Rows whose last slot has been made. */
static int read_outcomes(
    struct db *db, uint32_t hostid, int64_t late_ms, struct db_accounting *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r;

	(void)buf_addf(&statement,
	    "SELECT r.outcome, SUM(r.slots), SUM(r.latency_ms > %lld) FROM RUNLOG r "
	    "JOIN TOOLSPECS t ON t.specid = r.specid WHERE r.last_due_ms < t.nextdue_ms",
	    (long long)late_ms);
	where_host(&statement, " AND", hostid);
	(void)buf_adds(&statement, " GROUP BY r.outcome");
	r = sql_select(db->sql, &statement, &rows, err);
	while (r == 0 && sql_rows_next(&rows))
		add_outcome(
		    ret, (enum outcome)sql_u64(&rows, 0), sql_u64(&rows, 1), sql_u64(&rows, 2));
	return r;
}

/* Ranges that materialise has made a part of: the slots below nextdue, but for those that
 * have a row of their own. */
static int read_cut_ranges(
    struct db *db, uint32_t hostid, struct db_accounting *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r;

	(void)buf_adds(&statement,
	    "SELECT r.outcome, (t.nextdue_ms - 1 - r.due_ms) DIV r.step_ms + 1 - "
	    "(SELECT COUNT(*) FROM RUNLOG o WHERE o.day = r.day AND o.kind = 0 AND "
	    "o.scheduleid "
	    "BETWEEN r.scheduleid AND (r.specid << 32 | r.last_due_ms DIV 1000) "
	    "AND o.due_ms < t.nextdue_ms AND MOD(o.due_ms - r.due_ms, r.step_ms) = 0) "
	    "FROM RUNLOG r JOIN TOOLSPECS t ON t.specid = r.specid WHERE r.kind = 1 "
	    "AND r.due_ms < t.nextdue_ms AND r.last_due_ms >= t.nextdue_ms");
	where_host(&statement, " AND", hostid);
	r = sql_select(db->sql, &statement, &rows, err);
	while (r == 0 && sql_rows_next(&rows))
		add_outcome(ret, (enum outcome)sql_u64(&rows, 0), sql_u64(&rows, 1), 0);
	return r;
}

static int read_errors(
    struct db *db, uint32_t hostid, struct db_accounting *ret, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_adds(&statement, "SELECT COUNT(*) FROM LOADERR t");
	where_host(&statement, " WHERE", hostid);
	return read_number(db, &statement, &ret->load_errors, err);
}

static int compare_ms(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int read_latency(
    struct db *db, uint32_t hostid, struct db_accounting *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	CLEANUP_FREE int64_t *sorted = NULL;
	size_t n = 0;
	int r;

	(void)buf_adds(&statement,
	    "SELECT r.latency_ms FROM RUNLOG r JOIN TOOLSPECS t "
	    "ON t.specid = r.specid WHERE r.kind = 0 AND r.outcome IN (1, 2)");
	where_host(&statement, " AND", hostid);
	(void)buf_addf(&statement, " ORDER BY r.due_ms DESC LIMIT %d", LATENCY_RUNS);
	r = sql_select(db->sql, &statement, &rows, err);
	if (r < 0)
		return r;
	sorted = calloc(sql_rows_count(&rows) + 1, sizeof(*sorted));
	if (!sorted)
		return err_sys(err, -ENOMEM, "cannot sort latencies");
	while (sql_rows_next(&rows))
		sorted[n++] = sql_i64(&rows, 0);
	qsort(sorted, n, sizeof(*sorted), compare_ms);
	if (n) {
		ret->latency_p50_ms = sorted[(n - 1) / 2];
		ret->latency_p95_ms = sorted[(n - 1) * 95 / 100];
		ret->latency_max_ms = sorted[n - 1];
	}
	return 0;
}

static int read_all(struct db *db, uint32_t hostid, int64_t now_ms, int64_t late_ms,
    struct db_accounting *ret, struct err *err)
{
	int r = read_slots(db, hostid, ret, err);

	if (r == 0)
		r = read_open(db, hostid, now_ms, ret, err);
	if (r == 0)
		r = read_outcomes(db, hostid, late_ms, ret, err);
	if (r == 0)
		r = read_cut_ranges(db, hostid, ret, err);
	if (r == 0)
		r = read_errors(db, hostid, ret, err);
	return r < 0 ? r : read_latency(db, hostid, ret, err);
}

int db_accounting(struct db *db, uint32_t hostid, int64_t now_ms, int64_t late_ms,
    struct db_accounting *ret, struct err *err)
{
	struct db_accounting sums = { 0 };
	int r = sql_begin_snapshot(db->sql, err);

	if (r == 0)
		r = sql_end(db->sql, read_all(db, hostid, now_ms, late_ms, &sums, err), err);
	if (r < 0)
		return r;
	sums.unaccounted =
	    (int64_t)sums.slots - (int64_t)(sums.run + sums.timeout + sums.cancelled +
					    sums.skipped + sums.lost + sums.missed + sums.open);
	*ret = sums;
	return 0;
}
