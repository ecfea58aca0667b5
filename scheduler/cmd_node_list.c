/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/check/text.h"
#include "lib/store/db_node_state.h"
#include "scheduler/cmd_node.h"
#include "scheduler/node_args.h"
#include "scheduler/node_csv.h"
#include "scheduler/table.h"

struct list_options {
	const char *group;
	const char *output;
	bool removed;
};

static const struct opt list_rows[] = {
	{ 0, "group", "PATH", OPT_STRING, offsetof(struct list_options, group), NULL,
	    "those of this group and of the groups below it" },
	{ 0, "removed", NULL, OPT_FLAG, offsetof(struct list_options, removed), NULL,
	    "those that were removed, instead of those that are there" },
	{ 0, "output", "FORM", OPT_STRING, offsetof(struct list_options, output), NULL,
	    "table (the default), json or csv" },
};

/* What is shown. */
struct list {
	struct node_tree tree;
	const struct node **nodes; /* those that were asked for */
	size_t n;
	int64_t now_ms;
};

static void list_free(struct list *list)
{
	free(list->nodes);
	node_tree_free(&list->tree);
}

/* --- states ----------------------------------------------------------------------------------- */

static int by_nodeid(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;

	return ((*x)->nodeid > (*y)->nodeid) - ((*x)->nodeid < (*y)->nodeid);
}

struct by_id {
	struct node **nodes;
	size_t n;
};

/* The state as it is now stands instead of the one that the last pass found. */
static int take_state(const struct db_node_state *state, void *context, struct err *err)
{
	const struct by_id *index = context;
	struct node key = { .nodeid = state->nodeid }, *wanted = &key, **found;

	(void)err;
	found = bsearch(&wanted, index->nodes, index->n, sizeof(wanted), by_nodeid);
	if (!found)
		return 0;
	if ((*found)->state != state->now.state)
		(*found)->state_since_ms = 0;
	(*found)->state = state->now.state;
	return 0;
}

static int read_states(struct cli *cli, struct list *list, struct err *err)
{
	CLEANUP_FREE struct node **nodes = calloc(list->tree.n_nodes + 1, sizeof(*nodes));
	struct by_id index = { .nodes = nodes, .n = list->tree.n_nodes };

	if (!nodes)
		return err_sys(err, -ENOMEM, "cannot list the nodes");
	for (size_t i = 0; i < index.n; i++)
		nodes[i] = &list->tree.nodes[i];
	qsort(nodes, index.n, sizeof(*nodes), by_nodeid);
	return db_node_states(cli->db, 0, 0, list->now_ms, take_state, &index, err);
}

/* --- forms ------------------------------------------------------------------------------------ */

static const char *path_of(const struct list *list, const struct node *node)
{
	return node_group_path(&list->tree.groups, node->groupid);
}

/* An age is blank where nobody knows it. */
static void age_text(int64_t since_ms, int64_t now_ms, char out[CLOCK_TEXT_SIZE])
{
	out[0] = '\0';
	if (since_ms)
		clock_age_text((now_ms - since_ms) / 1000, out);
}

static void list_table(const struct list *list, struct buf *text)
{
	static const struct table_column columns[] = { { "GROUP", TABLE_LEFT, NULL },
		{ "NODE", TABLE_LEFT, NULL }, { "STATE", TABLE_LEFT, NULL },
		{ "SINCE", TABLE_RIGHT, NULL }, { "TYPE", TABLE_LEFT, NULL },
		{ "HOSTNAME", TABLE_LEFT, NULL }, { "ADDRESS", TABLE_LEFT, NULL },
		{ "LOCATION", TABLE_LEFT, NULL } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);

	for (size_t i = 0; i < list->n; i++) {
		const struct node *node = list->nodes[i];
		int64_t since_ms = node->removed_ms ? node->removed_ms : node->state_since_ms;
		char age[CLOCK_TEXT_SIZE];

		age_text(since_ms, list->now_ms, age);
		table_add(&table, node_shown_path(path_of(list, node)));
		table_add(&table, node->name);
		table_add(&table, node->removed_ms ? "removed" : node_state_text(node->state));
		table_add(&table, age);
		table_add(&table, node_column_text(node, NODE_TYPE));
		table_add(&table, node_column_text(node, NODE_HOSTNAME));
		table_add(&table, node_column_text(node, NODE_ADDRESS));
		table_add(&table, node_column_text(node, NODE_LOCATION));
	}
	(void)table_print(&table, table_terminal(), text);
}

static void add_text(const char *key, const char *value, struct buf *text)
{
	(void)buf_addf(text, ",\"%s\":", key);
	text_json(value, text);
}

/* A time that is not known is null, never 0. */
static void add_ms(const char *key, int64_t value_ms, struct buf *text)
{
	if (value_ms)
		(void)buf_addf(text, ",\"%s\":%lld", key, (long long)value_ms);
	else
		(void)buf_addf(text, ",\"%s\":null", key);
}

