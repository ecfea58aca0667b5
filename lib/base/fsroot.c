/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/fsroot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

/* What one read asks for: most files of /proc fit, and few processes exceed it. */
enum { READ_STEP = 8192 };

_Static_assert(AT_FDCWD == -100, "FSROOT_LIVE holds AT_FDCWD as a number");

int fsroot_open(const char *path, struct fsroot *ret, struct err *err)
{
	int fd;

	if (!path || strcmp(path, "/") == 0) {
		*ret = (struct fsroot)FSROOT_LIVE;
		return 0;
	}
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, -errno, "cannot open root folder '%s'", path);
	*ret = (struct fsroot){ .fd = fd, .path = path, .live = false };
	return 0;
}

void fsroot_close(struct fsroot *root)
{
	if (root->fd >= 0)
		close(root->fd);
	*root = (struct fsroot)FSROOT_LIVE;
}

/* The name that *at calls take: absolute on the live node, relative below a root. */
static const char *fsroot_name(const struct fsroot *root, const char *path)
{
	if (root->live)
		return path;
	while (*path == '/')
		path++;
	return *path ? path : ".";
}

static int fsroot_fail(
    const struct fsroot *root, const char *path, const char *verb, int code, struct err *err)
{
	return err_sys(err, code, "cannot %s %s%s", verb, root->live ? "" : root->path, path);
}

int fsroot_open_file(const struct fsroot *root, const char *path, struct err *err)
{
	int fd = openat(
	    root->fd, fsroot_name(root, path), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return fsroot_fail(root, path, "open", -errno, err);
	return fd;
}

static int read_all(int fd, struct buf *buf)
{
	for (;;) {
		size_t want = READ_STEP;
		ssize_t size;
		char *to;

		if (want > buf->max - buf->size)
			want = buf->max - buf->size;
		if (want == 0) {
			char more;

			/* Full: one byte more tells whether the file ends here too. */
			size = read(fd, &more, 1);
			return size == 0 ? 0 : size < 0 ? -errno : -E2BIG;
		}
		to = buf_reserve(buf, want);
		if (!to)
			return buf->error;
		size = read(fd, to, want);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return -errno;
		if (size == 0)
			return 0;
		buf->size += (size_t)size;
		buf_terminate(buf);
	}
}

int fsroot_read_at(int dir_fd, const char *name, struct buf *buf)
{
	CLEANUP_CLOSE int fd =
	    openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	return fd < 0 ? -errno : read_all(fd, buf);
}

int fsroot_read(const struct fsroot *root, const char *path, struct buf *buf, struct err *err)
{
	int r = fsroot_read_at(root->fd, fsroot_name(root, path), buf);

	return r < 0 ? fsroot_fail(root, path, "read", r, err) : 0;
}

int fsroot_opendir(const struct fsroot *root, const char *path, DIR **ret, struct err *err)
{
	int fd = openat(root->fd, fsroot_name(root, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir;

	if (fd < 0)
		return fsroot_fail(root, path, "open folder", -errno, err);
	dir = fdopendir(fd);
	if (!dir) {
		int code = -errno;

		close(fd);
		return fsroot_fail(root, path, "open folder", code, err);
	}
	*ret = dir;
	return 0;
}

int fsroot_readlink(
    const struct fsroot *root, const char *path, struct buf *buf, struct err *err)
{
	char *to = buf_reserve(buf, PATH_MAX);
	ssize_t size;

	if (!to)
		return fsroot_fail(root, path, "read link", buf->error, err);
	size = readlinkat(root->fd, fsroot_name(root, path), to, PATH_MAX);
	if (size < 0)
		return fsroot_fail(root, path, "read link", -errno, err);
	buf->size += (size_t)size;
	buf_terminate(buf);
	return 0;
}

int fsroot_stat(const struct fsroot *root, const char *path, struct stat *ret)
{
	return fstatat(root->fd, fsroot_name(root, path), ret, 0) < 0 ? -errno : 0;
}

bool fsroot_exists(const struct fsroot *root, const char *path)
{
	return faccessat(root->fd, fsroot_name(root, path), F_OK, 0) == 0;
}

int fsroot_path(const struct fsroot *root, const char *path, struct buf *buf)
{
	size_t size = strlen(root->path);

	if (root->live)
		return buf_adds(buf, path);
	while (size > 0 && root->path[size - 1] == '/')
		size--;
	buf_add(buf, root->path, size);
	return buf_adds(buf, path);
}

int fsroot_uptime(const struct fsroot *root, double *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(4096);
	const char *p;
	int r;

	if (root->live) {
		*ret = (double)clock_boot_ms() / 1000;
		return 0;
	}
	r = fsroot_read(root, "/proc/uptime", &text, err);
	if (r < 0)
		return r;
	p = buf_text(&text);
	if (num_scan_double(&p, p + text.size, ret) < 0)
		return err_set(err, -EBADMSG,
		    "cannot parse %s/proc/uptime: expected seconds, found '%.20s'", root->path,
		    buf_text(&text));
	return 0;
}
