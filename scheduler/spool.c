/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/fsroot.h"

static const char *const dir_names[SPOOL_DIR_COUNT] = {
	[SPOOL_TOP] = ".",
	[SPOOL_CLAIMS] = "claims",
	[SPOOL_RUN] = "run",
	[SPOOL_SEGMENTS] = "segments",
	[SPOOL_READY] = "ready",
	[SPOOL_DATA] = "data",
	[SPOOL_LOADED] = "loaded",
	[SPOOL_BAD] = "bad",
	[SPOOL_EVENTS] = "events",
};

/* A listing that is longer than this is read in several passes. */
enum { LIST_MAX = 100000 };

/* For messages: the folder with a slash, nothing for the spool itself. */
static const char *dir_text(enum spool_dir dir)
{
	static const char *const texts[SPOOL_DIR_COUNT] = { [SPOOL_TOP] = "",
		[SPOOL_CLAIMS] = "claims/",
		[SPOOL_RUN] = "run/",
		[SPOOL_SEGMENTS] = "segments/",
		[SPOOL_READY] = "ready/",
		[SPOOL_DATA] = "data/",
		[SPOOL_LOADED] = "loaded/",
		[SPOOL_BAD] = "bad/",
		[SPOOL_EVENTS] = "events/" };

	return texts[dir];
}

static int open_dirs(struct spool *spool, struct err *err)
{
	for (int i = SPOOL_CLAIMS; i < SPOOL_DIR_COUNT; i++) {
		int top = spool->dirs[SPOOL_TOP];

		if (mkdirat(top, dir_names[i], 0700) < 0 && errno != EEXIST)
			return err_sys(
			    err, -errno, "cannot make %s/%s", spool->path, dir_names[i]);
		spool->dirs[i] = openat(top, dir_names[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (spool->dirs[i] < 0)
			return err_sys(
			    err, -errno, "cannot open %s/%s", spool->path, dir_names[i]);
	}
	return 0;
}

/* The kernel makes a random UUID on each read of this file (random(4)). */
static int read_or_make_id(struct spool *spool, struct err *err)
{
	const struct fsroot root = FSROOT_LIVE;
	CLEANUP_BUF struct buf id = BUF_INIT_MAX(4096);
	int r = spool_read(spool, SPOOL_TOP, "id", &id, err);

	if (r == -ENOENT) {
		r = fsroot_read(&root, "/proc/sys/kernel/random/uuid", &id, err);
		if (r == 0)
			r = spool_write(spool, SPOOL_TOP, "id", buf_text(&id), id.size, err);
	}
	if (r < 0)
		return r;
	if (id.size < SPOOL_ID_SIZE - 1)
		return err_set(
		    err, -EBADMSG, "cannot parse %s/id: expected a UUID", spool->path);
	(void)snprintf(spool->id, sizeof(spool->id), "%.36s", buf_text(&id));
	return 0;
}

int spool_open(const char *path, struct spool *ret, struct err *err)
{
	struct spool spool = { .path = path };
	struct stat st;
	int r;

	for (int i = 0; i < SPOOL_DIR_COUNT; i++)
		spool.dirs[i] = -1;
	spool.dirs[SPOOL_TOP] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool.dirs[SPOOL_TOP] < 0)
		return err_sys(err, -errno, "cannot open spool %s", path);
	if (fstat(spool.dirs[SPOOL_TOP], &st) < 0)
		r = err_sys(err, -errno, "cannot look at spool %s", path);
	else if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
		r = err_set(err, -EPERM,
		    "cannot use spool %s: it must belong to uid %lu, and nobody else may write "
		    "to it",
		    path, (unsigned long)geteuid());
	else
		r = open_dirs(&spool, err);
	if (r == 0)
		r = read_or_make_id(&spool, err);
	if (r < 0) {
		spool_close(&spool);
		return r;
	}
	*ret = spool;
	return 0;
}

void spool_close(struct spool *spool)
{
	for (int i = 0; i < SPOOL_DIR_COUNT; i++) {
		if (spool->dirs[i] >= 0)
			close(spool->dirs[i]);
		spool->dirs[i] = -1;
	}
}

int spool_lock(const struct spool *spool, const char *name, int *ret_fd, struct err *err)
{
	char file[SPOOL_NAME_SIZE];
	int fd;

	(void)snprintf(file, sizeof(file), "lock.%s", name);
	fd = openat(spool->dirs[SPOOL_TOP], file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, -errno, "cannot open %s/%s", spool->path, file);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int code = errno == EWOULDBLOCK ? -EBUSY : -errno;

		close(fd);
		return err_sys(err, code, "cannot lock %s/%s", spool->path, file);
	}
	*ret_fd = fd;
	return 0;
}

