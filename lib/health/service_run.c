/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/service_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"

/* How long one that was killed may take to end; one that cannot is left behind. */
enum { KILL_WAIT_MS = 200, TICK_MS = 5 };

static int spawn(struct service_run *run, int out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, defaults;
	char *const *argv;
	int code;

	/* It is not written to. */
	memcpy(&argv, &run->argv, sizeof(argv));
	/* Each of these fails for want of memory alone; the spawn then fails or does as well. */
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(
	    &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	(void)posix_spawn_file_actions_addopen(
	    &actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	(void)posix_spawnattr_init(&attributes);
	(void)sigemptyset(&none);
	(void)sigemptyset(&defaults);
	(void)sigaddset(&defaults, SIGPIPE);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	(void)posix_spawnattr_setsigdefault(&attributes, &defaults);
	(void)posix_spawnattr_setpgroup(&attributes, 0);
	(void)posix_spawnattr_setflags(&attributes,
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	code = posix_spawn(&run->pid, run->argv[0], &actions, &attributes, argv, environ);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return -code;
}

void service_run_start(struct service_run *run)
{
	int ends[2];

	run->fd = -1;
	run->pid = 0;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
		run->code = -errno;
		return;
	}
	/* It writes as to any pipe. */
	(void)fcntl(ends[1], F_SETFL, 0);
	run->code = spawn(run, ends[1]);
	close(ends[1]);
	if (run->code < 0) {
		close(ends[0]);
		run->pid = 0;
		return;
	}
	run->fd = ends[0];
}

static void keep(struct service_run *run, const char *data, size_t size)
{
	const char *newline = memchr(data, '\n', size);
	size_t room = sizeof(run->line) - 1 - run->size;

	if (run->line_ended)
		return;
	run->line_ended = newline != NULL;
	if (newline)
		size = (size_t)(newline - data);
	if (size > room)
		size = room;
	for (size_t i = 0; i < size; i++)
		run->line[run->size++] = data[i] ? data[i] : '?';
	run->line[run->size] = '\0';
}

/* What there is now; the end closes the pipe. */
static void drain(struct service_run *run)
{
	char data[4096];
	ssize_t n = read(run->fd, data, sizeof(data));

	if (n > 0) {
		keep(run, data, (size_t)n);
		return;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	close(run->fd);
	run->fd = -1;
}

static void collect(struct service_run *run)
{
	int status;

	if (run->pid > 0 && waitpid(run->pid, &status, WNOHANG) == run->pid) {
		run->pid = 0;
		run->has_status = true;
		run->status = status;
	}
}

/* Waits for output or a tick, takes what there is, and tells whether some are left. */
static bool step(struct service_run *runs, size_t n, int64_t until_ms)
{
	struct pollfd fds[SERVICE_RUNS_MAX];
	nfds_t n_fds = 0;
	bool left = false, silent = false;
	int64_t wait_ms = until_ms - clock_mono_ms();

	for (size_t i = 0; i < n; i++) {
		if (runs[i].fd >= 0)
			fds[n_fds++] = (struct pollfd){ .fd = runs[i].fd, .events = POLLIN };
		else if (runs[i].pid > 0)
			silent = true;
	}
	if (n_fds == 0 && !silent)
		return false;
	if (silent && wait_ms > TICK_MS)
		wait_ms = TICK_MS;
	(void)poll(fds, n_fds, wait_ms > 0 ? (int)wait_ms : 0);
	for (size_t i = 0; i < n; i++) {
		if (runs[i].fd >= 0)
			drain(&runs[i]);
		/* Who closed its output is about to end. */
		if (runs[i].fd < 0)
			collect(&runs[i]);
		left = left || runs[i].fd >= 0 || runs[i].pid > 0;
	}
	return left;
}

static void kill_all(struct service_run *runs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (runs[i].fd >= 0)
			close(runs[i].fd);
		runs[i].fd = -1;
		if (runs[i].pid > 0)
			(void)kill(-runs[i].pid, SIGKILL);
	}
}

static bool all_ended(struct service_run *runs, size_t n)
{
	bool ended = true;

	for (size_t i = 0; i < n; i++) {
		if (runs[i].pid > 0 && waitpid(runs[i].pid, NULL, WNOHANG) == runs[i].pid)
			runs[i].pid = 0;
		ended = ended && runs[i].pid == 0;
	}
	return ended;
}

void service_runs_wait(struct service_run *runs, size_t n, int64_t until_ms)
{
	int64_t killed_ms;

	while (clock_mono_ms() < until_ms && step(runs, n, until_ms))
		;
	kill_all(runs, n);
	killed_ms = clock_mono_ms();
	while (!all_ended(runs, n) && clock_mono_ms() - killed_ms < KILL_WAIT_MS)
		clock_sleep_ms(TICK_MS);
	for (size_t i = 0; i < n; i++)
		runs[i].pid = 0;
}
