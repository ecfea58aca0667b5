/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_load.h"

int db_load_error(struct db *db, uint32_t hostid, const char *file, const char *reason,
    int64_t now_ms, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_addf(&statement,
	    "INSERT INTO LOADERR (hostid, file, first_ms, last_ms, tries, reason) VALUES (%u, ",
	    hostid);
	db_quote_cut(&statement, file, SPEC_NAME_SIZE_MAX);
	(void)buf_addf(&statement, ", %lld, %lld, 1, ", (long long)now_ms, (long long)now_ms);
	db_quote_cut(&statement, reason, DB_TEXT_SIZE_MAX);
	(void)buf_adds(&statement, ") ON DUPLICATE KEY UPDATE last_ms = VALUES(last_ms), "
				   "tries = tries + 1, reason = VALUES(reason)");
	return sql_run(db->sql, &statement, NULL, err);
}

int db_status(
    struct db *db, const char *node, db_status_fn *each, void *context, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r;

	(void)buf_adds(&statement,
	    "SELECT n.name, t.name, t.probetype, t.enabled, t.interval_ms, s.specid, s.state, "
	    "s.outcome, s.due_ms, s.started_ms, s.duration_ms, s.since_ms, s.text, s.details "
	    "FROM TOOLSPECS t JOIN NODE n ON n.nodeid = t.nodeid "
	    "LEFT JOIN STATUS s ON s.specid = t.specid");
	if (node) {
		(void)buf_adds(&statement, " WHERE n.name = ");
		sql_quotes(&statement, node);
	}
	(void)buf_adds(&statement, " ORDER BY n.name, t.name");
	r = sql_select(db->sql, &statement, &rows, err);
	while (r == 0 && sql_rows_next(&rows)) {
		struct db_status_row row = {
			.node = sql_text(&rows, 0),
			.name = sql_text(&rows, 1),
			.probetype = sql_text(&rows, 2),
			.enabled = sql_i64(&rows, 3) != 0,
			.interval_ms = sql_i64(&rows, 4),
			.has_run = !sql_is_null(&rows, 5),
			.state = (int)sql_i64(&rows, 6),
			.outcome = (enum outcome)sql_i64(&rows, 7),
			.due_ms = sql_i64(&rows, 8),
			.started_ms = sql_i64(&rows, 9),
			.duration_ms = sql_i64(&rows, 10),
			.since_ms = sql_i64(&rows, 11),
			.text = sql_text(&rows, 12),
			.details = sql_text(&rows, 13),
		};

		r = each(&row, context, err);
	}
	return r;
}

int db_values(struct db *db, const char *node, const char *name, db_values_fn *each,
    void *context, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r;

	(void)buf_adds(&statement,
	    "SELECT m.label, m.unit, r.value FROM NODE n "
	    "JOIN TOOLSPECS t ON t.nodeid = n.nodeid JOIN STATUS s ON s.specid = t.specid "
	    "JOIN RESULT r ON r.day = s.due_ms DIV 86400000 AND r.scheduleid = s.scheduleid "
	    "JOIN METRIC m ON m.specid = s.specid AND m.metricno = r.metricno WHERE n.name = ");
	sql_quotes(&statement, node);
	(void)buf_adds(&statement, " AND t.name = ");
	sql_quotes(&statement, name);
	(void)buf_adds(&statement, " ORDER BY r.metricno");
	r = sql_select(db->sql, &statement, &rows, err);
	while (r == 0 && sql_rows_next(&rows)) {
		struct db_values_row row = { .label = sql_text(&rows, 0),
			.unit = sql_text(&rows, 1),
			.value = sql_double(&rows, 2) };

		r = each(&row, context, err);
	}
	return r;
}
