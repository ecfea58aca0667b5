/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/check/text.h"
#include "scheduler/command.h"
#include "scheduler/table.h"

enum { DAYS = 2, DAYS_MAX = 10000, SPECS_NAMED = 20 };

struct accounting_options {
	const char *host;
	const char *by;
	const char *output;
	uint64_t days;
	bool all;
};

static const struct opt rows[] = {
	{ 0, "days", "N", OPT_UINT, offsetof(struct accounting_options, days), NULL,
	    "the slots of the last N days, in UTC, today being one (2)" },
	{ 0, "all", NULL, OPT_FLAG, offsetof(struct accounting_options, all), NULL,
	    "all slots that are still counted" },
	{ 0, "by", "WHAT", OPT_STRING, offsetof(struct accounting_options, by), NULL,
	    "a row a host, spec or day" },
	{ 0, "host", "HOST", OPT_STRING, offsetof(struct accounting_options, host), NULL,
	    "the slots of this probe host alone" },
	{ 0, "output", "FORM", OPT_STRING, offsetof(struct accounting_options, output), NULL,
	    "table (the default) or json" },
};

/* --- the sum ------------------------------------------------------------------------------ */

static void add_lines(const struct db_accounting *sums, struct buf *text)
{
	(void)buf_addf(text,
	    "slots due: %llu, run: %llu, late: %llu, timeout: %llu, skipped: %llu, "
	    "missed: %llu, cancelled: %llu, lost: %llu, open: %llu, unaccounted: %lld\n"
	    "made ahead: %llu\n"
	    "start latency: p50 %lld ms, p95 %lld ms, max %lld ms\n",
	    (unsigned long long)sums->slots, (unsigned long long)sums->run,
	    (unsigned long long)sums->late, (unsigned long long)sums->timeout,
	    (unsigned long long)sums->skipped, (unsigned long long)sums->missed,
	    (unsigned long long)sums->cancelled, (unsigned long long)sums->lost,
	    (unsigned long long)sums->open, (long long)sums->unaccounted,
	    (unsigned long long)sums->ahead, (long long)sums->latency_p50_ms,
	    (long long)sums->latency_p95_ms, (long long)sums->latency_max_ms);
	if (sums->load_errors)
		(void)buf_addf(text, "records that could not be loaded: %llu\n",
		    (unsigned long long)sums->load_errors);
}

static void add_json(const struct db_accounting *sums, struct buf *text)
{
	(void)buf_addf(text,
	    "\"slots\":%llu,\"run\":%llu,\"late\":%llu,\"timeout\":%llu,\"skipped\":%llu,"
	    "\"missed\":%llu,\"cancelled\":%llu,\"lost\":%llu,\"open\":%llu,\"ahead\":%llu,"
	    "\"unaccounted\":%lld,\"load_errors\":%llu,\"latency_p50_ms\":%lld,"
	    "\"latency_p95_ms\":%lld,\"latency_max_ms\":%lld}",
	    (unsigned long long)sums->slots, (unsigned long long)sums->run,
	    (unsigned long long)sums->late, (unsigned long long)sums->timeout,
	    (unsigned long long)sums->skipped, (unsigned long long)sums->missed,
	    (unsigned long long)sums->cancelled, (unsigned long long)sums->lost,
	    (unsigned long long)sums->open, (unsigned long long)sums->ahead,
	    (long long)sums->unaccounted, (unsigned long long)sums->load_errors,
	    (long long)sums->latency_p50_ms, (long long)sums->latency_p95_ms,
	    (long long)sums->latency_max_ms);
}

/* Which probes they are: by this an operator finds what they have in common. */
static int name_specs(
    struct db *db, struct db_accounting_ask ask, struct buf *text, struct err *err)
{
	CLEANUP(db_accounting_list_free) struct db_accounting_list list = { 0 };
	size_t n = 0;
	int r;

	ask.by = DB_BY_SPEC;
	r = db_accounting_list(db, &ask, &list, err);
	for (size_t i = 0; r == 0 && i < list.n; i++) {
		const struct db_accounting_row *row = &list.items[i];

		if (row->sums.unaccounted == 0 || ++n > SPECS_NAMED)
			continue;
		(void)buf_addf(text, "unaccounted for: %s (specid %llu): %lld\n", row->name,
		    (unsigned long long)row->key, (long long)row->sums.unaccounted);
	}
	if (n > SPECS_NAMED)
		(void)buf_addf(
		    text, "and %zu more specs: haetae accounting --by spec\n", n - SPECS_NAMED);
	return r;
}

/* --- by something ------------------------------------------------------------------------- */

