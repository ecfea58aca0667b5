/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "t/tap.h"

/* --- names -------------------------------------------------------------------------------- */

static void test_names(void)
{
	static const struct {
		const char *text;
		bool good;
	} names[] = {
		{ "111", true },
		{ "서울 사무실", true },
		{ "a b", true },
		{ "", false },
		{ " a", false },
		{ "a\t", false },
		{ "a/b", false },
		{ "a\nb", false },
		{ "a\x7f", false },
		{ "a\xc2\x85", false },
		{ "a\xc2\xa0z", true },
	};
	char longest[NODE_NAME_SIZE_MAX + 2];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ok((node_name_check(names[i].text, NULL) == 0) == names[i].good, "name %zu", i);
	memset(longest, 'x', sizeof(longest));
	longest[NODE_NAME_SIZE_MAX] = '\0';
	ok(node_name_check(longest, NULL) == 0, "190 bytes");
	longest[NODE_NAME_SIZE_MAX] = 'x';
	longest[NODE_NAME_SIZE_MAX + 1] = '\0';
	ok(node_name_check(longest, NULL) == -EINVAL, "not 191");
}

static void test_values(void)
{
	static const struct {
		enum node_column column;
		const char *text;
		bool good;
	} values[] = {
		{ NODE_MEMO, "two\nlines\tand a tab", true },
		{ NODE_LOCATION, "two\nlines", false },
		{ NODE_MEMO, "\033[2J", false },
		{ NODE_INDATE, "", true },
		{ NODE_INDATE, "2012-11-04", true },
		{ NODE_INDATE, "2012-02-29", true },
		{ NODE_INDATE, "2000-02-29", true },
		{ NODE_INDATE, "1900-02-29", false },
		{ NODE_INDATE, "2013-02-29", false },
		{ NODE_INDATE, "2012-11-31", false },
		{ NODE_INDATE, "2012-13-01", false },
		{ NODE_INDATE, "2012-00-01", false },
		{ NODE_INDATE, "2012-11-00", false },
		{ NODE_INDATE, "2012-11-4", false },
		{ NODE_INDATE, "2012-11-04x", false },
		{ NODE_INDATE, "12-11-2012", false },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		ok((node_column_check(values[i].column, values[i].text, NULL) == 0) ==
			values[i].good,
		    "%s: %s", node_column_names[values[i].column], values[i].text);
	ok(node_attr_check("rack_7", NULL) == 0, "an attribute");
	ok(node_attr_check("7rack", NULL) < 0 && node_attr_check("", NULL) < 0 &&
		node_attr_check("a-b", NULL) < 0 && node_attr_check("name", NULL) < 0 &&
		node_attr_check("address", NULL) < 0,
	    "what is none");
	is_str(node_column_near("adress"), "address", "a slip");
	ok(node_column_near("rack") == NULL, "none");
}

static void test_paths(void)
{
	static const struct {
		const char *text, *path; /* NULL: refused */
	} paths[] = {
		{ "", "" },
		{ "/", "" },
		{ "Zone1", "Zone1" },
		{ "/Zone1/Test/", "Zone1/Test" },
		{ "서울/사무실", "서울/사무실" },
		{ "1/2/3/4/5/6/7/8", "1/2/3/4/5/6/7/8" },
		{ "1/2/3/4/5/6/7/8/9", NULL },
		{ "//", NULL },
		{ "a//b", NULL },
		{ "//a", NULL },
		{ "a//", NULL },
		{ "a/ b", NULL },
		{ "a\n", NULL },
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *path = NULL;
		int r = node_path_parse(paths[i].text, &path, NULL);

		ok(r == (paths[i].path ? 0 : -EINVAL) &&
			(r < 0 || strcmp(path, paths[i].path) == 0),
		    "path '%s'", paths[i].text);
		free(path);
	}
	ok(node_path_below("Zone1/Test", "Zone1") && node_path_below("Zone1", "Zone1") &&
		node_path_below("Zone1", "") && !node_path_below("Zone10", "Zone1") &&
		!node_path_below("Zone1", "Zone1/Test"),
	    "what is below what");
}

/* --- the tree ------------------------------------------------------------------------------- */

static int add_group(
    struct node_groups *groups, uint32_t groupid, uint32_t parentid, const char *name)
{
	struct node_group *items =
	    realloc(groups->items, (groups->n + 1) * sizeof(*groups->items));

	if (!items)
		return -ENOMEM;
	groups->items = items;
	items[groups->n++] = (struct node_group){
		.groupid = groupid, .parentid = parentid, .name = strdup(name)
	};
	return 0;
}

static void test_groups(void)
{
	CLEANUP(node_groups_free) struct node_groups groups = { 0 };
	struct err err = ERR_INIT;

	ok(node_groups_finish(&groups, &err) == 0, "no groups");
	is_str(node_group_path(&groups, 5), "", "not there: the root");
	if (add_group(&groups, 7, 3, "Test") < 0 || add_group(&groups, 3, 0, "Zone1") < 0 ||
	    add_group(&groups, 9, 7, "Rack") < 0 || add_group(&groups, 4, 99, "lost") < 0)
		return;
	groups.items[1].maintenance_ms = 500;
	groups.items[0].maintenance_ms = 300;
	ok(node_groups_finish(&groups, &err) == 0, "four: %s", err.text);
	is_str(node_group_path(&groups, 9), "Zone1/Test/Rack", "a path");
	is_str(node_group_path(&groups, 4), "lost", "a group above that is gone is the root");
	is_num(node_group_of_path(&groups, "Zone1/Test")->groupid, 7, "by path");
	ok(!node_group_of_path(&groups, "Test"), "no path");
	is_num(node_group_of_id(&groups, 9)->depth, 3, "depth");
	is_num(node_until_ms(&groups, 9, 0), 500, "maintenance comes from above");
	is_num(node_until_ms(&groups, 9, 600), 600, "or from the node");
	is_num(node_until_ms(&groups, 0, 0), 0, "or from nowhere");
	if (add_group(&groups, 20, 21, "a") < 0 || add_group(&groups, 21, 20, "b") < 0)
		return;
	is_num(node_groups_finish(&groups, &err), -EBADMSG, "a circle");
	ok(strstr(err.text, "below itself"), "and told: %s", err.text);
}

static void test_hints(void)
{
	static char names[][16] = { "111", "112", "113", "131-proxy", "132-object1",
		"133-object2" };
	enum { NAMES = sizeof(names) / sizeof(names[0]) };
	struct node nodes[NAMES] = { 0 };
	struct node_tree tree = { .nodes = nodes, .n_nodes = NAMES };
	static const struct {
		const char *name, *hint;
	} rows[] = {
		{ "114", " (did you mean '111', '112' or '113'?)" },
		{ "131-porxy", " (did you mean '131-proxy'?)" },
		{ "132-object", " (did you mean '132-object1' or '133-object2'?)" },
		{ "nothing", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < NAMES; i++)
		nodes[i].name = names[i];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP_BUF struct buf hint = BUF_INIT;

		node_hint(&tree, rows[i].name, &hint);
		is_str(buf_text(&hint), rows[i].hint, "hints");
	}
}

/* --- states --------------------------------------------------------------------------------- */

enum { NOW = 1000000, FRESH = NOW - 1000, OLD = NOW - 100000, PATIENCE = 25000 };

static struct node_probe make(uint32_t specid, int state, int64_t due_ms)
{
	return (struct node_probe){ .specid = specid,
		.said = true,
		.state = state,
		.due_ms = due_ms,
		.patience_ms = PATIENCE };
}

static void judged(const struct node_probe *probes, size_t n, int64_t until_ms,
    enum node_state state, uint32_t specid, const char *what)
{
	struct node_verdict verdict = node_judge(probes, n, until_ms, NOW);

	is_str(node_state_text(verdict.state), node_state_text(state), what);
	is_num(verdict.specid, specid, "and the probe to look at");
}

static void test_states(void)
{
	struct node_probe p[4] = { make(1, 0, FRESH), make(2, 3, FRESH), make(3, 1, FRESH),
		make(4, 2, FRESH) };

	judged(p, 0, 0, NODE_STATE_NEW, 0, "no probes: NEW");
	judged(p, 1, 0, NODE_STATE_OK, 1, "OK");
	judged(p, 2, 0, NODE_STATE_UNKNOWN, 2, "UNKNOWN is worse than OK");
	judged(p, 3, 0, NODE_STATE_WARNING, 3, "WARNING is worse than UNKNOWN");
	judged(p, 4, 0, NODE_STATE_CRITICAL, 4, "CRITICAL is worse than all");
	judged(p, 4, NOW + 1, NODE_STATE_MAINTENANCE, 4, "maintenance hides it");
	judged(p, 4, NOW, NODE_STATE_CRITICAL, 4, "until it is over");
	judged(p, 0, NOW + 1, NODE_STATE_MAINTENANCE, 0, "also NEW");
	p[3].due_ms = OLD;
	judged(
	    p, 4, 0, NODE_STATE_WARNING, 3, "a stale probe does not count while one is fresh");
	p[3].due_ms = FRESH;
	p[0].alive = true;
	judged(p, 4, 0, NODE_STATE_CRITICAL, 4, "a probe with alive that is OK is one of many");
	p[0].state = 1;
	judged(p, 4, 0, NODE_STATE_CRITICAL, 4, "so it is with WARNING");
	p[0].state = 2;
	judged(p, 4, 0, NODE_STATE_OFFLINE, 1, "its CRITICAL: OFFLINE");
	p[0].state = 3;
	p[0].timed_out = true;
	judged(p, 4, 0, NODE_STATE_OFFLINE, 1, "its timeout too");
	p[0].due_ms = OLD;
	judged(p, 4, 0, NODE_STATE_CRITICAL, 4, "but not when that is old");
	p[1].timed_out = true;
	judged(p, 2, 0, NODE_STATE_UNKNOWN, 2, "a timeout of another is what it says");
	judged(p, 1, 0, NODE_STATE_STALE, 1, "all are old: STALE");
	p[1].said = false;
	judged(p, 2, 0, NODE_STATE_STALE, 1, "one is old, one has never said anything");
	judged(p + 1, 1, 0, NODE_STATE_NEW, 0, "none has: NEW");
	p[2].due_ms = NOW - PATIENCE;
	judged(p + 2, 1, 0, NODE_STATE_WARNING, 3, "fresh to the last millisecond");
	p[2].due_ms--;
	judged(p + 2, 1, 0, NODE_STATE_STALE, 3, "and then no more");
	p[2].due_ms = NOW + 100;
	judged(p + 2, 1, 0, NODE_STATE_WARNING, 3, "a clock ahead is fresh");
	p[2].state = 77;
	judged(p + 2, 1, 0, NODE_STATE_UNKNOWN, 3, "a state that is none is UNKNOWN");
	is_num(
	    node_patience_ms(10000, 3000, 2000, 0), 25000, "2 intervals, timeout and maxlate");
	is_num(node_patience_ms(10000, 3000, 2000, 60000), 85000, "and the backoff");
}

static void test_maintenance(void)
{
	char text[NODE_MAINTENANCE_TEXT_SIZE];

	node_maintenance_text(0, NOW, text);
	is_str(text, "off", "none");
	node_maintenance_text(NOW, NOW, text);
	is_str(text, "off", "over");
	node_maintenance_text(NODE_MAINTENANCE_ON, NOW, text);
	is_str(text, "on", "without an end");
	node_maintenance_text(1795295090000, NOW, text);
	is_str(text, "until 2026-11-21 21:04:50+00:00", "with one");
}

int main(void)
{
	test_names();
	test_values();
	test_paths();
	test_groups();
	test_hints();
	test_states();
	test_maintenance();
	return tap_done();
}
