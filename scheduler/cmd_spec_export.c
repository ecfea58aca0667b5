/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cmd_spec.h"
#include "scheduler/specfile.h"
#include "scheduler/table.h"

struct export_options {
	struct spec_scope scope;
	const char *host;
};

static const struct opt export_rows[] = {
	{ 0, "node", "NODE", OPT_STRING, offsetof(struct export_options, scope.node), NULL,
	    "its own specs alone" },
	{ 0, "group", "PATH", OPT_STRING, offsetof(struct export_options, scope.group), NULL,
	    "those of this group, of the groups below it, and of their nodes" },
	{ 0, "host", "HOST", OPT_STRING, offsetof(struct export_options, host), NULL,
	    "those that this probe host runs; by default the one that asks" },
};

/* A member's row is made of its group's spec, so it is not written. */
static int write_all(struct spec_infos *infos, struct buf *text, struct err *err)
{
	bool any = false;

	(void)buf_adds(text, "specs = (");
	for (size_t i = 0; i < infos->n; i++) {
		if (infos->items[i].parentid)
			continue;
		if (infos->items[i].waits)
			infos->items[i].spec.enabled = infos->items[i].wanted;
		if (spec_info_source(&infos->items[i], err) < 0)
			return -1;
		(void)buf_adds(text, any ? ",\n" : "\n");
		any = true;
		specfile_write(&infos->items[i].spec, text);
	}
	(void)buf_adds(text, "\n);\n");
	return 0;
}

static int export(struct cli *cli, const void *given)
{
	const struct export_options *options = given;
	CLEANUP(spec_infos_free) struct spec_infos infos = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
	CLEANUP_FREE char *path = NULL;
	struct spec_filter filter = { .node = options->scope.node };
	struct err err = ERR_INIT;
	int exit_code;

	if (cmd_spec_path(options->scope.group, &path, &err) < 0)
		return cli_usage(&err);
	filter.group = path;
	exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	/* An import makes them its own host's. */
	filter.host = options->host ? options->host : cli->settings.host;
	if (db_spec_infos(cli->db, &filter, &infos, &err) < 0 ||
	    write_all(&infos, &text, &err) < 0)
		return cli_fail(&err);
	return cli_print(&text);
}

const struct command cmd_spec_export = {
	.name = "spec export",
	.help = "writes specs as a file that spec import reads",
	COMMAND_OPTIONS(export_rows, struct export_options),
	.run = export,
};
