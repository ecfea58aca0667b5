/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/check/range.h"
#include "lib/check/text.h"
#include "scheduler/event.h"
#include "scheduler/threshold_place.h"

struct threshold_options {
	struct threshold_where where;
	const char *warn, *crit;
};

static const struct opt set_rows[] = {
	THRESHOLD_WHERE_ROWS(struct threshold_options),
	{ 'w', "warning", "RANGE", OPT_STRING, offsetof(struct threshold_options, warn), NULL,
	    "WARNING outside of it; none: never; inherit: as above" },
	{ 'c', "critical", "RANGE", OPT_STRING, offsetof(struct threshold_options, crit), NULL,
	    "CRITICAL outside of it; none: never; inherit: as above" },
};
static const struct opt unset_rows[] = { THRESHOLD_WHERE_ROWS(struct threshold_options) };

/* --- what may be set ------------------------------------------------------------------------- */

static int check_metric(const char *metric, struct err *err)
{
	CLEANUP_BUF struct buf clean = BUF_INIT;
	size_t size = strlen(metric);

	if (size == 0 || size > THRESHOLD_METRIC_SIZE_MAX)
		return err_set(err, -EINVAL, "a metric has 1 to %d bytes, not %zu",
		    THRESHOLD_METRIC_SIZE_MAX, size);
	text_clean(metric, size, &clean);
	if (strcmp(metric, buf_text(&clean)) != 0 || strpbrk(metric, "'="))
		return err_set(err, -EINVAL,
		    "'%s' is no metric: expected METRIC, METRIC@INSTANCE or METRIC@*",
		    buf_text(&clean));
	return 0;
}

static enum unit unit_of(const char *text)
{
	for (int unit = UNIT_NONE; unit <= UNIT_COUNTER; unit++) {
		if (strcmp(unit_uom((enum unit)unit), text) == 0)
			return (enum unit)unit;
	}
	return UNIT_NONE;
}

/* unit NULL: nobody has printed the metric so far, and its unit may be any. */
static int check_range(const char *text, const char *unit, struct err *err)
{
	struct err other = ERR_INIT;
	struct range range;

	if (strlen(text) > THRESHOLD_RANGE_SIZE_MAX)
		return err_set(
		    err, -EINVAL, "a range has at most %d bytes", THRESHOLD_RANGE_SIZE_MAX);
	if (unit)
		return range_parse(text, unit_of(unit), &range, err);
	if (range_parse(text, UNIT_NONE, &range, err) == 0)
		return 0;
	for (int i = UNIT_NONE + 1; i <= UNIT_COUNTER; i++) {
		if (range_parse(text, (enum unit)i, &range, &other) == 0)
			return 0;
	}
	return -EINVAL;
}

/* The words of the command as the table has them. */
static int read_range(const char **text, const char *option, const char *unit, struct err *err)
{
	int r = 0;

	if (!*text || strcmp(*text, THRESHOLD_NONE) == 0)
		return 0;
	if (strcmp(*text, "inherit") == 0)
		*text = "";
	else
		r = check_range(*text, unit, err);
	if (r < 0)
		err_prefix(err, "option %s", option);
	return r;
}

/* --- the change -------------------------------------------------------------------------------- */

static int say(const struct threshold_place *place, const char *metric,
    const struct db_threshold_changed *changed)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	if (changed->changed)
		(void)buf_addf(&text, "%s, %s: %s -> %s\n", place->title, metric,
		    changed->old_text, changed->new_text);
	else
		(void)buf_addf(
		    &text, "%s, %s: %s already\n", place->title, metric, changed->new_text);
	return cli_print(&text);
}

static int change(struct cli *cli, const struct threshold_place *place, const char *metric,
    const char *warn, const char *crit)
{
	CLEANUP_BUF struct buf object = BUF_INIT;
	struct db_threshold_changed changed;
	struct err err = ERR_INIT;
	char user[64];
	struct db_threshold_change what = {
		.scope = place->scope,
		.scopeid = place->scopeid,
		.metric = metric,
		.warn = warn,
		.crit = crit,
		.node = place->node,
		.user = user,
		.host = cli->settings.host,
	};

	event_user(user, sizeof(user));
	(void)buf_addf(&object, "%s, %s", place->title, metric);
	what.object = buf_text(&object);
	if (db_threshold_change(cli->db, &what, clock_real_ms(), &changed, &err) < 0)
		return cli_fail(&err);
	return say(place, metric, &changed);
}

