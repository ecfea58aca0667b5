/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/num.h"

int proc_fd_limit_parse(const char *text, size_t size, uint64_t *ret, struct err *err)
{
	static const char key[] = "Max open files", unlimited[] = "unlimited";
	const char *end = text + size, *p = memmem(text, size, key, sizeof(key) - 1);

	if (!p)
		return err_set(err, -EBADMSG, "no line '%s'", key);
	p += sizeof(key) - 1;
	while (p < end && *p == ' ')
		p++;
	if ((size_t)(end - p) >= sizeof(unlimited) - 1 &&
	    memcmp(p, unlimited, sizeof(unlimited) - 1) == 0) {
		*ret = PROC_FD_UNLIMITED;
		return 0;
	}
	if (num_scan_u64(&p, end, ret) < 0)
		return err_set(err, -EBADMSG, "'%s' has no number", key);
	return 0;
}

static uint64_t count_entries(DIR *dir)
{
	const struct dirent *entry;
	uint64_t n = 0;

	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			n++;
	}
	return n;
}

int proc_fd_count(int proc_fd, const char *pid, bool is_procfs, uint64_t *ret)
{
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	char path[32];
	struct stat st;
	int fd;

	(void)snprintf(path, sizeof(path), "%.16s/fd", pid);
	if (is_procfs) {
		if (fstatat(proc_fd, path, &st, 0) < 0)
			return -errno;
		if (st.st_size > 0) {
			*ret = (uint64_t)st.st_size;
			return 0;
		}
	}
	fd = openat(proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		int r = -errno;

		close(fd);
		return r;
	}
	*ret = count_entries(dir);
	return 0;
}
