/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/store/db_event.h"
#include "lib/store/db_private.h"
#include "lib/store/db_threshold.h"

/* --- a change ------------------------------------------------------------------------------ */

/* A row as it is, or as it is to be. */
struct both {
	char warn[THRESHOLD_RANGE_SIZE_MAX + 1], crit[THRESHOLD_RANGE_SIZE_MAX + 1];
};

void db_threshold_text(const char *warn, const char *crit, char out[THRESHOLD_TEXT_SIZE])
{
	if (!*warn && !*crit)
		(void)snprintf(out, THRESHOLD_TEXT_SIZE, "not set");
	else
		(void)snprintf(out, THRESHOLD_TEXT_SIZE, "%s%s%s%s%s", *warn ? "warning " : "",
		    warn, *warn && *crit ? ", " : "", *crit ? "critical " : "", crit);
}

static void add_key(const struct db_threshold_change *change, struct buf *statement)
{
	(void)buf_addf(statement,
	    " WHERE scope = %d AND scopeid = %u AND metric = ", (int)change->scope,
	    change->scopeid);
	sql_quotes(statement, change->metric);
}

static int read_row(
    struct db *db, const struct db_threshold_change *change, struct both *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r;

	*ret = (struct both){ 0 };
	(void)buf_adds(&statement, "SELECT warn, crit FROM THRESHOLD");
	add_key(change, &statement);
	(void)buf_adds(&statement, " FOR UPDATE");
	r = sql_select(db->sql, &statement, &rows, err);
	if (r < 0 || !sql_rows_next(&rows))
		return r;
	(void)snprintf(ret->warn, sizeof(ret->warn), "%s", sql_text(&rows, 0));
	(void)snprintf(ret->crit, sizeof(ret->crit), "%s", sql_text(&rows, 1));
	return 0;
}

static int write_row(struct db *db, const struct db_threshold_change *change,
    const struct both *both, int64_t now_ms, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	if (!both->warn[0] && !both->crit[0]) {
		(void)buf_adds(&statement, "DELETE FROM THRESHOLD");
		add_key(change, &statement);
		return sql_run(db->sql, &statement, NULL, err);
	}
	(void)buf_addf(&statement,
	    "INSERT INTO THRESHOLD (scope, scopeid, metric, warn, crit, changed_ms) "
	    "VALUES (%d, %u, ",
	    (int)change->scope, change->scopeid);
	sql_quotes(&statement, change->metric);
	(void)buf_adds(&statement, ", ");
	sql_quotes(&statement, both->warn);
	(void)buf_adds(&statement, ", ");
	sql_quotes(&statement, both->crit);
	(void)buf_addf(&statement,
	    ", %lld) ON DUPLICATE KEY UPDATE warn = VALUES(warn), crit = VALUES(crit), "
	    "changed_ms = VALUES(changed_ms)",
	    (long long)now_ms);
	return sql_run(db->sql, &statement, NULL, err);
}

static int change_all(struct db *db, const struct db_threshold_change *change, int64_t now_ms,
    struct db_threshold_changed *ret, struct err *err)
{
	struct both old, new;
	struct db_event event = { .time_ms = now_ms,
		.level = EVENT_INFO,
		.tag = "threshold",
		.user = change->user,
		.host = change->host,
		.node = change->node,
		.object = change->object,
		.old_value = ret->old_text,
		.new_value = ret->new_text };
	int r = read_row(db, change, &old, err);

	if (r < 0)
		return r;
	new = old;
	if (change->warn)
		(void)snprintf(new.warn, sizeof(new.warn), "%s", change->warn);
	if (change->crit)
		(void)snprintf(new.crit, sizeof(new.crit), "%s", change->crit);
	db_threshold_text(old.warn, old.crit, ret->old_text);
	db_threshold_text(new.warn, new.crit, ret->new_text);
	ret->changed = strcmp(old.warn, new.warn) != 0 || strcmp(old.crit, new.crit) != 0;
	if (!ret->changed)
		return 0;
	r = write_row(db, change, &new, now_ms, err);
	return r < 0 ? r : db_events_add(db, &event, 1, err);
}

