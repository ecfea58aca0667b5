/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/collect/diskchild.h"

/* A child that says nothing for so long is taken for stuck, and another goes on. That costs a
 * fork and no verdict, for a late answer still counts. */
enum { STUCK_LEAST_MS = 20, STUCK_MOST_MS = 400 };

/* File systems whose answers fit a pipe: 4096 bytes at the least (pipe(7)). */
enum { PIPE_ITEMS = 4096 / (2 * sizeof(struct diskchild_reply)) };

struct asker {
	struct child process;
	int fd;	      /* -1 when it has ended or was given up */
	size_t index; /* what it is asking now */
	bool stuck;
};

/* One round. The last child is the one that goes on; those before it are stuck. */
struct round {
	struct disk *disk;
	struct asker askers[DISK_STUCK_MAX];
	size_t n_askers;
	int64_t end_ms;
	int64_t heard_ms; /* when the last child last said something, or was started */
};

int disk_add(struct disk *disk, const struct fsroot *root, const char *point, bool probe_write,
    struct err *err)
{
	CLEANUP_BUF struct buf path = BUF_INIT;

	if (disk->n_items == DISK_MAX)
		return err_set(err, -E2BIG, "cannot ask more than %d file systems", DISK_MAX);
	if (fsroot_path(root, point, &path) < 0)
		return err_sys(err, path.error, "cannot ask file systems");
	if (disk->n_items == disk->room) {
		size_t room = disk->room ? disk->room * 2 : 16;
		struct disk_fs *items = realloc(disk->items, room * sizeof(*items));

		if (!items)
			return err_sys(err, -ENOMEM, "cannot ask file systems");
		disk->items = items;
		disk->room = room;
	}
	disk->items[disk->n_items++] = (struct disk_fs){
		.point = point,
		.path = path.data,
		.probe_write = probe_write && path.size < PATH_MAX,
	};
	path.data = NULL;
	return 0;
}

bool disk_may_probe(const struct mount *mount)
{
	return mount->kind == FSTYPE_LOCAL && !mount->super_read_only;
}

void disk_free(struct disk *disk)
{
	int status;

	if (disk->ending.pid)
		(void)child_wait(&disk->ending, &status);
	for (size_t i = 0; i < disk->n_items; i++)
		free(disk->items[i].path);
	free(disk->items);
	*disk = (struct disk)DISK_INIT;
}

bool disk_hangs(const struct disk_fs *fs)
{
	return fs->space == DISK_HANGS || fs->space == DISK_SKIPPED ||
	       fs->write == DISK_HANGS || fs->write == DISK_SKIPPED;
}

double disk_percent(uint64_t used, uint64_t avail)
{
	double exact = (double)used * 100 / ((double)used + (double)avail);
	double whole;

	if (used == 0 && avail == 0)
		return NAN;
	whole = (double)(uint64_t)exact;
	return whole < exact ? whole + 1 : whole;
}

static int start_asker(struct round *round, size_t index, struct err *err)
{
	struct asker asker = { .index = index };
	struct diskchild_task task;
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, -errno, "cannot make a pipe");
	/* The child's end blocks: it may send faster than we read. */
	(void)fcntl(ends[1], F_SETFL, 0);
	task = (struct diskchild_task){ .disk = round->disk, .index = index, .fd = ends[1] };
	r = diskchild_start(&task, &asker.process);
	close(ends[1]);
	if (r < 0) {
		close(ends[0]);
		return err_sys(err, r, "cannot start a process that asks file systems");
	}
	asker.fd = ends[0];
	round->askers[round->n_askers++] = asker;
	round->heard_ms = clock_mono_ms();
	return 0;
}

static bool is_answered(const struct disk_fs *fs)
{
	return fs->space == DISK_SKIPPED || fs->space == DISK_FAILED ||
	       (fs->space == DISK_ANSWERED && (!fs->probe_write || fs->write != DISK_UNASKED));
}

/* The first at or behind index that has no answer yet, n_items if there is none. */
static size_t next_unanswered(const struct disk *disk, size_t index)
{
	while (index < disk->n_items && is_answered(&disk->items[index]))
		index++;
	return index < disk->n_items ? index : disk->n_items;
}

static void take_reply(struct disk *disk, const struct diskchild_reply *reply)
{
	struct disk_fs *fs = &disk->items[reply->index];

	if (reply->question == DISKCHILD_WRITE) {
		/* What the look for the name says comes after the write access. */
		bool took = reply->error == 0 || reply->error == ENOENT ||
			    reply->error == ENOTDIR || reply->error == EACCES ||
			    reply->error == EPERM || reply->error == ENAMETOOLONG;

		fs->write = took ? DISK_ANSWERED : DISK_FAILED;
		fs->write_error = took ? 0 : reply->error;
		return;
	}
	fs->space = reply->error ? DISK_FAILED : DISK_ANSWERED;
	fs->error = reply->error;
	fs->size_bytes = reply->size_bytes;
	fs->used_bytes = reply->used_bytes;
	fs->avail_bytes = reply->avail_bytes;
	fs->inodes = reply->inodes;
	fs->inodes_used = reply->inodes_used;
	fs->inodes_avail = reply->inodes_avail;
	fs->read_only = reply->read_only;
}

/* A child that is no longer needed. One that sleeps in the kernel ends when it wakes; any
 * other is about to end, which disk_free waits for. */
