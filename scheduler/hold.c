/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/hold.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/base/pidfd.h"

enum { FILE_SIZE_MAX = 4096, SIGN_WAIT_MS = 2000, SIGN_STEP_MS = 20 };

static const char file_name[] = "hold", temporary_name[] = ".hold.tmp";
static const char lock_name[] = "lock.supervisor";

static int open_spool(const char *spool, struct err *err)
{
	int fd = open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? err_sys(err, -errno, "cannot open spool %s", spool) : fd;
}

/* --- the file ----------------------------------------------------------------------------- */

/* The text up to a character, cut to fit; returns what is behind it, NULL without one. */
static const char *take(
    const char *text, const char *end, char until, char *out, size_t out_size)
{
	const char *at = memchr(text, until, (size_t)(end - text));

	if (!at)
		return NULL;
	(void)snprintf(out, out_size, "%.*s", (int)(at - text), text);
	return at + 1;
}

void hold_parse(const char *text, size_t size, struct hold *ret)
{
	const char *p = text, *end = text + size;
	struct hold hold = { 0 };
	char since[24];

	*ret = hold;
	if (size > FILE_SIZE_MAX || !(p = take(p, end, ' ', since, sizeof(since))) ||
	    !(p = take(p, end, '\n', hold.user, sizeof(hold.user))) ||
	    !take(p, end, '\n', hold.reason, sizeof(hold.reason)))
		return;
	if (num_i64(since, &hold.since_ms, NULL) < 0 || hold.since_ms <= 0)
		return;
	*ret = hold;
}

