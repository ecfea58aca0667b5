/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/check/text.h"
#include "lib/health/service.h"
#include "scheduler/cmd_profile.h"
#include "scheduler/command.h"
#include "scheduler/table.h"

struct test_options {
	struct profile_path path;
	const char *root;
};

static const struct opt test_rows[] = {
	PROFILE_DIR_ROW,
	{ 0, "root", "DIR", OPT_STRING, offsetof(struct test_options, root), NULL,
	    "the node is below DIR: a host's tree in a container, or a captured one" },
};

enum { EXIT_SICK = 1, UNMATCHED_MAX = 50, LINE_SHOWN = 100, PING_MS = 8000 };

static const char *state_colour(const char *cell)
{
	switch (cell[0]) {
	case 'C':
		return "31;1";
	case 'W':
		return "33;1";
	case 'U':
		return "35";
	default:
		return NULL;
	}
}

static const struct table_column columns[] = {
	{ "STATE", .colour = state_colour },
	{ "SERVICE" },
	{ "COMPONENT", .lesser = 3 },
	{ "COUNT", TABLE_RIGHT },
	{ "WORKERS", TABLE_RIGHT, .lesser = 2 },
	{ "AGE", TABLE_RIGHT },
	{ "RSS", TABLE_RIGHT },
	{ "FDS", TABLE_RIGHT },
	{ "SOCKETS" },
	{ "PROOF", .lesser = 1 },
	{ "WHAT" },
};

static void add_fact(struct table *table, const struct service_row *row, enum service_fact fact)
{
	char text[UNIT_TEXT_SIZE] = "-";

	if (!isnan(row->facts[fact]))
		unit_value_text(service_metrics[fact].unit, row->facts[fact], text);
	table_add(table, text);
}

/* What is wrong, what to do, and what could not be seen. */
static void add_words(struct table *table, const struct service_row *row)
{
	CLEANUP_BUF struct buf words = BUF_INIT;
	const char *advice = row->spec->advice;

	service_words(row, &words);
	if (words.size && row->spec->assumed)
		(void)buf_adds(&words, " (this rule is assumed)");
	if (words.size && advice && *advice)
		(void)buf_addf(&words, "; advice: %s", advice);
	if (!words.size && row->group.n_rows == 0)
		(void)buf_adds(&words, row->spec->unwanted ? "unwanted" : "optional");
	if (row->notes.size)
		(void)buf_addf(&words, "%s(%s)", words.size ? " " : "", buf_text(&row->notes));
	table_add(table, buf_text(&words));
}

static void add_row(struct table *table, const struct service_row *row)
{
	const char *proof = row->sockets.size ? service_proof_text(row) : NULL;

	table_add(table, state_text(row->state));
	table_add(table, row->spec->name);
	table_add(table, row->spec->component ? row->spec->component : "");
	add_fact(table, row, SERVICE_COUNT);
	add_fact(table, row, SERVICE_WORKERS);
	add_fact(table, row, SERVICE_AGE);
	add_fact(table, row, SERVICE_RSS);
	add_fact(table, row, SERVICE_FDS_PCT);
	table_add(table, buf_text(&row->sockets));
	table_add(table, proof ? proof : "");
	add_words(table, row);
}

/* Daemons that no service of the profile has: what a profile may have forgotten. */
static bool is_matched(const struct services *services, int32_t pid)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		if (proc_group_has(&services->rows[i].group, pid))
			return true;
	}
	return false;
}

static void add_unmatched(struct proc *proc, size_t n, struct buf *out)
{
	CLEANUP_BUF struct buf line = BUF_INIT;
	size_t size = proc->line_size < LINE_SHOWN ? proc->line_size : LINE_SHOWN;

	if (n == 0)
		(void)buf_adds(out, "Daemons that are in no service of it:\n");
	proc_cmdline_mask(proc->dir->line, proc->line_size);
	text_clean(proc->line, size, &line);
	(void)buf_addf(out, "  %7d  %s%s\n", proc->pid, buf_text(&line),
	    proc->line_size > size ? "..." : "");
}

