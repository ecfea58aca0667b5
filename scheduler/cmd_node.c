/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cmd_node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/check/text.h"
#include "scheduler/event.h"
#include "scheduler/node_args.h"

/* The server may be restarting, or somebody else may be changing the tree. */
enum { TRIES = 5, WAIT_MS = 300, USER_SIZE = 64 };

int cmd_node_change(struct cli *cli, const struct node_request *request,
    struct node_changes *ret, struct err *err)
{
	char user[USER_SIZE];
	const struct db_author author = { .user = user, .host = cli->settings.host };
	int r = -EAGAIN;

	event_user(user, sizeof(user));
	for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
		if (i)
			clock_sleep_ms(WAIT_MS);
		r = db_nodes_change(cli->db, request, &author, clock_real_ms(), ret, err);
	}
	return r;
}

static void print_value(const char *value, struct buf *text)
{
	if (*value)
		text_clean(value, strlen(value), text);
	else
		(void)buf_adds(text, "(none)");
}

static void print_path(const char *path, struct buf *text)
{
	print_value(*path ? path : "/", text);
}

static void print_change(const struct node_change *change, struct buf *text)
{
	(void)buf_adds(text, change->is_group ? "group " : "node ");
	text_clean(change->name, strlen(change->name), text);
	(void)buf_adds(text, ": ");
	switch (change->verb) {
	case NODE_ADDED:
	case NODE_REVIVED:
		(void)buf_adds(text, change->verb == NODE_ADDED ? "added" : "back");
		if (change->is_group)
			break;
		(void)buf_adds(text, " in ");
		print_path(change->new_value, text);
		break;
	case NODE_REMOVED:
		(void)buf_adds(text, "removed");
		break;
	case NODE_CHANGED:
		(void)buf_addf(text, "%s ", change->attribute);
		print_value(change->old_value, text);
		(void)buf_adds(text, " -> ");
		print_value(change->new_value, text);
		break;
	}
	(void)buf_addc(text, '\n');
}

void cmd_node_print(const struct node_changes *changes, struct buf *text)
{
	for (size_t i = 0; i < changes->n; i++)
		print_change(&changes->items[i], text);
}

/* Connects, does it and prints what changed. */
static int change(struct cli *cli, const struct node_request *request)
{
	CLEANUP(node_changes_free) struct node_changes changes = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int exit_code = cli_tables(cli);

	if (exit_code != EXIT_DONE)
		return exit_code;
	if (cmd_node_change(cli, request, &changes, &err) < 0)
		return cli_fail(&err);
	cmd_node_print(&changes, &text);
	if (changes.n == 0)
		(void)buf_adds(&text, "nothing to change\n");
	return cli_print(&text);
}

static int usage(const char *text)
{
	struct err err = ERR_INIT;

	(void)err_set(&err, -EINVAL, "%s", text);
	return cli_usage(&err);
}

/* What is near a column's name is more likely a slip than a new attribute. */
static void warn_attrs(const struct node_want *want)
{
	for (size_t i = 0; i < want->n_attrs; i++) {
		const char *meant = node_column_near(want->attrs[i].name);

		if (meant && *want->attrs[i].value)
			(void)fprintf(stderr,
			    "haetae: warning: '%s' is an attribute of your own; '%s' is the "
			    "one that every node has\n",
			    want->attrs[i].name, meant);
	}
}

static int take_settings(struct node_want *want, char **settings, size_t n, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = node_args_setting(want, settings[i], clock_real_ms(), err);
	warn_attrs(want);
	return r;
}

/* --- add ------------------------------------------------------------------------------------- */

struct add_options {
	const char *group;
	const char *columns[NODE_COLUMNS];
};

#define COLUMN(index, long_name, argument_name, text)                                       \
	{                                                                                   \
		0, long_name, argument_name, OPT_STRING,                                    \
		    offsetof(struct add_options, columns) + (index) * sizeof(const char *), \
		    NULL, text                                                              \
	}
