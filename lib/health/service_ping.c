/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/clock.h"
#include "lib/base/fsroot.h"
#include "lib/health/service_process.h"
#include "lib/health/service_run.h"

/* What a ping keeps of its time for its own words, and the least that it is worth. */
enum {
	WORDS_MS = 300,
	LEAST_MS = 200,
	INIT_PATH_SIZE = sizeof("/etc/init.d/") + PROFILE_NAME_MAX
};

/* One program that is asked. */
struct question {
	struct service_row *row;
	bool is_lsb;
	const char **argv; /* owned, its words borrowed or below */
	char time[24], path[INIT_PATH_SIZE];
};

struct service_questions {
	struct services *services;
	struct question *items;
	struct service_run *runs;
	size_t n;
	int64_t started_ms;
};

void service_questions_free(struct service_questions *questions)
{
	if (!questions)
		return;
	/* One that nobody waited for is not left behind. */
	service_runs_wait(questions->runs, questions->n, 0);
	for (size_t i = 0; i < questions->n; i++)
		free(questions->items[i].argv);
	free(questions->items);
	free(questions->runs);
	free(questions);
}

static bool has_lsb(const struct service_row *row)
{
	return row->spec->lsb && *row->spec->lsb;
}

/* A service that does not run is not asked. */
static bool has_ping(const struct service_row *row)
{
	return row->spec->ping.n > 0 && row->group.n_rows > 0;
}

static int make_ping(struct question *question, const char *program, int64_t ms)
{
	const struct conf_texts *ping = &question->row->spec->ping;
	size_t n = 0;

	question->argv = calloc(ping->n + 6, sizeof(question->argv[0]));
	if (!question->argv)
		return -ENOMEM;
	ms -= WORDS_MS;
	if (ms < LEAST_MS)
		ms = LEAST_MS;
	(void)snprintf(question->time, sizeof(question->time), "%lld.%03lld",
	    (long long)(ms / 1000), (long long)(ms % 1000));
	question->argv[n++] = program;
	question->argv[n++] = "--kind";
	question->argv[n++] = ping->items[0];
	question->argv[n++] = "-t";
	question->argv[n++] = question->time;
	for (size_t i = 1; i < ping->n; i++)
		question->argv[n++] = ping->items[i];
	return 0;
}

static int make_lsb(struct question *question)
{
	question->argv = calloc(3, sizeof(question->argv[0]));
	if (!question->argv)
		return -ENOMEM;
	(void)snprintf(
	    question->path, sizeof(question->path), "/etc/init.d/%s", question->row->spec->lsb);
	question->argv[0] = question->path;
	question->argv[1] = "status";
	question->is_lsb = true;
	return 0;
}

static int add(struct service_questions *questions, struct service_row *row, bool is_lsb,
    const char *program, int64_t ms)
{
	struct question *question = &questions->items[questions->n];
	struct service_run *run = &questions->runs[questions->n];
	int r;

	*question = (struct question){ .row = row };
	*run = (struct service_run){ .fd = -1 };
	r = is_lsb ? make_lsb(question) : make_ping(question, program, ms);
	if (r < 0)
		return r;
	questions->n++;
	run->argv = (const char *const *)question->argv;
	service_run_start(run);
	return 0;
}

int service_questions_start(struct services *services, const char *ping_program, int64_t ms,
    struct service_questions **ret, struct err *err)
{
	struct service_questions *questions = calloc(1, sizeof(*questions));
	int r = 0;

	*ret = questions;
	if (!questions)
		return err_sys(err, -ENOMEM, "cannot ask services");
	questions->services = services;
	questions->started_ms = clock_mono_ms();
	/* Nobody answers for a tree that was captured. */
	if (!services->how.root->live)
		return 0;
	questions->items = calloc(SERVICE_RUNS_MAX, sizeof(questions->items[0]));
	questions->runs = calloc(SERVICE_RUNS_MAX, sizeof(questions->runs[0]));
	if (!questions->items || !questions->runs)
		return err_sys(err, -ENOMEM, "cannot ask services");
	for (size_t i = 0; r == 0 && i < services->n_rows; i++) {
		struct service_row *row = &services->rows[i];

		if (questions->n + 2 > SERVICE_RUNS_MAX) {
			service_note(row, "not pinged: more than %d", SERVICE_RUNS_MAX);
			continue;
		}
		if (has_ping(row))
			r = add(questions, row, false, ping_program, ms);
		if (r == 0 && has_lsb(row) && !row->has_unit)
			r = add(questions, row, true, NULL, ms);
	}
	return r < 0 ? err_sys(err, r, "cannot ask services") : 0;
}

