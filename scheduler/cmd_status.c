/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "scheduler/command.h"
#include "scheduler/status.h"
#include "scheduler/table.h"

enum { WATCH_MS = 2000, WATCH_LEAST_MS = 200 };

struct status_options {
	const char *node;
	const char *output;
	bool utc, probes, problems, all;
	int64_t watch_ms; /* 0: once */
};

static int take_watch(void *target, const char *value, struct err *err)
{
	struct status_options *options = target;
	double seconds = WATCH_MS / 1000.0;

	if (*value && num_seconds(value, &seconds, err) < 0)
		return -EINVAL;
	if (seconds * 1000 < WATCH_LEAST_MS || seconds > 86400)
		return err_set(err, -EINVAL, "'%.20s' is not 0.2 s to 1 d", value);
	options->watch_ms = (int64_t)(seconds * 1000);
	return 0;
}

#define AT(field) offsetof(struct status_options, field)
static const struct opt rows[] = {
	{ 0, "node", "NODE", OPT_STRING, AT(node), NULL, "this node alone, and its probes" },
	{ 0, "probes", NULL, OPT_FLAG, AT(probes), NULL, "the probes of all nodes, too" },
	{ 0, "problems", NULL, OPT_FLAG, AT(problems), NULL, "only what is not well" },
	{ 0, "all", NULL, OPT_FLAG, AT(all), NULL,
	    "all nodes; on a terminal healthy ones are left out when there are more than 40" },
	{ 0, "watch", "[SECONDS]", OPT_CALL, 0, take_watch,
	    "show it again and again, every 2 s or as given, until Ctrl-C" },
	{ 0, "output", "FORM", OPT_STRING, AT(output), NULL, "table (the default) or json" },
	{ 0, "utc", NULL, OPT_FLAG, AT(utc), NULL, "times in UTC instead of local time" },
};

/* One picture. */
static int draw(struct cli *cli, const struct status_options *options, bool json,
    struct buf *text, struct err *err)
{
	const struct table_terminal terminal = table_terminal();
	CLEANUP(status_free) struct status status = { 0 };
	const bool probes = options->probes || options->node;
	const struct status_ask ask = { .node = options->node,
		.probes = probes,
		.depth = !probes ? DB_STATUS_ROWS
			 : json	 ? DB_STATUS_ALL
				 : DB_STATUS_TEXTS,
		.problems = options->problems };
	const struct status_form form = { .utc = options->utc,
		.all = options->all,
		.problems = options->problems,
		.groups = !options->node,
		.probes = probes,
		.colour = terminal.coloured,
		.width = terminal.width };
	int r = status_read(cli->db, &cli->settings, &ask, &status, err);

	if (r == 0)
		r = json ? status_json(&status, &form, text)
			 : status_table(&status, &form, text);
	if (r < 0 && !err->text[0])
		(void)err_sys(err, r, "cannot show the status");
	return r;
}

/* --- again and again ---------------------------------------------------------------------- */

/* While a statement is waited for. The screen is whole between two pictures. */
static void leave(int signo)
{
	(void)signo;
	_exit(EXIT_DONE);
}

/* Writes over what is there, line by line, so that nothing flickers: ECMA-48 CUP, EL and ED. */
static void add_screen(const char *text, size_t lines_max, struct buf *screen)
{
	size_t lines = 0;

	(void)buf_adds(screen, "\033[H");
	for (const char *p = text; *p && (lines_max == 0 || lines < lines_max); lines++) {
		size_t size = strcspn(p, "\n");

		(void)buf_add(screen, p, size);
		(void)buf_adds(screen, "\033[K\r\n");
		p += size + (p[size] == '\n');
	}
	(void)buf_adds(screen, "\033[J");
}

/* Waits; true when it is to end. A changed window is drawn at once. */
static bool wait_ms(const sigset_t *signals, int64_t ms)
{
	const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	int signo = sigtimedwait(signals, NULL, &time);

	return signo == SIGINT || signo == SIGTERM || signo == SIGHUP;
}

/* The picture that was good last stays, below the reason why there is no newer one. */
static void complain(const struct err *err, int64_t good_ms, struct buf *text)
{
	char age[CLOCK_TEXT_SIZE];

	(void)buf_addf(text, "! %s\n", err->text);
	if (!good_ms)
		return;
	clock_age_text((clock_mono_ms() - good_ms) / 1000, age);
	(void)buf_addf(text, "! what follows is %s old\n", age);
}

static int watch(struct cli *cli, const struct status_options *options, bool json)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH };
	const struct table_terminal terminal = table_terminal();
	CLEANUP_BUF struct buf good = BUF_INIT_MAX(TABLE_SIZE_MAX);
	int64_t good_ms = 0;
	sigset_t signals;
	bool first = true;

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaddset(&signals, ends[i]);
	for (size_t i = 0; i < 3; i++)
		(void)signal(ends[i], leave);
	for (;;) {
		CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
		CLEANUP_BUF struct buf screen = BUF_INIT_MAX(TABLE_SIZE_MAX);
		struct err err = ERR_INIT;
		size_t height = table_terminal().height;
		int exit_code;

		(void)sigprocmask(SIG_UNBLOCK, &signals, NULL);
		if (draw(cli, options, json, &text, &err) == 0) {
			good_ms = clock_mono_ms();
			buf_reset(&good);
			(void)buf_adds(&good, buf_text(&text));
		} else {
			buf_reset(&text);
			complain(&err, good_ms, &text);
			(void)buf_adds(&text, buf_text(&good));
		}
		(void)sigprocmask(SIG_BLOCK, &signals, NULL);
		if (terminal.is_terminal && first)
			(void)buf_adds(&screen, "\033[2J");
		if (terminal.is_terminal)
			add_screen(buf_text(&text), height ? height - 1 : 0, &screen);
		exit_code = cli_print(terminal.is_terminal ? &screen : &text);
		if (exit_code != EXIT_DONE || wait_ms(&signals, options->watch_ms))
			return exit_code;
		first = false;
	}
}

static int run(struct cli *cli, const void *given)
{
	const struct status_options *options = given;
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
	struct err err = ERR_INIT;
	bool json = false;
	int exit_code = cli_wants_json(options->output, &json);

	if (exit_code == EXIT_DONE)
		exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (options->watch_ms)
		return watch(cli, options, json);
	return draw(cli, options, json, &text, &err) < 0 ? cli_fail(&err) : cli_print(&text);
}

const struct command cmd_status = {
	.name = "status",
	.help = "shows groups and nodes as they are now, and what needs attention",
	COMMAND_OPTIONS(rows, struct status_options),
	.run = run,
};
