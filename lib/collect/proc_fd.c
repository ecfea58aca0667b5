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

enum { FD_LINK_SIZE = 4096 + 16 }; /* PATH_MAX and " (deleted)" */

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

/* Opens the folder "PID/fd". 0 or -errno. */
static int open_folder(int proc_fd, const char *path, DIR **ret)
{
	int fd = openat(proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	*ret = fdopendir(fd);
	if (*ret)
		return 0;
	r = -errno;
	close(fd);
	return r;
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
	int r;

	(void)snprintf(path, sizeof(path), "%.16s/fd", pid);
	if (is_procfs) {
		if (fstatat(proc_fd, path, &st, 0) < 0)
			return -errno;
		if (st.st_size > 0) {
			*ret = (uint64_t)st.st_size;
			return 0;
		}
	}
	r = open_folder(proc_fd, path, &dir);
	if (r < 0)
		return r;
	*ret = count_entries(dir);
	return 0;
}

/* Whether the text starts with the literal. */
#define STARTS(text, size, literal) \
	((size) >= sizeof(literal) - 1 && memcmp(text, literal, sizeof(literal) - 1) == 0)

static bool is_deleted(const char *link, size_t size)
{
	static const char deleted[] = " (deleted)";
	const size_t deleted_size = sizeof(deleted) - 1;

	return size > deleted_size &&
	       memcmp(link + size - deleted_size, deleted, deleted_size) == 0;
}

enum proc_fd_kind proc_fd_kind(const char *link, size_t size, uint64_t *ret_inode)
{
	static const char socket[] = "socket:[";
	const char *end = link + size, *p;

	*ret_inode = 0;
	if (STARTS(link, size, "socket:[")) {
		p = link + sizeof(socket) - 1;
		if (num_scan_u64(&p, end, ret_inode) < 0 || p + 1 != end || *p != ']')
			*ret_inode = 0;
		return PROC_FD_SOCKET;
	}
	if (STARTS(link, size, "pipe:["))
		return PROC_FD_PIPE;
	if (size > 0 && link[0] != '/')
		return PROC_FD_ANON;
	/* Shared memory and the like, which never had a name in a folder. */
	if (STARTS(link, size, "/memfd:") || STARTS(link, size, "/SYSV") ||
	    STARTS(link, size, "/[aio]") || STARTS(link, size, "/dev/zero (deleted)"))
		return PROC_FD_ANON;
	return is_deleted(link, size) ? PROC_FD_DELETED : PROC_FD_FILE;
}

int proc_fd_list(int proc_fd, const char *pid, struct proc_fd_kinds *ret,
    proc_fd_socket_fn *call, void *context)
{
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	struct proc_fd_kinds kinds = { { 0 } };
	const struct dirent *entry;
	char path[32], link[FD_LINK_SIZE];
	size_t n = 0;
	int r;

	(void)snprintf(path, sizeof(path), "%.16s/fd", pid);
	r = open_folder(proc_fd, path, &dir);
	if (r < 0)
		return r;
	while (n < PROC_FD_LIST_MAX && (entry = readdir(dir))) {
		uint64_t inode;
		ssize_t size;

		if (entry->d_name[0] == '.')
			continue;
		size = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link));
		if (size < 0 && (errno == EACCES || errno == EPERM))
			return -errno;
		if (size < 0) /* closed meanwhile, or no link in a captured tree */
			continue;
		n++;
		kinds.n[proc_fd_kind(link, (size_t)size, &inode)]++;
		r = inode > 0 && call ? call(inode, context) : 0;
		if (r < 0)
			return r;
	}
	*ret = kinds;
	return 0;
}
