/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "lib/base/clock.h"
#include "lib/base/when.h"
#include "lib/check/text.h"
#include "lib/store/db_event.h"
#include "scheduler/command.h"
#include "scheduler/table.h"

struct log_options {
	const char *node, *since, *until, *tag, *level, *output;
	uint64_t last;
	bool utc, follow;
};

#define AT(field) offsetof(struct log_options, field)
static const struct opt rows[] = {
	{ 0, "node", "NODE", OPT_STRING, AT(node), NULL, "events of this node alone" },
	{ 0, "since", "TIME", OPT_STRING, AT(since), NULL,
	    "from then on: 2026-11-21, '2026-11-21 20:56', 20:56, yesterday, 2h" },
	{ 0, "until", "TIME", OPT_STRING, AT(until), NULL, "before then" },
	{ 0, "tag", "TAG", OPT_STRING, AT(tag), NULL,
	    "of one kind: state, node, spec, threshold, stage, cleanup, …" },
	{ 0, "level", "LEVEL", OPT_STRING, AT(level), NULL,
	    "error, warning or info: these and worse ones" },
	{ 0, "last", "N", OPT_UINT, AT(last), NULL,
	    "the newest N (50, or all with --since or --until)" },
	{ 0, "utc", NULL, OPT_FLAG, AT(utc), NULL, "times in UTC instead of local time" },
	{ 0, "output", "FORM", OPT_STRING, AT(output), NULL,
	    "table (the default) or json; with --follow an object a line" },
	{ 0, "follow", NULL, OPT_FLAG, AT(follow), NULL, "goes on with what comes" },
};

enum {
	LAST = 50,
	LAST_FOLLOWED = 10,
	POLL_MS = 1000,
	WINDOW_MS = 120000, /* an event comes so late at most, or is not seen by --follow */
	NODE_WIDTH = 12,
	TEXT_MAX = 256 << 20,
};

static const struct {
	const char *word, *option;
	const char *colour; /* SGR numbers, ECMA-48 8.3.117; NULL: none */
} levels[] = {
	[EVENT_ERROR] = { "ERROR", "error", "31" },
	[EVENT_WARNING] = { "WARNING", "warning", "33" },
	[EVENT_INFO] = { "INFO", "info", NULL },
};
enum { LEVELS = sizeof(levels) / sizeof(levels[0]) };

/* What --follow has shown of its window. */
struct seen {
	UT_hash_handle hh;
	struct {
		int64_t time_ms;
		uint64_t eventid;
	} key;
};

struct output {
	const struct log_options *options;
	struct buf text;
	bool json, colours;
	size_t n; /* events so far */
	struct seen *seen;
	bool silent; /* events are only noted as seen */
};

/* --- one event ------------------------------------------------------------------------------- */

/* On one line, without what steers a terminal. text_clean would take a '|' away, too. */
static void add_clean(const char *text, struct buf *to)
{
	for (const char *p = text;;) {
		size_t size = strcspn(p, "|");

		text_clean(p, size, to);
		if (!p[size])
			return;
		(void)buf_addc(to, '|');
		p += size + 1;
	}
}

static void add_padded(const char *text, size_t width, struct buf *to)
{
	CLEANUP_BUF struct buf clean = BUF_INIT;
	size_t taken;

	add_clean(text, &clean);
	taken = table_width(buf_text(&clean));
	(void)buf_addf(
	    to, "%s%*s  ", buf_text(&clean), taken < width ? (int)(width - taken) : 0, "");
}

static void add_change(const struct db_event *event, struct buf *text)
{
	add_clean(event->object, text);
	if (*event->object && (*event->old_value || *event->new_value))
		(void)buf_adds(text, ": ");
	add_clean(event->old_value, text);
	if (*event->old_value)
		(void)buf_adds(text, " -> ");
	add_clean(*event->old_value && !*event->new_value ? "nothing" : event->new_value, text);
}

