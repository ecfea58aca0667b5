/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/check/state.h"
#include "lib/check/text.h"
#include "lib/store/db_node_state.h"
#include "lib/store/db_status.h"
#include "scheduler/cmd_node.h"
#include "scheduler/table.h"

struct show_options {
	bool utc;
};

static const struct opt rows[] = {
	{ 0, "utc", NULL, OPT_FLAG, offsetof(struct show_options, utc), NULL,
	    "times in UTC instead of local time" },
};

struct show {
	const struct node *node;
	const struct node_groups *groups;
	bool utc;
	int64_t now_ms;
	struct db_node_state state;
	struct table *probes;
	char worst[SPEC_NAME_SIZE_MAX + 1]; /* name of the probe that decides */
};

static void add_line(const char *name, const char *value, struct buf *text)
{
	if (!*value)
		return;
	(void)buf_addf(text, "%-12s ", name);
	text_clean(value, strlen(value), text);
	(void)buf_addc(text, '\n');
}

static void add_time(const char *name, int64_t at_ms, bool utc, struct buf *text)
{
	char when[CLOCK_TEXT_SIZE];

	clock_text(at_ms, utc, when);
	if (at_ms)
		add_line(name, when, text);
}

/* Its own, or that of a group above. */
static void add_maintenance(const struct show *show, struct buf *text)
{
	const struct node *node = show->node;
	int64_t until_ms = node_until_ms(show->groups, node->groupid, node->maintenance_ms);
	char when[CLOCK_TEXT_SIZE];

	if (until_ms <= show->now_ms)
		return;
	clock_text(until_ms, show->utc, when);
	(void)buf_addf(text, "%-12s %s%s%s\n", "maintenance",
	    until_ms >= NODE_MAINTENANCE_ON ? "on" : "until ",
	    until_ms >= NODE_MAINTENANCE_ON ? "" : when,
	    until_ms > node->maintenance_ms ? " (of a group above)" : "");
}

static void add_state(const struct show *show, struct buf *text)
{
	const struct node *node = show->node;
	char age[CLOCK_TEXT_SIZE];

	if (node->removed_ms)
		return;
	(void)buf_addf(text, "%-12s %s", "state", node_state_text(show->state.now.state));
	/* Since when is known of the state that the last pass found. */
	if (show->state.stored == show->state.now.state && show->state.stored_since_ms) {
		clock_age_text((show->now_ms - show->state.stored_since_ms) / 1000, age);
		(void)buf_addf(text, " for %s", age);
	}
	if (show->worst[0] && show->state.now.state != NODE_STATE_OK) {
		(void)buf_adds(text, ", see ");
		text_clean(show->worst, strlen(show->worst), text);
	}
	(void)buf_addc(text, '\n');
}

static void add_node(const struct show *show, struct buf *text)
{
	const struct node *node = show->node;

	add_line("node", node->name, text);
	add_line("group", node_shown_path(node_group_path(show->groups, node->groupid)), text);
	add_state(show, text);
	add_maintenance(show, text);
	for (int i = 0; i < NODE_COLUMNS; i++)
		add_line(
		    node_column_names[i], node_column_text(node, (enum node_column)i), text);
	for (size_t i = 0; i < node->n_attrs; i++)
		add_line(node->attrs[i].name, node->attrs[i].value, text);
	add_time("created", node->created_ms, show->utc, text);
	add_time("changed", node->changed_ms, show->utc, text);
	add_time("removed", node->removed_ms, show->utc, text);
}

/* --- its probes --------------------------------------------------------------------------------- */

static int add_probe(const struct db_status_probe *row, void *context, struct err *err)
{
	struct show *show = context;
	const char *state = state_text((enum state)row->state);
	char age[CLOCK_TEXT_SIZE] = "";

	(void)err;
	if (row->has_run)
		clock_age_text((show->now_ms - row->due_ms) / 1000, age);
	if (!row->enabled)
		state = "DISABLED";
	else if (!row->said)
		state = "NEW";
	table_add(show->probes, row->name);
	table_add(show->probes, state);
	table_add(show->probes, age);
	table_addf(show->probes, "%g s", (double)row->interval_ms / 1000);
	table_add(show->probes, row->has_run ? row->text : "");
	return 0;
}

static int take_state(const struct db_node_state *state, void *context, struct err *err)
{
	struct show *show = context;

	(void)err;
	show->state = *state;
	(void)snprintf(show->worst, sizeof(show->worst), "%s", state->probe);
	return 0;
}

static int show_node(struct cli *cli, struct show *show, struct buf *text, struct err *err)
{
	static const struct table_column columns[] = { { "PROBE", TABLE_LEFT, NULL },
		{ "STATE", TABLE_LEFT, NULL }, { "AGE", TABLE_RIGHT, NULL },
		{ "INTERVAL", TABLE_RIGHT, NULL }, { "TEXT", TABLE_LEFT, NULL } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);
	int r =
	    db_node_states(cli->db, 0, show->node->nodeid, show->now_ms, take_state, show, err);

	show->probes = &table;
	if (r == 0)
		r = db_status_probes(
		    cli->db, show->node->nodeid, DB_STATUS_TEXTS, add_probe, show, err);
	if (r < 0)
		return r;
	add_node(show, text);
	if (table.n_cells == 0)
		return 0;
	(void)buf_addc(text, '\n');
	return table_print(&table, table_terminal(), text);
}

static int show(struct cli *cli, const void *given)
{
	const struct show_options *options = given;
	CLEANUP(node_tree_free) struct node_tree tree = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
	struct show shown = { .utc = options->utc, .now_ms = clock_real_ms() };
	struct err err = ERR_INIT;
	int exit_code;

	if (cli->n_arguments != 1) {
		(void)err_set(&err, -EINVAL, "node show takes one NODE");
		return cli_usage(&err);
	}
	exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (db_tree_read(cli->db, &tree, &err) < 0)
		return cli_fail(&err);
	shown.node = node_of_name(&tree, cli->arguments[0]);
	shown.groups = &tree.groups;
	if (!shown.node) {
		(void)node_unknown(&tree, cli->arguments[0], &err);
		return cli_fail(&err);
	}
	if (show_node(cli, &shown, &text, &err) < 0)
		return cli_fail(&err);
	return cli_print(&text);
}

const struct command cmd_node_show = {
	.name = "node show",
	.arguments = "NODE",
	.help = "shows a node: its attributes, its state, its probes",
	COMMAND_OPTIONS(rows, struct show_options),
	.run = show,
};
