/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_probe.h"

#include <errno.h>

#include "lib/store/db_node.h"
#include "lib/store/db_private.h"
#include "lib/store/db_status_row.h"

static void free_groups(struct node_groups *groups)
{
	node_groups_free(groups);
}

static int find_node(
    struct db *db, const char *name, struct db_probe_node *ret, struct err *err)
{
	CLEANUP(free_groups) struct node_groups groups = { 0 };
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	uint32_t groupid;
	int r;

	(void)buf_adds(&statement,
	    "SELECT n.nodeid, n.groupid, n.maintenance_ms, (SELECT COUNT(*) FROM TOOLSPECS t "
	    "WHERE t.nodeid = n.nodeid AND t.removed_ms = 0) FROM NODE n "
	    "WHERE n.removed_ms = 0 AND n.name = ");
	sql_quotes(&statement, name);
	r = sql_select(db->sql, &statement, &rows, err);
	if (r < 0)
		return r;
	if (!sql_rows_next(&rows))
		return err_set(
		    err, -ENOENT, "there is no node '%.60s' (haetae node list)", name);
	groupid = (uint32_t)sql_u64(&rows, 1);
	if (groupid)
		r = db_groups_read(db, &groups, err);
	if (r < 0)
		return r;
	*ret = (struct db_probe_node){ .nodeid = (uint32_t)sql_u64(&rows, 0),
		.until_ms = node_until_ms(&groups, groupid, sql_i64(&rows, 2)),
		.n = sql_u64(&rows, 3) };
	return 0;
}

struct call {
	db_probe_fn *each;
	void *context;
	struct db_probe_node node;
};

static int give(const struct sql_rows *rows, void *context, struct err *err)
{
	const struct call *call = context;
	const struct db_probe probe = { .status = db_status_probe_row(rows),
		.logged = !sql_is_null(rows, DB_STATUS_PROBE_FIELDS),
		.exit_code = (int)sql_i64(rows, DB_STATUS_PROBE_FIELDS),
		.attempts = (unsigned)sql_u64(rows, DB_STATUS_PROBE_FIELDS + 1) };

	return call->each(&call->node, &probe, call->context, err);
}

int db_probes_of_node(struct db *db, const char *node, uint64_t limit, db_probe_fn *each,
    void *context, struct db_probe_node *ret, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	struct call call = { each, context, { 0 } };
	int r = find_node(db, node, &call.node, err);

	if (r < 0)
		return r;
	(void)buf_addf(&statement,
	    "SELECT " DB_STATUS_PROBE_COLUMNS
	    ", t.name, s.text, t.probetype, s.started_ms, s.duration_ms, '', "
	    "r.exit_code, r.attempts FROM TOOLSPECS t LEFT JOIN STATUS s ON s.specid = "
	    "t.specid "
	    "LEFT JOIN RUNLOG r ON r.day = s.due_ms DIV 86400000 AND r.kind = 0 "
	    "AND r.scheduleid = s.scheduleid "
	    "WHERE t.removed_ms = 0 AND t.nodeid = %u "
	    "ORDER BY t.enabled DESC, FIELD(COALESCE(s.state, 9), 0, 9, 3, 1, 2) DESC, t.name "
	    "LIMIT %llu",
	    call.node.nodeid, (unsigned long long)limit);
	r = sql_each(db->sql, &statement, give, &call, err);
	if (r == 0)
		*ret = call.node;
	return r;
}
