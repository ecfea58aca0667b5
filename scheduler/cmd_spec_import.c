/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "scheduler/cmd_spec.h"
#include "scheduler/event.h"
#include "scheduler/specfile.h"

/* Changes of one kind that are shown, unless all are asked for. */
enum { SHOWN_MAX = 20 };

struct import_options {
	bool dry_run, prune, verbose;
};

static const struct opt import_rows[] = {
	{ 0, "dry-run", NULL, OPT_FLAG, offsetof(struct import_options, dry_run), NULL,
	    "shows what would change, and stores nothing" },
	{ 0, "prune", NULL, OPT_FLAG, offsetof(struct import_options, prune), NULL,
	    "removes this host's specs that the files do not name" },
	{ 0, "verbose", NULL, OPT_FLAG, offsetof(struct import_options, verbose), NULL,
	    "shows every change, also where there are many" },
};

static const struct opt diff_rows[] = {
	{ 0, "prune", NULL, OPT_FLAG, offsetof(struct import_options, prune), NULL,
	    "counts this host's specs that the files do not name as removed" },
	{ 0, "verbose", NULL, OPT_FLAG, offsetof(struct import_options, verbose), NULL,
	    "shows every change, also where there are many" },
};

/* --- what changes -------------------------------------------------------------------------- */

struct report {
	const struct import_options *options;
	size_t n[SPEC_REMOVED + 1];
	struct buf text;
};

static void report_free(struct report *report)
{
	buf_free(&report->text);
}

static void add_clean(struct buf *text, const char *value)
{
	if (*value)
		cmd_spec_clean(value, strlen(value), text);
	else
		(void)buf_adds(text, "(none)");
}

/* One line a spec: its settings stand one behind the other. */
static int add_change(const struct spec_change *change, void *context, struct err *err)
{
	static const char *const words[] = {
		[SPEC_ADDED] = "added", [SPEC_CHANGED] = "changed", [SPEC_REMOVED] = "removed"
	};
	struct report *report = context;
	struct buf *text = &report->text;

	if (change->first)
		report->n[change->verb]++;
	if (!report->options->verbose && report->n[change->verb] > SHOWN_MAX)
		return 0;
	if (change->first) {
		if (text->size)
			(void)buf_addc(text, '\n');
		(void)buf_addf(text, "%s ", words[change->verb]);
		cmd_spec_clean(change->object, strlen(change->object), text);
		(void)buf_adds(text, ": ");
	} else {
		(void)buf_adds(text, ", ");
	}
	if (change->field) {
		(void)buf_addf(text, "%s ", change->field);
		add_clean(text, change->old_value);
		(void)buf_adds(text, " -> ");
		add_clean(text, change->new_value);
	} else {
		add_clean(
		    text, change->verb == SPEC_REMOVED ? change->old_value : change->new_value);
	}
	return text->error ? err_sys(err, text->error, "cannot keep the changes") : 0;
}

static void add_more(struct report *report)
{
	static const char *const words[] = {
		[SPEC_ADDED] = "added", [SPEC_CHANGED] = "changed", [SPEC_REMOVED] = "removed"
	};

	if (report->text.size)
		(void)buf_addc(&report->text, '\n');
	for (size_t i = 0; i <= SPEC_REMOVED; i++) {
		if (!report->options->verbose && report->n[i] > SHOWN_MAX)
			(void)buf_addf(&report->text,
			    "... %zu more %s (--verbose shows them)\n",
			    report->n[i] - SHOWN_MAX, words[i]);
	}
}

static void add_sums(struct report *report, const struct db_import_result *result, bool dry_run)
{
	const struct db_expand_counts *members = &result->members;
	struct buf *text = &report->text;

	(void)buf_addf(text, "%sadded %zu, changed %zu, ", dry_run ? "dry run: " : "",
	    result->added, result->changed);
	if (report->options->prune)
		(void)buf_addf(text, "removed %zu, ", result->removed);
	(void)buf_addf(text, "unchanged %zu\n", result->unchanged);
	if (members->added || members->changed || members->removed)
		(void)buf_addf(text, "members of groups: added %zu, changed %zu, removed %zu\n",
		    members->added, members->changed, members->removed);
}

