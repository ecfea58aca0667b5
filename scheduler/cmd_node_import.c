/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "scheduler/cmd_node.h"
#include "scheduler/node_csv.h"
#include "scheduler/table.h"

enum { READ_SIZE = 64 << 10 };

struct import_options {
	bool dry_run;
};

static const struct opt rows[] = {
	{ 0, "dry-run", NULL, OPT_FLAG, offsetof(struct import_options, dry_run), NULL,
	    "print what would change, and change nothing" },
};

static int read_file(const char *path, struct buf *text, struct err *err)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, -errno, "cannot open %s", path);
	for (;;) {
		char *to = buf_reserve(text, READ_SIZE);
		ssize_t n;

		if (!to)
			return err_sys(err, text->error, "cannot read %s", path);
		n = read(fd, to, READ_SIZE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, -errno, "cannot read %s", path);
		if (n == 0)
			return 0;
		text->size += (size_t)n;
		buf_terminate(text);
	}
}

static void add_summary(
    const struct node_changes *changes, size_t n_nodes, bool dry_run, struct buf *text)
{
	size_t added = 0, changed = 0, groups = 0;
	const char *last = "";

	for (size_t i = 0; i < changes->n; i++) {
		const struct node_change *change = &changes->items[i];

		if (change->is_group)
			groups++;
		else if (change->verb != NODE_CHANGED)
			added++;
		else if (strcmp(change->name, last) != 0)
			changed++;
		if (!change->is_group)
			last = change->name;
	}
	(void)buf_addf(text, "%zu nodes: %zu added, %zu changed, %zu unchanged", n_nodes, added,
	    changed, changes->unchanged);
	if (groups)
		(void)buf_addf(text, "; %zu group%s added", groups, groups == 1 ? "" : "s");
	(void)buf_adds(text, dry_run ? " (dry run: nothing was written)\n" : "\n");
}

static int store(struct cli *cli, const struct node_wants *wants, bool dry_run)
{
	const struct node_request request = {
		.action = NODE_WANT, .wants = wants, .rule = NODE_MAY_EXIST, .dry_run = dry_run
	};
	CLEANUP(node_changes_free) struct node_changes changes = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
	struct err err = ERR_INIT;
	int exit_code = cli_tables(cli);

	if (exit_code != EXIT_DONE)
		return exit_code;
	if (cmd_node_change(cli, &request, &changes, &err) < 0)
		return cli_fail(&err);
	cmd_node_print(&changes, &text);
	add_summary(&changes, wants->n, dry_run, &text);
	return cli_print(&text);
}

static int import(struct cli *cli, const void *given)
{
	const struct import_options *options = given;
	CLEANUP(node_wants_free) struct node_wants wants = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(NODE_CSV_SIZE_MAX);
	CLEANUP_BUF struct buf mistakes = BUF_INIT;
	struct err err = ERR_INIT;

	if (cli->n_arguments != 1) {
		(void)err_set(&err, -EINVAL, "node import takes one FILE.csv");
		return cli_usage(&err);
	}
	if (read_file(cli->arguments[0], &text, &err) < 0)
		return cli_fail(&err);
	if (node_csv_parse(cli->arguments[0], buf_text(&text), text.size, clock_real_ms(),
		&wants, &mistakes, &err) < 0) {
		(void)fputs(buf_text(&mistakes), stderr);
		return cli_fail(&err);
	}
	return store(cli, &wants, options->dry_run);
}

const struct command cmd_node_import = {
	.name = "node import",
	.arguments = "FILE.csv",
	.help = "makes the nodes as the file says, all or none; prints each change",
	COMMAND_OPTIONS(rows, struct import_options),
	.run = import,
};
