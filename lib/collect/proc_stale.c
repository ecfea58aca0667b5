/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_stale.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"

enum { CHUNK_SIZE = 64 << 10, PATH_SIZE = 32 };
_Static_assert((int)CHUNK_SIZE > (int)PROC_STALE_LINE_MAX, "a line fits a chunk");

/* Where files are that programs make, map and delete. */
static const char *const passing[] = { "/memfd:", "/dev/", "/tmp/", "/var/tmp/", "/run/",
	"/var/run/", "/SYSV", "/[", "/i915", "/drm mm object", "/anon_hugepage" };

static bool is_passing(const char *path, size_t size)
{
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++) {
		size_t start = strlen(passing[i]);

		if (size >= start && memcmp(path, passing[i], start) == 0)
			return true;
	}
	return false;
}

/* Moves behind the next word and the blanks after it. */
static const char *skip_word(const char *p, const char *end)
{
	while (p < end && *p != ' ')
		p++;
	while (p < end && *p == ' ')
		p++;
	return p;
}

static void copy_name(char to[PROC_STALE_NAME_SIZE], const char *path, size_t size)
{
	(void)snprintf(to, PROC_STALE_NAME_SIZE, "%.*s", (int)size, path);
}

/* "7f0-7f1 r-xp 00001000 fd:01 123   /usr/lib/libc.so.6 (deleted)" */
static void parse_line(const char *line, size_t size, struct proc_stale *ret)
{
	static const char deleted[] = " (deleted)";
	const size_t deleted_size = sizeof(deleted) - 1;
	const char *end = line + size, *rights, *path;
	char name[PROC_STALE_NAME_SIZE];

	if (size < deleted_size || memcmp(end - deleted_size, deleted, deleted_size) != 0)
		return;
	end -= deleted_size;
	rights = skip_word(line, end);
	path = skip_word(rights, end);
	for (int i = 0; i < 3; i++)
		path = skip_word(path, end);
	if (end - rights < 4 || rights[2] != 'x' || path == end || *path != '/' ||
	    is_passing(path, (size_t)(end - path)))
		return;
	copy_name(name, path, (size_t)(end - path));
	/* A file's mappings follow one another. */
	if (strcmp(name, ret->last) == 0 || (ret->exe && strcmp(name, ret->first) == 0))
		return;
	memcpy(ret->last, name, sizeof(name));
	ret->n_libraries++;
	if (!ret->first[0])
		memcpy(ret->first, name, sizeof(name));
}

void proc_stale_parse(const char *text, size_t size, struct proc_stale *ret)
{
	const char *end = text + size;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;

		if (stop - text <= PROC_STALE_LINE_MAX)
			parse_line(text, (size_t)(stop - text), ret);
		text = newline ? newline + 1 : end;
	}
}

static int read_maps(int fd, char *chunk, struct proc_stale *ret)
{
	size_t size = 0, total = 0;

	while (total < PROC_STALE_READ_MAX) {
		ssize_t got = read(fd, chunk + size, CHUNK_SIZE - size);
		const char *newline;
		size_t whole;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		size += (size_t)got;
		total += (size_t)got;
		newline = memrchr(chunk, '\n', size);
		whole = newline ? (size_t)(newline - chunk) + 1 : 0;
		if (got == 0 || (whole == 0 && size == CHUNK_SIZE))
			whole = size;
		proc_stale_parse(chunk, whole, ret);
		size -= whole;
		memmove(chunk, chunk + whole, size);
		if (got == 0)
			return 0;
	}
	return 0;
}

/* Threads of the kernel's have no such files, and neither have captured trees. */
static int failed(const struct proc *proc, const char *file, int code, struct err *err)
{
	if (code == -ENOENT || code == -ESRCH || code == -ENOTDIR)
		return 0;
	if (code == -EACCES || code == -EPERM)
		return -EACCES;
	return err_sys(err, code, "cannot read /proc/%s/%s", proc->name, file);
}

int proc_stale(struct proc *proc, struct proc_stale *ret, struct err *err)
{
	CLEANUP_FREE char *chunk = malloc(CHUNK_SIZE);
	CLEANUP_CLOSE int fd = -1;
	struct proc_stale stale = { 0 };
	char path[PATH_SIZE];
	const char *exe;
	size_t size;
	int r;

	if (!chunk)
		return err_sys(err, -ENOMEM, "cannot read /proc/%s/maps", proc->name);
	r = proc_exe(proc, &exe, &size, err);
	if (r < 0 && r != -ESRCH)
		return r;
	stale.exe = r == 0 && proc->exe_deleted;
	if (stale.exe)
		copy_name(stale.first, exe, size);
	(void)snprintf(path, sizeof(path), "%.12s/maps", proc->name);
	fd = openat(proc->dir->fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	r = fd < 0 ? -errno : read_maps(fd, chunk, &stale);
	if (r < 0)
		r = failed(proc, "maps", r, err);
	if (r == 0)
		*ret = stale;
	return r;
}