/* Nodes that a spec leaves out: nobody else says so until somebody misses the probe. */
static int warn_without(struct cli *cli, struct err *err)
{
	CLEANUP(cmd_spec_withouts_free) struct spec_withouts withouts = { 0 };
	CLEANUP(spec_infos_free) struct spec_infos infos = { 0 };
	const struct spec_filter all = { .group = "" };
	int r = cmd_spec_withouts(cli, &withouts, err);

	if (r == 0 && withouts.n)
		r = db_spec_infos(cli->db, &all, &infos, err);
	for (size_t i = 0; r == 0 && i < infos.n; i++) {
		CLEANUP_BUF struct buf line = BUF_INIT;
		const char *example = NULL;

		for (size_t j = 0; j < withouts.n; j++) {
			if (!example && withouts.items[j].specid == infos.items[i].spec.specid)
				example = withouts.items[j].text;
		}
		if (!example)
			continue;
		cmd_spec_object(&infos.items[i].spec, &line);
		(void)buf_adds(&line, ": ");
		if (infos.items[i].spec.group)
			cmd_spec_members(&infos.items[i], &withouts, &line);
		else
			(void)buf_adds(&line, "does not run");
		(void)fprintf(stderr, "haetae: warning: %s (%s)\n", buf_text(&line), example);
	}
	return r;
}

/* --- storing ------------------------------------------------------------------------------- */

/* What may run is decided by the host that runs it, so this is no more than advice. */
static void warn_types(const struct settings *settings, const struct spec_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct spec *spec = &list->items[i];
		CLEANUP_BUF struct buf path = BUF_INIT;
		struct err err = ERR_INIT;

		if (settings_executable(settings, spec, &path, &err) < 0)
			(void)fprintf(stderr, "haetae: warning: %s of %s: %s\n", spec->name,
			    !spec->group   ? spec->node
			    : *spec->group ? spec->group
					   : "/",
			    err.text);
	}
}

static int apply(struct cli *cli, const struct specfile *specs, bool dry_run,
    struct report *report, struct db_import_result *ret, struct err *err)
{
	char user[SPEC_USER_SIZE];
	const struct db_author author = { .user = user, .host = cli->settings.host };
	struct db_import import = { .specs = specs->list.items,
		.n_specs = specs->list.n,
		.prune = report->options->prune,
		.dry_run = dry_run,
		.author = &author,
		.each = add_change,
		.context = report };
	size_t bad = specs->list.n;
	int r = -EAGAIN;

	event_user(user, sizeof(user));
	/* The server may be restarting, or somebody else may be importing. */
	for (int i = 0; r == -EAGAIN && i < SPEC_TRIES; i++) {
		if (i)
			clock_sleep_ms(SPEC_WAIT_MS);
		memset(report->n, 0, sizeof(report->n));
		buf_reset(&report->text);
		r = db_host_ensure(
		    cli->db, cli->settings.host, clock_real_ms(), &import.hostid, err);
		if (r == 0)
			r = db_specs_apply(cli->db, &import, clock_real_ms(), ret, &bad, err);
	}
	if (r == -EBADMSG)
		specfile_prefix(specs, bad, err);
	return r;
}

static int run_files(struct cli *cli, const struct import_options *options, bool dry_run,
    struct db_import_result *ret)
{
	CLEANUP(specfile_free) struct specfile specs = { 0 };
	CLEANUP(report_free)
	struct report report = { .options = options, .text = BUF_INIT_MAX((size_t)512 << 20) };
	struct err err = ERR_INIT;
	int exit_code = cli_settings(cli);

	if (exit_code != EXIT_DONE)
		return exit_code;
	if (specfile_read(cli->arguments, cli->n_arguments, cli->settings.host, &specs, &err) <
	    0)
		return cli_fail(&err);
	warn_types(&cli->settings, &specs.list);
	exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (apply(cli, &specs, dry_run, &report, ret, &err) < 0)
		return cli_fail(&err);
	if (!dry_run && warn_without(cli, &err) < 0)
		return cli_fail(&err);
	add_more(&report);
	add_sums(&report, ret, dry_run && options->dry_run);
	return cli_print(&report.text);
}

static int import(struct cli *cli, const void *given)
{
	const struct import_options *options = given;
	struct db_import_result result;

	return run_files(cli, options, options->dry_run, &result);
}

const struct command cmd_spec_import = {
	.name = "spec import",
	.arguments = "FILE...",
	.help = "stores the specs of the files, all or none",
	COMMAND_OPTIONS(import_rows, struct import_options),
	.run = import,
};

/* As diff(1): 1 says that something differs, 2 that nothing can be said. */
static int diff(struct cli *cli, const void *given)
{
	struct db_import_result result;

	if (run_files(cli, given, true, &result) != EXIT_DONE)
		return EXIT_USAGE;
	return result.added || result.changed || result.removed ? EXIT_FAILED : EXIT_DONE;
}

const struct command cmd_spec_diff = {
	.name = "spec diff",
	.arguments = "FILE...",
	.help = "shows what an import of the files would change; 1 if anything",
	COMMAND_OPTIONS(diff_rows, struct import_options),
	.run = diff,
};
