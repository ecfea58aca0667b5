/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trees, moves, renames, attributes and specs at random: after each step the rows of the nodes
 * are what a naive model says, each keeps its specid, and every slot is accounted for.
 */
#include "config.h"

#include "lib/store/db_expand.h"
#include "lib/store/db_import.h"
#include "lib/store/db_private.h"
#include "t/store.h"

/* Group 0 is the root. Steps a round. */
enum { GROUPS = 6, NODES = 7, NAMES = 3, STEPS = 150, ROUNDS = 3, TEXT = 64 };

struct model_spec {
	bool there, enabled, needs_address;
	unsigned variant; /* in its arguments */
	int64_t interval_ms;
};

static struct model {
	unsigned parents[GROUPS];
	uint32_t groupids[GROUPS];
	struct model_spec specs[GROUPS][NAMES];
	struct model_node {
		uint32_t nodeid;
		unsigned group, renamed, address; /* address 0: none */
		bool removed;
		struct model_spec own[NAMES];
		int by_hand[NAMES]; /* 0 nothing, 1 off, 2 on */
		uint32_t specids[NAMES];
	} nodes[NODES];
} model;

static unsigned seed, round_no;
static int64_t at_ms;
static const struct db_author author = { "tester", "host-a" };

static size_t any(size_t below)
{
	return (size_t)rand_r(&seed) % below;
}

static void node_name(unsigned node, char out[TEXT])
{
	(void)snprintf(out, TEXT, "r%u-node%u-%u", round_no, node, model.nodes[node].renamed);
}

static void group_path(unsigned group, char *out, size_t size)
{
	char above[512] = "";

	out[0] = '\0';
	if (group == 0)
		return;
	group_path(model.parents[group], above, sizeof(above));
	(void)snprintf(out, size, "%s%sr%ug%u", above, *above ? "/" : "", round_no, group);
}

/* --- the model --------------------------------------------------------------------------- */

/* Who wins a name on a node: its own, or a group's. */
static const struct model_spec *winner(
    const struct model_node *node, unsigned name, unsigned *ret_group)
{
	unsigned group = node->group;

	if (node->removed)
		return NULL;
	if (node->own[name].there)
		return &node->own[name];
	for (;; group = model.parents[group]) {
		if (model.specs[group][name].there) {
			*ret_group = group;
			return &model.specs[group][name];
		}
		if (group == 0)
			return NULL;
	}
}

/* "PARENT|ARGS|ENABLED", or "" for no row. */
static void expected(unsigned index, unsigned name, char out[256])
{
	const struct model_node *node = &model.nodes[index];
	unsigned group = GROUPS;
	const struct model_spec *spec = winner(node, name, &group);
	char text[TEXT];
	bool enabled, hole;

	out[0] = '\0';
	if (!spec)
		return;
	hole = spec->needs_address && !node->address;
	if (hole && group < GROUPS)
		return;
	node_name(index, text);
	enabled = spec->enabled && !hole;
	if (group < GROUPS && node->by_hand[name])
		enabled = node->by_hand[name] == 2;
	if (hole)
		(void)snprintf(
		    out, 256, "own|v%u $(node.name) $(node.address)|0", spec->variant);
	else if (spec->needs_address)
		(void)snprintf(out, 256, "%s|v%u %s 10.0.0.%u|%d",
		    group < GROUPS ? "group" : "own", spec->variant, text, node->address,
		    enabled);
	else
		(void)snprintf(out, 256, "%s|v%u %s|%d", group < GROUPS ? "group" : "own",
		    spec->variant, text, enabled);
	if (group < GROUPS) {
		char with[256];

		(void)snprintf(with, sizeof(with), "%u%s", model.groupids[group], out + 5);
		(void)snprintf(out, 256, "%s", with);
	}
}