static const struct opt add_rows[] = {
	{ 0, "group", "PATH", OPT_STRING, offsetof(struct add_options, group), NULL,
	    "where it stands, like Zone1/Test; made as needed (default: the root)" },
	COLUMN(NODE_TYPE, "type", "TYPE", "what it is: server, switch, …"),
	COLUMN(NODE_HOSTNAME, "hostname", "NAME", "what it calls itself"),
	COLUMN(NODE_ADDRESS, "address", "ADDRESS", "where probes reach it"),
	COLUMN(NODE_NETDEVICE, "netdevice", "DEVICE", "its network device"),
	COLUMN(NODE_MODEL, "model", "MODEL", "maker and model"),
	COLUMN(NODE_LOCATION, "location", "TEXT", "where it is"),
	COLUMN(NODE_INDATE, "indate", "YYYY-MM-DD", "since when it is here"),
	COLUMN(NODE_MEMO, "memo", "TEXT", "what else is to be known"),
};

static int fill_want(
    struct node_want *want, const struct add_options *options, struct cli *cli, struct err *err)
{
	const int64_t now_ms = clock_real_ms();
	int r = 0;

	for (int i = 0; r == 0 && i < NODE_COLUMNS; i++) {
		if (!options->columns[i])
			continue;
		r = node_args_set(want, node_column_names[i], options->columns[i], now_ms, err);
		if (r < 0)
			err_prefix(err, "option --%s", node_column_names[i]);
	}
	if (r == 0 && options->group) {
		r = node_args_set(want, "group", options->group, now_ms, err);
		if (r < 0)
			err_prefix(err, "option --group");
	}
	if (r == 0)
		r = take_settings(want, cli->arguments + 1, cli->n_arguments - 1, err);
	if (r == 0) {
		r = node_args_name(cli->arguments[0], err);
		want->name = strdup(cli->arguments[0]);
	}
	if (r == 0 && !want->name)
		r = err_sys(err, -ENOMEM, "cannot add a node");
	return r;
}

static int add(struct cli *cli, const void *given)
{
	CLEANUP(node_wants_free) struct node_wants wants = { 0 };
	const struct node_request request = {
		.action = NODE_WANT, .wants = &wants, .rule = NODE_MUST_BE_NEW
	};
	struct node_want *want = node_wants_add(&wants);
	struct err err = ERR_INIT;

	if (!want) {
		(void)err_sys(&err, -ENOMEM, "cannot add a node");
		return cli_fail(&err);
	}
	if (fill_want(want, given, cli, &err) < 0)
		return cli_usage(&err);
	return change(cli, &request);
}

const struct command cmd_node_add = {
	.name = "node add",
	.arguments = "NAME [KEY=VALUE...]",
	.help = "adds a node, or brings one back that was removed",
	COMMAND_OPTIONS(add_rows, struct add_options),
	.run = add,
};

/* --- set -------------------------------------------------------------------------------------- */

struct group_options {
	const char *group;
};

static const struct opt set_rows[] = {
	{ 0, "group", "PATH", OPT_STRING, offsetof(struct group_options, group), NULL,
	    "a group instead of a node: takes maintenance=…" },
};

static int set_group(struct cli *cli, const char *group)
{
	static const char key[] = "maintenance=";
	struct node_request request = { .action = GROUP_MAINTENANCE };
	CLEANUP_FREE char *path = NULL;
	struct err err = ERR_INIT;

	if (cli->n_arguments != 1 || strncmp(cli->arguments[0], key, sizeof(key) - 1) != 0)
		return usage("node set --group PATH takes maintenance=… and nothing else");
	if (node_args_path(group, &path, &err) < 0 ||
	    node_args_maintenance(cli->arguments[0] + sizeof(key) - 1, clock_real_ms(),
		&request.maintenance_ms, &err) < 0)
		return cli_usage(&err);
	request.group = path;
	return change(cli, &request);
}

