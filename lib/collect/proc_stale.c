/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_stale.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/fsroot.h"

/* 65,530 mappings (vm.max_map_count) of some 200 bytes. */
enum { MAPS_MAX = 16 << 20, LINK_SIZE = 4096 + 16, PATH_SIZE = 32 };

static const char deleted[] = " (deleted)";

static bool ends_deleted(const char *text, size_t size)
{
	const size_t n = sizeof(deleted) - 1;

	return size > n && memcmp(text + size - n, deleted, n) == 0;
}

static bool starts(const char *path, size_t size, const char *start)
{
	size_t n = strlen(start);

	return size >= n && memcmp(path, start, n) == 0;
}

static bool is_passing(const char *path, size_t size)
{
	static const char *const folders[] = { "/memfd:", "/dev/", "/SYSV", "/tmp/",
		"/var/tmp/", "/run/", "/[", "/anon_hugepage", "/drm", "/i915" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (starts(path, size, folders[i]))
			return true;
	}
	return false;
}

/* "START-END PERMS OFFSET DEV INODE   PATH" */
static bool line_is_stale(const char *line, size_t size)
{
	const char *perms = memchr(line, ' ', size);
	const char *path = memchr(line, '/', size);
	size_t path_size;

	if (!perms || !path || path - perms < 5 || perms[3] != 'x')
		return false;
	path_size = size - (size_t)(path - line);
	return ends_deleted(path, path_size) && !is_passing(path, path_size);
}

bool proc_stale_parse(const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline ? newline : end;

		if (line_is_stale(text, (size_t)(line_end - text)))
			return true;
		text = line_end + 1;
	}
	return false;
}

static int failed(const struct proc *proc, const char *file, int code, struct err *err)
{
	if (code == -ENOENT || code == -ESRCH || code == -ENOTDIR)
		return 0;
	if (code == -EACCES || code == -EPERM)
		return -EACCES;
	return err_sys(err, code, "cannot read /proc/%s/%s", proc->name, file);
}

int proc_stale(struct proc *proc, bool *ret, struct err *err)
{
	CLEANUP_BUF struct buf maps = BUF_INIT_MAX(MAPS_MAX);
	char path[PATH_SIZE], link[LINK_SIZE];
	ssize_t size;
	int r;

	*ret = false;
	(void)snprintf(path, sizeof(path), "%.12s/exe", proc->name);
	size = readlinkat(proc->dir->fd, path, link, sizeof(link));
	if (size < 0) {
		r = failed(proc, "exe", -errno, err);
		if (r < 0)
			return r;
		size = 0;
	}
	*ret = ends_deleted(link, (size_t)size);
	if (*ret)
		return 0;
	(void)snprintf(path, sizeof(path), "%.12s/maps", proc->name);
	r = fsroot_read_at(proc->dir->fd, path, &maps);
	if (r < 0)
		return failed(proc, "maps", r, err);
	*ret = proc_stale_parse(buf_text(&maps), maps.size);
	return 0;
}
