/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree of nodes in the database: many at once, and their states. */
#include "config.h"

#include "lib/store/db_node.h"
#include "lib/store/db_node_state.h"

#include <string.h>

#include "lib/base/clock.h"
#include "t/store.h"

enum { NODES = 3000, PROBES = 6 };

static const struct db_author author = { .user = "alice", .host = "probe1" };

/* --- many at once -------------------------------------------------------------------------- */

static int64_t server_counter(const char *name)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };

	if (sql_selectf(sql, &rows, &err, "SHOW GLOBAL STATUS LIKE '%s'", name) < 0 ||
	    !sql_rows_next(&rows))
		return -1;
	return sql_i64(&rows, 1);
}

static void fill(struct node_wants *wants, const char *address)
{
	for (int i = 0; i < NODES; i++) {
		struct node_want *want = node_wants_add(wants);
		char text[100];

		(void)snprintf(text, sizeof(text), "node%04d", i);
		want->name = strdup(text);
		(void)snprintf(text, sizeof(text), "Zone%d/Row%d", i / 1000, i / 100);
		want->group = strdup(text);
		(void)snprintf(text, sizeof(text), "%s.%d.%d", address, i / 250, i % 250);
		want->columns[NODE_ADDRESS] = strdup(text);
		want->columns[NODE_LOCATION] = strdup("서울 사무실");
		(void)node_want_attr(want, "rack", "7");
	}
}

/* Runs it, and returns how many statements the server got for it. */
static int64_t import(const char *address, bool dry_run, struct node_changes *ret)
{
	CLEANUP(node_wants_free) struct node_wants wants = { 0 };
	const struct node_request request = {
		.action = NODE_WANT, .wants = &wants, .rule = NODE_MAY_EXIST, .dry_run = dry_run
	};
	int64_t before, started_ms;

	fill(&wants, address);
	before = server_counter("Questions");
	started_ms = clock_mono_ms();
	if (db_nodes_change(db, &request, &author, now_ms, ret, &err) < 0) {
		note("import: %s", err.text);
		return -1;
	}
	note("%d nodes: %lld ms", NODES, (long long)(clock_mono_ms() - started_ms));
	return server_counter("Questions") - before - 1;
}

static void test_many(void)
{
	struct node_changes changes = { 0 };
	int64_t n;

	n = import("10.0", true, &changes);
	ok(n > 0 && n < 10, "a dry run reads: %lld statements", (long long)n);
	is_num((int64_t)changes.n, NODES + 33, "and says what it would do");
	is_num(number("SELECT COUNT(*) FROM NODE"), 0, "and does nothing");
	node_changes_free(&changes);
	n = import("10.0", false, &changes);
	ok(n > 0 && n < 40, "3,000 new nodes: %lld statements", (long long)n);
	is_num((int64_t)changes.n, NODES + 33, "with 33 groups");
	node_changes_free(&changes);
	is_num(number("SELECT COUNT(*) FROM NODE WHERE address <> ''"), NODES, "all are there");
	is_num(number("SELECT COUNT(*) FROM NODEATTR"), NODES, "with what is their own");
	is_num(number("SELECT COUNT(*) FROM EVENTLOG"), NODES + 33, "and an event each");
	n = import("10.0", false, &changes);
	ok(n > 0 && n < 20, "again: %lld statements", (long long)n);
	is_num((int64_t)changes.n, 0, "nothing changes");
	is_num((int64_t)changes.unchanged, NODES, "all are as they were");
	node_changes_free(&changes);
	n = import("10.1", false, &changes);
	ok(n > 0 && n < 40, "another address for all: %lld statements", (long long)n);
	is_num((int64_t)changes.n, NODES, "a change each");
	node_changes_free(&changes);
	is_num(number("SELECT COUNT(*) FROM NODE WHERE address LIKE '10.1.%%'"), NODES,
	    "all have it");
	is_num(number("SELECT COUNT(DISTINCT nodeid) FROM NODE"), NODES, "no row is new");
}

