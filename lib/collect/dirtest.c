/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/dirtest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/child.h"
#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/collect/dirtest_child.h"
#include "lib/collect/diskstuck.h"

static const char *const step_texts[] = {
	[DIRTEST_OPEN] = "open",
	[DIRTEST_LIST] = "list",
	[DIRTEST_CREATE] = "create",
	[DIRTEST_WRITE] = "write",
	[DIRTEST_SYNC] = "fsync",
	[DIRTEST_READ] = "read",
	[DIRTEST_UNLINK] = "unlink",
};

const char *dirtest_step_text(enum dirtest_step step)
{
	return step < DIRTEST_STEPS ? step_texts[step] : "none";
}

/* --- one round ------------------------------------------------------------------------- */

/* The children of a round, by the index of their folders. */
struct round {
	struct dirtest *items;
	size_t n_items;
	struct pollfd fds[DIRTEST_MAX];
	pid_t pids[DIRTEST_MAX];
};

static int start(struct round *round, size_t index, struct err *err)
{
	int ends[2];
	pid_t parent = getpid(), pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, -errno, "cannot make a pipe");
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		/* Nagios waits for the end of our stdout and stderr. */
		(void)dup2(ends[1], STDIN_FILENO);
		child_close_from(1);
		dirtest_child(&round->items[index], STDIN_FILENO);
		_exit(0);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return err_sys(err, -errno, "cannot make a child");
	}
	round->fds[index] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	round->pids[index] = pid;
	return 0;
}

static void take(struct dirtest *item, const struct dirtest_reply *reply)
{
	if (reply->step >= DIRTEST_STEPS)
		return;
	item->seconds[reply->step] = reply->seconds;
	item->error = reply->error;
	if (reply->has_owner) {
		item->has_owner = true;
		item->owner = reply->owner;
	}
	item->step = reply->step;
	if (reply->error)
		item->answer = DIRTEST_FAILED;
	else if (reply->is_last)
		item->answer = DIRTEST_DONE;
	else
		item->step = reply->next;
}

static void end(struct round *round, size_t index)
{
	close(round->fds[index].fd);
	round->fds[index].fd = -1;
	(void)kill(round->pids[index], SIGKILL);
	/* One that has answered ends at once; a stuck one is nobody's to wait for. */
	if (round->items[index].answer == DIRTEST_STUCK)
		round->items[index].stuck_pid = round->pids[index];
	else
		(void)waitpid(round->pids[index], NULL, 0);
}

static void hear(struct round *round, size_t index)
{
	struct dirtest *item = &round->items[index];
	struct dirtest_reply reply;
	ssize_t size = read(round->fds[index].fd, &reply, sizeof(reply));

	if (size < 0 && errno == EINTR)
		return;
	if (size == (ssize_t)sizeof(reply)) {
		take(item, &reply);
	} else {
		/* It ended without its last word: killed by somebody. */
		item->answer = DIRTEST_FAILED;
		item->error = ECANCELED;
	}
	if (item->answer != DIRTEST_STUCK)
		end(round, index);
}

static size_t n_open(const struct round *round)
{
	size_t n = 0;

	for (size_t i = 0; i < round->n_items; i++)
		n += round->fds[i].fd >= 0;
	return n;
}

int dirtest_run(struct dirtest *items, size_t n_items, int64_t budget_ms, struct err *err)
{
	struct round round = { .items = items, .n_items = n_items };
	int64_t end_ms = clock_mono_ms() + budget_ms;
	int r = 0;

	if (n_items > DIRTEST_MAX)
		return err_set(
		    err, -E2BIG, "%zu folders, expected at most %d", n_items, DIRTEST_MAX);
	for (size_t i = 0; i < n_items; i++)
		round.fds[i].fd = -1;
	for (size_t i = 0; i < n_items && r == 0; i++) {
		if (items[i].answer != DIRTEST_SKIPPED)
			r = start(&round, i, err);
	}
	while (r == 0 && n_open(&round) > 0) {
		int64_t left = end_ms - clock_mono_ms();

		if (left <= 0)
			break;
		/* A signal; the time is looked at again. */
		if (poll(round.fds, n_items, left > 1000 ? 1000 : (int)left) <= 0)
			continue;
		for (size_t i = 0; i < n_items; i++) {
			if (round.fds[i].fd >= 0 && round.fds[i].revents)
				hear(&round, i);
		}
	}
	for (size_t i = 0; i < n_items; i++) {
		if (round.fds[i].fd >= 0)
			end(&round, i);
	}
	return r;
}

/* --- what a run leaves behind ------------------------------------------------------------- */

size_t dirtest_save(const struct dirtest *items, size_t n_items, struct buf *buf)
{
	size_t n = 0;

	for (size_t i = 0; i < n_items; i++) {
		const struct dirtest *item = &items[i];
		uint64_t start_ticks;

		if (item->stuck_pid <= 0 || strchr(item->path, '\n') ||
		    !diskstuck_start((uint64_t)item->stuck_pid, &start_ticks))
			continue;
		buf_addf(buf, "%ld %llu %s\n", (long)item->stuck_pid,
		    (unsigned long long)start_ticks, item->path);
		n++;
	}
	return n;
}

static void load_line(struct dirtest *items, size_t n_items, const char *p, const char *end)
{
	uint64_t pid, start_ticks, now;

	if (num_scan_u64(&p, end, &pid) < 0 || num_scan_u64(&p, end, &start_ticks) < 0 ||
	    end - p < 2 || *p != ' ' || pid == 0 || pid > INT32_MAX)
		return;
	p++;
	if (!diskstuck_start(pid, &now) || now != start_ticks)
		return;
	for (size_t i = 0; i < n_items; i++) {
		if (strlen(items[i].path) != (size_t)(end - p) ||
		    memcmp(items[i].path, p, (size_t)(end - p)) != 0)
			continue;
		items[i].answer = DIRTEST_SKIPPED;
		items[i].stuck_pid = (pid_t)pid;
	}
}

void dirtest_load(struct dirtest *items, size_t n_items, const char *text, size_t size)
{
	const char *p = text, *end = text + size;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		load_line(items, n_items, p, newline ? newline : end);
		p = newline ? newline + 1 : end;
	}
}