static bool row_agrees(unsigned index, unsigned name)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	struct model_node *node = &model.nodes[index];
	char want[256], got[256] = "";
	uint32_t specid = 0;

	if (sql_selectf(sql, &rows, &err,
		"SELECT COALESCE(p.groupid, 'own'), REPLACE(TRIM(TRAILING '\\n' FROM t.args), "
		"'\\n', ' '), t.enabled, t.specid FROM TOOLSPECS t LEFT JOIN TOOLSPECS p ON "
		"p.specid = t.parentid WHERE t.nodeid = %u AND t.name = 's%u' AND "
		"t.removed_ms = 0",
		node->nodeid, name) < 0)
		return false;
	if (sql_rows_next(&rows)) {
		(void)snprintf(got, sizeof(got), "%s|%s|%s", sql_text(&rows, 0),
		    sql_text(&rows, 1), sql_text(&rows, 2));
		specid = (uint32_t)sql_u64(&rows, 3);
	}
	expected(index, name, want);
	if (specid && node->specids[name] == 0)
		node->specids[name] = specid;
	if (strcmp(want, got) == 0 && (!specid || specid == node->specids[name]))
		return true;
	note("node %u, s%u: expected '%s', found '%s' as %u (was %u)", index, name, want, got,
	    specid, node->specids[name]);
	return false;
}

static bool agrees(void)
{
	bool good = true;
	int64_t rest;

	for (unsigned i = 0; i < NODES; i++) {
		for (unsigned name = 0; name < NAMES; name++)
			good = row_agrees(i, name) && good;
	}
	rest = unaccounted();
	if (rest)
		note("unaccounted %lld", (long long)rest);
	return good && rest == 0;
}

/* --- steps ------------------------------------------------------------------------------- */

/* A change of the tree, and what follows from it; nodeid 0: for all nodes. */
static int change_tree(uint32_t nodeid, const char *fmt, ...) ATTR_PRINTF(2, 3);

static int change_tree(uint32_t nodeid, const char *fmt, ...)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	struct db_expand_counts counts;
	va_list ap;
	int r;

	va_start(ap, fmt);
	(void)buf_vaddf(&statement, fmt, ap);
	va_end(ap);
	r = sql_begin(db->sql, &err);
	if (r == 0)
		r = sql_run(db->sql, &statement, NULL, &err);
	if (r == 0)
		r = db_specs_expand(db, &nodeid, nodeid ? 1 : 0, at_ms, &counts, &err);
	return sql_end(db->sql, r, &err);
}

static int step_move(struct model_node *node)
{
	node->group = (unsigned)any(GROUPS);
	return change_tree(node->nodeid, "UPDATE NODE SET groupid = %u WHERE nodeid = %u",
	    model.groupids[node->group], node->nodeid);
}

static int step_rename(struct model_node *node)
{
	char name[TEXT];

	node->renamed++;
	node_name((unsigned)(node - model.nodes), name);
	return change_tree(
	    node->nodeid, "UPDATE NODE SET name = '%s' WHERE nodeid = %u", name, node->nodeid);
}

static int step_address(struct model_node *node)
{
	char text[TEXT] = "";

	node->address = (unsigned)any(3);
	if (node->address)
		(void)snprintf(text, sizeof(text), "10.0.0.%u", node->address);
	return change_tree(node->nodeid, "UPDATE NODE SET address = '%s' WHERE nodeid = %u",
	    text, node->nodeid);
}

static int step_remove_node(struct model_node *node)
{
	node->removed = !node->removed;
	if (node->removed)
		memset(node->own, 0, sizeof(node->own));
	return change_tree(node->nodeid, "UPDATE NODE SET removed_ms = %d WHERE nodeid = %u",
	    node->removed, node->nodeid);
}

static bool is_below(unsigned group, unsigned above)
{
	for (; group; group = model.parents[group]) {
		if (group == above)
			return true;
	}
	return above == 0;
}

static int step_move_group(void)
{
	unsigned group = 1 + (unsigned)any(GROUPS - 1), parent = (unsigned)any(GROUPS);

	if (is_below(parent, group))
		return 0;
	model.parents[group] = parent;
	return change_tree(0, "UPDATE NODEGROUP SET parentid = %u WHERE groupid = %u",
	    model.groupids[parent], model.groupids[group]);
}