int db_threshold_change(struct db *db, const struct db_threshold_change *change, int64_t now_ms,
    struct db_threshold_changed *ret, struct err *err)
{
	int r = sql_begin(db->sql, err);

	return r < 0 ? r : sql_end(db->sql, change_all(db, change, now_ms, ret, err), err);
}

/* --- what is there --------------------------------------------------------------------------- */

int db_metric_find(struct db *db, const char *metric, struct db_metric *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	const char *at = strchr(metric, '@');
	int r;

	(void)buf_adds(&statement,
	    "SELECT COUNT(*), MAX(m.unit), "
	    "COUNT(DISTINCT CASE WHEN t.enabled = 1 AND t.removed_ms = 0 THEN t.specid END), "
	    "COUNT(DISTINCT CASE WHEN t.enabled = 1 AND t.removed_ms = 0 AND t.judge <> 0 "
	    "THEN t.specid END) FROM METRIC m JOIN TOOLSPECS t ON t.specid = m.specid "
	    "WHERE m.label = ");
	sql_quotes(&statement, metric);
	/* "disk" is of "disk@/", and so is "disk@*". LIKE would take a '_' for anything. */
	if (!at || strcmp(at, "@*") == 0) {
		size_t size = at ? (size_t)(at - metric) : strlen(metric);

		(void)buf_adds(&statement, " OR SUBSTRING_INDEX(m.label, '@', 1) = ");
		sql_quote(&statement, metric, size);
	}
	r = sql_select(db->sql, &statement, &rows, err);
	if (r < 0)
		return r;
	if (!sql_rows_next(&rows) || sql_u64(&rows, 0) == 0)
		return -ENOENT;
	(void)snprintf(ret->unit, sizeof(ret->unit), "%s", sql_text(&rows, 1));
	ret->n_probes = (size_t)sql_u64(&rows, 2);
	ret->n_judged = (size_t)sql_u64(&rows, 3);
	return 0;
}

int db_probe_labels(struct db *db, uint32_t nodeid, uint32_t specid, db_probe_label_fn *each,
    void *context, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r;

	(void)buf_addf(&statement,
	    "SELECT t.specid, t.name, t.probetype, t.judge, m.label FROM TOOLSPECS t "
	    "LEFT JOIN METRIC m ON m.specid = t.specid WHERE t.nodeid = %u AND t.removed_ms = "
	    "0",
	    nodeid);
	if (specid)
		(void)buf_addf(&statement, " AND t.specid = %u", specid);
	(void)buf_adds(&statement, " ORDER BY t.name, t.specid, m.metricno");
	r = sql_select(db->sql, &statement, &rows, err);
	while (r == 0 && sql_rows_next(&rows)) {
		struct db_probe_label row = { .specid = (uint32_t)sql_u64(&rows, 0),
			.probe = sql_text(&rows, 1),
			.probetype = sql_text(&rows, 2),
			.judge = (enum judge)sql_u64(&rows, 3),
			.label = sql_is_null(&rows, 4) ? NULL : sql_text(&rows, 4) };

		r = each(&row, context, err);
	}
	return r;
}

int db_threshold_specs(struct db *db, db_spec_name_fn *each, void *context, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(db->sql, &rows, err,
	    "SELECT specid, nodeid, name FROM TOOLSPECS WHERE removed_ms = 0 AND specid IN "
	    "(SELECT scopeid FROM THRESHOLD WHERE scope = %d) ORDER BY specid",
	    (int)THRESHOLD_SPEC);

	while (r == 0 && sql_rows_next(&rows))
		r = each((uint32_t)sql_u64(&rows, 0), (uint32_t)sql_u64(&rows, 1),
		    sql_text(&rows, 2), context, err);
	return r;
}
