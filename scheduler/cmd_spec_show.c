/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/check/state.h"
#include "lib/store/spec_field.h"
#include "scheduler/cmd_spec.h"

enum { SLOTS_SHOWN = 5 };

struct show_options {
	struct spec_scope scope;
	bool utc;
};

static const struct opt show_rows[] = {
	{ 0, "node", "NODE", OPT_STRING, offsetof(struct show_options, scope.node), NULL,
	    "the argument is a name of this node's" },
	{ 0, "group", "PATH", OPT_STRING, offsetof(struct show_options, scope.group), NULL,
	    "the argument is a name of this group's" },
	{ 0, "utc", NULL, OPT_FLAG, offsetof(struct show_options, utc), NULL,
	    "times in UTC, not in local time" },
};

/* --- lines --------------------------------------------------------------------------------- */

static void add_line(const char *name, const char *value, struct buf *text)
{
	(void)buf_addf(text, "%-12s ", name);
	cmd_spec_clean(value, strlen(value), text);
	(void)buf_addc(text, '\n');
}

static void add_time(const char *name, int64_t at_ms, bool utc, struct buf *text)
{
	char when[CLOCK_TEXT_SIZE];

	if (at_ms == 0)
		return;
	clock_text(at_ms, utc, when);
	add_line(name, when, text);
}

static void add_field(const char *key, const struct spec *spec, struct buf *text)
{
	for (size_t i = 0; i < SPEC_FIELDS; i++) {
		if (strcmp(spec_fields[i].key, key) == 0)
			spec_field_text(&spec_fields[i], spec, text);
	}
}

/* --- what they mean ------------------------------------------------------------------------ */

static void add_policies(const struct spec *spec, struct buf *text)
{
	CLEANUP_BUF struct buf line = BUF_INIT;

	(void)buf_adds(&line, spec->overrun == OVERRUN_QUEUE1
				  ? "it waits for the end of the run before it"
			      : spec->overrun == OVERRUN_REPLACE ? "the run before it is killed"
								 : "it is skipped");
	add_line("overlap", buf_text(&line), text);
	buf_reset(&line);
	if (spec->catchup == CATCHUP_LAST)
		(void)buf_adds(&line, "the newest late slot runs");
	else if (spec->catchup == CATCHUP_ALL)
		(void)buf_addf(&line, "the newest %u late slots run", spec->catchup_max);
	else
		(void)buf_adds(&line, "late slots are missed");
	(void)buf_adds(&line, "; late is more than ");
	add_field("maxlate", spec, &line);
	add_line("catch-up", buf_text(&line), text);
	buf_reset(&line);
	if (spec->attempts == 1) {
		(void)buf_adds(&line, "one a slot");
	} else {
		(void)buf_addf(&line, "up to %u a slot, ", spec->attempts);
		add_field("retry", spec, &line);
		(void)buf_adds(&line, " apart");
	}
	add_line("attempts", buf_text(&line), text);
	if (spec->backoff_ms) {
		buf_reset(&line);
		(void)buf_adds(&line, "while it fails it pauses, at most for ");
		add_field("backoff", spec, &line);
		add_line("backoff", buf_text(&line), text);
	}
	buf_reset(&line);
	(void)buf_addf(
	    &line, "%u of %d to %d", spec->priority, SPEC_PRIORITY_FIRST, SPEC_PRIORITY_LAST);
	add_line("priority", buf_text(&line), text);
	add_line("judged by",
	    spec->judge == JUDGE_WORST ? "the worst of what it says and of the thresholds"
	    : spec->judge == JUDGE_THRESHOLDS ? "the thresholds"
					      : "what it says",
	    text);
	if (spec->alive)
		add_line("alive", "its CRITICAL makes the node OFFLINE", text);
}

static void add_grid(const struct spec *spec, bool utc, struct buf *text)
{
	CLEANUP_BUF struct buf line = BUF_INIT;
	int64_t at_ms;

	(void)buf_adds(&line, "every ");
	add_field("interval", spec, &line);
	(void)buf_adds(&line, spec->phase_ms < 0 ? ", phase by name" : ", phase ");
	if (spec->phase_ms >= 0)
		add_field("phase", spec, &line);
	if (spec->jitter_ms) {
		(void)buf_adds(&line, ", put off by up to ");
		add_field("jitter", spec, &line);
	}
	add_line("grid", buf_text(&line), text);
	buf_reset(&line);
	add_field("timeout", spec, &line);
	(void)buf_adds(&line, ", then SIGTERM, and SIGKILL after ");
	add_field("killgrace", spec, &line);
	add_line("timeout", buf_text(&line), text);
	if (spec->group || !spec->enabled)
		return;
	at_ms = spec_slot_at_or_after(spec->interval_ms, spec->phase_ms, clock_real_ms());
	for (int i = 0; i < SLOTS_SHOWN; i++, at_ms += spec->interval_ms)
		add_time(i ? "" : "due", at_ms, utc, text);
}

