/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "lib/store/db_private.h"

static int take_slots(
    struct sql_rows *rows, size_t limit, struct slot *ret, size_t *ret_n, struct err *err)
{
	size_t n = 0;

	(void)err;
	while (n < limit && sql_rows_next(rows)) {
		ret[n].scheduleid = sql_u64(rows, 0);
		ret[n].due_ms = sql_i64(rows, 1);
		n++;
	}
	*ret_n = n;
	return 0;
}

/* The slots under a token. More than limit of them can only be there when an UPDATE whose
 * answer was lost ran beside its repeat; those are given back. */
static int read_token(struct db *db, uint32_t hostid, uint64_t token, size_t limit,
    struct slot *ret, size_t *ret_n, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r;

	r = sql_selectf(db->sql, &rows, err,
	    "SELECT scheduleid, due_ms FROM SCHEDULE WHERE hostid = %u AND token = %llu "
	    "ORDER BY due_ms, scheduleid",
	    hostid, (unsigned long long)token);
	if (r == 0)
		r = take_slots(&rows, limit, ret, ret_n, err);
	while (r == 0 && sql_rows_next(&rows))
		r = sql_runf(db->sql, err,
		    "UPDATE SCHEDULE SET state = 0, token = 0 "
		    "WHERE hostid = %u AND scheduleid = %s",
		    hostid, sql_text(&rows, 0));
	return r;
}

int db_claim(struct db *db, uint32_t hostid, uint64_t token, int64_t until_ms, size_t limit,
    struct slot *ret, size_t *ret_n, struct err *err)
{
	size_t n = 0;
	int r;

	/* An earlier try may have got through. */
	r = read_token(db, hostid, token, limit, ret, &n, err);
	if (r == 0 && n == 0) {
		r = sql_runf(db->sql, err,
		    "UPDATE SCHEDULE SET state = 1, token = %llu WHERE hostid = %u AND "
		    "state = 0 AND due_ms < %lld ORDER BY due_ms LIMIT %zu",
		    (unsigned long long)token, hostid, (long long)until_ms, limit);
		if (r == 0)
			r = read_token(db, hostid, token, limit, ret, &n, err);
	}
	if (r == 0)
		*ret_n = n;
	return r;
}

int db_claimed(struct db *db, uint32_t hostid, uint64_t after_scheduleid, size_t limit,
    struct slot *ret, size_t *ret_n, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r;

	r = sql_selectf(db->sql, &rows, err,
	    "SELECT scheduleid, due_ms FROM SCHEDULE WHERE hostid = %u AND scheduleid > %llu "
	    "AND state = 1 ORDER BY scheduleid LIMIT %zu",
	    hostid, (unsigned long long)after_scheduleid, limit);
	return r < 0 ? r : take_slots(&rows, limit, ret, ret_n, err);
}

/* So many at once keep the locks short. */
enum { SWEEP_AT_ONCE = 1000 };

static int sweep_some(struct db *db, uint32_t hostid, size_t *ret_n, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	size_t n = 0;
	int r;

	/* First a look without locks: a DELETE with a join would lock RUNLOG too. */
	r = sql_selectf(db->sql, &rows, err,
	    "SELECT s.scheduleid FROM SCHEDULE s JOIN RUNLOG r ON r.day = s.due_ms DIV "
	    "86400000 "
	    "AND r.kind = 0 AND r.scheduleid = s.scheduleid WHERE s.hostid = %u "
	    "ORDER BY s.scheduleid LIMIT %d",
	    hostid, SWEEP_AT_ONCE);
	if (r < 0)
		return r;
	(void)buf_addf(
	    &statement, "DELETE FROM SCHEDULE WHERE hostid = %u AND scheduleid IN (", hostid);
	for (; sql_rows_next(&rows); n++)
		(void)buf_addf(&statement, "%s%s", n ? ", " : "", sql_text(&rows, 0));
	(void)buf_addc(&statement, ')');
	*ret_n = n;
	return n ? sql_run(db->sql, &statement, NULL, err) : 0;
}

int db_sweep(struct db *db, uint32_t hostid, size_t *ret_n, struct err *err)
{
	size_t n, sum = 0;
	int r;

	do {
		r = sweep_some(db, hostid, &n, err);
		if (r < 0)
			return r;
		sum += n;
	} while (n == SWEEP_AT_ONCE);
	*ret_n = sum;
	return 0;
}
