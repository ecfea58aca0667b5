/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/when.h"
#include "lib/check/state.h"
#include "lib/check/text.h"
#include "lib/store/db_history.h"
#include "scheduler/command.h"
#include "scheduler/table.h"

enum { LAST = 20, LAST_MAX = 1000000 };
#define DAY_MS INT64_C(86400000)

struct history_options {
	const char *since, *metric, *output;
	uint64_t last;
	bool utc;
};

#define AT(field) offsetof(struct history_options, field)
static const struct opt rows[] = {
	{ 0, "since", "TIME", OPT_STRING, AT(since), NULL,
	    "from then on: a time, or how long ago (2h, 7d); by default 1d for the sums" },
	{ 0, "last", "N", OPT_UINT, AT(last), NULL,
	    "the last N rows (20, or all with --since)" },
	{ 0, "metric", "METRIC", OPT_STRING, AT(metric), NULL, "the values of this metric" },
	{ 0, "output", "FORM", OPT_STRING, AT(output), NULL, "table (the default) or json" },
	{ 0, "utc", NULL, OPT_FLAG, AT(utc), NULL, "times in UTC instead of local time" },
};

/* What is shown, from the options and the database. Rows come the newest first, and are kept to
 * be printed the other way round. */
struct history {
	const struct history_options *options;
	bool json;
	const char *node, *name;
	uint32_t specid;
	int64_t now_ms, since_ms; /* since: of the rows, 0 for the last N */
	int64_t sums_since_ms;
	struct db_history_sums sums;
	struct kept {
		struct db_history_row row;
		char *text;
	} * kept;
	size_t n_kept;
	char unit[16];
	struct db_history_value *values;
	size_t n_values;
};

static void history_free(struct history *history)
{
	for (size_t i = 0; i < history->n_kept; i++)
		free(history->kept[i].text);
	free(history->kept);
	free(history->values);
}

static void *grow(void *items, size_t n, size_t size)
{
	return (n & (n - 1)) != 0 ? items : reallocarray(items, n ? n * 2 : 1, size);
}

static int keep_row(const struct db_history_row *row, void *context, struct err *err)
{
	struct history *history = context;
	struct kept *kept = grow(history->kept, history->n_kept, sizeof(*kept));
	char *text = strdup(row->text);

	if (kept)
		history->kept = kept;
	if (!kept || !text) {
		free(text);
		return err_sys(err, -ENOMEM, "cannot keep the history");
	}
	kept[history->n_kept] = (struct kept){ .row = *row, .text = text };
	kept[history->n_kept++].row.text = text;
	return 0;
}

static int keep_value(const struct db_history_value *value, void *context, struct err *err)
{
	struct history *history = context;
	struct db_history_value *values =
	    grow(history->values, history->n_values, sizeof(*values));

	if (!values)
		return err_sys(err, -ENOMEM, "cannot keep the history");
	history->values = values;
	values[history->n_values++] = *value;
	return 0;
}

/* --- as a table --------------------------------------------------------------------------- */

static void add_row(const struct db_history_row *row, const struct history_options *options,
    struct table *table)
{
	char due[CLOCK_TEXT_SIZE], last[CLOCK_TEXT_SIZE];
	bool ran = row->outcome == OUTCOME_RUN || row->outcome == OUTCOME_TIMEOUT;

	clock_text(row->due_ms, options->utc, due);
	table_add(table, due);
	table_add(table, outcome_text(row->outcome));
	table_addf(table, "%llu", (unsigned long long)row->n_slots);
	table_add(table,
	    ran && row->state <= STATE_UNKNOWN ? state_text((enum state)row->state) : "");
	if (row->started) {
		table_addf(table, "%lld ms", (long long)row->latency_ms);
		table_addf(table, "%lld ms", (long long)row->duration_ms);
		table_addf(table, "%u", row->attempts);
	} else {
		table_add(table, "");
		table_add(table, "");
		table_add(table, "");
	}
	if (row->is_range) {
		clock_text(row->last_due_ms, options->utc, last);
		table_addf(table, "until %s%s%s", last, *row->text ? ": " : "", row->text);
	} else {
		table_add(table, row->text);
	}
}

static int add_rows(const struct history *history, struct buf *text)
{
	static const struct table_column columns[] = { { "DUE", TABLE_LEFT, NULL, 0 },
		{ "OUTCOME", TABLE_LEFT, NULL, 0 }, { "SLOTS", TABLE_RIGHT, NULL, 1 },
		{ "STATE", TABLE_LEFT, NULL, 0 }, { "LATENCY", TABLE_RIGHT, NULL, 3 },
		{ "DURATION", TABLE_RIGHT, NULL, 4 }, { "TRIES", TABLE_RIGHT, NULL, 2 },
		{ "TEXT", TABLE_LEFT, NULL, 0 } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);

	for (size_t i = history->n_kept; i-- > 0;)
		add_row(&history->kept[i].row, history->options, &table);
	return table_print(&table, table_terminal(), text);
}

static double share(uint64_t part, uint64_t of)
{
	return of ? 100.0 * (double)part / (double)of : 0;
}

