/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The limit that a scheduler of forked probes can come near to: one process that spawns a
 * program again and again, some at a time, each in its own process group, and does nothing
 * with them but wait.
 *   spawn_loop SECONDS IN_FLIGHT PROGRAM
 * Prints runs per second.
 */
#include "config.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

static int spawn(char **argv, posix_spawn_file_actions_t *files, posix_spawnattr_t *attributes)
{
	pid_t pid;

	return posix_spawn(&pid, argv[0], files, attributes, argv, environ);
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	uint64_t seconds, in_flight, running = 0, runs = 0;
	int64_t begin, end;

	if (argc != 4 || num_u64(argv[1], &seconds, NULL) < 0 ||
	    num_u64(argv[2], &in_flight, NULL) < 0) {
		(void)fprintf(stderr, "usage: spawn_loop SECONDS IN_FLIGHT PROGRAM\n");
		return 2;
	}
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	(void)posix_spawnattr_setpgroup(&attributes, 0);
	begin = clock_mono_ms();
	end = begin + (int64_t)seconds * 1000;
	while (clock_mono_ms() < end || running) {
		while (running < in_flight && clock_mono_ms() < end) {
			if (spawn(argv + 3, &files, &attributes) != 0) {
				(void)fprintf(stderr, "cannot start %s\n", argv[3]);
				return 1;
			}
			running++;
		}
		if (wait(NULL) > 0) {
			running--;
			runs++;
		}
	}
	(void)printf("%.0f\n", (double)runs * 1000 / (double)(clock_mono_ms() - begin));
	return 0;
}
