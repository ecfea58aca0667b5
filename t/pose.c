/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pose [--comm NAME] [--zombie] [--bytes N] [--fds N] [--spin] [--wipe] [--] [WORD...]:
 * a process to be found by tests. Its command line is as given, it prints "ready" and its
 * process id (with --zombie also that of a dead child that it does not reap), and ends when
 * its standard input does. --bytes runs it again with N bytes of arguments behind the words;
 * --wipe leaves an empty command line; --fds opens descriptors; --spin uses CPU time.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/num.h"

enum { WORD_SIZE = 100 << 10, WORDS_MAX = 64 };

struct pose {
	const char *comm;
	uint64_t bytes;
	uint64_t fds;
	bool zombie;
	bool spin;
	bool wipe;
};

/* Replaces this process by one with long arguments: a word may have 128 KiB at most. */
static int exec_long(char **argv, uint64_t bytes)
{
	static char word[WORD_SIZE + 1];
	char *longer[WORDS_MAX + 4] = { argv[0] };
	size_t n = 1;

	memset(word, 'x', WORD_SIZE);
	longer[n++] = (char[]){ "--" };
	for (int i = 1; argv[i] && n < WORDS_MAX; i++) {
		if (strncmp(argv[i], "--", 2) == 0) {
			i += strcmp(argv[i], "--bytes") == 0;
			continue;
		}
		longer[n++] = argv[i];
	}
	for (; bytes >= WORD_SIZE && n < WORDS_MAX; bytes -= WORD_SIZE)
		longer[n++] = word;
	longer[n++] = (char[]){ "the-last-word" };
	longer[n] = NULL;
	execv("/proc/self/exe", longer);
	return -errno;
}

static int parse(struct pose *pose, char **argv)
{
	for (int i = 1; argv[i] && strncmp(argv[i], "--", 2) == 0 && argv[i][2]; i++) {
		const char *name = argv[i] + 2, *value = argv[i + 1];

		if (strcmp(name, "zombie") == 0)
			pose->zombie = true;
		else if (strcmp(name, "spin") == 0)
			pose->spin = true;
		else if (strcmp(name, "wipe") == 0)
			pose->wipe = true;
		else if (!value)
			return -EINVAL;
		else if (strcmp(name, "comm") == 0)
			pose->comm = argv[++i];
		else if (num_u64(value, strcmp(name, "bytes") == 0 ? &pose->bytes : &pose->fds,
			     NULL) < 0)
			return -EINVAL;
		else
			i++;
	}
	return 0;
}

static void wait_for_end(bool spin)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	char c;

	do {
		while (poll(&in, 1, spin ? 0 : -1) == 0)
			continue;
	} while (read(STDIN_FILENO, &c, 1) == 1);
}

int main(int argc, char **argv)
{
	struct pose pose = { 0 };
	pid_t child = 0;

	if (parse(&pose, argv) < 0)
		return 2;
	if (pose.bytes > 0 && exec_long(argv, pose.bytes) < 0)
		return 1;
	if (pose.comm)
		(void)prctl(PR_SET_NAME, pose.comm);
	for (uint64_t i = 0; i < pose.fds; i++)
		(void)!open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (pose.zombie) {
		siginfo_t info;

		child = fork();
		if (child == 0)
			_exit(0);
		/* Waits for its death, and leaves it dead. */
		(void)waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
	}
	if (pose.wipe) {
		for (int i = 0; i < argc; i++)
			memset(argv[i], 0, strlen(argv[i]));
	}
	printf("ready %ld %ld\n", (long)getpid(), (long)child);
	(void)fflush(stdout);
	wait_for_end(pose.spin);
	return 0;
}
