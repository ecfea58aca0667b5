/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cleanup_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/fsroot.h"
#include "lib/base/num.h"
#include "lib/collect/proc_status.h"

enum {
	PATH_SIZE = 40,
	/* Interpreters have their script near the beginning. */
	ARGS_MAX = 64 << 10,
	OTHER_MAX = 1 << 20,
	PID_TEXT_SIZE = 24,
};

static int read_status(struct cleanup_proc *proc, const char *pid, struct proc_status *ret)
{
	char path[PATH_SIZE];
	int r;

	(void)snprintf(path, sizeof(path), "%s/status", pid);
	buf_reset(&proc->other);
	r = fsroot_read_at(proc->dir.fd, path, &proc->other);
	return r < 0 ? r
		     : proc_status_parse(buf_text(&proc->other), proc->other.size, ret, NULL);
}

/* The kernel writes NSpid with one number a namespace, from that of this /proc down to that of
 * the process, and no /proc/self for one that it does not show. */
static int check_namespace(struct cleanup_proc *proc, struct err *err)
{
	struct proc_status status;

	if (read_status(proc, "self", &status) == 0 && status.pid_namespaces == 1)
		return 0;
	return err_set(err, -ENOTSUP,
	    "cannot trust /proc: it shows another pid namespace than the one that this process "
	    "is in (mount a proc of its own there)");
}

int cleanup_proc_open(struct cleanup_proc *ret, struct err *err)
{
	const struct fsroot root = FSROOT_LIVE;
	CLEANUP(cleanup_proc_close)
	struct cleanup_proc proc = { .args = BUF_INIT_MAX(ARGS_MAX),
		.other = BUF_INIT_MAX(OTHER_MAX) };
	int r = proc_dir_open(&root, &proc.dir, err);

	if (r == 0)
		r = check_namespace(&proc, err);
	if (r < 0)
		return r;
	*ret = proc;
	proc = (struct cleanup_proc){ 0 };
	return 0;
}

void cleanup_proc_close(struct cleanup_proc *proc)
{
	proc_dir_close(&proc->dir);
	buf_free(&proc->args);
	buf_free(&proc->other);
}

int cleanup_proc_owner(
    struct cleanup_proc *proc, pid_t pid, uint32_t *ret_uid, bool *ret_container)
{
	struct proc_status status;
	char text[PID_TEXT_SIZE];
	int r;

	(void)snprintf(text, sizeof(text), "%ld", (long)pid);
	r = read_status(proc, text, &status);
	if (r < 0)
		return r;
	*ret_uid = status.real_uid;
	*ret_container = status.pid_namespaces > 1;
	return 0;
}

int cleanup_proc_names(struct cleanup_proc *proc, pid_t pid, struct cleanup_names *ret)
{
	const char *exe = "";
	char path[PATH_SIZE];
	struct proc one;
	size_t size;
	int r;

	(void)snprintf(path, sizeof(path), "%ld/cmdline", (long)pid);
	buf_reset(&proc->args);
	r = fsroot_read_at(proc->dir.fd, path, &proc->args);
	/* Longer arguments are looked at as far as there is room. */
	if (r < 0 && r != -E2BIG)
		return r;
	proc_at(&proc->dir, (int32_t)pid, &one);
	if (proc_exe(&one, &exe, &size, NULL) < 0)
		exe = "";
	cleanup_names_set(exe, buf_text(&proc->args), proc->args.size, ret);
	return 0;
}

static bool read_cgroup(struct cleanup_proc *proc, pid_t pid, struct cgroup_span *ret)
{
	struct proc one;

	proc_at(&proc->dir, (int32_t)pid, &one);
	if (proc_cgroup(&one, NULL) < 0 || !one.cgroup.path.text)
		return false;
	*ret = one.cgroup.path;
	return true;
}

bool cleanup_proc_in_cgroup(struct cleanup_proc *proc, pid_t pid, const char *path)
{
	size_t size = strlen(path);
	struct cgroup_span span;

	return size && read_cgroup(proc, pid, &span) && span.size >= size &&
	       memcmp(span.text, path, size) == 0 &&
	       (span.size == size || span.text[size] == '/');
}

/* The pid in the supervisor's lock, and who owns the lock. */
static bool read_lock(const char *spool, pid_t *ret_pid, uint32_t *ret_uid)
{
	CLEANUP_BUF struct buf path = BUF_INIT;
	CLEANUP_CLOSE int fd = -1;
	char text[PID_TEXT_SIZE];
	struct stat st;
	uint64_t pid;
	ssize_t size;

	(void)buf_addf(&path, "%s/lock.supervisor", spool);
	fd = open(buf_text(&path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	size = read(fd, text, sizeof(text) - 1);
	if (size <= 0)
		return false;
	text[size] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (num_u64(text, &pid, NULL) < 0 || pid < 1 || pid > INT32_MAX)
		return false;
	*ret_pid = (pid_t)pid;
	*ret_uid = st.st_uid;
	return true;
}

/* A cron, a session or a container shares its cgroup with everything else that it started. */
static bool is_own_cgroup(struct cgroup_span path)
{
	static const char own[] = "haetae";
	const char *name = memrchr(path.text, '/', path.size);

	if (!name)
		return false;
	name++;
	return (size_t)(path.text + path.size - name) >= sizeof(own) - 1 &&
	       memcmp(name, own, sizeof(own) - 1) == 0;
}

void cleanup_proc_scheduler(struct cleanup_proc *proc, const char *spool, struct buf *ret)
{
	struct cleanup_names names;
	struct cgroup_span path;
	uint32_t owner, uid;
	bool container;
	pid_t pid;

	/* The number may be an old one: it must be a scheduler, of the spool's user. */
	if (!read_lock(spool, &pid, &owner) ||
	    cleanup_proc_owner(proc, pid, &uid, &container) < 0 || uid != owner ||
	    cleanup_proc_names(proc, pid, &names) < 0 ||
	    !cleanup_names_have(&names, "haetae-scheduler"))
		return;
	if (read_cgroup(proc, pid, &path) && is_own_cgroup(path))
		(void)buf_add(ret, path.text, path.size);
}