/* "2026-11-09 20:56:29+09:00  ERROR    state      n113  n113/ping: OK -> CRITICAL - …" */
static void add_line(const struct db_event *event, struct output *output)
{
	struct buf *text = &output->text;
	const char *colour = levels[event->level].colour;
	char when[CLOCK_TEXT_SIZE];

	clock_text(event->time_ms, output->options->utc, when);
	(void)buf_addf(text, "%s  ", when);
	if (output->colours && colour)
		(void)buf_addf(text, "\033[%sm", colour);
	(void)buf_addf(text, "%-7s", levels[event->level].word);
	if (output->colours && colour)
		(void)buf_adds(text, "\033[0m");
	(void)buf_adds(text, "  ");
	add_padded(event->tag, sizeof("threshold") - 1, text);
	add_padded(*event->node ? event->node : "-", NODE_WIDTH, text);
	add_change(event, text);
	if (*event->user) {
		(void)buf_adds(text, "  by ");
		add_clean(event->user, text);
	}
	if (*event->host) {
		(void)buf_adds(text, *event->user ? " on " : "  on ");
		add_clean(event->host, text);
	}
	(void)buf_addc(text, '\n');
}

static void add_json(const struct db_event *event, struct output *output)
{
	const struct {
		const char *key, *value;
	} texts[] = { { "level", levels[event->level].word }, { "tag", event->tag },
		{ "node", event->node }, { "object", event->object },
		{ "old", event->old_value }, { "new", event->new_value },
		{ "user", event->user }, { "host", event->host } };
	char when[CLOCK_TEXT_SIZE];

	clock_text(event->time_ms, output->options->utc, when);
	if (!output->options->follow)
		(void)buf_adds(&output->text, output->n ? ",\n" : "\n");
	(void)buf_addf(&output->text, "{\"time_ms\":%lld,\"time\":\"%s\"",
	    (long long)event->time_ms, when);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		(void)buf_addf(&output->text, ",\"%s\":", texts[i].key);
		text_json(texts[i].value, &output->text);
	}
	(void)buf_adds(&output->text, output->options->follow ? "}\n" : "}");
}

/* Returns whether it is new. */
static bool note(struct output *output, const struct db_event *event)
{
	struct seen *seen = calloc(1, sizeof(*seen)), *old = NULL;

	if (!seen)
		return true;
	seen->key.time_ms = event->time_ms;
	seen->key.eventid = event->eventid;
	HASH_FIND(hh, output->seen, &seen->key, sizeof(seen->key), old);
	if (!old)
		HASH_ADD(hh, output->seen, key, sizeof(seen->key), seen);
	if (old || !seen->hh.tbl)
		free(seen);
	return !old;
}

static int add_event(const struct db_event *given, void *context, struct err *err)
{
	struct output *output = context;
	struct db_event event = *given;

	if ((int)event.level >= LEVELS)
		event.level = EVENT_INFO;
	if ((output->options->follow && !note(output, &event)) || output->silent)
		return 0;
	if (output->json)
		add_json(&event, output);
	else
		add_line(&event, output);
	output->n++;
	return output->text.error ? err_sys(err, output->text.error, "cannot list events") : 0;
}

/* --- those that come ----------------------------------------------------------------------------- */

static void forget(struct output *output, int64_t before_ms)
{
	struct seen *seen, *next;

	HASH_ITER(hh, output->seen, seen, next)
	{
		if (seen->key.time_ms >= before_ms)
			continue;
		HASH_DEL(output->seen, seen);
		free(seen);
	}
}

static int print_new(struct output *output)
{
	int exit_code = output->text.size ? cli_print(&output->text) : EXIT_DONE;

	buf_reset(&output->text);
	return exit_code;
}