/* A spec as an import gives it; group GROUPS: of the node. */
static int step_import(unsigned group, struct model_node *node)
{
	static const int64_t intervals[] = { 1000, 3000, 10000, 3600000 };
	unsigned name = (unsigned)any(NAMES);
	struct model_spec *at = group < GROUPS ? &model.specs[group][name] : &node->own[name];
	char path[512], text[TEXT], spec_name[8], variant[8];
	char with_name[] = "$(node.name)", with_address[] = "$(node.address)";
	char *args[] = { variant, with_name, with_address, NULL };
	struct spec spec = make_spec("", spec_name);
	struct db_import_counts counts;

	if (group == GROUPS && node->removed)
		return 0;
	*at = (struct model_spec){ true, any(5) != 0, any(2) != 0, (unsigned)any(3),
		intervals[any(4)] };
	(void)snprintf(spec_name, sizeof(spec_name), "s%u", name);
	(void)snprintf(variant, sizeof(variant), "v%u", at->variant);
	spec.args = args;
	spec.n_args = at->needs_address ? 3 : 2;
	spec.interval_ms = at->interval_ms;
	spec.enabled = at->enabled;
	if (group < GROUPS) {
		group_path(group, path, sizeof(path));
		spec.group = path;
		spec.phase_ms = any(2) ? -1 : 0;
	} else {
		node_name((unsigned)(node - model.nodes), text);
		spec.node = text;
		spec.phase_ms = (int64_t)any(1000);
		node->by_hand[name] = 0;
	}
	return db_specs_import(db, hostid, &spec, 1, at_ms, &counts, &err);
}

static int do_deed(enum spec_deed deed, int64_t specid)
{
	uint32_t id = (uint32_t)specid;
	size_t n;

	return specid <= 0 ? 0 : db_specs_do(db, deed, &id, 1, &author, at_ms, &n, &err);
}

static int step_remove(unsigned group, struct model_node *node)
{
	unsigned name = (unsigned)any(NAMES);
	struct model_spec *at = group < GROUPS ? &model.specs[group][name] : &node->own[name];

	if (!at->there)
		return 0;
	at->there = false;
	return do_deed(SPEC_REMOVE,
	    number("SELECT specid FROM TOOLSPECS WHERE nodeid = %u AND groupid = %u AND name = "
		   "'s%u'",
		group < GROUPS ? 0 : node->nodeid, group < GROUPS ? model.groupids[group] : 0,
		name));
}

/* One member by hand, if it is there. */
static int step_switch(struct model_node *node)
{
	unsigned name = (unsigned)any(NAMES), group = GROUPS;
	const struct model_spec *spec = winner(node, name, &group);
	bool enable = any(2);

	if (!spec || group == GROUPS || (spec->needs_address && !node->address))
		return 0;
	node->by_hand[name] = !enable ? 1 : spec->enabled ? 0 : 2;
	return do_deed(enable ? SPEC_ENABLE : SPEC_DISABLE,
	    number("SELECT specid FROM TOOLSPECS WHERE nodeid = %u AND name = 's%u'",
		node->nodeid, name));
}

/* Slots up to some seconds ahead, of whatever runs. */
static int step_slots(void)
{
	CLEANUP(spec_list_free) struct spec_list list = { 0 };
	size_t refused, made;
	int r = db_specs_read(db, hostid, &list, &refused, &err);

	for (size_t i = 0; r == 0 && i < list.n; i++) {
		const struct spec *spec = &list.items[i];
		struct db_materialise item = { .specid = spec->specid,
			.version = spec->version,
			.old_nextdue_ms = spec->nextdue_ms,
			.nextdue_ms = spec->nextdue_ms };
		int64_t due[8];

		if (any(3) == 0)
			continue;
		item.due_ms = due;
		while (item.n_due < 8 && item.nextdue_ms < at_ms + 12000) {
			due[item.n_due++] = item.nextdue_ms;
			item.nextdue_ms += spec->interval_ms;
		}
		r = db_materialise(db, hostid, &item, 1, &made, &err);
	}
	return r;
}

/* Some of the slots that are due have run. */
static int step_load(void)
{
	struct db_run runs[10];
	struct slot slots[10];
	size_t n = 0;
	int r = db_claim(db, hostid, 1 + any(1000000), at_ms, sizeof(slots) / sizeof(slots[0]),
	    slots, &n, &err);

	for (size_t i = 0; i < n; i++)
		runs[i] = make_run(
		    (uint32_t)(slots[i].scheduleid >> 32), slots[i].due_ms, OUTCOME_RUN);
	return r < 0 || n == 0 ? r : db_load(db, hostid, runs, n, &err);
}

