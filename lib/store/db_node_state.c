/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_node_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_event.h"
#include "lib/store/db_node.h"
#include "lib/store/db_private.h"

/* A host that has not beaten for so long is not there: others answer for its nodes. */
enum { HOST_GONE_MS = 120000, CHANGES_AT_ONCE = 500 };

/* --- reading ---------------------------------------------------------------------------------- */

/* The columns are small and the texts of STATUS stay where they are: 60,000 rows are a few MB. */
static int read_probes(struct db *db, const char *nodes, struct sql_rows *ret, struct err *err)
{
	return sql_selectf(db->sql, ret, err,
	    "SELECT t.nodeid, t.specid, t.alive, t.interval_ms, t.timeout_ms, t.maxlate_ms, "
	    "t.backoff_ms, s.seq, s.state, s.outcome, s.due_ms, t.name FROM TOOLSPECS t LEFT "
	    "JOIN "
	    "STATUS s ON s.specid = t.specid WHERE t.nodeid <> 0 AND t.enabled = 1 AND "
	    "t.removed_ms = 0%s%s ORDER BY t.nodeid, t.name",
	    *nodes ? " AND t.nodeid " : "", nodes);
}

static struct node_probe probe_from_row(const struct sql_rows *rows)
{
	return (struct node_probe){ .specid = (uint32_t)sql_u64(rows, 1),
		.alive = sql_i64(rows, 2) != 0,
		.patience_ms = node_patience_ms(
		    sql_i64(rows, 3), sql_i64(rows, 4), sql_i64(rows, 5), sql_i64(rows, 6)),
		.said = sql_i64(rows, 7) != 0,
		.state = (int)sql_i64(rows, 8),
		.timed_out = sql_i64(rows, 9) == OUTCOME_TIMEOUT,
		.due_ms = sql_i64(rows, 10) };
}

struct probes {
	struct node_probe *items;
	const char **names; /* borrowed from the rows, which stay */
	size_t n, room;
	bool more; /* the current row is not taken yet */
};

static int grow(struct probes *probes, size_t room, struct err *err)
{
	struct node_probe *items = reallocarray(probes->items, room, sizeof(*items));
	const char **names = reallocarray(probes->names, room, sizeof(*names));

	if (items)
		probes->items = items;
	if (names)
		probes->names = names;
	if (!items || !names)
		return err_sys(err, -ENOMEM, "cannot judge the nodes");
	probes->room = room;
	return 0;
}

static const char *name_of(const struct probes *probes, uint32_t specid)
{
	for (size_t i = 0; i < probes->n; i++) {
		if (probes->items[i].specid == specid)
			return probes->names[i];
	}
	return "";
}

/* Takes the rows of one node; those of nodes before it belong to nobody any more. */
static int take_probes(
    struct sql_rows *rows, uint32_t nodeid, struct probes *probes, struct err *err)
{
	probes->n = 0;
	for (; probes->more; probes->more = sql_rows_next(rows)) {
		uint32_t row_nodeid = (uint32_t)sql_u64(rows, 0);

		if (row_nodeid > nodeid)
			break;
		if (row_nodeid < nodeid)
			continue;
		if (probes->n == probes->room) {
			size_t room = probes->room ? probes->room * 2 : 64;
			int r = grow(probes, room, err);

			if (r < 0)
				return r;
		}
		probes->names[probes->n] = sql_text(rows, 11);
		probes->items[probes->n++] = probe_from_row(rows);
	}
	return 0;
}

/* "IN (…)" of the nodes that are asked for; nothing for all. */
static void add_nodes(uint32_t hostid, uint32_t nodeid, int64_t now_ms, struct buf *nodes)
{
	if (nodeid)
		(void)buf_addf(nodes, "= %u", nodeid);
	else if (hostid)
		(void)buf_addf(nodes,
		    "IN (SELECT nodeid FROM TOOLSPECS WHERE removed_ms = 0 AND hostid IN "
		    "(SELECT "
		    "hostid FROM HOST WHERE hostid = %u OR beat_ms < %lld))",
		    hostid, (long long)now_ms - HOST_GONE_MS);
}