static void add_sums(const struct history *history, struct buf *text)
{
	const struct db_history_sums *sums = &history->sums;
	uint64_t answered = sums->run + sums->timeout;
	uint64_t all = answered + sums->cancelled + sums->skipped + sums->lost + sums->missed;
	char since[CLOCK_TEXT_SIZE];

	clock_text(history->sums_since_ms, history->options->utc, since);
	(void)buf_addf(text, "since %s: ", since);
	if (all == 0) {
		(void)buf_adds(text, "no slot\n");
		return;
	}
	if (answered)
		(void)buf_addf(text, "available %.3f %% (OK or WARNING); ",
		    share(sums->states[STATE_OK] + sums->states[STATE_WARNING], answered));
	(void)buf_addf(text,
	    "%llu slots, %.3f %% answered: %llu OK, %llu WARNING, %llu CRITICAL, "
	    "%llu UNKNOWN (%llu of them timeouts)",
	    (unsigned long long)all, share(answered, all),
	    (unsigned long long)sums->states[STATE_OK],
	    (unsigned long long)sums->states[STATE_WARNING],
	    (unsigned long long)sums->states[STATE_CRITICAL],
	    (unsigned long long)sums->states[STATE_UNKNOWN], (unsigned long long)sums->timeout);
	if (all > answered)
		(void)buf_addf(text, "; %llu skipped, %llu missed, %llu cancelled, %llu lost",
		    (unsigned long long)sums->skipped, (unsigned long long)sums->missed,
		    (unsigned long long)sums->cancelled, (unsigned long long)sums->lost);
	(void)buf_addc(text, '\n');
}

/* The mean weighs an hour by its values. */
static void add_range(const struct history *history, struct buf *text)
{
	double sum = 0, least = 0, most = 0;
	uint64_t n = 0;

	for (size_t i = 0; i < history->n_values; i++) {
		const struct db_history_value *value = &history->values[i];

		if (i == 0 || value->least < least)
			least = value->least;
		if (i == 0 || value->most > most)
			most = value->most;
		sum += value->value * (double)value->n;
		n += value->n;
	}
	if (n == 0)
		(void)buf_addf(text, "%s: no value\n", history->options->metric);
	else
		(void)buf_addf(text,
		    "%s: min %.15g%s, mean %.6g%s, max %.15g%s of %llu values\n",
		    history->options->metric, least, history->unit, sum / (double)n,
		    history->unit, most, history->unit, (unsigned long long)n);
}

static int add_values(const struct history *history, struct buf *text)
{
	static const struct table_column columns[] = { { "TIME", TABLE_LEFT, NULL, 0 },
		{ "VALUE", TABLE_RIGHT, NULL, 0 }, { "HOUR'S MIN", TABLE_RIGHT, NULL, 1 },
		{ "HOUR'S MAX", TABLE_RIGHT, NULL, 1 }, { "", TABLE_LEFT, NULL, 0 } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);
	uint64_t last = history->options->last;
	size_t i = 0;

	if (last && history->n_values > last)
		i = history->n_values - (size_t)last;
	for (; i < history->n_values; i++) {
		const struct db_history_value *value = &history->values[i];
		char time[CLOCK_TEXT_SIZE];

		clock_text(value->time_ms, history->options->utc, time);
		table_add(&table, time);
		table_addf(&table, "%.10g", value->value);
		if (value->n > 1) {
			table_addf(&table, "%.10g", value->least);
			table_addf(&table, "%.10g", value->most);
		} else {
			table_add(&table, "");
			table_add(&table, "");
		}
		table_add(&table, history->unit);
	}
	return table_print(&table, table_terminal(), text);
}

/* --- as JSON ------------------------------------------------------------------------------ */

static void add_json_row(const struct db_history_row *row, struct buf *text)
{
	(void)buf_addf(text,
	    "{\"due_ms\":%lld,\"last_due_ms\":%lld,\"slots\":%llu,\"outcome\":\"%s\","
	    "\"state\":%d,\"exit_code\":%d,\"signo\":%d,\"attempts\":%u",
	    (long long)row->due_ms, (long long)row->last_due_ms,
	    (unsigned long long)row->n_slots, outcome_text(row->outcome), row->state,
	    row->exit_code, row->signo, row->attempts);
	if (row->started)
		(void)buf_addf(text,
		    ",\"started_ms\":%lld,\"latency_ms\":%lld,\"duration_ms\":%lld",
		    (long long)row->started_ms, (long long)row->latency_ms,
		    (long long)row->duration_ms);
	else
		(void)buf_adds(
		    text, ",\"started_ms\":null,\"latency_ms\":null,\"duration_ms\":null");
	(void)buf_adds(text, ",\"text\":");
	text_json(row->text, text);
	(void)buf_addc(text, '}');
}

