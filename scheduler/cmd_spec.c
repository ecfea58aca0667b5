/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/check/text.h"
#include "scheduler/command.h"
#include "scheduler/specfile.h"
#include "scheduler/table.h"

/* The server may be restarting, or somebody else may be importing. */
enum { TRIES = 3, WAIT_MS = 500 };

/* --- import -------------------------------------------------------------------------------- */

/* What may run is decided by the host that runs it, so this is no more than advice. */
static void warn_types(const struct settings *settings, const struct spec_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct spec *spec = &list->items[i];
		CLEANUP_BUF struct buf path = BUF_INIT;
		struct err err = ERR_INIT;

		if (settings_executable(settings, spec, &path, &err) < 0)
			(void)fprintf(stderr, "haetae: warning: %s of %s: %s\n", spec->name,
			    spec->node, err.text);
	}
}

static int store(struct cli *cli, const struct spec_list *list, struct db_import_counts *ret,
    struct err *err)
{
	uint32_t hostid;
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
		if (i)
			clock_sleep_ms(WAIT_MS);
		r = db_host_ensure(cli->db, cli->settings.host, clock_real_ms(), &hostid, err);
		if (r == 0)
			r = db_specs_import(
			    cli->db, hostid, list->items, list->n, clock_real_ms(), ret, err);
	}
	return r;
}

static int import(struct cli *cli, const void *options)
{
	CLEANUP(spec_list_free) struct spec_list list = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct db_import_counts counts;
	struct err err = ERR_INIT;
	int exit_code = cli_settings(cli);

	(void)options;
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (specfile_read(cli->arguments, cli->n_arguments, cli->settings.host, &list, &err) <
	    0)
		return cli_fail(&err);
	warn_types(&cli->settings, &list);
	exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (store(cli, &list, &counts, &err) < 0)
		return cli_fail(&err);
	(void)buf_addf(&text, "added %zu, changed %zu, unchanged %zu\n", counts.added,
	    counts.changed, counts.unchanged);
	return cli_print(&text);
}

const struct command cmd_spec_import = {
	.name = "spec import",
	.arguments = "FILE...",
	.help = "stores the specs of the files, all or none",
	.run = import,
};

/* --- list ---------------------------------------------------------------------------------- */

struct list_options {
	const char *node;
	const char *output;
};

static const struct opt list_rows[] = {
	{ 0, "node", "NODE", OPT_STRING, offsetof(struct list_options, node), NULL,
	    "those of this node alone" },
	{ 0, "output", "FORM", OPT_STRING, offsetof(struct list_options, output), NULL,
	    "table (the default) or json" },
};

static const char *testtype_text(enum testtype testtype)
{
	return testtype == TESTTYPE_BACKGROUND_SYN ? "background-syn" : "background";
}

/* For reading: an argument with a blank or nothing in it stands in quotes. */
static void add_command(const struct spec *spec, struct buf *text)
{
	(void)buf_adds(text, spec->command);
	for (size_t i = 0; i < spec->n_args; i++) {
		const char *quote = !*spec->args[i] || strpbrk(spec->args[i], " \t") ? "'" : "";

		(void)buf_addf(text, " %s%s%s", quote, spec->args[i], quote);
	}
}

static int list_table(const struct spec_list *list, const char *node, struct buf *text)
{
	static const struct table_column columns[] = { { "NODE", TABLE_LEFT },
		{ "PROBE", TABLE_LEFT }, { "TYPE", TABLE_LEFT }, { "INTERVAL", TABLE_RIGHT },
		{ "TIMEOUT", TABLE_RIGHT }, { "ENABLED", TABLE_LEFT },
		{ "COMMAND", TABLE_LEFT } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);

	for (size_t i = 0; i < list->n; i++) {
		const struct spec *spec = &list->items[i];
		CLEANUP_BUF struct buf command = BUF_INIT;

		if (node && strcmp(node, spec->node) != 0)
			continue;
		add_command(spec, &command);
		table_add(&table, spec->node);
		table_add(&table, spec->name);
		table_add(&table, spec->probetype);
		table_addf(&table, "%g s", (double)spec->interval_ms / 1000);
		table_addf(&table, "%g s", (double)spec->timeout_ms / 1000);
		table_add(&table, spec->enabled ? "yes" : "no");
		table_add(&table, buf_text(&command));
	}
	return table_print(&table, table_terminal(), text);
}

static void list_json_one(const struct spec *spec, struct buf *text)
{
	const struct {
		const char *key, *value;
	} texts[] = { { "node", spec->node }, { "name", spec->name },
		{ "probetype", spec->probetype }, { "command", spec->command },
		{ "testtype", testtype_text(spec->testtype) },
		{ "synchgroup", spec->synchgroup } };

	(void)buf_addf(text, "{\"specid\":%u,\"version\":%u", spec->specid, spec->version);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		(void)buf_addf(text, ",\"%s\":", texts[i].key);
		text_json(texts[i].value, text);
	}
	(void)buf_adds(text, ",\"args\":[");
	for (size_t i = 0; i < spec->n_args; i++) {
		if (i)
			(void)buf_addc(text, ',');
		text_json(spec->args[i], text);
	}
	(void)buf_addf(text,
	    "],\"interval_ms\":%lld,\"phase_ms\":%lld,\"timeout_ms\":%lld,"
	    "\"killgrace_ms\":%lld,\"maxlate_ms\":%lld,\"enabled\":%s,\"nextdue_ms\":%lld}",
	    (long long)spec->interval_ms, (long long)spec->phase_ms,
	    (long long)spec->timeout_ms, (long long)spec->killgrace_ms,
	    (long long)spec->maxlate_ms, spec->enabled ? "true" : "false",
	    (long long)spec->nextdue_ms);
}

static void list_json(const struct spec_list *list, const char *node, struct buf *text)
{
	bool first = true;

	(void)buf_addc(text, '[');
	for (size_t i = 0; i < list->n; i++) {
		if (node && strcmp(node, list->items[i].node) != 0)
			continue;
		(void)buf_adds(text, first ? "\n" : ",\n");
		first = false;
		list_json_one(&list->items[i], text);
	}
	(void)buf_adds(text, "\n]\n");
}

static int list_specs(struct cli *cli, const void *given)
{
	const struct list_options *options = given;
	CLEANUP(spec_list_free) struct spec_list list = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
	struct err err = ERR_INIT;
	bool json = false;
	int exit_code = cli_wants_json(options->output, &json);

	if (exit_code == EXIT_DONE)
		exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (db_specs_list(cli->db, &list, &err) < 0)
		return cli_fail(&err);
	if (json)
		list_json(&list, options->node, &text);
	else
		(void)list_table(&list, options->node, &text);
	return cli_print(&text);
}

const struct command cmd_spec_list = {
	.name = "spec list",
	.help = "shows the specs of all hosts",
	COMMAND_OPTIONS(list_rows, struct list_options),
	.run = list_specs,
};