/* --- states ------------------------------------------------------------------------------------ */

/* Probes of the first nodes, each of which said state 0 a second ago. */
static int make_probes(int n_nodes)
{
	struct db_import_counts counts;
	struct spec *specs = calloc((size_t)n_nodes * PROBES, sizeof(*specs));
	static char names[NODES * PROBES][2][20];
	int n = 0, r;

	for (int i = 0; i < n_nodes; i++) {
		for (int p = 0; p < PROBES; p++, n++) {
			(void)snprintf(names[n][0], sizeof(names[n][0]), "node%04d", i);
			(void)snprintf(names[n][1], sizeof(names[n][1]), "probe%d", p);
			specs[n] = make_spec(names[n][0], names[n][1]);
			specs[n].alive = p == 0;
		}
	}
	r = db_specs_import(db, hostid, specs, (size_t)n, now_ms, &counts, &err);
	free(specs);
	if (r < 0)
		note("specs: %s", err.text);
	return r;
}

static void say(const char *node, const char *probe, int state, int outcome, int64_t due_ms)
{
	(void)sql_runf(sql, &err,
	    "INSERT INTO STATUS (specid, seq, state, outcome, scheduleid, due_ms, started_ms, "
	    "duration_ms, since_ms, text, details) SELECT t.specid, %lld, %d, %d, 1, %lld, 1, "
	    "1, "
	    "1, '', '' FROM TOOLSPECS t JOIN NODE n ON n.nodeid = t.nodeid WHERE n.name LIKE "
	    "'%s' AND t.name LIKE '%s' ON DUPLICATE KEY UPDATE seq = VALUES(seq), "
	    "state = VALUES(state), outcome = VALUES(outcome), due_ms = VALUES(due_ms)",
	    (long long)(outcome <= 3 ? due_ms * 8 + 4 : 0), state, outcome, (long long)due_ms,
	    node, probe);
}

static size_t judge(int64_t at_ms)
{
	size_t changed = 0;

	if (db_node_states_store(db, hostid, "probe1", at_ms, &changed, &err) < 0)
		note("states: %s", err.text);
	return changed;
}

static int64_t state_of(const char *node)
{
	return number("SELECT state FROM NODE WHERE name = '%s'", node);
}

static int64_t events_of(
    const char *node, const char *old_state, const char *new_state, int level)
{
	return number(
	    "SELECT COUNT(*) FROM EVENTLOG WHERE tag = 'state' AND object = 'node' AND "
	    "host_name = 'probe1' AND node = '%s' AND old_value = '%s' AND new_value = "
	    "'%s' AND level = %d",
	    node, old_state, new_state, level);
}

