/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_threshold.h"

#include <errno.h>
#include <stdio.h>

#include "lib/store/db_private.h"

int db_threshold_stamp(struct db *db, struct db_threshold_stamp *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	/* A sum, not an exclusive or: two rows that swap their ranges give the same one of it. */
	int r = sql_selectf(db->sql, &rows, err,
	    "SELECT t.n, t.s, t.c, g.n, g.s FROM (SELECT COUNT(*) AS n, "
	    "COALESCE(SUM(CRC32(CONCAT_WS(' ', scope, scopeid, metric, warn, crit))), 0) AS s, "
	    "COALESCE(MAX(changed_ms), 0) AS c FROM THRESHOLD) t, (SELECT COUNT(*) AS n, "
	    "COALESCE(SUM(CRC32(CONCAT_WS(' ', groupid, parentid))), 0) AS s FROM NODEGROUP) "
	    "g");

	if (r < 0)
		return r;
	if (!sql_rows_next(&rows))
		return err_set(err, -EBADMSG, "cannot ask for thresholds: no answer");
	*ret = (struct db_threshold_stamp){ sql_u64(&rows, 0), sql_u64(&rows, 1),
		sql_u64(&rows, 2), sql_u64(&rows, 3), sql_u64(&rows, 4) };
	return 0;
}

static int read_rows(struct db *db, db_threshold_fn *each, void *context, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(db->sql, &rows, err,
	    "SELECT scope, scopeid, metric, warn, crit FROM THRESHOLD "
	    "ORDER BY scope, scopeid, metric");

	while (r == 0 && sql_rows_next(&rows)) {
		struct db_threshold row = { .scope = (enum threshold_scope)sql_u64(&rows, 0),
			.scopeid = (uint32_t)sql_u64(&rows, 1),
			.metric = sql_text(&rows, 2),
			.warn = sql_text(&rows, 3),
			.crit = sql_text(&rows, 4) };

		r = each(&row, context, err);
	}
	return r;
}

static int read_groups(struct db *db, db_group_fn *each, void *context, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(
	    db->sql, &rows, err, "SELECT groupid, parentid FROM NODEGROUP ORDER BY groupid");

	while (r == 0 && sql_rows_next(&rows))
		r = each(
		    (uint32_t)sql_u64(&rows, 0), (uint32_t)sql_u64(&rows, 1), context, err);
	return r;
}

int db_thresholds_read(struct db *db, db_threshold_fn *each, db_group_fn *each_group,
    void *context, struct err *err)
{
	int r = read_rows(db, each, context, err);

	return r < 0 ? r : read_groups(db, each_group, context, err);
}

int db_spec_places(struct db *db, const uint32_t *specids, size_t n, struct db_spec_place *ret,
    size_t *ret_n, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	size_t at = 0;
	int r;

	*ret_n = 0;
	if (n == 0)
		return 0;
	(void)buf_adds(&statement,
	    "SELECT t.specid, t.nodeid, n.groupid, t.judge, t.probetype FROM TOOLSPECS t "
	    "JOIN NODE n ON n.nodeid = t.nodeid WHERE t.specid IN (");
	for (size_t i = 0; i < n; i++)
		(void)buf_addf(&statement, "%s%u", i ? ", " : "", specids[i]);
	(void)buf_adds(&statement, ") ORDER BY t.specid");
	r = sql_select(db->sql, &statement, &rows, err);
	while (r == 0 && at < n && sql_rows_next(&rows)) {
		struct db_spec_place *place = &ret[at++];

		*place = (struct db_spec_place){ .specid = (uint32_t)sql_u64(&rows, 0),
			.nodeid = (uint32_t)sql_u64(&rows, 1),
			.groupid = (uint32_t)sql_u64(&rows, 2),
			.judge = (enum judge)sql_u64(&rows, 3) };
		(void)snprintf(
		    place->probetype, sizeof(place->probetype), "%s", sql_text(&rows, 4));
	}
	if (r == 0)
		*ret_n = at;
	return r;
}
