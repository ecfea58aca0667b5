/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/cleanup.h"

static bool is_owner(uid_t uid, const char *user)
{
	const struct passwd *other = user ? getpwnam(user) : NULL;

	return uid == 0 || uid == geteuid() || (other && other->pw_uid == uid);
}

/* forbidden: bits of the mode that must not be set, and what to do about it. */
static int check_stat(const struct stat *st, const char *path, const char *user,
    mode_t forbidden, const char *advice, struct err *err)
{
	if (!is_owner(st->st_uid, user))
		return err_set(err, -EACCES,
		    "cannot use %s: it belongs to uid %u, neither to root nor to the user who "
		    "reads it",
		    path, (unsigned)st->st_uid);
	if (st->st_mode & forbidden)
		return err_set(err, -EACCES, "cannot use %s: %s", path, advice);
	return 0;
}

static int check(int fd, const char *path, const char *user, mode_t forbidden,
    const char *advice, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, -errno, "cannot look at %s", path);
	return check_stat(&st, path, user, forbidden, advice, err);
}

static int read_all(int fd, const char *path, struct buf *ret, struct err *err)
{
	for (;;) {
		char *to = buf_reserve(ret, 4096);
		ssize_t size;

		if (!to)
			return err_sys(err, ret->error, "cannot read %s", path);
		size = read(fd, to, 4096);
		if (size < 0)
			return err_sys(err, -errno, "cannot read %s", path);
		if (size == 0)
			return 0;
		ret->size += (size_t)size;
		buf_terminate(ret);
	}
}

/* A FIFO in the place of the file does not block. */
static int open_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	return fd < 0 ? err_sys(err, -errno, "cannot open %s", path) : fd;
}

static const char writable[] = "others may write to it (chmod go-w)";

int trusted_read(const char *path, struct buf *ret, struct err *err)
{
	CLEANUP_CLOSE int fd = open_file(path, err);
	int r = fd < 0 ? fd : check(fd, path, NULL, 022, writable, err);

	return r < 0 ? r : read_all(fd, path, ret, err);
}

int trusted_read_secret(const char *path, const char *user, struct buf *ret, struct err *err)
{
	CLEANUP_CLOSE int fd = open_file(path, err);
	int r =
	    fd < 0 ? fd
		   : check(fd, path, user, 077, "others may read or write it (chmod 600)", err);

	return r < 0 ? r : read_all(fd, path, ret, err);
}

int trusted_folder(const char *path, struct err *err)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : err_sys(err, -errno, "cannot open %s", path);
	return check(fd, path, NULL, 022, writable, err);
}

/* What a program is made of: a user's private group, and root's, may write to it too. */
static int check_program(const char *path, struct err *err)
{
	struct stat st;
	bool private;

	if (stat(path, &st) < 0)
		return err_sys(err, -errno, "cannot start %s", path);
	private = st.st_gid == 0 || st.st_gid == getegid();
	return check_stat(&st, path, NULL, private ? 002 : 022, writable, err);
}

int trusted_program(const char *path, struct err *err)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int r;

	if (!slash || slash - path >= (ptrdiff_t)sizeof(folder) - 1)
		return err_set(err, -EINVAL, "cannot start %s: no path, or too long", path);
	(void)snprintf(
	    folder, sizeof(folder), "%.*s", (int)(slash - path) + (slash == path), path);
	r = check_program(path, err);
	return r < 0 ? r : check_program(folder, err);
}
