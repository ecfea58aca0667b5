/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_private.h"

int db_specs_lock(
    struct db *db, const uint32_t *specids, size_t n, struct sql_rows *ret, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);

	(void)buf_adds(&statement, "SELECT specid, nextdue_ms, version, hostid, interval_ms, "
				   "phase_ms, enabled FROM TOOLSPECS "
				   "WHERE specid IN (");
	for (size_t i = 0; i < n; i++)
		(void)buf_addf(&statement, "%s%u", i ? ", " : "", specids[i]);
	(void)buf_adds(&statement, ") ORDER BY specid FOR UPDATE");
	return sql_select(db->sql, &statement, ret, err);
}

static int copy_text(const struct sql_rows *rows, unsigned field, char **ret)
{
	*ret = strdup(sql_text(rows, field));
	return *ret ? 0 : -ENOMEM;
}

/* The columns of spec_columns. */
int db_spec_from_row(const struct sql_rows *rows, struct spec *spec, struct err *err)
{
	spec->specid = (uint32_t)sql_u64(rows, 0);
	spec->version = (uint32_t)sql_u64(rows, 1);
	if (copy_text(rows, 2, &spec->node) < 0 || copy_text(rows, 3, &spec->name) < 0 ||
	    copy_text(rows, 4, &spec->probetype) < 0 ||
	    copy_text(rows, 5, &spec->command) < 0 || copy_text(rows, 6, &spec->synchgroup) < 0)
		return err_sys(err, -ENOMEM, "cannot keep the specs");
	spec->testtype = sql_u64(rows, 7) == TESTTYPE_BACKGROUND_SYN ? TESTTYPE_BACKGROUND_SYN
								     : TESTTYPE_BACKGROUND;
	spec->interval_ms = sql_i64(rows, 8);
	spec->phase_ms = sql_i64(rows, 9);
	spec->timeout_ms = sql_i64(rows, 10);
	spec->killgrace_ms = sql_i64(rows, 11);
	spec->maxlate_ms = sql_i64(rows, 12);
	spec->enabled = sql_i64(rows, 13) != 0;
	spec->nextdue_ms = sql_i64(rows, 14);
	spec->overrun = (enum overrun)sql_u64(rows, 17);
	spec->catchup = (enum catchup)sql_u64(rows, 18);
	spec->catchup_max = (uint32_t)sql_u64(rows, 19);
	spec->jitter_ms = sql_i64(rows, 20);
	spec->priority = (unsigned)sql_u64(rows, 21);
	spec->attempts = (unsigned)sql_u64(rows, 22);
	spec->retry_ms = sql_i64(rows, 23);
	spec->backoff_ms = sql_i64(rows, 24);
	spec->alive = sql_i64(rows, 25) != 0;
	spec->judge = (enum judge)sql_u64(rows, 26);
	return spec_args_parse(
	    sql_text(rows, 15), sql_size(rows, 15), &spec->args, &spec->n_args, err);
}

const char db_spec_columns[] =
    "t.specid, t.version, n.name, t.name, t.probetype, t.command, t.synchgroup, t.testtype, "
    "t.interval_ms, t.phase_ms, t.timeout_ms, t.killgrace_ms, t.maxlate_ms, t.enabled, "
    "t.nextdue_ms, t.args, t.hostid, t.overrun, t.catchup, t.catchup_max, t.jitter_ms, "
    "t.priority, t.attempts, t.retry_ms, t.backoff_ms, t.alive, t.judge";

/* refused NULL: a row that is wrong fails it all, else it is left out and counted. */
static int take_row(
    const struct sql_rows *rows, struct spec_list *list, size_t *refused, struct err *err)
{
	struct spec *spec = spec_list_add(list);
	struct err reason = ERR_INIT;
	int r;

	if (!spec)
		return err_sys(err, -ENOMEM, "cannot keep the specs");
	r = db_spec_from_row(rows, spec, &reason);
	/* What is in the table may have been written by hand. */
	if (r == 0)
		r = (refused ? spec_check_row(spec, &reason) : spec_check(spec, &reason)) < 0
			? -EBADMSG
			: 0;
	if (r == 0)
		return 0;
	if (!refused || *refused == 0)
		(void)err_set(err, r, "spec %s: %s", sql_text(rows, 0), reason.text);
	if (!refused || r == -ENOMEM)
		return r;
	spec_free(spec);
	list->n--;
	++*refused;
	return 0;
}

static int read_specs(struct db *db, const char *condition, const char *order,
    struct spec_list *ret, size_t *refused, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP(spec_list_free) struct spec_list list = { 0 };
	int r;

	r = sql_selectf(db->sql, &rows, err,
	    "SELECT %s FROM TOOLSPECS t JOIN NODE n ON n.nodeid = t.nodeid%s ORDER BY %s",
	    db_spec_columns, condition, order);
	while (r == 0 && sql_rows_next(&rows))
		r = take_row(&rows, &list, refused, err);
	if (r < 0)
		return r;
	*ret = list;
	list = (struct spec_list){ 0 };
	return 0;
}

int db_specs_read(
    struct db *db, uint32_t hostid, struct spec_list *ret, size_t *ret_refused, struct err *err)
{
	CLEANUP_BUF struct buf condition = BUF_INIT;
	size_t refused = 0;
	int r;

	(void)buf_addf(
	    &condition, " WHERE t.hostid = %u AND t.enabled = 1 AND t.removed_ms = 0", hostid);
	r = read_specs(db, buf_text(&condition), "t.specid", ret, &refused, err);
	if (r == 0)
		*ret_refused = refused;
	return r;
}

int db_specs_stamp(struct db *db, uint32_t hostid, struct db_specs_stamp *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(db->sql, &rows, err,
	    "SELECT COUNT(*), COALESCE(SUM(version), 0), COALESCE(MAX(changed_ms), 0) "
	    "FROM TOOLSPECS WHERE hostid = %u AND enabled = 1",
	    hostid);

	if (r < 0)
		return r;
	if (sql_rows_next(&rows))
		*ret = (struct db_specs_stamp){ .n = sql_u64(&rows, 0),
			.versions = sql_u64(&rows, 1),
			.changed_ms = sql_i64(&rows, 2) };
	return 0;
}

int db_specs_list(struct db *db, struct spec_list *ret, struct err *err)
{
	return read_specs(db, " WHERE t.removed_ms = 0", "n.name, t.name", ret, NULL, err);
}