/* Only the host that runs it can say whether it may. */
static void add_permission(struct cli *cli, const struct spec_info *info, struct buf *text)
{
	CLEANUP_BUF struct buf path = BUF_INIT, line = BUF_INIT;
	struct err err = ERR_INIT;
	bool here = strcmp(info->host, cli->settings.host) == 0;

	add_line("host", info->host, text);
	if (settings_executable(&cli->settings, &info->spec, &path, &err) < 0)
		(void)buf_addf(&line, "no: %s", err.text);
	else if (here && access(buf_text(&path), X_OK) < 0)
		(void)buf_addf(
		    &line, "%s, but it cannot be run: %s", buf_text(&path), strerror(errno));
	else
		(void)buf_adds(&line, buf_text(&path));
	if (!here)
		(void)buf_addf(&line, " (by the configuration of %s; that of %s may differ)",
		    cli->settings.host, info->host);
	add_line("allowed", buf_text(&line), text);
}

static int add_said(
    struct cli *cli, const struct spec_info *info, bool utc, struct buf *text, struct err *err)
{
	CLEANUP_BUF struct buf line = BUF_INIT;
	struct spec_said said;
	int r =
	    info->spec.group ? -ENOENT : db_spec_said(cli->db, info->spec.specid, &said, err);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	(void)buf_addf(&line, "%s, %s",
	    said.state >= 0 && said.state <= 3 ? state_text((enum state)said.state) : "?",
	    outcome_text(said.outcome));
	if (said.started_ms)
		(void)buf_addf(&line, ", took %lld ms", (long long)said.duration_ms);
	add_line("last", buf_text(&line), text);
	add_time("of", said.due_ms, utc, text);
	add_time("state since", said.since_ms, utc, text);
	if (*said.text)
		add_line("said", said.text, text);
	free(said.text);
	return 0;
}

static int add_members(
    struct cli *cli, const struct spec_info *info, struct buf *text, struct err *err)
{
	CLEANUP(cmd_spec_withouts_free) struct spec_withouts withouts = { 0 };
	CLEANUP_BUF struct buf line = BUF_INIT;
	int r;

	if (!info->spec.group && !info->waits)
		return 0;
	r = cmd_spec_withouts(cli, &withouts, err);
	if (r < 0)
		return r;
	if (info->spec.group) {
		cmd_spec_members(info, &withouts, &line);
		add_line("members", buf_text(&line), text);
	}
	for (size_t i = 0; i < withouts.n; i++) {
		if (withouts.items[i].specid == info->spec.specid)
			add_line(info->spec.group ? "without" : "waits", withouts.items[i].text,
			    text);
	}
	return 0;
}

static int add_commands(const struct spec_info *info, struct buf *text, struct err *err)
{
	CLEANUP_BUF struct buf command = BUF_INIT, written = BUF_INIT;
	struct spec_info source = { .spec = { .command = info->spec.command },
		.template = info->template };
	int r = 0;

	spec_command_text(&info->spec, &command);
	add_line("probetype", info->spec.probetype, text);
	add_line("command", buf_text(&command), text);
	if (!info->template)
		return 0;
	r = spec_info_source(&source, err);
	if (r < 0)
		return r;
	spec_command_text(&source.spec, &written);
	add_line("written as", buf_text(&written), text);
	free(source.spec.synchgroup);
	spec_args_free(source.spec.args, source.spec.n_args);
	return 0;
}

static int show_one(
    struct cli *cli, const struct spec_info *info, bool utc, struct buf *text, struct err *err)
{
	const struct spec *spec = &info->spec;
	CLEANUP_BUF struct buf object = BUF_INIT, line = BUF_INIT;
	int r;

	cmd_spec_object(spec, &object);
	add_line("spec", buf_text(&object), text);
	if (info->from)
		add_line("of", info->from, text);
	(void)buf_addf(&line, "%u, version %u", spec->specid, spec->version);
	add_line("specid", buf_text(&line), text);
	add_line("enabled", cmd_spec_enabled(info), text);
	r = add_commands(info, text, err);
	if (r == 0)
		r = add_members(cli, info, text, err);
	if (r < 0)
		return r;
	add_permission(cli, info, text);
	add_grid(spec, utc, text);
	add_line("testtype", spec_word(&spec_testtypes, (int)spec->testtype), text);
	if (spec->synchgroup && *spec->synchgroup)
		add_line("synchgroup", spec->synchgroup, text);
	add_policies(spec, text);
	add_time("created", info->created_ms, utc, text);
	add_time("changed", info->changed_ms, utc, text);
	return add_said(cli, info, utc, text, err);
}

static int show(struct cli *cli, const void *given)
{
	const struct show_options *options = given;
	CLEANUP(spec_infos_free) struct spec_infos infos = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int r, exit_code = cli_tables(cli);

	if (exit_code != EXIT_DONE)
		return exit_code;
	r = cmd_spec_find_one(cli, &options->scope, &infos, &err);
	if (r == 0)
		r = show_one(cli, &infos.items[0], options->utc, &text, &err);
	if (r < 0)
		return r == -EINVAL ? cli_usage(&err) : cli_fail(&err);
	return cli_print(&text);
}

const struct command cmd_spec_show = {
	.name = "spec show",
	.arguments = "NODE/NAME",
	.help = "shows all that is known of a spec",
	COMMAND_OPTIONS(show_rows, struct show_options),
	.run = show,
};
