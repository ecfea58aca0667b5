/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * canary SECONDS REPORT: processes that nobody may kill, in a pid namespace whose numbers wrap
 * fast; on a busy machine for longer, until they have wrapped as many times. It keeps children
 * that live for up to two seconds each, and starts many that end at once, so that the pid of
 * whatever dies around it is soon one of theirs. In the end the report is "STARTED WRAPS
 * SIGNALLED": the last is how many did not end by themselves.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

enum { LIVING = 20, PAUSE_MS = 4, LIFE_MS = 2000, LONGER = 5 };

struct canary {
	size_t n_started, n_wraps, n_signalled, n_living;
	pid_t last;
};

/* Starts one that lives so long; false when there is no pid left at the moment. */
static bool start(struct canary *canary, int64_t life_ms)
{
	pid_t pid = fork();

	if (pid == 0) {
		clock_sleep_ms(life_ms);
		_exit(life_ms ? 1 : 0);
	}
	if (pid < 0)
		return false;
	canary->n_started++;
	canary->n_wraps += pid < canary->last;
	canary->last = pid;
	return true;
}

static void reap(struct canary *canary)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (WIFSIGNALED(status)) {
			canary->n_signalled++;
			(void)fprintf(
			    stderr, "canary %ld: signal %d\n", (long)pid, WTERMSIG(status));
		}
		/* Those that live for a while end with 1. */
		if (WIFSIGNALED(status) || WEXITSTATUS(status) == 1)
			canary->n_living -= canary->n_living > 0;
	}
}

static bool goes_on(const struct canary *canary, int64_t passed_ms, int64_t seconds)
{
	return passed_ms < seconds * 1000 ||
	       ((int64_t)canary->n_wraps < seconds && passed_ms < LONGER * seconds * 1000);
}

int main(int argc, char **argv)
{
	struct canary canary = { 0 };
	uint64_t seconds = 0;
	int64_t begun_ms, end_ms;
	FILE *report;

	if (argc != 3 || num_u64(argv[1], &seconds, NULL) < 0 || seconds > 86400)
		return 2;
	begun_ms = clock_mono_ms();
	while (goes_on(&canary, clock_mono_ms() - begun_ms, (int64_t)seconds)) {
		/* Lives of all lengths, the same in each run. */
		int64_t life_ms = 100 + (int64_t)(canary.n_started * 7919 % LIFE_MS);

		if (canary.n_living < LIVING)
			canary.n_living += start(&canary, life_ms);
		(void)start(&canary, 0);
		clock_sleep_ms(PAUSE_MS);
		reap(&canary);
	}
	end_ms = clock_mono_ms() + 2 * LIFE_MS;
	while (clock_mono_ms() < end_ms) {
		reap(&canary);
		clock_sleep_ms(PAUSE_MS);
	}
	report = fopen(argv[2], "we");
	if (!report)
		return 1;
	(void)fprintf(
	    report, "%zu %zu %zu\n", canary.n_started, canary.n_wraps, canary.n_signalled);
	return fclose(report) == 0 ? 0 : 1;
}