static void test_states(void)
{
	int64_t fresh_ms = now_ms - 1000, stale_ms = now_ms - 200000;

	ok(make_probes(20) == 0, "probes");
	is_num((int64_t)judge(now_ms), 0, "nobody has said anything: all are NEW");
	say("node0000", "probe%", 0, OUTCOME_RUN, fresh_ms);
	say("node0001", "probe%", 0, OUTCOME_RUN, fresh_ms);
	say("node0001", "probe3", 1, OUTCOME_RUN, fresh_ms);
	say("node0002", "probe%", 0, OUTCOME_RUN, fresh_ms);
	say("node0002", "probe0", 3, OUTCOME_TIMEOUT, fresh_ms);
	say("node0003", "probe%", 2, OUTCOME_RUN, stale_ms);
	say("node0004", "probe1", 3, OUTCOME_CANCELLED, fresh_ms);
	say("node0005", "probe1", 3, OUTCOME_LOST, fresh_ms);
	is_num((int64_t)judge(now_ms), 5, "five have");
	is_num(state_of("node0000"), NODE_STATE_OK, "OK");
	is_num(state_of("node0001"), NODE_STATE_WARNING, "the worst of its probes");
	is_num(state_of("node0002"), NODE_STATE_OFFLINE, "a probe with alive was timed out");
	is_num(state_of("node0003"), NODE_STATE_STALE, "what was said is old");
	is_num(state_of("node0004"), NODE_STATE_UNKNOWN, "a probe that is refused");
	is_num(state_of("node0005"), NODE_STATE_NEW, "a lost one says nothing");
	is_num(events_of("node0002", "NEW", "OFFLINE", 0), 1, "an event, an error");
	is_num(events_of("node0001", "NEW", "WARNING", 1), 1, "an event, a warning");
	is_num(events_of("node0000", "NEW", "OK", 2), 1, "an event, no more");
	is_num((int64_t)judge(now_ms), 0, "again: nothing changes");
	is_num(number("SELECT state_since_ms FROM NODE WHERE name = 'node0000'"), now_ms,
	    "since when is kept");
	(void)sql_runf(sql, &err,
	    "UPDATE NODEGROUP SET maintenance_ms = %lld WHERE name = 'Zone0'",
	    (long long)now_ms + 5000);
	is_num((int64_t)judge(now_ms), 1000, "maintenance of a group hides all in it");
	is_num((int64_t)judge(now_ms + 6000), 1000, "until it is over");
	is_num(state_of("node0002"), NODE_STATE_OFFLINE, "what it hid is there again");
	is_num(state_of("node0100"), NODE_STATE_NEW, "also of those that were never heard");
	(void)sql_runf(sql, &err, "UPDATE NODEGROUP SET maintenance_ms = 0");
	(void)sql_runf(sql, &err, "UPDATE TOOLSPECS SET enabled = 0 WHERE name = 'probe3'");
	(void)sql_runf(sql, &err,
	    "UPDATE TOOLSPECS SET removed_ms = 1 WHERE nodeid = (SELECT "
	    "nodeid FROM NODE WHERE name = 'node0002')");
	is_num((int64_t)judge(now_ms), 2, "probes that are disabled and gone do not count");
	is_num(state_of("node0001"), NODE_STATE_OK, "the others decide");
	is_num(state_of("node0002"), NODE_STATE_NEW, "without probes it is NEW");
}

/* Another host's nodes are its own business while it beats. */
static void test_hosts(void)
{
	uint32_t other = 0;

	ok(db_host_ensure(db, "probe2", now_ms, &other, &err) == 0, "another host");
	(void)sql_runf(sql, &err,
	    "UPDATE TOOLSPECS SET hostid = %u WHERE nodeid = (SELECT "
	    "nodeid FROM NODE WHERE name = 'node0000')",
	    other);
	(void)sql_runf(sql, &err, "UPDATE HOST SET beat_ms = %lld", (long long)now_ms);
	say("node0000", "probe%", 2, OUTCOME_RUN, now_ms);
	is_num((int64_t)judge(now_ms), 0, "its nodes are left to it");
	is_num(
	    (int64_t)judge(now_ms + 130000), 3, "unless it is gone: then all of this is old");
	is_num(state_of("node0000"), NODE_STATE_STALE, "its nodes too");
}

/* What the pass costs with as many probes as a large site has. */
static void measure_states(void)
{
	int64_t started_ms;
	size_t changed;

	if (make_probes(NODES) < 0)
		return;
	say("node%", "probe%", 0, OUTCOME_RUN, now_ms);
	started_ms = clock_mono_ms();
	changed = judge(now_ms);
	note("%d probes: %lld ms, %zu changes", NODES * PROBES,
	    (long long)(clock_mono_ms() - started_ms), changed);
	started_ms = clock_mono_ms();
	changed = judge(now_ms);
	note("again: %lld ms, %zu changes", (long long)(clock_mono_ms() - started_ms), changed);
	is_num((int64_t)changed, 0, "a second pass finds nothing to do");
}

/* --- specs of groups ---------------------------------------------------------------------------- */

static int64_t members(const char *condition)
{
	return number(
	    "SELECT COUNT(*) FROM TOOLSPECS t JOIN NODE n ON n.nodeid = t.nodeid WHERE "
	    "t.parentid <> 0 AND t.removed_ms = 0 AND t.enabled = 1 AND %s",
	    condition);
}

