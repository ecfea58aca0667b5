/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_status.h"

#include "lib/store/db_load.h"
#include "lib/store/db_private.h"
#include "lib/store/db_status_row.h"

/* Behind its last moment a slot has this long to come through the spool and the load stage. */
enum { OVERDUE_MS = 60000 };
#define WEEK_MS ((int64_t)7 * 86400000)

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

/* The caller's function, behind a row of the database. */
struct call {
	void *each; /* address of the function pointer */
	void *context;
};

static int give_node(const struct sql_rows *rows, void *context, struct err *err)
{
	const struct call *call = context;
	const struct db_status_node node = { .nodeid = (uint32_t)sql_u64(rows, 0),
		.groupid = (uint32_t)sql_u64(rows, 1),
		.name = sql_text(rows, 2),
		.hostname = sql_text(rows, 3),
		.address = sql_text(rows, 4),
		.maintenance_ms = sql_i64(rows, 5),
		.state = (int)sql_i64(rows, 6),
		.state_since_ms = sql_i64(rows, 7) };

	return (*(db_status_node_fn **)call->each)(&node, call->context, err);
}

int db_status_nodes(
    struct db *db, const char *name, db_status_node_fn *each, void *context, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	struct call call = { &each, context };

	(void)buf_adds(&statement, "SELECT nodeid, groupid, name, hostname, address, "
				   "maintenance_ms, state, state_since_ms FROM NODE "
				   "WHERE removed_ms = 0");
	if (name) {
		(void)buf_adds(&statement, " AND name = ");
		sql_quotes(&statement, name);
	}
	return sql_each(db->sql, &statement, give_node, &call, err);
}

struct db_status_probe db_status_probe_row(const struct sql_rows *rows)
{
	return (struct db_status_probe){ .specid = (uint32_t)sql_u64(rows, 0),
		.nodeid = (uint32_t)sql_u64(rows, 1),
		.enabled = sql_u64(rows, 2) != 0,
		.alive = sql_u64(rows, 3) != 0,
		.interval_ms = sql_i64(rows, 4),
		.timeout_ms = sql_i64(rows, 5),
		.maxlate_ms = sql_i64(rows, 6),
		.backoff_ms = sql_i64(rows, 7),
		.has_run = !sql_is_null(rows, 8),
		.said = sql_i64(rows, 8) != 0,
		.state = (int)sql_i64(rows, 9),
		.outcome = (enum outcome)sql_i64(rows, 10),
		.due_ms = sql_i64(rows, 11),
		.since_ms = sql_i64(rows, 12),
		.perf_ms = sql_i64(rows, 13),
		.perf = sql_text(rows, 14),
		.name = sql_text(rows, 15),
		.text = sql_text(rows, 16),
		.probetype = sql_text(rows, 17),
		.started_ms = sql_i64(rows, 18),
		.duration_ms = sql_i64(rows, 19),
		.details = sql_text(rows, 20) };
}

static int give_probe(const struct sql_rows *rows, void *context, struct err *err)
{
	const struct call *call = context;
	const struct db_status_probe probe = db_status_probe_row(rows);

	return (*(db_status_probe_fn **)call->each)(&probe, call->context, err);
}

int db_status_probes(struct db *db, uint32_t nodeid, enum db_status_depth depth,
    db_status_probe_fn *each, void *context, struct err *err)
{
	/* What most of 60,000 rows need not carry is left out of them by the server. */
	static const char *const columns[] = {
		[DB_STATUS_ROWS] = "IF(s.state = 0, '', t.name), IF(s.state = 0, '', s.text)",
		[DB_STATUS_TEXTS] = "t.name, s.text, t.probetype, s.started_ms, s.duration_ms",
		[DB_STATUS_ALL] =
		    "t.name, s.text, t.probetype, s.started_ms, s.duration_ms, s.details",
	};
	CLEANUP_BUF struct buf statement = BUF_INIT;
	struct call call = { &each, context };

	(void)buf_addf(&statement,
	    "SELECT " DB_STATUS_PROBE_COLUMNS
	    ", %s FROM TOOLSPECS t LEFT JOIN STATUS s ON s.specid = t.specid "
	    "WHERE t.removed_ms = 0 AND ",
	    columns[depth]);
	if (nodeid)
		(void)buf_addf(&statement, "t.nodeid = %u", nodeid);
	else
		(void)buf_adds(&statement, "t.nodeid <> 0");
	return sql_each(db->sql, &statement, give_probe, &call, err);
}

static int give_host(const struct sql_rows *rows, void *context, struct err *err)
{
	const struct call *call = context;
	const struct db_status_host host = { .name = sql_text(rows, 0),
		.beat_ms = sql_i64(rows, 1),
		.spool_bytes = sql_u64(rows, 2),
		.spool_files = sql_u64(rows, 3),
		.spool_refused = sql_u64(rows, 4),
		.spool_percent = (unsigned)sql_u64(rows, 5),
		.durable = sql_u64(rows, 6) != 0,
		.n_specs = sql_u64(rows, 7),
		.n_overdue = sql_u64(rows, 8),
		.overdue_ms = sql_i64(rows, 9),
		.n_errors = sql_u64(rows, 10),
		.error_ms = sql_i64(rows, 11),
		.error_file = sql_text(rows, 12),
		.error_reason = sql_text(rows, 13) };

	return (*(db_status_host_fn **)call->each)(&host, call->context, err);
}

int db_status_hosts(
    struct db *db, int64_t now_ms, db_status_host_fn *each, void *context, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	struct call call = { &each, context };

	(void)buf_addf(&statement,
	    "SELECT h.name, h.beat_ms, h.spool_bytes, h.spool_files, h.spool_refused, "
	    "h.spool_percent, h.durable, COALESCE(o.n, 0), COALESCE(d.n, 0), "
	    "COALESCE(d.due_ms, 0), COALESCE(e.n, 0), COALESCE(e.last_ms, 0), "
	    "COALESCE(l.file, ''), COALESCE(l.reason, '') FROM HOST h "
	    "LEFT JOIN (SELECT hostid, COUNT(*) n FROM TOOLSPECS WHERE enabled = 1 "
	    "AND removed_ms = 0 AND nodeid <> 0 GROUP BY hostid) o ON o.hostid = h.hostid "
	    /* Those alone that are old enough are joined with their spec. */
	    "LEFT JOIN (SELECT s.hostid, COUNT(*) n, MIN(s.due_ms) due_ms FROM SCHEDULE s "
	    "JOIN TOOLSPECS t ON t.specid = s.scheduleid >> 32 WHERE s.due_ms < %lld "
	    "AND s.due_ms + t.maxlate_ms + t.timeout_ms + t.killgrace_ms < %lld "
	    "GROUP BY s.hostid) d ON d.hostid = h.hostid "
	    "LEFT JOIN (SELECT hostid, COUNT(*) n, MAX(last_ms) last_ms FROM LOADERR "
	    "GROUP BY hostid) e ON e.hostid = h.hostid "
	    "LEFT JOIN LOADERR l ON l.hostid = e.hostid AND l.last_ms = e.last_ms "
	    "AND l.file = (SELECT MAX(m.file) FROM LOADERR m WHERE m.hostid = e.hostid "
	    "AND m.last_ms = e.last_ms) "
	    "WHERE o.n IS NOT NULL OR e.n IS NOT NULL OR h.beat_ms > %lld ORDER BY h.name",
	    (long long)(now_ms - OVERDUE_MS), (long long)(now_ms - OVERDUE_MS),
	    (long long)(now_ms - WEEK_MS));
	return sql_each(db->sql, &statement, give_host, &call, err);
}