static int set(struct cli *cli, const void *given)
{
	const struct group_options *options = given;
	CLEANUP(node_wants_free) struct node_wants wants = { 0 };
	const struct node_request request = {
		.action = NODE_WANT, .wants = &wants, .rule = NODE_MUST_EXIST
	};
	struct err err = ERR_INIT;
	struct node_want *want;

	if (options->group)
		return set_group(cli, options->group);
	if (cli->n_arguments < 2)
		return usage("node set needs NODE and KEY=VALUE");
	want = node_wants_add(&wants);
	if (want)
		want->name = strdup(cli->arguments[0]);
	if (!want || !want->name) {
		(void)err_sys(&err, -ENOMEM, "cannot change a node");
		return cli_fail(&err);
	}
	if (take_settings(want, cli->arguments + 1, cli->n_arguments - 1, &err) < 0)
		return cli_usage(&err);
	return change(cli, &request);
}

const struct command cmd_node_set = {
	.name = "node set",
	.arguments = "NODE KEY=VALUE...",
	.help = "changes attributes of a node; an empty value clears",
	COMMAND_OPTIONS(set_rows, struct group_options),
	.run = set,
};

/* --- rename, move, remove ----------------------------------------------------------------------- */

static const struct opt rename_rows[] = {
	{ 0, "group", "PATH", OPT_STRING, offsetof(struct group_options, group), NULL,
	    "a group instead of a node; the argument is its new name" },
};

static int rename_one(struct cli *cli, const void *given)
{
	const struct group_options *options = given;
	struct node_request request = { .action = options->group ? GROUP_RENAME : NODE_RENAME,
		.names = (const char *const *)cli->arguments,
		.n_names = 1,
		.new_name = cli->arguments[cli->n_arguments - 1] };
	CLEANUP_FREE char *path = NULL;
	struct err err = ERR_INIT;

	if (cli->n_arguments != (options->group ? 1 : 2))
		return usage(options->group ? "node rename --group PATH needs the new name"
					    : "node rename needs the old name and the new one");
	if ((options->group && node_args_path(options->group, &path, &err) < 0) ||
	    node_args_name(request.new_name, &err) < 0)
		return cli_usage(&err);
	request.group = path;
	return change(cli, &request);
}

const struct command cmd_node_rename = {
	.name = "node rename",
	.arguments = "OLD NEW",
	.help = "renames a node or a group; history stays",
	COMMAND_OPTIONS(rename_rows, struct group_options),
	.run = rename_one,
};

static const struct opt move_rows[] = {
	{ 0, "group", "PATH", OPT_STRING, offsetof(struct group_options, group), NULL,
	    "where to, made as needed; / is the root" },
};

static int move(struct cli *cli, const void *given)
{
	const struct group_options *options = given;
	struct node_request request = { .action = NODE_MOVE,
		.names = (const char *const *)cli->arguments,
		.n_names = cli->n_arguments };
	CLEANUP_FREE char *path = NULL;
	struct err err = ERR_INIT;

	if (!options->group)
		return usage("node move needs --group PATH: where to");
	if (node_args_path(options->group, &path, &err) < 0)
		return cli_usage(&err);
	request.group = path;
	return change(cli, &request);
}

const struct command cmd_node_move = {
	.name = "node move",
	.arguments = "NODE|/GROUP...",
	.help = "puts nodes and groups below another group; what has a '/' is a group",
	COMMAND_OPTIONS(move_rows, struct group_options),
	.run = move,
};

static const struct opt remove_rows[] = {
	{ 0, "group", "PATH", OPT_STRING, offsetof(struct group_options, group), NULL,
	    "an empty group instead of nodes" },
};

static int remove_some(struct cli *cli, const void *given)
{
	const struct group_options *options = given;
	struct node_request request = { .action = options->group ? GROUP_REMOVE : NODE_REMOVE,
		.names = (const char *const *)cli->arguments,
		.n_names = cli->n_arguments };
	CLEANUP_FREE char *path = NULL;
	struct err err = ERR_INIT;

	if (!options->group == !cli->n_arguments)
		return usage("node remove needs the names of nodes, or --group PATH");
	if (options->group && node_args_path(options->group, &path, &err) < 0)
		return cli_usage(&err);
	request.group = path;
	return change(cli, &request);
}

const struct command cmd_node_remove = {
	.name = "node remove",
	.arguments = "[NODE...]",
	.help = "removes nodes and their specs, or an empty group; history stays",
	COMMAND_OPTIONS(remove_rows, struct group_options),
	.run = remove_some,
};