/* --- answers --------------------------------------------------------------------------------- */

/* "PING CRITICAL - redis 127.0.0.1:1 refused | perfdata" is "127.0.0.1:1 refused". */
static void take_words(char *line, const char *kind)
{
	char *bar = strchr(line, '|'), *dash;
	size_t size = strlen(kind);

	if (bar)
		*bar = '\0';
	dash = strstr(line, " - ");
	if (dash)
		memmove(line, dash + 3, strlen(dash + 3) + 1);
	/* Its kind is said in front of it. */
	if (strncmp(line, kind, size) == 0 && line[size] == ' ')
		memmove(line, line + size + 1, strlen(line + size + 1) + 1);
	size = strlen(line);
	while (size > 0 && line[size - 1] == ' ')
		line[--size] = '\0';
}

static void answer_ping(struct service_questions *questions, size_t index)
{
	struct service_run *run = &questions->runs[index];
	struct service_row *row = questions->items[index].row;
	const char *kind = row->spec->ping.items[0];

	if (run->code < 0) {
		struct err err = ERR_INIT;

		(void)err_sys(&err, run->code, "ping %s: cannot run %s", kind,
		    questions->items[index].argv[0]);
		(void)service_problem(row, SERVICE_FROM_OTHERS, STATE_UNKNOWN, "%s", err.text);
		return;
	}
	if (!run->has_status) {
		(void)service_problem(row, SERVICE_FROM_OTHERS, STATE_CRITICAL,
		    "ping %s: no answer in %.1f s", kind,
		    (double)(clock_mono_ms() - questions->started_ms) / 1000);
		return;
	}
	take_words(run->line, kind);
	if (!WIFEXITED(run->status) || WEXITSTATUS(run->status) > STATE_UNKNOWN)
		(void)service_problem(row, SERVICE_FROM_OTHERS, STATE_UNKNOWN,
		    "ping %s ended by %s %d: %s", kind,
		    WIFEXITED(run->status) ? "status" : "signal",
		    WIFEXITED(run->status) ? WEXITSTATUS(run->status) : WTERMSIG(run->status),
		    run->line);
	else if (WEXITSTATUS(run->status) != STATE_OK)
		(void)service_problem(row, SERVICE_FROM_OTHERS,
		    (enum state)WEXITSTATUS(run->status), "ping %s: %s", kind, run->line);
	else
		(void)buf_addf(
		    &row->sockets, "%sping %s ok", row->sockets.size ? "; " : "", kind);
}

/* LSB Core, 22.2: 0 runs, 1 and 2 died, 3 does not run, 4 not known. */
static void answer_lsb(const struct service_questions *questions, size_t index)
{
	const struct service_run *run = &questions->runs[index];
	struct service_row *row = questions->items[index].row;
	const char *script = questions->items[index].argv[0];
	int code = run->has_status && WIFEXITED(run->status) ? WEXITSTATUS(run->status) : -1;

	if (run->code < 0) {
		struct err err = ERR_INIT;

		(void)err_sys(&err, run->code, "cannot run %s", script);
		service_note(row, "%s", err.text);
		return;
	}
	if (code == 0)
		(void)buf_addf(&row->sockets, "%sstatus ok", row->sockets.size ? "; " : "");
	if (code == 0 && row->group.n_rows == 0 && !row->spec->unwanted)
		(void)service_problem(row, SERVICE_FROM_OTHERS, STATE_WARNING,
		    "%s status says that it runs", script);
	else if (code >= 1 && code <= 3 && row->group.n_rows > 0)
		(void)service_problem(row, SERVICE_FROM_OTHERS, STATE_WARNING,
		    "%s status says that it %s: its processes were started by hand", script,
		    code == 3 ? "does not run" : "died");
	else if (code < 0 || code > 3)
		service_note(row, "%s status tells nothing: %s", script,
		    code < 0 ? "it did not end" : run->line);
}

void service_questions_finish(struct service_questions *questions, int64_t until_ms)
{
	service_runs_wait(questions->runs, questions->n, until_ms);
	for (size_t i = 0; i < questions->n; i++) {
		if (questions->items[i].is_lsb)
			answer_lsb(questions, i);
		else
			answer_ping(questions, i);
	}
}