static void end_asker(struct disk *disk, struct asker *asker)
{
	if (asker->fd < 0)
		return;
	close(asker->fd);
	asker->fd = -1;
	(void)kill(asker->process.pid, SIGKILL);
	if (waitpid(asker->process.pid, NULL, WNOHANG) == asker->process.pid)
		child_release(&asker->process);
	else if (!asker->stuck)
		disk->ending = asker->process;
	else if (disk->n_left < DISK_STUCK_MAX)
		disk->left[disk->n_left++] = asker->process;
}

size_t disk_reap(struct child *left, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (waitpid(left[i].pid, NULL, WNOHANG) == 0)
			left[kept++] = left[i];
		else
			child_release(&left[i]);
	}
	return kept;
}

static void hear_asker(struct round *round, struct asker *asker)
{
	struct diskchild_reply replies[16];
	ssize_t size = read(asker->fd, replies, sizeof(replies));

	/* A pipe's read fails for want of data or by a signal; errno is not ours alone. */
	if (size < 0)
		return;
	if (size == 0) {
		end_asker(round->disk, asker);
		return;
	}
	for (size_t i = 0; i < (size_t)size / sizeof(replies[0]); i++) {
		/* A stuck child's successor asks what is behind the place. */
		if (!asker->stuck || replies[i].index == asker->index)
			take_reply(round->disk, &replies[i]);
	}
	if (asker->stuck) {
		if (is_answered(&round->disk->items[asker->index]))
			end_asker(round->disk, asker);
		return;
	}
	asker->index = next_unanswered(round->disk, asker->index);
	round->heard_ms = clock_mono_ms();
}

/* Goes on behind the place where the last child sticks or died. */
static int go_on(struct round *round, struct err *err)
{
	struct asker *last = &round->askers[round->n_askers - 1];
	size_t next = next_unanswered(round->disk, last->index + 1);

	last->stuck = true;
	if (next == round->disk->n_items || round->n_askers == DISK_STUCK_MAX)
		return 0;
	return start_asker(round, next, err);
}

/* The end of the last child (POLLHUP, which needs no asking for) is what to wait for: to be
 * woken by each answer costs more than the answer. All of its answers fit the pipe, unless
 * there are many. A stuck child's next word is waited for. */
static void poll_askers(struct round *round, int64_t wait_ms)
{
	struct pollfd fds[DISK_STUCK_MAX];
	size_t n = round->n_askers;
	int ready;

	for (size_t i = 0; i < n; i++) {
		bool quiet =
		    i + 1 == n && !round->askers[i].stuck && round->disk->n_items <= PIPE_ITEMS;

		fds[i] =
		    (struct pollfd){ .fd = round->askers[i].fd, .events = quiet ? 0 : POLLIN };
	}
	ready = poll(fds, n, (int)wait_ms);
	/* A signal; the caller looks at the time. */
	if (ready < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (fds[i].fd >= 0 && (fds[i].revents || ready == 0))
			hear_asker(round, &round->askers[i]);
	}
}

static bool any_child_left(const struct round *round)
{
	for (size_t i = 0; i < round->n_askers; i++) {
		if (round->askers[i].fd >= 0)
			return true;
	}
	return false;
}

static int run_round(struct round *round, struct err *err)
{
	while (next_unanswered(round->disk, 0) < round->disk->n_items) {
		const struct asker *last = &round->askers[round->n_askers - 1];
		int64_t now = clock_mono_ms(), left = round->end_ms - now;
		int64_t patience = left / 4, wait = left;
		int r = 0;

		if (left <= 0 || !any_child_left(round))
			return 0;
		if (patience > STUCK_MOST_MS)
			patience = STUCK_MOST_MS;
		if (patience < STUCK_LEAST_MS)
			patience = STUCK_LEAST_MS;
		if (!last->stuck && round->heard_ms + patience - now < wait)
			wait = round->heard_ms + patience - now;
		poll_askers(round, wait > 0 ? wait : 0);
		if (!last->stuck &&
		    (last->fd < 0 || clock_mono_ms() - round->heard_ms >= patience))
			r = go_on(round, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What a child is asking when the time is over hangs. */
static void give_up(struct round *round)
{
	for (size_t i = 0; i < round->n_askers; i++) {
		struct asker *asker = &round->askers[i];
		struct disk_fs *fs = &round->disk->items[asker->index];

		if (asker->fd < 0 || asker->index == round->disk->n_items || is_answered(fs))
			continue;
		if (fs->space == DISK_UNASKED)
			fs->space = DISK_HANGS;
		else
			fs->write = DISK_HANGS;
		fs->stuck_pid = asker->process.pid;
		asker->stuck = true;
	}
}

int disk_ask(struct disk *disk, int64_t budget_ms, struct err *err)
{
	struct round round = { .disk = disk };
	size_t first = next_unanswered(disk, 0);
	int r;

	if (first == disk->n_items)
		return 0;
	if (budget_ms > INT32_MAX)
		budget_ms = INT32_MAX;
	round.end_ms = clock_mono_ms() + budget_ms;
	r = start_asker(&round, first, err);
	if (r == 0)
		r = run_round(&round, err);
	give_up(&round);
	for (size_t i = 0; i < round.n_askers; i++)
		end_asker(disk, &round.askers[i]);
	return r;
}
