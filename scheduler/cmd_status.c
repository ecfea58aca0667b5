/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/check/state.h"
#include "lib/check/text.h"
#include "scheduler/command.h"
#include "scheduler/table.h"

enum { PROBES_MAX = 1 << 22 };

struct status_options {
	const char *node;
	const char *output;
	bool utc;
};

static const struct opt rows[] = {
	{ 0, "node", "NODE", OPT_STRING, offsetof(struct status_options, node), NULL,
	    "the probes of this node alone" },
	{ 0, "output", "FORM", OPT_STRING, offsetof(struct status_options, output), NULL,
	    "table (the default) or json, which has the values too" },
	{ 0, "utc", NULL, OPT_FLAG, offsetof(struct status_options, utc), NULL,
	    "times in UTC instead of local time" },
};

/* What a probe is, from what needs somebody's hand to what needs nobody's. */
enum standing { CRITICAL, WARNING, UNKNOWN, NEW, OK, DISABLED, STANDINGS };

static const struct {
	const char *word;
	const char *colour; /* SGR numbers, ECMA-48 8.3.117 */
} standings[] = {
	[CRITICAL] = { "CRITICAL", "31" },
	[WARNING] = { "WARNING", "33" },
	[UNKNOWN] = { "UNKNOWN", "35" },
	[NEW] = { "NEW", NULL },
	[OK] = { "OK", "32" },
	[DISABLED] = { "DISABLED", "2" },
};

struct probe {
	struct db_status_row row; /* its texts are owned here */
	char *texts;		  /* all of them */
	enum standing standing;
};

struct probes {
	struct probe *items;
	size_t n;
};

static void probes_free(struct probes *probes)
{
	for (size_t i = 0; i < probes->n; i++)
		free(probes->items[i].texts);
	free(probes->items);
}

static enum standing standing_of(const struct db_status_row *row)
{
	if (!row->enabled)
		return DISABLED;
	if (!row->has_run)
		return NEW;
	switch (row->state) {
	case STATE_OK:
		return OK;
	case STATE_WARNING:
		return WARNING;
	case STATE_CRITICAL:
		return CRITICAL;
	default:
		return UNKNOWN;
	}
}

/* Copies the texts of a row into one piece of memory. */
static int keep_texts(struct probe *probe)
{
	const char **const fields[] = { &probe->row.node, &probe->row.name,
		&probe->row.probetype, &probe->row.text, &probe->row.details };
	enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };
	size_t sizes[FIELDS], sum = 0;
	char *to;

	for (size_t i = 0; i < FIELDS; i++) {
		sizes[i] = strlen(*fields[i]) + 1;
		sum += sizes[i];
	}
	probe->texts = malloc(sum);
	if (!probe->texts)
		return -ENOMEM;
	to = probe->texts;
	for (size_t i = 0; i < FIELDS; i++) {
		memcpy(to, *fields[i], sizes[i]);
		*fields[i] = to;
		to += sizes[i];
	}
	return 0;
}

static int keep(const struct db_status_row *row, void *context, struct err *err)
{
	struct probes *probes = context;
	struct probe *items;
	size_t n = probes->n;

	if (n == PROBES_MAX)
		return err_set(err, -E2BIG, "more than %d probes", PROBES_MAX);
	if ((n & (n - 1)) == 0) {
		items = realloc(probes->items, (n ? n * 2 : 1) * sizeof(*items));
		if (!items)
			return err_sys(err, -ENOMEM, "cannot keep the probes");
		probes->items = items;
	}
	probes->items[n] = (struct probe){ .row = *row, .standing = standing_of(row) };
	if (keep_texts(&probes->items[n]) < 0)
		return err_sys(err, -ENOMEM, "cannot keep the probes");
	probes->n++;
	return 0;
}

static int by_node_and_standing(const void *a, const void *b)
{
	const struct probe *x = a, *y = b;
	int order = strcmp(x->row.node, y->row.node);

	if (order == 0)
		order = (x->standing > y->standing) - (x->standing < y->standing);
	return order ? order : strcmp(x->row.name, y->row.name);
}

/* --- as a table ---------------------------------------------------------------------------- */

static const char *state_colour(const char *cell)
{
	for (size_t i = 0; i < STANDINGS; i++) {
		if (strcmp(cell, standings[i].word) == 0)
			return standings[i].colour;
	}
	return NULL;
}

static bool has_started(const struct db_status_row *row)
{
	return row->has_run && row->started_ms;
}

static void add_probe(const struct probe *probe, int64_t now_ms, struct table *table)
{
	const struct db_status_row *row = &probe->row;
	int64_t at_ms = has_started(row) ? row->started_ms : row->due_ms;
	char age[CLOCK_TEXT_SIZE] = "";

	if (row->has_run)
		clock_age_text((now_ms - at_ms) / 1000, age);
	table_add(table, row->node);
	table_add(table, row->name);
	table_add(table, standings[probe->standing].word);
	table_add(table, age);
	if (has_started(row))
		table_addf(table, "%lld ms", (long long)(row->started_ms - row->due_ms));
	else
		table_add(table, "");
	table_add(table, row->has_run ? row->text : "");
}

