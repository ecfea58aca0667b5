/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cmd_profile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "scheduler/command.h"
#include "scheduler/table.h"

struct profile_options {
	struct profile_path path;
};

static const struct opt profile_rows[] = {
	PROFILE_DIR_ROW,
};

int profile_dir_take(void *target, const char *value, struct err *err)
{
	struct profile_path *path = target;

	/* Two are the usual ones. */
	if (path->n_dirs >= PROFILE_DIRS_MAX - 2)
		return err_set(err, -EINVAL, "more than %d folders", PROFILE_DIRS_MAX - 2);
	path->dirs[path->n_dirs++] = value;
	return 0;
}

struct profile_path profile_path_whole(const struct profile_path *given)
{
	struct profile_path path = *given;

	profile_path_default(&path);
	return path;
}

/* --- profile list ---------------------------------------------------------------------- */

/* The title of a profile, or what is wrong with it. */
static void add_entry(
    struct table *table, const struct profile_path *path, const struct profile_entry *entry)
{
	CLEANUP(profile_free) struct profile profile = { 0 };
	struct err err = ERR_INIT;
	int r = profile_read(path, entry->name, &profile, &err);

	table_add(table, entry->name);
	if (r < 0)
		table_add(table, "-");
	else
		table_addf(table, "%zu", profile.n_services);
	table_add(table, entry->file);
	if (r < 0)
		table_addf(table, "broken: %s", err.text);
	else
		table_add(table, profile.title);
}

static int run_list(struct cli *cli, const void *options)
{
	static const struct table_column columns[] = { { "PROFILE" },
		{ "SERVICES", TABLE_RIGHT }, { "FILE" }, { "TITLE" } };
	const struct profile_options *given = options;
	CLEANUP(profile_list_free) struct profile_list list = { 0 };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);
	CLEANUP_BUF struct buf out = BUF_INIT;
	const struct profile_path path = profile_path_whole(&given->path);
	struct err err = ERR_INIT;

	(void)cli;
	if (profile_list_read(&path, &list, &err) < 0)
		return cli_fail(&err);
	if (list.n == 0) {
		(void)err_set(&err, -ENOENT, "there are no profiles");
		return cli_fail(&err);
	}
	for (size_t i = 0; i < list.n; i++)
		add_entry(&table, &path, &list.items[i]);
	(void)table_print(&table, table_terminal(), &out);
	return cli_print(&out);
}

/* --- profile show ---------------------------------------------------------------------- */

static int run_show(struct cli *cli, const void *options)
{
	const struct profile_options *given = options;
	CLEANUP(profile_free) struct profile profile = { 0 };
	CLEANUP_BUF struct buf out = BUF_INIT;
	const struct profile_path path = profile_path_whole(&given->path);
	struct err err = ERR_INIT;

	if (cli->n_arguments != 1) {
		(void)err_set(&err, -EINVAL, "profile show needs one NAME[,NAME...]");
		return cli_usage(&err);
	}
	if (profile_read(&path, cli->arguments[0], &profile, &err) < 0)
		return cli_fail(&err);
	(void)profile_write(&profile, &out);
	return cli_print(&out);
}

const struct command cmd_profile_list = {
	.name = "profile list",
	.help = "lists the service profiles and where each was found",
	.run = run_list,
	COMMAND_OPTIONS(profile_rows, struct profile_options),
};

const struct command cmd_profile_show = {
	.name = "profile show",
	.arguments = "NAME",
	.help = "prints a profile with what it includes, as one file",
	.run = run_show,
	COMMAND_OPTIONS(profile_rows, struct profile_options),
};