static int print_rows(
    const struct db_accounting_list *list, enum db_accounting_by by, struct buf *text)
{
	static const struct table_column columns[] = { { "", TABLE_LEFT, NULL, 0 },
		{ "DUE", TABLE_RIGHT, NULL, 0 }, { "RUN", TABLE_RIGHT, NULL, 0 },
		{ "LATE", TABLE_RIGHT, NULL, 0 }, { "TIMEOUT", TABLE_RIGHT, NULL, 0 },
		{ "SKIPPED", TABLE_RIGHT, NULL, 0 }, { "MISSED", TABLE_RIGHT, NULL, 0 },
		{ "CANCELLED", TABLE_RIGHT, NULL, 0 }, { "LOST", TABLE_RIGHT, NULL, 0 },
		{ "OPEN", TABLE_RIGHT, NULL, 0 }, { "P95 MS", TABLE_RIGHT, NULL, 1 },
		{ "MAX MS", TABLE_RIGHT, NULL, 0 }, { "UNACCOUNTED", TABLE_LEFT, NULL, 0 } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);

	for (size_t i = 0; i < list->n; i++) {
		const struct db_accounting *sums = &list->items[i].sums;
		const uint64_t numbers[] = { sums->slots, sums->run, sums->late, sums->timeout,
			sums->skipped, sums->missed, sums->cancelled, sums->lost, sums->open };

		table_add(&table, list->items[i].name);
		for (size_t j = 0; j < sizeof(numbers) / sizeof(numbers[0]); j++)
			table_addf(&table, "%llu", (unsigned long long)numbers[j]);
		if (by == DB_BY_SPEC)
			table_add(&table, "");
		else
			table_addf(&table, "%lld", (long long)sums->latency_p95_ms);
		table_addf(&table, "%lld", (long long)sums->latency_max_ms);
		table_addf(&table, "%lld", (long long)sums->unaccounted);
	}
	return table_print(&table, table_terminal(), text);
}

static void print_rows_json(const struct db_accounting_list *list, struct buf *text)
{
	(void)buf_addc(text, '[');
	for (size_t i = 0; i < list->n; i++) {
		(void)buf_addf(text, "%s{\"key\":%llu,\"name\":", i ? ",\n" : "\n",
		    (unsigned long long)list->items[i].key);
		text_json(list->items[i].name, text);
		(void)buf_addc(text, ',');
		add_json(&list->items[i].sums, text);
	}
	(void)buf_adds(text, "\n]\n");
}

static int parse_by(const char *by, enum db_accounting_by *ret)
{
	static const char *const words[] = {
		[DB_BY_HOST] = "host", [DB_BY_SPEC] = "spec", [DB_BY_DAY] = "day"
	};
	struct err err = ERR_INIT;

	*ret = DB_BY_ALL;
	for (int i = DB_BY_HOST; by && i <= DB_BY_DAY; i++) {
		if (strcmp(by, words[i]) == 0)
			*ret = (enum db_accounting_by)i;
	}
	if (!by || *ret != DB_BY_ALL)
		return EXIT_DONE;
	(void)err_set(&err, -EINVAL, "option --by: '%.40s' is not one of host, spec, day", by);
	return cli_usage(&err);
}

static int check_options(
    const struct accounting_options *options, struct db_accounting_ask *ask, bool *ret_json)
{
	struct err err = ERR_INIT;
	int exit_code = cli_wants_json(options->output, ret_json);

	if (exit_code == EXIT_DONE)
		exit_code = parse_by(options->by, &ask->by);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (options->days > DAYS_MAX || (options->all && options->days)) {
		(void)err_set(&err, -EINVAL,
		    options->all ? "option --days: --all is given too"
				 : "option --days: more than 10000");
		return cli_usage(&err);
	}
	ask->now_ms = clock_real_ms();
	if (!options->all)
		ask->from_day = ask->now_ms / 86400000 + 1 -
				(int64_t)(options->days ? options->days : DAYS);
	return EXIT_DONE;
}

static int print(struct cli *cli, const struct db_accounting_ask *ask,
    const struct db_accounting_list *list, bool json, bool bad, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
	int r = 0;

	if (ask->by != DB_BY_ALL && json) {
		print_rows_json(list, &text);
	} else if (ask->by != DB_BY_ALL) {
		r = print_rows(list, ask->by, &text);
	} else if (json) {
		(void)buf_addc(&text, '{');
		add_json(&list->items[0].sums, &text);
		(void)buf_addc(&text, '\n');
	} else {
		add_lines(&list->items[0].sums, &text);
		r = bad ? name_specs(cli->db, *ask, &text, err) : 0;
	}
	return r < 0 ? cli_fail(err) : cli_print(&text);
}

static int run(struct cli *cli, const void *given)
{
	const struct accounting_options *options = given;
	CLEANUP(db_accounting_list_free) struct db_accounting_list list = { 0 };
	struct db_accounting_ask ask = { 0 };
	struct err err = ERR_INIT;
	bool json = false, bad = false;
	int exit_code = check_options(options, &ask, &json);

	if (exit_code == EXIT_DONE)
		exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	ask.late_ms = cli->settings.late_ms;
	if (options->host && db_host_find(cli->db, options->host, &ask.hostid, &err) < 0)
		return cli_fail(&err);
	if (db_accounting_list(cli->db, &ask, &list, &err) < 0)
		return cli_fail(&err);
	for (size_t i = 0; i < list.n; i++) {
		struct db_accounting *sums = &list.items[i].sums;

		/* What was made and is not due yet is no slot due. */
		sums->slots -= sums->ahead;
		sums->open -= sums->ahead;
		bad = bad || sums->unaccounted != 0;
	}
	exit_code = print(cli, &ask, &list, json, bad, &err);
	return exit_code == EXIT_DONE && bad ? EXIT_FAILED : exit_code;
}

const struct command cmd_accounting = {
	.name = "accounting",
	.help = "adds up the slots: fails if one is unaccounted for",
	COMMAND_OPTIONS(rows, struct accounting_options),
	.run = run,
};