/* Until somebody ends it. An outage of the database is said once, and outlived. */
static int follow(struct cli *cli, struct db_event_filter filter, struct output *output)
{
	int64_t begin_ms = filter.since_ms;
	bool away = false;
	int exit_code;

	filter.limit = 0;
	while ((exit_code = print_new(output)) == EXIT_DONE) {
		struct err err = ERR_INIT;
		int64_t since_ms = clock_real_ms() - WINDOW_MS;
		int r;

		clock_sleep_ms(POLL_MS);
		filter.since_ms = since_ms > begin_ms ? since_ms : begin_ms;
		r = db_events_read(cli->db, &filter, add_event, output, &err);
		if (r < 0 && r != -EAGAIN)
			return cli_fail(&err);
		if (r < 0 && !away)
			(void)fprintf(stderr, "haetae: %s; waiting for it\n", err.text);
		away = r < 0;
		forget(output, since_ms);
	}
	return exit_code;
}

/* What the window has already is old, but for what was printed first. */
static int begin_follow(struct cli *cli, struct output *output, struct err *err)
{
	const struct db_event_filter window = { .level_most = EVENT_INFO,
		.since_ms = clock_real_ms() - WINDOW_MS };
	int r;

	output->silent = true;
	r = db_events_read(cli->db, &window, add_event, output, err);
	output->silent = false;
	return r;
}

/* --- the command ------------------------------------------------------------------------------------ */

static int read_times(
    const struct log_options *options, struct db_event_filter *filter, struct err *err)
{
	int64_t now_ms = clock_real_ms();
	int r = 0;

	if (options->since) {
		r = when_parse(options->since, now_ms, options->utc, &filter->since_ms, err);
		if (r < 0)
			err_prefix(err, "option --since");
	}
	if (r == 0 && options->until) {
		r = when_parse(options->until, now_ms, options->utc, &filter->until_ms, err);
		if (r < 0)
			err_prefix(err, "option --until");
	}
	return r;
}

static int read_options(
    const struct log_options *options, struct db_event_filter *filter, struct err *err)
{
	int r = read_times(options, filter, err);

	if (r < 0)
		return r;
	if (options->follow && options->until)
		return err_set(err, -EINVAL, "--follow has no end, and --until is one");
	filter->node = options->node;
	filter->tag = options->tag;
	filter->level_most = EVENT_INFO;
	if (options->level) {
		int level = 0;

		while (level < LEVELS && strcmp(options->level, levels[level].option) != 0)
			level++;
		if (level == LEVELS)
			return err_set(err, -EINVAL,
			    "option --level: '%.40s' is not one of error, warning, info",
			    options->level);
		filter->level_most = level;
	}
	filter->limit = (size_t)options->last;
	if (!options->last && !options->since && !options->until)
		filter->limit = options->follow ? LAST_FOLLOWED : LAST;
	return 0;
}

static int print(struct cli *cli, const struct db_event_filter *filter, struct output *output)
{
	const struct log_options *options = output->options;
	struct err err = ERR_INIT;

	if (output->json && !options->follow)
		(void)buf_addc(&output->text, '[');
	if (db_events_read(cli->db, filter, add_event, output, &err) < 0 ||
	    (options->follow && begin_follow(cli, output, &err) < 0))
		return cli_fail(&err);
	if (options->follow)
		return follow(cli, *filter, output);
	if (output->json)
		(void)buf_adds(&output->text, "\n]\n");
	else if (output->n == 0)
		(void)buf_adds(&output->text, "no events\n");
	return cli_print(&output->text);
}

static int run(struct cli *cli, const void *given)
{
	const struct log_options *options = given;
	struct output output = { .options = options,
		.text = BUF_INIT_MAX(TEXT_MAX),
		.colours = table_terminal().coloured };
	struct db_event_filter filter = { 0 };
	struct err err = ERR_INIT;
	int exit_code = cli_wants_json(options->output, &output.json);

	if (exit_code != EXIT_DONE)
		return exit_code;
	if (read_options(options, &filter, &err) < 0)
		return cli_usage(&err);
	exit_code = cli_tables(cli);
	if (exit_code == EXIT_DONE)
		exit_code = print(cli, &filter, &output);
	forget(&output, INT64_MAX);
	buf_free(&output.text);
	return exit_code;
}

const struct command cmd_log = {
	.name = "log",
	.help = "shows events: who changed what, what changed its state, what started and died",
	COMMAND_OPTIONS(rows, struct log_options),
	.run = run,
};
