/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/statedir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"

/* A folder that is ours alone, so that nobody can plant a file or a link in it. */
static int open_own_folder(const char *path, bool make)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT && make && mkdir(path, 0700) == 0)
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid() ||
	    (st.st_mode & (S_IWGRP | S_IWOTH))) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

static int open_home_folder(bool make)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	CLEANUP_BUF struct buf path = BUF_INIT_MAX(4096);

	if (state && *state == '/') {
		buf_adds(&path, state);
	} else if (home && *home == '/') {
		buf_addf(&path, "%s/.local", home);
		if (make)
			(void)mkdir(buf_text(&path), 0700);
		buf_adds(&path, "/state");
	} else {
		return -ENOENT;
	}
	if (make)
		(void)mkdir(buf_text(&path), 0700);
	buf_adds(&path, "/haetae");
	return path.error ? path.error : open_own_folder(buf_text(&path), make);
}

int statedir_open(const char *given, bool make)
{
	char path[sizeof(HAETAE_STATEDIR) + 24];
	int fd;

	if (given) {
		fd = open(given, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	(void)snprintf(path, sizeof(path), "%s/%lu", HAETAE_STATEDIR, (unsigned long)geteuid());
	fd = open_own_folder(path, make);
	return fd < 0 ? open_home_folder(make) : fd;
}
