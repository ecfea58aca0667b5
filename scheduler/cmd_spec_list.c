/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/check/text.h"
#include "lib/store/spec_field.h"
#include "scheduler/cmd_spec.h"
#include "scheduler/table.h"

struct list_options {
	struct spec_scope scope;
	const char *host;
	const char *output;
	bool removed;
};

static const struct opt list_rows[] = {
	{ 0, "node", "NODE", OPT_STRING, offsetof(struct list_options, scope.node), NULL,
	    "those of this node alone" },
	{ 0, "group", "PATH", OPT_STRING, offsetof(struct list_options, scope.group), NULL,
	    "those of this group, of the groups below it, and of their nodes" },
	{ 0, "host", "HOST", OPT_STRING, offsetof(struct list_options, host), NULL,
	    "those that this probe host runs" },
	{ 0, "removed", NULL, OPT_FLAG, offsetof(struct list_options, removed), NULL,
	    "those that were removed, instead of those that are there" },
	{ 0, "output", "FORM", OPT_STRING, offsetof(struct list_options, output), NULL,
	    "table (the default) or json" },
};

struct list {
	struct spec_infos infos;
	struct spec_withouts withouts;
};

static void list_free(struct list *list)
{
	spec_infos_free(&list->infos);
	cmd_spec_withouts_free(&list->withouts);
}

/* --- tables -------------------------------------------------------------------------------- */

static void add_common(struct table *table, const struct spec_info *info)
{
	const struct spec *spec = &info->spec;

	table_add(table, spec->name);
	table_add(table, spec->probetype);
	table_addf(table, "%g s", (double)spec->interval_ms / 1000);
	table_addf(table, "%g s", (double)spec->timeout_ms / 1000);
	table_add(table, cmd_spec_enabled(info));
}

/* Groups stand in front of the nodes. */
static size_t count_groups(const struct spec_infos *infos)
{
	size_t n = 0;

	while (n < infos->n && infos->items[n].spec.group)
		n++;
	return n;
}

static int groups_table(const struct list *list, size_t n, struct buf *text)
{
	static const struct table_column columns[] = { { .title = "GROUP" },
		{ .title = "PROBE" }, { .title = "TYPE" },
		{ .title = "INTERVAL", .align = TABLE_RIGHT },
		{ .title = "TIMEOUT", .align = TABLE_RIGHT }, { .title = "ENABLED" },
		{ .title = "MEMBERS" }, { .title = "COMMAND" } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);

	for (size_t i = 0; i < n; i++) {
		const struct spec_info *info = &list->infos.items[i];
		CLEANUP_BUF struct buf command = BUF_INIT, members = BUF_INIT;

		spec_command_text(&info->spec, &command);
		cmd_spec_members(info, &list->withouts, &members);
		table_add(&table, *info->spec.group ? info->spec.group : "/");
		add_common(&table, info);
		table_add(&table, buf_text(&members));
		table_add(&table, buf_text(&command));
	}
	return table_print(&table, table_terminal(), text);
}

static int nodes_table(const struct list *list, size_t first, struct buf *text)
{
	static const struct table_column columns[] = { { .title = "NODE" },
		{ .title = "PROBE" }, { .title = "TYPE" },
		{ .title = "INTERVAL", .align = TABLE_RIGHT },
		{ .title = "TIMEOUT", .align = TABLE_RIGHT }, { .title = "ENABLED" },
		{ .title = "OF", .lesser = 1 }, { .title = "COMMAND" } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);

	for (size_t i = first; i < list->infos.n; i++) {
		const struct spec_info *info = &list->infos.items[i];
		CLEANUP_BUF struct buf command = BUF_INIT;

		spec_command_text(&info->spec, &command);
		table_add(&table, info->spec.node);
		add_common(&table, info);
		table_add(&table, info->from ? info->from : "");
		table_add(&table, buf_text(&command));
	}
	return table_print(&table, table_terminal(), text);
}

static void list_tables(const struct list *list, struct buf *text)
{
	size_t n = count_groups(&list->infos);

	if (n) {
		(void)groups_table(list, n, text);
		if (n < list->infos.n)
			(void)buf_addc(text, '\n');
	}
	if (n < list->infos.n || n == 0)
		(void)nodes_table(list, n, text);
}

/* --- JSON ---------------------------------------------------------------------------------- */