int db_node_states(struct db *db, uint32_t hostid, uint32_t nodeid, int64_t now_ms,
    db_node_state_fn *each, void *context, struct err *err)
{
	CLEANUP(node_groups_free) struct node_groups groups = { 0 };
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_SQL_ROWS struct sql_rows probe_rows = { 0 };
	CLEANUP_BUF struct buf nodes = BUF_INIT;
	struct probes probes = { 0 };
	int r = db_groups_read(db, &groups, err);

	add_nodes(hostid, nodeid, now_ms, &nodes);
	if (r == 0)
		r = read_probes(db, buf_text(&nodes), &probe_rows, err);
	if (r == 0)
		r = sql_selectf(db->sql, &rows, err,
		    "SELECT nodeid, name, state, state_since_ms, groupid, maintenance_ms FROM "
		    "NODE WHERE removed_ms = 0%s%s%s ORDER BY nodeid",
		    nodes.size ? " AND (nodeid " : "", buf_text(&nodes),
		    nodes.size ? " OR nodeid NOT IN (SELECT nodeid FROM TOOLSPECS WHERE "
				 "removed_ms = 0))"
			       : "");
	if (r == 0)
		probes.more = sql_rows_next(&probe_rows);
	while (r == 0 && sql_rows_next(&rows)) {
		struct db_node_state state = { .nodeid = (uint32_t)sql_u64(&rows, 0),
			.name = sql_text(&rows, 1),
			.stored = (enum node_state)sql_u64(&rows, 2),
			.stored_since_ms = sql_i64(&rows, 3) };
		int64_t until_ms =
		    node_until_ms(&groups, (uint32_t)sql_u64(&rows, 4), sql_i64(&rows, 5));

		if (nodeid && state.nodeid != nodeid)
			continue;
		r = take_probes(&probe_rows, state.nodeid, &probes, err);
		state.now = node_judge(probes.items, probes.n, until_ms, now_ms);
		state.probe = name_of(&probes, state.now.specid);
		state.n_probes = probes.n;
		if (r == 0)
			r = each(&state, context, err);
	}
	free(probes.items);
	free(probes.names);
	return r;
}

/* --- keeping ----------------------------------------------------------------------------------- */

struct change {
	uint32_t nodeid;
	enum node_state from, to;
	char *name;
	bool done; /* it was still so */
};

struct changes {
	struct change *items;
	size_t n;
};

static void changes_free(struct changes *changes)
{
	for (size_t i = 0; i < changes->n; i++)
		free(changes->items[i].name);
	free(changes->items);
}

static int keep_change(const struct db_node_state *state, void *context, struct err *err)
{
	struct changes *changes = context;
	size_t n = changes->n;
	struct change *items;

	if (state->stored == state->now.state)
		return 0;
	if ((n & (n - 1)) == 0) {
		items = reallocarray(changes->items, n ? n * 2 : 1, sizeof(*items));
		if (!items)
			return err_sys(err, -ENOMEM, "cannot keep the states");
		changes->items = items;
	}
	items = &changes->items[n];
	*items = (struct change){ .nodeid = state->nodeid,
		.from = state->stored,
		.to = state->now.state,
		.name = strdup(state->name) };
	if (!items->name)
		return err_sys(err, -ENOMEM, "cannot keep the states");
	changes->n++;
	return 0;
}

/* Locks the rows, and finds which still have the state that was read. changes are by nodeid. */
static int lock_nodes(struct db *db, struct change *changes, size_t n, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	size_t at = 0;
	int r;

	(void)buf_adds(&statement, "SELECT nodeid, state FROM NODE WHERE removed_ms = 0 AND "
				   "nodeid IN (");
	for (size_t i = 0; i < n; i++)
		(void)buf_addf(&statement, "%s%u", i ? ", " : "", changes[i].nodeid);
	(void)buf_adds(&statement, ") ORDER BY nodeid FOR UPDATE");
	r = sql_select(db->sql, &statement, &rows, err);
	for (size_t i = 0; i < n; i++)
		changes[i].done = false;
	while (r == 0 && sql_rows_next(&rows)) {
		while (at < n && changes[at].nodeid < sql_u64(&rows, 0))
			at++;
		if (at < n && changes[at].nodeid == sql_u64(&rows, 0))
			changes[at].done = sql_u64(&rows, 1) == (uint64_t)changes[at].from;
	}
	return r;
}

