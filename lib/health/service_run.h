/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small programs that are asked about services, all at once: pings and init scripts. Each has a
 * process group, no input, and what it prints is kept up to its first line; whatever is left at
 * the end is killed.
 */
#ifndef HAETAE_HEALTH_SERVICE_RUN_H
#define HAETAE_HEALTH_SERVICE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SERVICE_RUN_LINE_SIZE = 512, SERVICE_RUNS_MAX = 256 };

struct service_run {
	const char *const *argv; /* NULL-terminated, [0] the path; borrowed until started */
	pid_t pid;		 /* 0: not started, or waited for */
	int fd;			 /* of its output; -1: ended */
	int code;		 /* -errno when it could not be started */
	bool has_status;	 /* it ended by itself */
	int status;		 /* as waitpid's */
	char line[SERVICE_RUN_LINE_SIZE]; /* what it printed first; any bytes but NUL */
	size_t size;
	bool line_ended;
};

void service_run_start(struct service_run *run);
/* Reads all of them until they end or the clock is at until_ms (clock_mono_ms); kills and
 * collects the rest. */
void service_runs_wait(struct service_run *runs, size_t n, int64_t until_ms);

#endif
