/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spawn_time RUNS -- COMMAND WORD... -- COMMAND WORD... [-- ...]: runs the commands in
 * turn, RUNS times each after one run that is not counted, and prints a line a command:
 * medians of wall time and of CPU time (user and system, with the children that it waited
 * for) in microseconds, and the largest resident set in KiB.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/num.h"

enum { COMMANDS_MAX = 8, RUNS_MAX = 100000 };

struct command {
	char **argv;
	int64_t *wall_us; /* one a run */
	int64_t *cpu_us;
	long rss_kib;
};

static int64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t timeval_us(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

static int by_value(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static int64_t median(int64_t *values, size_t n)
{
	qsort(values, n, sizeof(values[0]), by_value);
	return values[n / 2];
}

static int run_once(struct command *command, const posix_spawn_file_actions_t *actions,
    size_t index, int is_counted)
{
	char *const environment[] = { (char[]){ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" },
		(char[]){ "LANG=C.UTF-8" }, NULL };
	int64_t start = now_us();
	struct rusage usage;
	int status, r;
	pid_t child;

	r = posix_spawn(&child, command->argv[0], actions, NULL, command->argv, environment);
	if (r != 0)
		return -r;
	while (wait4(child, &status, 0, &usage) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 2)
		return -EPROTO;
	if (!is_counted)
		return 0;
	command->wall_us[index] = now_us() - start;
	command->cpu_us[index] = timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime);
	if (usage.ru_maxrss > command->rss_kib)
		command->rss_kib = usage.ru_maxrss;
	return 0;
}

/* Splits the words at "--". */
static size_t split(char **words, struct command commands[COMMANDS_MAX])
{
	size_t n = 0;

	for (; *words; words++) {
		if (strcmp(*words, "--") != 0)
			continue;
		*words = NULL;
		if (n == COMMANDS_MAX || !words[1])
			return 0;
		commands[n++].argv = words + 1;
	}
	return n;
}

int main(int argc, char **argv)
{
	struct command commands[COMMANDS_MAX] = { 0 };
	posix_spawn_file_actions_t actions;
	uint64_t runs;
	size_t n;

	if (argc < 4 || num_u64(argv[1], &runs, NULL) < 0 || runs == 0 || runs > RUNS_MAX)
		return 2;
	n = split(argv + 2, commands);
	if (n == 0)
		return 2;
	(void)posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd <= 2; fd++)
		(void)posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	for (size_t i = 0; i < n; i++) {
		commands[i].wall_us = calloc(runs, sizeof(int64_t));
		commands[i].cpu_us = calloc(runs, sizeof(int64_t));
		if (!commands[i].wall_us || !commands[i].cpu_us)
			return 1;
	}
	for (uint64_t run = 0; run <= runs; run++) {
		for (size_t i = 0; i < n; i++) {
			int r = run_once(&commands[i], &actions, run ? run - 1 : 0, run > 0);

			if (r < 0) {
				(void)fprintf(stderr, "spawn_time: %s: %s\n",
				    commands[i].argv[0],
				    r == -EPROTO ? "did not end well" : strerror(-r));
				return 1;
			}
		}
	}
	for (size_t i = 0; i < n; i++) {
		printf("%lld %lld %ld\n", (long long)median(commands[i].wall_us, runs),
		    (long long)median(commands[i].cpu_us, runs), commands[i].rss_kib);
		free(commands[i].wall_us);
		free(commands[i].cpu_us);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return 0;
}