static bool change(const struct node_request *request)
{
	struct node_changes changes = { 0 };
	int r = db_nodes_change(db, request, &author, now_ms, &changes, &err);

	node_changes_free(&changes);
	return r == 0;
}

static bool set(const char *node, enum node_column column, const char *value)
{
	struct node_want want = { .name = (char *)(uintptr_t)node };
	const struct node_wants wants = { .items = &want, .n = 1 };
	const struct node_request request = {
		.action = NODE_WANT, .wants = &wants, .rule = NODE_MUST_EXIST
	};

	want.columns[column] = (char *)(uintptr_t)value;
	return change(&request);
}

static bool act(enum node_action action, const char *name, const char *group, const char *to)
{
	const char *const names[] = { name };
	const struct node_request request = {
		.action = action, .names = names, .n_names = 1, .group = group, .new_name = to
	};

	return change(&request);
}

static void test_members(void)
{
	static char host[] = "-H", address[] = "$(node.address)", group[] = "Zone0";
	char *args[] = { host, address, NULL };
	struct spec spec = make_spec("", "member");
	struct db_import_counts counts;
	int64_t started_ms;

	spec.group = group;
	spec.args = args;
	spec.n_args = 2;
	started_ms = clock_mono_ms();
	ok(db_specs_import(db, hostid, &spec, 1, now_ms, &counts, &err) == 0, "a group's spec");
	note("1,000 members: %lld ms", (long long)(clock_mono_ms() - started_ms));
	is_num(members("1"), 1000, "each node below it has one");
	started_ms = clock_mono_ms();
	ok(set("node0001", NODE_ADDRESS, "192.168.0.114"), "another address");
	note("one node's change: %lld ms", (long long)(clock_mono_ms() - started_ms));
	is_num(members("t.args LIKE '%192.168.0.114%' AND n.name = 'node0001'"), 1,
	    "is in its arguments");
	ok(act(NODE_MOVE, "node0001", "Zone1/Row10", NULL), "a node moves away");
	is_num(members("n.name = 'node0001'"), 0, "and has it no more");
	is_num(members("1"), 999, "the others do");
	ok(act(NODE_MOVE, "node1000", "Zone0/New", NULL), "a node moves in");
	is_num(members("n.name = 'node1000'"), 1, "and has it");
	started_ms = clock_mono_ms();
	ok(act(NODE_MOVE, "Zone2/Row29", "Zone0", NULL), "a group moves in");
	note("a group's move: %lld ms", (long long)(clock_mono_ms() - started_ms));
	is_num(members("n.name LIKE 'node29__'"), 100, "all below it have it");
	ok(act(NODE_RENAME, "node2900", NULL, "another"), "a node gets another name");
	is_num(members("n.name = 'another'"), 1, "and has it");
	ok(act(NODE_REMOVE, "another", NULL, NULL), "a node is removed");
	is_num(members("n.name = 'another'"), 0, "and has it no more");
	is_num(
	    number("SELECT COUNT(*) FROM TOOLSPECS t JOIN NODE n ON n.nodeid = t.nodeid WHERE "
		   "n.name = 'another' AND t.removed_ms = 0"),
	    0, "nor any of its own");
	is_num(unaccounted(), 0, "all slots are accounted for");
	ok(!act(GROUP_REMOVE, NULL, "Zone0", NULL) && strstr(err.text, "is not empty"),
	    "a group with all this is not removed");
}

int main(int argc, char **argv)
{
	unsigned version, ran;

	if (!connect_both(argc, argv))
		return tap_done();
	ok(db_schema_init(db, &version, &ran, &err) == 0 &&
		db_host_ensure(db, "probe1", now_ms, &hostid, &err) == 0,
	    "tables");
	test_many();
	test_states();
	test_hosts();
	measure_states();
	test_members();
	return close_both();
}