static int find_unmatched(const struct services *services, struct buf *out, struct err *err)
{
	CLEANUP(proc_dir_close) struct proc_dir dir = { 0 };
	struct proc proc;
	size_t n = 0;
	int r = proc_dir_open(services->how.root, &dir, err);

	if (r < 0)
		return r;
	while (proc_next(&dir, &proc)) {
		if (is_matched(services, proc.pid) || proc.pid == services->how.self[0] ||
		    proc_stat(&proc, NULL) < 0 || proc.stat.ppid != 1 ||
		    proc_line(&proc, NULL) < 0 || proc.line_size == 0)
			continue;
		if (n < UNMATCHED_MAX)
			add_unmatched(&proc, n, out);
		n++;
	}
	if (n > UNMATCHED_MAX)
		(void)buf_addf(out, "  and %zu more\n", n - UNMATCHED_MAX);
	return 0;
}

static int print(const struct services *services)
{
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);
	CLEANUP_BUF struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	size_t sick = 0;
	int exit_code;

	for (int severity = 3; severity >= 0; severity--) {
		for (size_t i = 0; i < services->n_rows; i++) {
			const struct service_row *row = &services->rows[i];

			if (state_severity(row->state) != severity)
				continue;
			add_row(&table, row);
			sick += severity > 0;
		}
	}
	(void)table_print(&table, table_terminal(), &out);
	(void)buf_addf(&out, "%zu of %zu services of %s well\n", services->n_rows - sick,
	    services->n_rows, services->profile->name);
	if (find_unmatched(services, &out, &err) < 0)
		return cli_fail(&err);
	exit_code = cli_print(&out);
	return exit_code == EXIT_DONE && sick ? EXIT_SICK : exit_code;
}

static int survey(struct services *services, const struct profile *profile,
    const struct fsroot *root, struct err *err)
{
	const struct services_how how = {
		.root = root,
		.asker = "haetae",
		.self = { root->live ? getpid() : 0 },
	};
	int r = services_open(services, profile, &how, err);

	if (r == 0)
		r = services_walk(services, err);
	return r;
}

static void cleanup_questions(struct service_questions **questions)
{
	service_questions_free(*questions);
}

static int survey_rest(struct services *services, struct err *err)
{
	CLEANUP(cleanup_questions) struct service_questions *questions = NULL;
	int64_t until_ms = clock_mono_ms() + PING_MS;
	int r;

	services_units(services, until_ms - PING_MS / 2);
	r = service_questions_start(
	    services, HAETAE_PLUGINDIR "/check_service_ping", PING_MS, &questions, err);
	if (r == 0)
		r = services_sockets(services, err);
	if (r < 0)
		return r;
	service_questions_finish(questions, until_ms);
	services_find(services);
	services_judge(services);
	return 0;
}

static int test(const struct profile *profile, const char *dir)
{
	CLEANUP(services_free) struct services services = { 0 };
	struct err err = ERR_INIT;
	struct fsroot root;
	int r = fsroot_open(dir, &root, &err);

	if (r < 0)
		return cli_fail(&err);
	r = survey(&services, profile, &root, &err);
	if (r == 0)
		r = survey_rest(&services, &err);
	r = r < 0 ? cli_fail(&err) : print(&services);
	fsroot_close(&root);
	return r;
}

static int run_test(struct cli *cli, const void *options)
{
	const struct test_options *given = options;
	CLEANUP(profile_free) struct profile profile = { 0 };
	const struct profile_path path = profile_path_whole(&given->path);
	struct err err = ERR_INIT;

	if (cli->n_arguments != 1) {
		(void)err_set(&err, -EINVAL, "profile test needs one NAME[,NAME...]");
		return cli_usage(&err);
	}
	if (profile_read(&path, cli->arguments[0], &profile, &err) < 0)
		return cli_fail(&err);
	return test(&profile, given->root);
}

const struct command cmd_profile_test = {
	.name = "profile test",
	.arguments = "NAME",
	.help = "judges this node by a profile; exits 1 if a service is sick",
	.run = run_test,
	COMMAND_OPTIONS(test_rows, struct test_options),
};
