/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_event.h"
#include "lib/store/db_node_state.h"
#include "lib/store/db_private.h"

enum { CHANGES_AT_ONCE = 500 };

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