int hold_read(const char *spool, struct hold *ret, struct err *err)
{
	CLEANUP_CLOSE int dir_fd = open_spool(spool, err);
	CLEANUP_CLOSE int fd = -1;
	char text[FILE_SIZE_MAX];
	ssize_t n;

	if (dir_fd < 0)
		return dir_fd;
	fd = openat(
	    dir_fd, file_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT
			   ? -ENOENT
			   : err_sys(err, -errno, "cannot open %s/%s", spool, file_name);
	n = read(fd, text, sizeof(text));
	if (n < 0)
		return err_sys(err, -errno, "cannot read %s/%s", spool, file_name);
	hold_parse(text, (size_t)n, ret);
	return 0;
}

/* As user and reason, on one line each. */
static void add_line(const char *text, struct buf *buf)
{
	for (; *text; text++)
		(void)buf_addc(buf, (unsigned char)*text < ' ' || *text == 127 ? ' ' : *text);
}

static int write_file(int dir_fd, const struct buf *text)
{
	CLEANUP_CLOSE int fd = -1;
	struct stat st;

	(void)unlinkat(dir_fd, temporary_name, 0);
	fd = openat(
	    dir_fd, temporary_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	if (write(fd, buf_text(text), text->size) != (ssize_t)text->size)
		return errno ? -errno : -EIO;
	if (geteuid() == 0 && (fstat(dir_fd, &st) < 0 || fchown(fd, st.st_uid, st.st_gid) < 0))
		return -errno;
	if (fdatasync(fd) < 0 || renameat(dir_fd, temporary_name, dir_fd, file_name) < 0 ||
	    fsync(dir_fd) < 0)
		return -errno;
	return 0;
}

int hold_write(const char *spool, const struct hold *hold, struct err *err)
{
	CLEANUP_CLOSE int dir_fd = open_spool(spool, err);
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(FILE_SIZE_MAX);
	int r;

	if (dir_fd < 0)
		return dir_fd;
	(void)buf_addf(&text, "%lld ", (long long)hold->since_ms);
	add_line(hold->user, &text);
	(void)buf_addc(&text, '\n');
	add_line(hold->reason, &text);
	(void)buf_addc(&text, '\n');
	errno = 0;
	r = text.error ? text.error : write_file(dir_fd, &text);
	if (r == 0)
		return 0;
	(void)unlinkat(dir_fd, temporary_name, 0);
	return err_sys(err, r, "cannot write %s/%s", spool, file_name);
}

int hold_remove(const char *spool, struct err *err)
{
	CLEANUP_CLOSE int dir_fd = open_spool(spool, err);

	if (dir_fd < 0)
		return dir_fd;
	if (unlinkat(dir_fd, file_name, 0) < 0)
		return errno == ENOENT
			   ? -ENOENT
			   : err_sys(err, -errno, "cannot remove %s/%s", spool, file_name);
	return fsync(dir_fd) < 0 ? err_sys(err, -errno, "cannot sync %s", spool) : 0;
}

void hold_text(const struct hold *hold, bool utc, char *out, size_t size)
{
	char since[CLOCK_TEXT_SIZE];

	if (!hold->since_ms) {
		(void)snprintf(out, size, "by a file that does not say why");
		return;
	}
	clock_text(hold->since_ms, utc, since);
	(void)snprintf(out, size, "by %s since %s: %s", hold->user, since, hold->reason);
}

/* --- the scheduler ------------------------------------------------------------------------ */

/* Whether a process has this very file open. */
static bool has_open(pid_t pid, const struct stat *lock)
{
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	const struct dirent *entry;
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		struct stat st;

		if (entry->d_name[0] != '.' &&
		    fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 &&
		    st.st_dev == lock->st_dev && st.st_ino == lock->st_ino)
			return true;
	}
	return false;
}

/* The process whose pid is in the lock, if it has the lock open. The descriptor comes first:
 * what it means then never becomes another process. Returns it, or -ESRCH. */
static int find_holder(int lock_fd, const struct stat *lock, pid_t *ret_pid)
{
	char text[24];
	ssize_t n = pread(lock_fd, text, sizeof(text) - 1, 0);
	uint64_t pid;
	int pidfd;

	if (n <= 0)
		return -ESRCH;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (num_u64(text, &pid, NULL) < 0 || pid < 2 || pid > INT32_MAX)
		return -ESRCH;
	pidfd = pidfd_of((pid_t)pid);
	if (pidfd < 0)
		return pidfd;
	if (!has_open((pid_t)pid, lock) || pidfd_signal(pidfd, 0) < 0) {
		close(pidfd);
		return -ESRCH;
	}
	*ret_pid = (pid_t)pid;
	return pidfd;
}

int hold_scheduler(const char *spool, pid_t *ret_pid, int *ret_pidfd, struct err *err)
{
	CLEANUP_CLOSE int dir_fd = open_spool(spool, err);
	int64_t end_ms = clock_mono_ms() + SIGN_WAIT_MS;
	CLEANUP_CLOSE int lock_fd = -1;
	struct stat lock;

	if (dir_fd < 0)
		return dir_fd;
	*ret_pid = 0;
	lock_fd = openat(dir_fd, lock_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (lock_fd < 0)
		return errno == ENOENT
			   ? 0
			   : err_sys(err, -errno, "cannot open %s/%s", spool, lock_name);
	if (fstat(lock_fd, &lock) < 0)
		return err_sys(err, -errno, "cannot look at %s/%s", spool, lock_name);
	/* Between its lock and its signature a scheduler that begins has no pid in the file. A
	 * shared lock, and for a moment: one that begins meanwhile would be refused. */
	for (;;) {
		int pidfd = find_holder(lock_fd, &lock, ret_pid);

		if (pidfd >= 0) {
			if (ret_pidfd)
				*ret_pidfd = pidfd;
			else
				close(pidfd);
			return 0;
		}
		if (flock(lock_fd, LOCK_SH | LOCK_NB) == 0) {
			(void)flock(lock_fd, LOCK_UN);
			return 0;
		}
		if (clock_mono_ms() >= end_ms)
			return err_set(err, -EBUSY,
			    "cannot find who holds %s/%s: look with fuser(1)", spool,
			    lock_name);
		clock_sleep_ms(SIGN_STEP_MS);
	}
}