/* "2026-11-21 21:04:50+00:00  8 probes: 1 CRITICAL, 7 OK" */
static void add_summary(const struct probes *probes, int64_t now_ms, bool utc, struct buf *text)
{
	size_t counts[STANDINGS] = { 0 };
	char now[CLOCK_TEXT_SIZE];
	bool first = true;

	for (size_t i = 0; i < probes->n; i++)
		counts[probes->items[i].standing]++;
	clock_text(now_ms, utc, now);
	(void)buf_addf(text, "%s  %zu probe%s", now, probes->n, probes->n == 1 ? "" : "s");
	for (size_t i = 0; i < STANDINGS; i++) {
		if (!counts[i])
			continue;
		(void)buf_addf(
		    text, "%s %zu %s", first ? ":" : ",", counts[i], standings[i].word);
		first = false;
	}
	(void)buf_addc(text, '\n');
}

static int print_table(const struct probes *probes, int64_t now_ms, bool utc)
{
	static const struct table_column columns[] = { { "NODE", TABLE_LEFT, NULL },
		{ "PROBE", TABLE_LEFT, NULL }, { "STATE", TABLE_LEFT, state_colour },
		{ "AGE", TABLE_RIGHT, NULL }, { "LATENCY", TABLE_RIGHT, NULL },
		{ "TEXT", TABLE_LEFT, NULL } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);

	add_summary(probes, now_ms, utc, &text);
	for (size_t i = 0; i < probes->n; i++)
		add_probe(&probes->items[i], now_ms, &table);
	(void)table_print(&table, table_terminal(), &text);
	return cli_print(&text);
}

/* --- as JSON ------------------------------------------------------------------------------- */

struct values {
	struct buf *text;
	bool any;
};

static int add_value(const struct db_values_row *row, void *context, struct err *err)
{
	struct values *values = context;

	(void)err;
	(void)buf_adds(values->text, values->any ? ",{\"label\":" : "{\"label\":");
	text_json(row->label, values->text);
	(void)buf_addf(values->text, ",\"value\":%.15g,\"unit\":", row->value);
	text_json(row->unit, values->text);
	(void)buf_addc(values->text, '}');
	values->any = true;
	return 0;
}

static void add_ms(const char *key, bool known, int64_t value_ms, struct buf *text)
{
	if (known)
		(void)buf_addf(text, ",\"%s\":%lld", key, (long long)value_ms);
	else
		(void)buf_addf(text, ",\"%s\":null", key);
}

static int add_json(
    struct cli *cli, const struct probe *probe, struct buf *text, struct err *err)
{
	const struct db_status_row *row = &probe->row;
	struct values values = { .text = text };
	int r = 0;

	(void)buf_adds(text, "{\"node\":");
	text_json(row->node, text);
	(void)buf_adds(text, ",\"probe\":");
	text_json(row->name, text);
	(void)buf_adds(text, ",\"probetype\":");
	text_json(row->probetype, text);
	(void)buf_addf(text, ",\"enabled\":%s,\"interval_ms\":%lld,\"standing\":\"%s\"",
	    row->enabled ? "true" : "false", (long long)row->interval_ms,
	    standings[probe->standing].word);
	if (row->has_run)
		(void)buf_addf(text, ",\"state\":%d,\"outcome\":\"%s\"", row->state,
		    outcome_text(row->outcome));
	else
		(void)buf_adds(text, ",\"state\":null,\"outcome\":null");
	add_ms("due_ms", row->has_run, row->due_ms, text);
	add_ms("started_ms", has_started(row), row->started_ms, text);
	add_ms("duration_ms", has_started(row), row->duration_ms, text);
	add_ms("since_ms", row->has_run, row->since_ms, text);
	(void)buf_adds(text, ",\"text\":");
	text_json(row->text, text);
	(void)buf_adds(text, ",\"details\":");
	text_json(row->details, text);
	(void)buf_adds(text, ",\"perf\":[");
	if (row->has_run)
		r = db_values(cli->db, row->node, row->name, add_value, &values, err);
	(void)buf_adds(text, "]}");
	return r;
}

static int print_json(struct cli *cli, const struct probes *probes)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
	struct err err = ERR_INIT;

	(void)buf_addc(&text, '[');
	for (size_t i = 0; i < probes->n; i++) {
		(void)buf_adds(&text, i ? ",\n" : "\n");
		if (add_json(cli, &probes->items[i], &text, &err) < 0)
			return cli_fail(&err);
	}
	(void)buf_adds(&text, "\n]\n");
	return cli_print(&text);
}

static int run(struct cli *cli, const void *given)
{
	const struct status_options *options = given;
	CLEANUP(probes_free) struct probes probes = { 0 };
	struct err err = ERR_INIT;
	bool json = false;
	int exit_code = cli_wants_json(options->output, &json);

	if (exit_code == EXIT_DONE)
		exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (db_status(cli->db, options->node, keep, &probes, &err) < 0)
		return cli_fail(&err);
	if (options->node && probes.n == 0) {
		(void)err_set(&err, -ENOENT, "node '%.60s' has no probes", options->node);
		return cli_fail(&err);
	}
	if (probes.n)
		qsort(probes.items, probes.n, sizeof(*probes.items), by_node_and_standing);
	if (json)
		return print_json(cli, &probes);
	return print_table(&probes, clock_real_ms(), options->utc);
}

const struct command cmd_status = {
	.name = "status",
	.help = "shows every probe: by node, the worst first",
	COMMAND_OPTIONS(rows, struct status_options),
	.run = run,
};