void spool_lock_sign(int fd)
{
	if (ftruncate(fd, 0) == 0)
		(void)dprintf(fd, "%ld\n", (long)getpid());
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

int spool_write(const struct spool *spool, enum spool_dir dir, const char *name,
    const char *data, size_t size, struct err *err)
{
	int at = spool->dirs[dir], r;
	char temporary[SPOOL_NAME_SIZE + 8];
	CLEANUP_CLOSE int fd = -1;

	(void)snprintf(temporary, sizeof(temporary), ".%s.tmp", name);
	fd = openat(at, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(
		    err, -errno, "cannot make %s/%s%s", spool->path, dir_text(dir), temporary);
	r = write_all(fd, data, size);
	if (r == 0 && fdatasync(fd) < 0)
		r = -errno;
	if (r == 0 && renameat(at, temporary, at, name) < 0)
		r = -errno;
	if (r == 0 && fsync(at) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(at, temporary, 0);
		return err_sys(
		    err, r, "cannot write %s/%s%s", spool->path, dir_text(dir), name);
	}
	return 0;
}

/* Other programs may write into data/: what they name is read only if it is theirs to give. */
static int read_regular(int at, const char *name, struct buf *ret)
{
	CLEANUP_CLOSE int fd =
	    openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return errno == ELOOP ? -EBADMSG : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
	if ((uint64_t)st.st_size > ret->max)
		return -E2BIG;
	for (;;) {
		/* One more than is left, so that the end is seen at once. */
		size_t want =
		    ret->size < (size_t)st.st_size ? (size_t)st.st_size - ret->size : 1;
		char *to;
		ssize_t n;

		if (ret->size + want > ret->max) {
			char more;

			n = read(fd, &more, 1);
			return n == 0 ? 0 : n < 0 ? -errno : -E2BIG;
		}
		to = buf_reserve(ret, want);
		if (!to)
			return ret->error;
		n = read(fd, to, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		ret->size += (size_t)n;
		buf_terminate(ret);
	}
}

int spool_read(const struct spool *spool, enum spool_dir dir, const char *name, struct buf *ret,
    struct err *err)
{
	int r = read_regular(spool->dirs[dir], name, ret);

	if (r == -EBADMSG)
		return err_set(err, r, "cannot read %s/%s%s: not a regular file", spool->path,
		    dir_text(dir), name);
	return r < 0 ? err_sys(err, r, "cannot read %s/%s%s", spool->path, dir_text(dir), name)
		     : 0;
}

int spool_unlink(const struct spool *spool, enum spool_dir dir, const char *name)
{
	return unlinkat(spool->dirs[dir], name, 0) < 0 ? -errno : 0;
}

int spool_rename(const struct spool *spool, enum spool_dir from, const char *name,
    enum spool_dir to, const char *new_name, struct err *err)
{
	if (renameat(spool->dirs[from], name, spool->dirs[to], new_name) < 0)
		return err_sys(err, -errno, "cannot move %s/%s%s to %s%s", spool->path,
		    dir_text(from), name, dir_text(to), new_name);
	return 0;
}

static bool is_temporary(const char *name)
{
	size_t size = strlen(name);

	return name[0] == '.' && size > 5 && strcmp(name + size - 4, ".tmp") == 0;
}

void spool_sweep(const struct spool *spool, enum spool_dir dir, int64_t age_ms)
{
	CLEANUP_CLOSEDIR DIR *stream = NULL;
	const struct dirent *entry;
	int fd = openat(spool->dirs[dir], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		stream = fdopendir(fd);
	if (!stream && fd >= 0)
		close(fd);
	while (stream && (entry = readdir(stream))) {
		struct stat st;

		if (is_temporary(entry->d_name) &&
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    clock_real_ms() - (int64_t)st.st_ctim.tv_sec * 1000 >= age_ms)
			(void)unlinkat(fd, entry->d_name, 0);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int spool_list(
    const struct spool *spool, enum spool_dir dir, struct spool_names *ret, struct err *err)
{
	struct spool_names names = { 0 };
	CLEANUP_CLOSEDIR DIR *stream = NULL;
	const struct dirent *entry;
	int fd = openat(spool->dirs[dir], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		stream = fdopendir(fd);
	if (!stream) {
		int code = -errno;

		if (fd >= 0)
			close(fd);
		return err_sys(err, code, "cannot list %s/%s", spool->path, dir_text(dir));
	}
	while (names.n < LIST_MAX && (entry = readdir(stream))) {
		char **items;

		if (entry->d_name[0] == '.')
			continue;
		items = reallocarray(names.items, names.n + 1, sizeof(*items));
		if (items)
			names.items = items;
		if (!items || !(items[names.n] = strdup(entry->d_name))) {
			spool_names_free(&names);
			return err_set(err, -ENOMEM, "out of memory");
		}
		names.n++;
	}
	if (names.n)
		qsort(names.items, names.n, sizeof(*names.items), compare_names);
	*ret = names;
	return 0;
}

void spool_names_free(struct spool_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->items[i]);
	free(names->items);
	*names = (struct spool_names){ 0 };
}

void spool_new_name(char out[SPOOL_NAME_SIZE])
{
	/* Only this process makes names in this stage's folder; the pid tells restarts apart. */
	static unsigned count;

	(void)snprintf(out, SPOOL_NAME_SIZE, "%015lld-%07ld-%06u", (long long)clock_real_ms(),
	    (long)getpid(), count++ % 1000000);
}

int spool_watch(const struct spool *spool, unsigned dirs, int *ret_fd, struct err *err)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (fd < 0)
		return err_sys(err, -errno, "cannot start inotify");
	for (int i = 0; i < SPOOL_DIR_COUNT; i++) {
		CLEANUP_BUF struct buf path = BUF_INIT;

		if (!(dirs & 1U << i))
			continue;
		buf_addf(&path, "%s/%s", spool->path, dir_names[i]);
		if (inotify_add_watch(fd, buf_text(&path), IN_MOVED_TO) < 0) {
			int code = -errno;

			close(fd);
			return err_sys(err, code, "cannot watch %s", buf_text(&path));
		}
	}
	*ret_fd = fd;
	return 0;
}

void spool_watch_clear(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		;
}
