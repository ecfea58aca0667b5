/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "lib/base/clock.h"
#include "scheduler/command.h"

struct accounting_options {
	const char *host;
	const char *output;
};

static const struct opt rows[] = {
	{ 0, "host", "HOST", OPT_STRING, offsetof(struct accounting_options, host), NULL,
	    "the slots of this probe host alone" },
	{ 0, "output", "FORM", OPT_STRING, offsetof(struct accounting_options, output), NULL,
	    "table (the default) or json" },
};

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
	    "{\"slots\":%llu,\"run\":%llu,\"late\":%llu,\"timeout\":%llu,\"skipped\":%llu,"
	    "\"missed\":%llu,\"cancelled\":%llu,\"lost\":%llu,\"open\":%llu,\"ahead\":%llu,"
	    "\"unaccounted\":%lld,\"load_errors\":%llu,\"latency_p50_ms\":%lld,"
	    "\"latency_p95_ms\":%lld,\"latency_max_ms\":%lld}\n",
	    (unsigned long long)sums->slots, (unsigned long long)sums->run,
	    (unsigned long long)sums->late, (unsigned long long)sums->timeout,
	    (unsigned long long)sums->skipped, (unsigned long long)sums->missed,
	    (unsigned long long)sums->cancelled, (unsigned long long)sums->lost,
	    (unsigned long long)sums->open, (unsigned long long)sums->ahead,
	    (long long)sums->unaccounted, (unsigned long long)sums->load_errors,
	    (long long)sums->latency_p50_ms, (long long)sums->latency_p95_ms,
	    (long long)sums->latency_max_ms);
}

static int run(struct cli *cli, const void *given)
{
	const struct accounting_options *options = given;
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct db_accounting sums;
	struct err err = ERR_INIT;
	uint32_t hostid = 0;
	bool json = false;
	int exit_code = cli_wants_json(options->output, &json);

	if (exit_code == EXIT_DONE)
		exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (options->host && db_host_find(cli->db, options->host, &hostid, &err) < 0)
		return cli_fail(&err);
	if (db_accounting(
		cli->db, hostid, clock_real_ms(), cli->settings.late_ms, &sums, &err) < 0)
		return cli_fail(&err);
	/* What was made and is not due yet is no slot due. */
	sums.slots -= sums.ahead;
	sums.open -= sums.ahead;
	if (json)
		add_json(&sums, &text);
	else
		add_lines(&sums, &text);
	exit_code = cli_print(&text);
	if (exit_code == EXIT_DONE && sums.unaccounted != 0)
		return EXIT_FAILED;
	return exit_code;
}

const struct command cmd_accounting = {
	.name = "accounting",
	.help = "adds up the slots: fails if one is unaccounted for",
	COMMAND_OPTIONS(rows, struct accounting_options),
	.run = run,
};
