/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens every fact under /proc, /sys and /etc, on this node or in another tree
 * that has the same shape: a container's view of its host, or a captured tree.
 * Paths are given absolute ("/proc/stat") and are looked up below the root.
 */
#ifndef HAETAE_BASE_FSROOT_H
#define HAETAE_BASE_FSROOT_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"

struct fsroot {
	int fd;		  /* the root folder; AT_FDCWD when the root is "/" */
	const char *path; /* as given; borrowed */
	bool live;	  /* the root is "/": clocks of this process may be used */
};

#define FSROOT_LIVE                                   \
	{                                             \
		.fd = -100, .path = "/", .live = true \
	}

/* path "/" (or NULL) is this node. Fails if the folder cannot be opened. */
int fsroot_open(const char *path, struct fsroot *ret, struct err *err) ATTR_MUST_CHECK;
void fsroot_close(struct fsroot *root);

/* Opens a file for reading, close-on-exec. Returns the descriptor or -errno. err names
 * the path with the root in front. Never blocks on a FIFO. */
int fsroot_open_file(const struct fsroot *root, const char *path, struct err *err);

/* Appends the whole file to buf, at most buf->max bytes in all; a longer file is -E2BIG.
 * Files of /proc are read in as few calls as the kernel allows. */
int fsroot_read(const struct fsroot *root, const char *path, struct buf *buf,
    struct err *err) ATTR_MUST_CHECK;

/* As fsroot_read, below a folder that is open already (a /proc/PID); no err text. */
int fsroot_read_at(int dir_fd, const char *name, struct buf *buf) ATTR_MUST_CHECK;

/* Opens a folder for reading its names. The caller closedir()s. */
int fsroot_opendir(
    const struct fsroot *root, const char *path, DIR **ret, struct err *err) ATTR_MUST_CHECK;

/* The target of a symbolic link, as it stands there, appended to buf. */
int fsroot_readlink(const struct fsroot *root, const char *path, struct buf *buf,
    struct err *err) ATTR_MUST_CHECK;

/* stat(2) of the path, links followed; no err text. */
int fsroot_stat(const struct fsroot *root, const char *path, struct stat *ret) ATTR_MUST_CHECK;
bool fsroot_exists(const struct fsroot *root, const char *path);

/* A path that other system calls can use: root + path, appended to buf. */
int fsroot_path(const struct fsroot *root, const char *path, struct buf *buf);

/* Seconds since boot: DIR/proc/uptime, or the boot clock on the live node. */
int fsroot_uptime(const struct fsroot *root, double *ret, struct err *err) ATTR_MUST_CHECK;

#endif