/* One statement a state. */
static int set_states(
    struct db *db, const struct change *changes, size_t n, int64_t now_ms, struct err *err)
{
	int r = 0;

	for (int state = 0; r == 0 && state < NODE_STATES; state++) {
		CLEANUP_BUF struct buf statement = BUF_INIT;
		size_t n_nodes = 0;

		(void)buf_addf(&statement,
		    "UPDATE NODE SET state = %d, state_since_ms = %lld WHERE nodeid IN (",
		    state, (long long)now_ms);
		for (size_t i = 0; i < n; i++) {
			if (changes[i].done && (int)changes[i].to == state)
				(void)buf_addf(&statement, "%s%u", n_nodes++ ? ", " : "",
				    changes[i].nodeid);
		}
		(void)buf_addc(&statement, ')');
		if (n_nodes)
			r = sql_run(db->sql, &statement, NULL, err);
	}
	return r;
}

static enum event_level level_of(enum node_state state)
{
	static const enum event_level levels[NODE_STATES] = {
		[NODE_STATE_NEW] = EVENT_INFO,
		[NODE_STATE_OK] = EVENT_INFO,
		[NODE_STATE_WARNING] = EVENT_WARNING,
		[NODE_STATE_CRITICAL] = EVENT_ERROR,
		[NODE_STATE_UNKNOWN] = EVENT_WARNING,
		[NODE_STATE_STALE] = EVENT_WARNING,
		[NODE_STATE_OFFLINE] = EVENT_ERROR,
		[NODE_STATE_MAINTENANCE] = EVENT_INFO,
	};

	return levels[state];
}

static int tell(struct db *db, const struct change *changes, size_t n, const char *host,
    int64_t now_ms, size_t *changed, struct err *err)
{
	CLEANUP_FREE struct db_event *events = calloc(n + 1, sizeof(*events));
	size_t n_events = 0;

	if (!events)
		return err_sys(err, -ENOMEM, "cannot keep the states");
	for (size_t i = 0; i < n; i++) {
		if (changes[i].done)
			events[n_events++] = (struct db_event){ .time_ms = now_ms,
				.level = level_of(changes[i].to),
				.tag = "state",
				.host = host,
				.node = changes[i].name,
				.object = "node",
				.old_value = node_state_text(changes[i].from),
				.new_value = node_state_text(changes[i].to) };
	}
	*changed += n_events;
	return db_events_add(db, events, n_events, err);
}

static int store_some(struct db *db, struct change *changes, size_t n, const char *host,
    int64_t now_ms, size_t *changed, struct err *err)
{
	size_t before = *changed;
	int r = sql_begin(db->sql, err);

	if (r < 0)
		return r;
	r = lock_nodes(db, changes, n, err);
	if (r == 0)
		r = set_states(db, changes, n, now_ms, err);
	if (r == 0)
		r = tell(db, changes, n, host, now_ms, changed, err);
	r = sql_end(db->sql, r, err);
	if (r < 0)
		*changed = before;
	return r;
}

int db_node_states_store(struct db *db, uint32_t hostid, const char *host, int64_t now_ms,
    size_t *ret_changed, struct err *err)
{
	CLEANUP(changes_free) struct changes changes = { 0 };
	size_t changed = 0;
	int r = db_node_states(db, hostid, 0, now_ms, keep_change, &changes, err);

	for (size_t i = 0; r == 0 && i < changes.n; i += CHANGES_AT_ONCE)
		r = store_some(db, changes.items + i,
		    changes.n - i < CHANGES_AT_ONCE ? changes.n - i : CHANGES_AT_ONCE, host,
		    now_ms, &changed, err);
	if (r == 0)
		*ret_changed = changed;
	return r;
}