static int find(
    struct cli *cli, const struct threshold_where *where, struct threshold_place *ret)
{
	CLEANUP(node_tree_free) struct node_tree tree = { 0 };
	struct err err = ERR_INIT;
	int r = db_tree_read(cli->db, &tree, &err);

	if (r == 0)
		r = threshold_place_find(cli->db, &tree, where, ret, &err);
	if (r == -EINVAL)
		return cli_usage(&err);
	return r < 0 ? cli_fail(&err) : EXIT_DONE;
}

static int one_metric(struct cli *cli, const char **ret, struct err *err)
{
	if (cli->n_arguments > 1)
		return err_set(err, -EINVAL, "one metric at a time, found '%.60s' as well",
		    cli->arguments[1]);
	*ret = cli->arguments[0];
	return check_metric(*ret, err);
}

/* --- set ------------------------------------------------------------------------------------- */

/* Somebody sets a threshold and waits for an alarm: what keeps it from coming is said now. */
static void note_silence(const char *metric, const struct db_metric *known)
{
	if (!known)
		(void)fprintf(
		    stderr, "haetae: note: no probe has printed '%s' so far\n", metric);
	else if (known->n_probes && !known->n_judged)
		(void)fprintf(stderr,
		    "haetae: note: the probes that print '%s' say a state of their own: with "
		    "judge = \"worst\" in their specs thresholds count, too\n",
		    metric);
}

/* The ranges against the metric's unit; a metric that nobody has printed may be misspelt. */
static int check_ranges(struct cli *cli, const char *metric, struct threshold_options *options)
{
	struct db_metric found = { 0 };
	struct err err = ERR_INIT;
	int r = db_metric_find(cli->db, metric, &found, &err);
	const char *unit = r == 0 ? found.unit : NULL;

	if (r < 0 && r != -ENOENT)
		return cli_fail(&err);
	if (read_range(&options->warn, "-w", unit, &err) < 0 ||
	    read_range(&options->crit, "-c", unit, &err) < 0)
		return cli_usage(&err);
	note_silence(metric, r == 0 ? &found : NULL);
	return EXIT_DONE;
}

static int run_set(struct cli *cli, const void *given)
{
	struct threshold_options options = *(const struct threshold_options *)given;
	CLEANUP(threshold_place_free) struct threshold_place place = { 0 };
	struct err err = ERR_INIT;
	const char *metric;
	int exit_code;

	if (one_metric(cli, &metric, &err) < 0)
		return cli_usage(&err);
	if (!options.warn && !options.crit) {
		(void)err_set(&err, -EINVAL, "threshold set needs -w RANGE or -c RANGE");
		return cli_usage(&err);
	}
	exit_code = cli_tables(cli);
	if (exit_code == EXIT_DONE)
		exit_code = find(cli, &options.where, &place);
	if (exit_code == EXIT_DONE)
		exit_code = check_ranges(cli, metric, &options);
	if (exit_code != EXIT_DONE)
		return exit_code;
	return change(cli, &place, metric, options.warn, options.crit);
}

const struct command cmd_threshold_set = {
	.name = "threshold set",
	.arguments = "METRIC",
	.help = "sets the ranges of a metric, at the root or below it",
	COMMAND_OPTIONS(set_rows, struct threshold_options),
	.run = run_set,
};

/* --- unset ------------------------------------------------------------------------------------ */

static int run_unset(struct cli *cli, const void *given)
{
	const struct threshold_options *options = given;
	CLEANUP(threshold_place_free) struct threshold_place place = { 0 };
	struct err err = ERR_INIT;
	const char *metric;
	int exit_code;

	if (one_metric(cli, &metric, &err) < 0)
		return cli_usage(&err);
	exit_code = cli_tables(cli);
	if (exit_code == EXIT_DONE)
		exit_code = find(cli, &options->where, &place);
	if (exit_code != EXIT_DONE)
		return exit_code;
	return change(cli, &place, metric, "", "");
}

const struct command cmd_threshold_unset = {
	.name = "threshold unset",
	.arguments = "METRIC",
	.help = "takes away what was set there, so that it is inherited again",
	COMMAND_OPTIONS(unset_rows, struct threshold_options),
	.run = run_unset,
};