static void json_field(
    const struct spec_field *field, const struct spec *spec, struct buf *text)
{
	CLEANUP_BUF struct buf value = BUF_INIT;
	const void *at = (const char *)spec + field->offset;

	(void)buf_addf(text, ",\"%s%s\":", field->key, field->kind == SPEC_MS ? "_ms" : "");
	switch (field->kind) {
	case SPEC_ARGS:
		(void)buf_addc(text, '[');
		for (size_t i = 0; i < spec->n_args; i++) {
			if (i)
				(void)buf_addc(text, ',');
			text_json(spec->args[i], text);
		}
		(void)buf_addc(text, ']');
		break;
	case SPEC_MS:
		(void)buf_addf(text, "%lld", (long long)*(const int64_t *)at);
		break;
	case SPEC_NUMBER:
		(void)buf_addf(text, "%u", *(const unsigned *)at);
		break;
	case SPEC_BOOL:
		(void)buf_adds(text, *(const bool *)at ? "true" : "false");
		break;
	case SPEC_TEXT:
	case SPEC_WORD:
		spec_field_text(field, spec, &value);
		text_json(buf_text(&value), text);
		break;
	}
}

static void json_text(const char *key, const char *value, struct buf *text)
{
	(void)buf_addf(text, ",\"%s\":", key);
	text_json(value, text);
}

static void json_one(const struct list *list, const struct spec_info *info, struct buf *text)
{
	const struct spec *spec = &info->spec;
	size_t n = 0;

	(void)buf_addf(text, "{\"specid\":%u,\"version\":%u", spec->specid, spec->version);
	if (spec->group)
		json_text("group", *spec->group ? spec->group : "/", text);
	else
		json_text("node", spec->node, text);
	json_text("name", spec->name, text);
	for (size_t i = 0; i < SPEC_FIELDS; i++)
		json_field(&spec_fields[i], spec, text);
	json_text("host", info->host, text);
	if (info->from)
		json_text("of", info->from, text);
	if (info->by_hand)
		(void)buf_adds(text, ",\"by_hand\":true");
	if (info->waits)
		(void)buf_adds(text, ",\"waits\":true");
	if (info->removed_ms)
		(void)buf_addf(text, ",\"removed_ms\":%lld", (long long)info->removed_ms);
	if (spec->group) {
		for (size_t i = 0; i < list->withouts.n; i++)
			n += list->withouts.items[i].specid == spec->specid;
		(void)buf_addf(text, ",\"members\":%zu,\"without\":%zu}", info->n_members, n);
		return;
	}
	(void)buf_addf(text, ",\"nextdue_ms\":%lld}", (long long)spec->nextdue_ms);
}

static void list_json(const struct list *list, struct buf *text)
{
	(void)buf_addc(text, '[');
	for (size_t i = 0; i < list->infos.n; i++) {
		(void)buf_adds(text, i ? ",\n" : "\n");
		json_one(list, &list->infos.items[i], text);
	}
	(void)buf_adds(text, "\n]\n");
}

/* --- the command --------------------------------------------------------------------------- */

static int list_specs(struct cli *cli, const void *given)
{
	const struct list_options *options = given;
	CLEANUP(list_free) struct list list = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
	CLEANUP_FREE char *path = NULL;
	struct spec_filter filter = {
		.node = options->scope.node, .host = options->host, .removed = options->removed
	};
	struct err err = ERR_INIT;
	bool json = false;
	int r, exit_code = cli_wants_json(options->output, &json);

	if (exit_code != EXIT_DONE)
		return exit_code;
	if (cmd_spec_path(options->scope.group, &path, &err) < 0)
		return cli_usage(&err);
	filter.group = path;
	exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	r = db_spec_infos(cli->db, &filter, &list.infos, &err);
	if (r == 0 && count_groups(&list.infos) && !options->removed)
		r = cmd_spec_withouts(cli, &list.withouts, &err);
	if (r < 0)
		return cli_fail(&err);
	if (json)
		list_json(&list, &text);
	else
		list_tables(&list, &text);
	return cli_print(&text);
}

const struct command cmd_spec_list = {
	.name = "spec list",
	.help = "shows the specs of all hosts",
	COMMAND_OPTIONS(list_rows, struct list_options),
	.run = list_specs,
};
