/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/num.h"
#include "lib/collect/proc_fd.h"
#include "lib/collect/proc_status.h"

enum { KNOWN_STAT = 1, KNOWN_LINE = 2, KNOWN_UID = 4, KNOWN_CGROUP = 8, KNOWN_CONTAINER = 16 };

enum {
	PATH_SIZE = 32,		/* "PID/FILE" */
	STAT_SIZE = 4096,	/* a stat line has at most 52 numbers and a name */
	CGROUP_MAX = 256 << 10, /* a path of PATH_MAX for each of some 15 hierarchies */
	OTHER_MAX = 1 << 20,	/* status lists up to 65,536 groups */
	EXE_SIZE = 4096 + 16,	/* PATH_MAX and " (deleted)" */
};

int proc_dir_open(const struct fsroot *root, struct proc_dir *ret, struct err *err)
{
	struct proc_dir dir = {
		.live = root->live,
		.tick_s = 1.0 / (double)sysconf(_SC_CLK_TCK),
		.page_bytes = (double)sysconf(_SC_PAGESIZE),
		.cgroup = BUF_INIT_MAX(CGROUP_MAX),
		.other = BUF_INIT_MAX(OTHER_MAX),
	};
	struct statfs fs;
	int r;

	r = fsroot_uptime(root, &dir.uptime_s, err);
	if (r < 0)
		return r;
	dir.line = malloc(PROC_CMDLINE_MAX + 1);
	if (!dir.line)
		return err_sys(err, -ENOMEM, "cannot read processes");
	r = fsroot_opendir(root, "/proc", &dir.dir, err);
	if (r < 0) {
		free(dir.line);
		return r;
	}
	dir.fd = dirfd(dir.dir);
	dir.is_procfs = fstatfs(dir.fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
	*ret = dir;
	return 0;
}

void proc_dir_close(struct proc_dir *dir)
{
	if (dir->dir)
		closedir(dir->dir);
	free(dir->line);
	buf_free(&dir->cgroup);
	buf_free(&dir->other);
	*dir = (struct proc_dir){ 0 };
}

bool proc_dir_is_hidden(const struct proc_dir *dir)
{
	/* Every pid namespace has a process 1, and anybody may read this file of it. */
	return dir->is_procfs && faccessat(dir->fd, "1/cmdline", R_OK, AT_EACCESS) < 0;
}

/* Says whether the name is a process's, and gives its number: at most ten digits. */
static bool parse_pid(const char *name, int32_t *ret)
{
	int64_t pid = 0;

	if (*name == '0')
		return false;
	for (const char *p = name; *p; p++) {
		if (*p < '0' || *p > '9' || pid > INT32_MAX / 10)
			return false;
		pid = pid * 10 + (*p - '0');
	}
	if (pid < 1 || pid > INT32_MAX)
		return false;
	*ret = (int32_t)pid;
	return true;
}

int proc_next(struct proc_dir *dir, struct proc *ret)
{
	const struct dirent *entry;
	int32_t pid;

	while ((entry = readdir(dir->dir))) {
		if (!parse_pid(entry->d_name, &pid))
			continue;
		ret->dir = dir;
		ret->pid = pid;
		ret->known = 0;
		memcpy(ret->name, entry->d_name, strlen(entry->d_name) + 1);
		return 1;
	}
	return 0;
}

void proc_at(struct proc_dir *dir, int32_t pid, struct proc *ret)
{
	ret->dir = dir;
	ret->pid = pid;
	ret->known = 0;
	(void)snprintf(ret->name, sizeof(ret->name), "%d", pid);
}

static void file_path(const struct proc *proc, const char *file, char path[PATH_SIZE])
{
	size_t size = strlen(proc->name);

	memcpy(path, proc->name, size);
	path[size++] = '/';
	memcpy(path + size, file, strlen(file) + 1);
}

/* Sorts a failed read of a process's file: gone, not allowed, or a failure of ours. */
static int read_failed(const struct proc *proc, const char *file, int code, struct err *err)
{
	if (code == -ENOENT || code == -ESRCH || code == -ENOTDIR)
		return -ESRCH;
	if (code == -EACCES || code == -EPERM)
		return -EACCES;
	return err_sys(err, code, "cannot read /proc/%s/%s", proc->name, file);
}

static int bad_file(const struct proc *proc, const char *file, int code, struct err *err)
{
	err_prefix(err, "cannot parse /proc/%s/%s", proc->name, file);
	return code;
}

/* Reads up to room bytes of a file, for the files that are read of thousands of processes:
 * no allocation, and the kernel gives what there is in one read. */
static ssize_t read_file(
    const struct proc *proc, const char *file, char *to, size_t room, struct err *err)
{
	CLEANUP_CLOSE int fd = -1;
	char path[PATH_SIZE];
	ssize_t size;

	file_path(proc, file, path);
	fd = openat(proc->dir->fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return read_failed(proc, file, -errno, err);
	do {
		size = read(fd, to, room);
	} while (size < 0 && errno == EINTR);
	if (size < 0)
		return read_failed(proc, file, -errno, err);
	return size;
}

/* Reads a whole file that may be long. */
static int read_long(
    const struct proc *proc, const char *file, struct buf *buf, struct err *err)
{
	char path[PATH_SIZE];
	int r;

	file_path(proc, file, path);
	buf_reset(buf);
	r = fsroot_read_at(proc->dir->fd, path, buf);
	return r < 0 ? read_failed(proc, file, r, err) : 0;
}

int proc_stat(struct proc *proc, struct err *err)
{
	char text[STAT_SIZE];
	ssize_t size;
	int r;

	if (proc->known & KNOWN_STAT)
		return 0;
	size = read_file(proc, "stat", text, sizeof(text), err);
	if (size < 0)
		return (int)size;
	r = proc_stat_parse(text, (size_t)size, &proc->stat, err);
	if (r < 0)
		return bad_file(proc, "stat", r, err);
	proc->known |= KNOWN_STAT;
	return 0;
}

int proc_line(struct proc *proc, struct err *err)
{
	char *line = proc->dir->line;
	ssize_t size;

	if (proc->known & KNOWN_LINE)
		return 0;
	size = read_file(proc, "cmdline", line, PROC_CMDLINE_MAX, err);
	if (size < 0)
		return (int)size;
	proc->line_size = proc_cmdline_clean(line, (size_t)size);
	proc->line = line;
	line[proc->line_size] = '\0';
	proc->known |= KNOWN_LINE;
	return 0;
}

int proc_parent_line(struct proc *proc, const char **ret, size_t *ret_size, struct err *err)
{
	struct proc parent;
	int r;

	proc_at(proc->dir, proc->stat.ppid, &parent);
	proc->known &= ~(unsigned)KNOWN_LINE;
	r = proc_line(&parent, err);
	if (r == -ESRCH || r == -EACCES) {
		*ret = "";
		*ret_size = 0;
		return 0;
	}
	if (r < 0)
		return r;
	*ret = parent.line;
	*ret_size = parent.line_size;
	return 0;
}

static int read_status(struct proc *proc, struct proc_status *ret, struct err *err)
{
	struct buf *text = &proc->dir->other;
	int r = read_long(proc, "status", text, err);

	if (r < 0)
		return r;
	r = proc_status_parse(buf_text(text), text->size, ret, err);
	return r < 0 ? bad_file(proc, "status", r, err) : 0;
}

int proc_uid(struct proc *proc, struct err *err)
{
	struct proc_status status;
	struct stat st;
	int r;

	if (proc->known & KNOWN_UID)
		return 0;
	/* The kernel gives the folder to the process's effective user. */
	if (proc->dir->is_procfs) {
		if (fstatat(proc->dir->fd, proc->name, &st, 0) < 0)
			return read_failed(proc, "", -errno, err);
		proc->uid = st.st_uid;
	} else {
		r = read_status(proc, &status, err);
		if (r < 0)
			return r;
		proc->uid = status.uid;
	}
	proc->known |= KNOWN_UID;
	return 0;
}

int proc_cgroup(struct proc *proc, struct err *err)
{
	struct buf *text = &proc->dir->cgroup;
	int r;

	if (proc->known & KNOWN_CGROUP)
		return 0;
	proc->cgroup = (struct cgroup){ 0 };
	r = read_long(proc, "cgroup", text, err);
	if (r == -ESRCH && faccessat(proc->dir->fd, proc->name, F_OK, 0) == 0) {
		proc->known |= KNOWN_CGROUP;
		return 0;
	}
	if (r < 0)
		return r;
	r = cgroup_parse(buf_text(text), text->size, &proc->cgroup, err);
	if (r < 0)
		return bad_file(proc, "cgroup", r, err);
	proc->known |= KNOWN_CGROUP;
	return 0;
}

int proc_container(struct proc *proc, struct err *err)
{
	struct proc_status status;
	int r;

	if (proc->known & KNOWN_CONTAINER)
		return 0;
	r = proc_cgroup(proc, err);
	if (r < 0)
		return r;
	proc->in_container = proc->cgroup.container;
	if (!proc->in_container) {
		r = read_status(proc, &status, err);
		if (r < 0)
			return r;
		proc->in_container = status.pid_namespaces > 1;
	}
	proc->known |= KNOWN_CONTAINER;
	return 0;
}

int proc_exe(struct proc *proc, const char **ret, size_t *ret_size, struct err *err)
{
	static const char deleted[] = " (deleted)";
	const size_t deleted_size = sizeof(deleted) - 1;
	struct buf *text = &proc->dir->other;
	char path[PATH_SIZE], *to;
	ssize_t size;

	file_path(proc, "exe", path);
	buf_reset(text);
	to = buf_reserve(text, EXE_SIZE);
	if (!to)
		return err_sys(err, text->error, "cannot read /proc/%s", path);
	size = readlinkat(proc->dir->fd, path, to, EXE_SIZE);
	if (size < 0)
		return read_failed(proc, "exe", -errno, err);
	text->size = (size_t)size;
	proc->exe_deleted = text->size > deleted_size &&
			    memcmp(to + text->size - deleted_size, deleted, deleted_size) == 0;
	if (proc->exe_deleted)
		text->size -= deleted_size;
	buf_terminate(text);
	*ret = text->data;
	*ret_size = text->size;
	return 0;
}

static int read_fd_limit(struct proc *proc, uint64_t *ret, struct err *err)
{
	struct buf *text = &proc->dir->other;
	struct rlimit limit;
	int r;

	/* The kernel writes 16 lines into the file to answer this one question. */
	if (proc->dir->live && prlimit(proc->pid, RLIMIT_NOFILE, NULL, &limit) == 0) {
		*ret = limit.rlim_cur == RLIM_INFINITY ? PROC_FD_UNLIMITED : limit.rlim_cur;
		return 0;
	}
	r = read_long(proc, "limits", text, err);
	if (r < 0)
		return r;
	r = proc_fd_limit_parse(buf_text(text), text->size, ret, err);
	return r < 0 ? bad_file(proc, "limits", r, err) : 0;
}

int proc_fds(struct proc *proc, uint64_t *ret_open, uint64_t *ret_limit, struct err *err)
{
	uint64_t open, limit;
	int r = proc_fd_count(proc->dir->fd, proc->name, proc->dir->is_procfs, &open);

	if (r < 0)
		return read_failed(proc, "fd", r, err);
	r = read_fd_limit(proc, &limit, err);
	if (r < 0)
		return r;
	*ret_open = open;
	*ret_limit = limit;
	return 0;
}

double proc_age_s(const struct proc_dir *dir, uint64_t start_ticks)
{
	double age = dir->uptime_s - (double)start_ticks * dir->tick_s;

	return age > 0 ? age : 0;
}