static void add_json(const struct history *history, struct buf *text)
{
	const struct db_history_sums *sums = &history->sums;

	(void)buf_adds(text, "{\"node\":");
	text_json(history->node, text);
	(void)buf_adds(text, ",\"probe\":");
	text_json(history->name, text);
	(void)buf_addf(text,
	    ",\"since_ms\":%lld,\"run\":%llu,\"timeout\":%llu,\"cancelled\":%llu,"
	    "\"skipped\":%llu,\"lost\":%llu,\"missed\":%llu,\"ok\":%llu,\"warning\":%llu,"
	    "\"critical\":%llu,\"unknown\":%llu,\"rows\":[",
	    (long long)history->sums_since_ms, (unsigned long long)sums->run,
	    (unsigned long long)sums->timeout, (unsigned long long)sums->cancelled,
	    (unsigned long long)sums->skipped, (unsigned long long)sums->lost,
	    (unsigned long long)sums->missed, (unsigned long long)sums->states[STATE_OK],
	    (unsigned long long)sums->states[STATE_WARNING],
	    (unsigned long long)sums->states[STATE_CRITICAL],
	    (unsigned long long)sums->states[STATE_UNKNOWN]);
	for (size_t i = history->n_kept; i-- > 0;) {
		(void)buf_adds(text, i + 1 == history->n_kept ? "\n" : ",\n");
		add_json_row(&history->kept[i].row, text);
	}
	(void)buf_adds(text, "],\n\"metric\":");
	text_json(history->options->metric ? history->options->metric : "", text);
	(void)buf_adds(text, ",\"unit\":");
	text_json(history->unit, text);
	(void)buf_adds(text, ",\"values\":[");
	for (size_t i = 0; i < history->n_values; i++) {
		const struct db_history_value *value = &history->values[i];

		(void)buf_addf(text,
		    "%s{\"time_ms\":%lld,\"n\":%llu,\"value\":%.15g,\"min\":%.15g,"
		    "\"max\":%.15g}",
		    i ? ",\n" : "\n", (long long)value->time_ms, (unsigned long long)value->n,
		    value->value, value->least, value->most);
	}
	(void)buf_adds(text, "]}\n");
}

/* --- the command -------------------------------------------------------------------------- */

static int parse_since(struct history *history, struct err *err)
{
	const char *since = history->options->since;

	history->sums_since_ms = history->now_ms - DAY_MS;
	if (!since)
		return 0;
	if (when_parse(since, history->now_ms, history->options->utc, &history->since_ms, err) <
	    0) {
		err_prefix(err, "option --since");
		return -EINVAL;
	}
	history->sums_since_ms = history->since_ms;
	return 0;
}

/* "NODE/NAME", where a node has no '/', or both apart. */
static int parse_probe(const struct cli *cli, struct history *history, struct err *err)
{
	char *slash = strchr(cli->arguments[0], '/');

	if (cli->n_arguments > 2 || (cli->n_arguments == 1 && !slash))
		return err_set(err, -EINVAL, "history needs NODE/NAME, or NODE and NAME");
	if (cli->n_arguments == 2) {
		history->name = cli->arguments[1];
	} else {
		*slash = '\0';
		history->name = slash + 1;
	}
	history->node = cli->arguments[0];
	return 0;
}

static int read_history(struct cli *cli, struct history *history, struct err *err)
{
	const struct history_options *options = history->options;
	uint64_t limit = options->last ? options->last : options->since ? 0 : LAST;
	int r = db_history_find(cli->db, history->node, history->name, &history->specid, err);

	if (r == 0)
		r = db_history_sums(
		    cli->db, history->specid, history->sums_since_ms, &history->sums, err);
	if (r < 0)
		return r;
	if (options->metric)
		return db_history_values(cli->db, history->specid, options->metric,
		    history->sums_since_ms, history->now_ms, history->unit, keep_value, history,
		    err);
	return db_history_rows(
	    cli->db, history->specid, history->since_ms, limit, keep_row, history, err);
}

static int print_history(const struct history *history, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
	int r = 0;

	if (history->json) {
		add_json(history, &text);
		return cli_print(&text);
	}
	if (history->options->metric) {
		r = add_values(history, &text);
		add_range(history, &text);
	} else {
		r = add_rows(history, &text);
	}
	add_sums(history, &text);
	if (r < 0) {
		(void)err_sys(err, r, "cannot show the history");
		return cli_fail(err);
	}
	return cli_print(&text);
}

static int run(struct cli *cli, const void *given)
{
	CLEANUP(history_free)
	struct history history = { .options = given, .now_ms = clock_real_ms() };
	struct err err = ERR_INIT;
	int exit_code = cli_wants_json(history.options->output, &history.json);

	if (exit_code != EXIT_DONE)
		return exit_code;
	if (history.options->last > LAST_MAX) {
		(void)err_set(&err, -EINVAL, "option --last: more than %d", LAST_MAX);
		return cli_usage(&err);
	}
	if (parse_probe(cli, &history, &err) < 0 || parse_since(&history, &err) < 0)
		return cli_usage(&err);
	exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (read_history(cli, &history, &err) < 0)
		return cli_fail(&err);
	return print_history(&history, &err);
}

const struct command cmd_history = {
	.name = "history",
	.arguments = "NODE/NAME",
	.help = "shows what became of a probe's slots, or the values of a metric",
	COMMAND_OPTIONS(rows, struct history_options),
	.run = run,
};
