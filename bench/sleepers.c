/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sleepers N WORD...: keeps N processes with this command line until standard input ends.
 * Prints a line when all are there. They die with their parent, however it dies.
 */
#include "config.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/base/num.h"

enum { SLEEPERS_MAX = 30000 };

int main(int argc, char **argv)
{
	uint64_t n;
	char c;

	if (argc < 3 || num_u64(argv[1], &n, NULL) < 0 || n > SLEEPERS_MAX)
		return 2;
	(void)signal(SIGCHLD, SIG_IGN);
	for (uint64_t i = 0; i < n; i++) {
		pid_t child = fork();

		if (child < 0) {
			perror("fork");
			return 1;
		}
		if (child == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				(void)pause();
		}
	}
	printf("ready\n");
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) == 1)
		continue;
	return 0;
}