static void list_json(const struct list *list, struct buf *text)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct node *node = list->nodes[i];

		(void)buf_addf(text, "%s\n{\"nodeid\":%u", i ? "," : "[", node->nodeid);
		add_text("name", node->name, text);
		add_text("group", path_of(list, node), text);
		for (int c = 0; c < NODE_COLUMNS; c++)
			add_text(node_column_names[c],
			    node_column_text(node, (enum node_column)c), text);
		(void)buf_adds(text, ",\"attributes\":{");
		for (size_t a = 0; a < node->n_attrs; a++) {
			(void)buf_adds(text, a ? "," : "");
			text_json(node->attrs[a].name, text);
			(void)buf_addc(text, ':');
			text_json(node->attrs[a].value, text);
		}
		(void)buf_adds(text, "}");
		add_text("state", node_state_text(node->state), text);
		add_ms("since_ms", node->state_since_ms, text);
		add_ms("maintenance_ms",
		    node->maintenance_ms > list->now_ms ? node->maintenance_ms : 0, text);
		add_ms("created_ms", node->created_ms, text);
		add_ms("removed_ms", node->removed_ms, text);
		(void)buf_addc(text, '}');
	}
	(void)buf_adds(text, list->n ? "\n]\n" : "[\n]\n");
}

/* --- list --------------------------------------------------------------------------------------- */

/* By the path of the group, then by name, which the tree has already done. */
static int by_path(const void *a, const void *b, void *context)
{
	const struct node *const *x = a, *const *y = b;
	const struct list *list = context;
	int order =
	    (*x)->groupid == (*y)->groupid ? 0 : strcmp(path_of(list, *x), path_of(list, *y));

	return order ? order : strcmp((*x)->name, (*y)->name);
}

static int choose(struct list *list, const char *group, bool removed, struct err *err)
{
	CLEANUP_FREE char *path = NULL;
	int r = group ? node_args_path(group, &path, err) : 0;

	if (r < 0)
		return r;
	if (path && *path && !node_group_of_path(&list->tree.groups, path))
		return node_group_unknown(&list->tree.groups, path, err);
	list->nodes = calloc(list->tree.n_nodes + 1, sizeof(struct node *));
	if (!list->nodes)
		return err_sys(err, -ENOMEM, "cannot list the nodes");
	for (size_t i = 0; i < list->tree.n_nodes; i++) {
		const struct node *node = &list->tree.nodes[i];

		if (!node->removed_ms == !removed &&
		    (!path || node_path_below(path_of(list, node), path)))
			list->nodes[list->n++] = node;
	}
	qsort_r(list->nodes, list->n, sizeof(struct node *), by_path, list);
	return 0;
}

enum form { FORM_TABLE, FORM_JSON, FORM_CSV, FORMS };

static int parse_form(const char *output, enum form *ret)
{
	static const char *const words[FORMS] = { "table", "json", "csv" };
	struct err err = ERR_INIT;

	*ret = FORM_TABLE;
	for (int i = 0; output && i < FORMS; i++) {
		if (strcmp(output, words[i]) == 0) {
			*ret = (enum form)i;
			return EXIT_DONE;
		}
	}
	if (!output)
		return EXIT_DONE;
	(void)err_set(
	    &err, -EINVAL, "option --output: '%.40s' is none of table, json and csv", output);
	return cli_usage(&err);
}

static void print_form(const struct list *list, enum form form, struct buf *text)
{
	if (form == FORM_CSV)
		node_csv_write(&list->tree.groups, list->nodes, list->n, list->now_ms, text);
	else if (form == FORM_JSON)
		list_json(list, text);
	else
		list_table(list, text);
}

static int list_nodes(struct cli *cli, const void *given)
{
	const struct list_options *options = given;
	CLEANUP(list_free) struct list list = { .now_ms = clock_real_ms() };
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
	struct err err = ERR_INIT;
	enum form form;
	int exit_code = parse_form(options->output, &form);

	if (exit_code == EXIT_DONE)
		exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (db_tree_read(cli->db, &list.tree, &err) < 0 ||
	    (form != FORM_CSV && read_states(cli, &list, &err) < 0) ||
	    choose(&list, options->group, options->removed, &err) < 0)
		return cli_fail(&err);
	print_form(&list, form, &text);
	return cli_print(&text);
}

const struct command cmd_node_list = {
	.name = "node list",
	.help = "shows the nodes, by group",
	COMMAND_OPTIONS(list_rows, struct list_options),
	.run = list_nodes,
};

static int export(struct cli *cli, const void *options)
{
	CLEANUP(list_free) struct list list = { .now_ms = clock_real_ms() };
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
	struct err err = ERR_INIT;
	int exit_code = cli_tables(cli);

	(void)options;
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (db_tree_read(cli->db, &list.tree, &err) < 0 || choose(&list, NULL, false, &err) < 0)
		return cli_fail(&err);
	print_form(&list, FORM_CSV, &text);
	return cli_print(&text);
}

const struct command cmd_node_export = {
	.name = "node export",
	.help = "prints all nodes as CSV, as node import reads it",
	.run = export,
};
