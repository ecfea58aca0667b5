/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_node_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_node.h"
#include "lib/store/db_private.h"

/* A host that has not beaten for so long is not there: others answer for its nodes. */
enum { HOST_GONE_MS = 120000 };

/* A spec, and what its probe said. */
struct row {
	uint32_t nodeid;
	bool mine, enabled;
	struct node_probe probe;
	char *name; /* only when one node is asked for */
};

struct states {
	struct db *db;
	uint32_t hostid, nodeid; /* as asked for */
	int64_t now_ms;
	uint32_t *hosts; /* that are answered for */
	size_t n_hosts;
	struct row *rows; /* by specid, then by nodeid */
	size_t n;
	struct node_groups groups;
};

static void states_free(struct states *states)
{
	for (size_t i = 0; states->nodeid && i < states->n; i++)
		free(states->rows[i].name);
	free(states->rows);
	free(states->hosts);
	node_groups_free(&states->groups);
}

static int no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot judge the nodes");
}

/* --- reading ---------------------------------------------------------------------------------- */

static int read_hosts(struct states *states, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r;

	r = sql_selectf(states->db->sql, &rows, err,
	    "SELECT hostid FROM HOST WHERE hostid = %u OR beat_ms < %lld", states->hostid,
	    (long long)states->now_ms - HOST_GONE_MS);
	if (r < 0)
		return r;
	states->hosts = calloc(sql_rows_count(&rows) + 1, sizeof(*states->hosts));
	if (!states->hosts)
		return no_memory(err);
	while (sql_rows_next(&rows))
		states->hosts[states->n_hosts++] = (uint32_t)sql_u64(&rows, 0);
	return 0;
}

static bool is_mine(const struct states *states, uint32_t hostid)
{
	for (size_t i = 0; i < states->n_hosts; i++) {
		if (states->hosts[i] == hostid)
			return true;
	}
	return states->hostid == 0;
}

static int take_spec(const struct sql_rows *row, void *context, struct err *err)
{
	struct states *states = context;
	size_t n = states->n;
	struct row *rows = states->rows;

	if ((n & (n - 1)) == 0) {
		rows = reallocarray(rows, n ? n * 2 : 1, sizeof(*rows));
		if (!rows)
			return no_memory(err);
		states->rows = rows;
	}
	rows[n] = (struct row){ .nodeid = (uint32_t)sql_u64(row, 1),
		.mine = is_mine(states, (uint32_t)sql_u64(row, 2)),
		.enabled = sql_u64(row, 3) != 0,
		.probe = { .specid = (uint32_t)sql_u64(row, 0),
		    .alive = sql_u64(row, 4) != 0,
		    .patience_ms = node_patience_ms(
			sql_i64(row, 5), sql_i64(row, 6), sql_i64(row, 7), sql_i64(row, 8)) } };
	states->n++;
	if (!states->nodeid)
		return 0;
	rows[n].name = strdup(sql_text(row, 9));
	return rows[n].name ? 0 : no_memory(err);
}

static int by_specid(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->probe.specid > y->probe.specid) - (x->probe.specid < y->probe.specid);
}

static int by_nodeid(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->nodeid != y->nodeid ? (x->nodeid > y->nodeid) - (x->nodeid < y->nodeid)
				      : by_specid(a, b);
}

static int take_said(const struct sql_rows *row, void *context, struct err *err)
{
	struct states *states = context;
	const struct row key = { .probe = { .specid = (uint32_t)sql_u64(row, 0) } };
	struct row *found = bsearch(&key, states->rows, states->n, sizeof(key), by_specid);

	(void)err;
	if (!found)
		return 0;
	found->probe.said = true;
	found->probe.state = (int)sql_i64(row, 1);
	found->probe.timed_out = sql_i64(row, 2) == OUTCOME_TIMEOUT;
	found->probe.due_ms = sql_i64(row, 3);
	return 0;
}