static int step(void)
{
	struct model_node *node = &model.nodes[any(NODES)];

	switch (any(14)) {
	case 0:
		return step_move(node);
	case 1:
		return step_rename(node);
	case 2:
		return step_address(node);
	case 3:
		return any(3) ? 0 : step_remove_node(node);
	case 4:
		return step_move_group();
	case 5:
	case 6:
		return step_import((unsigned)any(GROUPS), node);
	case 7:
	case 8:
		return step_import(GROUPS, node);
	case 9:
		return step_remove(GROUPS, node);
	case 10:
		return step_remove((unsigned)any(GROUPS), node);
	case 11:
		return step_switch(node);
	case 12:
		return step_slots();
	default:
		return step_load();
	}
}

static void setup(void)
{
	memset(&model, 0, sizeof(model));
	for (unsigned i = 1; i < GROUPS; i++) {
		(void)sql_runf(sql, &err,
		    "INSERT INTO NODEGROUP (parentid, name, created_ms) VALUES (0, 'r%ug%u', "
		    "1)",
		    round_no, i);
		model.groupids[i] = (uint32_t)number("SELECT MAX(groupid) FROM NODEGROUP");
	}
	for (unsigned i = 0; i < NODES; i++) {
		char name[TEXT];

		node_name(i, name);
		(void)sql_runf(
		    sql, &err, "INSERT INTO NODE (name, created_ms) VALUES ('%s', 1)", name);
		model.nodes[i].nodeid = (uint32_t)number("SELECT MAX(nodeid) FROM NODE");
	}
}

static void test_round(void)
{
	struct db_expand_counts counts = { 0 };
	bool good = true;
	size_t n = 0;

	seed = 20260100 + round_no;
	setup();
	for (; good && n < STEPS; n++) {
		int r;

		at_ms += (int64_t)any(any(20) ? 4000 : 90000);
		r = step();
		if (r < 0)
			note("step %zu: %s", n, err.text);
		good = r == 0 && agrees();
	}
	ok(good, "%zu steps at random: rows as the model says, and nothing unaccounted", n);
	ok(sql_begin(db->sql, &err) == 0 &&
		sql_end(db->sql, db_specs_expand(db, NULL, 0, at_ms, &counts, &err), &err) ==
		    0 &&
		counts.added + counts.changed + counts.removed == 0,
	    "and nothing is left to do: %zu, %zu, %zu %s", counts.added, counts.changed,
	    counts.removed, err.text);
	/* The next round has the root for itself. */
	(void)sql_runf(sql, &err, "UPDATE TOOLSPECS SET removed_ms = 1, enabled = 0");
}

/* Two changes of the grid before a slot of the one in between is made. */
static void test_used(void)
{
	struct spec spec = make_spec("used", "s");
	struct db_import_counts counts;
	struct db_materialise item = { .version = 1 };
	int64_t due[3], start_ms = at_ms / 10000 * 10000 + 10000;
	size_t made;

	spec.phase_ms = 0;
	ok(db_specs_import(db, hostid, &spec, 1, start_ms, &counts, &err) == 0, "a spec %s",
	    err.text);
	for (int i = 0; i < 3; i++)
		due[i] = start_ms + i * INTERVAL_MS;
	item.specid = (uint32_t)number("SELECT specid FROM TOOLSPECS WHERE name = 's'");
	item.old_nextdue_ms = start_ms;
	item.nextdue_ms = start_ms + 3 * INTERVAL_MS;
	item.due_ms = due;
	item.n_due = 3;
	ok(db_materialise(db, hostid, &item, 1, &made, &err) == 0 && made == 3, "its slots");
	spec.interval_ms = 3600000;
	spec.phase_ms = 3599000;
	ok(db_specs_import(db, hostid, &spec, 1, start_ms + 1, &counts, &err) == 0, "hourly");
	spec.interval_ms = 1000;
	spec.phase_ms = 0;
	ok(db_specs_import(db, hostid, &spec, 1, start_ms + 2, &counts, &err) == 0,
	    "and back to a second");
	is_num(number("SELECT nextdue_ms FROM TOOLSPECS WHERE name = 's'"), start_ms + 21000,
	    "begins behind the last slot that is made");
}

int main(int argc, char **argv)
{
	unsigned version, ran;

	if (!connect_both(argc, argv))
		return close_both();
	at_ms = now_ms;
	ok(db_schema_init(db, &version, &ran, &err) == 0 &&
		db_host_ensure(db, "host-a", now_ms, &hostid, &err) == 0,
	    "tables and a host %s", err.text);
	for (round_no = 0; round_no < ROUNDS; round_no++)
		test_round();
	test_used();
	return close_both();
}
