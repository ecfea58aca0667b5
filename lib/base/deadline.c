/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/deadline.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/base/clock.h"

/* PATIENCE is how long the kept line may take to write where nobody reads. */
enum { RESERVE_LEAST_MS = 200, PATIENCE_MS = 100 };

/* Two lines, and which one the handler may print: the other is free to write to. */
static struct {
	char line[2][DEADLINE_LINE_SIZE];
	volatile sig_atomic_t current;
	volatile sig_atomic_t exit_code;
	volatile sig_atomic_t silent;
	int64_t end_ms;	    /* on the monotonic clock */
	int64_t reserve_ms; /* kept for printing */
} deadline;

static void deadline_expired(int signo)
{
	const char *line = deadline.line[deadline.current];

	(void)signo;
	if (!deadline.silent) {
		size_t size = strlen(line), done = 0;

		/* The next tick ends us, should this write wait for a reader. */
		deadline.silent = 1;
		while (done < size) {
			ssize_t n = write(STDOUT_FILENO, line + done, size - done);

			if (n <= 0)
				break;
			done += (size_t)n;
		}
	}
	_exit(deadline.exit_code);
}

int deadline_start(int64_t ms, int exit_code, struct err *err)
{
	struct sigaction action = { .sa_handler = deadline_expired, .sa_flags = SA_NODEFER };
	struct itimerval timer = {
		.it_value = { .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 },
		.it_interval = { .tv_usec = PATIENCE_MS * 1000 },
	};
	sigset_t alarm_only;

	deadline.exit_code = exit_code;
	deadline.end_ms = clock_mono_ms() + ms;
	deadline.reserve_ms = ms / 10 > RESERVE_LEAST_MS ? ms / 10 : RESERVE_LEAST_MS;
	sigemptyset(&action.sa_mask);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	/* A parent may have left SIGALRM blocked, which would switch the deadline off. */
	if (sigaction(SIGALRM, &action, NULL) < 0 ||
	    sigprocmask(SIG_UNBLOCK, &alarm_only, NULL) < 0 ||
	    setitimer(ITIMER_REAL, &timer, NULL) < 0)
		return err_sys(err, -errno, "cannot start the deadline timer");
	return 0;
}

void deadline_keep(const char *line)
{
	int next = !deadline.current;
	size_t size = strlen(line);

	if (size >= DEADLINE_LINE_SIZE - 1) {
		size = DEADLINE_LINE_SIZE - 2;
		memcpy(deadline.line[next], line, size);
		deadline.line[next][size++] = '\n';
	} else {
		memcpy(deadline.line[next], line, size);
	}
	deadline.line[next][size] = '\0';
	deadline.current = next;
}

void deadline_printed(int exit_code)
{
	deadline.exit_code = exit_code;
	deadline.silent = 1;
}

int64_t deadline_rest_ms(void)
{
	int64_t rest;

	if (deadline.end_ms == 0)
		return INT64_MAX / 2;
	rest = deadline.end_ms - clock_mono_ms();
	return rest > 0 ? rest : 0;
}

int64_t deadline_left_ms(void)
{
	int64_t left = deadline_rest_ms() - deadline.reserve_ms;

	return left > 0 ? left : 0;
}