/* Two walks through two tables are several times faster than a join that looks up each spec. */
static int read_probes(struct states *states, struct err *err)
{
	CLEANUP_BUF struct buf specs = BUF_INIT;
	CLEANUP_BUF struct buf said = BUF_INIT;
	int r;

	(void)buf_adds(&specs, "SELECT specid, nodeid, hostid, enabled, alive, interval_ms, "
			       "timeout_ms, maxlate_ms, "
			       "backoff_ms");
	(void)buf_adds(
	    &said, "SELECT specid, state, outcome, due_ms FROM STATUS WHERE seq <> 0");
	if (states->nodeid) {
		(void)buf_addf(
		    &specs, ", name FROM TOOLSPECS WHERE nodeid = %u", states->nodeid);
		(void)buf_addf(&said,
		    " AND specid IN (SELECT specid FROM TOOLSPECS WHERE nodeid = %u)",
		    states->nodeid);
	} else {
		(void)buf_adds(&specs, " FROM TOOLSPECS WHERE nodeid <> 0");
	}
	(void)buf_adds(&specs, " AND removed_ms = 0");
	r = sql_each(states->db->sql, &specs, take_spec, states, err);
	if (r < 0 || states->n == 0)
		return r;
	qsort(states->rows, states->n, sizeof(*states->rows), by_specid);
	r = sql_each(states->db->sql, &said, take_said, states, err);
	qsort(states->rows, states->n, sizeof(*states->rows), by_nodeid);
	return r;
}

/* --- judging ------------------------------------------------------------------------------------ */

struct probes {
	struct node_probe *items;
	size_t n;
	bool mine;
};

/* The rows of a node stand one behind the other: those of its enabled probes are copied. */
static size_t take_probes(
    const struct states *states, size_t from, uint32_t nodeid, struct probes *probes)
{
	size_t at = from;

	*probes = (struct probes){ .items = probes->items };
	for (; at < states->n && states->rows[at].nodeid == nodeid; at++) {
		probes->mine = probes->mine || states->rows[at].mine;
		if (states->rows[at].enabled)
			probes->items[probes->n++] = states->rows[at].probe;
	}
	/* Nobody's: whoever comes first. */
	probes->mine = probes->mine || at == from;
	return at;
}

static const char *name_of(const struct states *states, uint32_t specid)
{
	for (size_t i = 0; states->nodeid && i < states->n; i++) {
		if (states->rows[i].probe.specid == specid)
			return states->rows[i].name;
	}
	return "";
}

static int judge(const struct states *states, struct sql_rows *rows, struct probes *probes,
    db_node_state_fn *each, void *context, struct err *err)
{
	size_t at = 0;
	int r = 0;

	while (r == 0 && sql_rows_next(rows)) {
		struct db_node_state state = { .nodeid = (uint32_t)sql_u64(rows, 0),
			.name = sql_text(rows, 1),
			.stored = (enum node_state)sql_u64(rows, 2),
			.stored_since_ms = sql_i64(rows, 3) };
		int64_t until_ms = node_until_ms(
		    &states->groups, (uint32_t)sql_u64(rows, 4), sql_i64(rows, 5));

		while (at < states->n && states->rows[at].nodeid < state.nodeid)
			at++;
		at = take_probes(states, at, state.nodeid, probes);
		if (!probes->mine)
			continue;
		state.now = node_judge(probes->items, probes->n, until_ms, states->now_ms);
		state.probe = name_of(states, state.now.specid);
		state.n_probes = probes->n;
		r = each(&state, context, err);
	}
	return r;
}

int db_node_states(struct db *db, uint32_t hostid, uint32_t nodeid, int64_t now_ms,
    db_node_state_fn *each, void *context, struct err *err)
{
	CLEANUP(states_free)
	struct states states = {
		.db = db, .hostid = hostid, .nodeid = nodeid, .now_ms = now_ms
	};
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	struct probes probes = { 0 };
	int r = db_groups_read(db, &states.groups, err);

	if (r == 0 && hostid)
		r = read_hosts(&states, err);
	if (r == 0)
		r = read_probes(&states, err);
	(void)buf_adds(&statement,
	    "SELECT nodeid, name, state, state_since_ms, groupid, maintenance_ms FROM NODE "
	    "WHERE removed_ms = 0");
	if (nodeid)
		(void)buf_addf(&statement, " AND nodeid = %u", nodeid);
	(void)buf_adds(&statement, " ORDER BY nodeid");
	if (r == 0)
		r = sql_select(db->sql, &statement, &rows, err);
	if (r < 0)
		return r;
	probes.items = calloc(states.n + 1, sizeof(*probes.items));
	if (!probes.items)
		return no_memory(err);
	r = judge(&states, &rows, &probes, each, context, err);
	free(probes.items);
	return r;
}
