/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/client/unixctl.h"
#include "lib/collect/proc.h"
#include "lib/health/ovs_ask.h"

/* A node has one for each daemon; one that runs containers or OVN has some more. */
enum { MONITORS_MAX = 64, CANDIDATES_MAX = 64, PIDFILE_MAX = 64 };

struct found_monitor {
	struct monitor monitor;
	int32_t pid;
};

struct candidate {
	size_t daemon;
	int32_t pid;
};

/* What one walk over /proc has seen. */
struct walk {
	struct found_monitor monitors[MONITORS_MAX];
	size_t n_monitors;
	struct candidate candidates[CANDIDATES_MAX];
	size_t n_candidates;
};

/* --- pidfiles -------------------------------------------------------------------------------- */

static void look_into(struct ovs *ovs)
{
	struct stat status;

	if (stat(ovs->rundir, &status) < 0)
		ovs->rundir_code =
		    err_sys(&ovs->rundir_err, -errno, "cannot look into %s", ovs->rundir);
}

static void read_pidfile(struct ovs_daemon *daemon, const struct ovs *ovs)
{
	const struct fsroot live = FSROOT_LIVE;
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(PIDFILE_MAX);
	char path[PATH_MAX];
	int r;

	(void)snprintf(path, sizeof(path), "%s/%s.pid", ovs->rundir, daemon->name);
	r = fsroot_read(&live, path, &text, &daemon->why);
	if (r == 0) {
		r = unixctl_pid_parse(buf_text(&text), text.size, &daemon->pid, &daemon->why);
		if (r < 0) {
			daemon->life = OVS_DEAD;
			err_prefix(&daemon->why, "%s", path);
		}
	} else if (r == -ENOENT) {
		daemon->life = OVS_DEAD;
		(void)err_set(
		    &daemon->why, r, "no %s", ovs->rundir_code == -ENOENT ? ovs->rundir : path);
	}
}

/* --- processes ------------------------------------------------------------------------------- */

/* The program's name may have a suffix ("ovs-vswitchd-dpdk"), and 15 bytes of it are kept. */
static bool has_name(const struct proc *proc, const char *name)
{
	return strncmp(proc->stat.comm, name, strlen(name)) == 0;
}

static void note_monitor(struct walk *walk, const struct proc *proc)
{
	struct found_monitor *next = &walk->monitors[walk->n_monitors];

	if (walk->n_monitors == MONITORS_MAX ||
	    monitor_parse(proc->line, proc->line_size, &next->monitor) < 0)
		return;
	next->pid = proc->pid;
	walk->n_monitors++;
}

static void note_candidate(const struct ovs *ovs, struct walk *walk, struct proc *proc)
{
	for (size_t i = 0; i < OVS_DAEMONS; i++) {
		if (walk->n_candidates < CANDIDATES_MAX && proc_stat(proc, NULL) == 0 &&
		    has_name(proc, ovs->daemons[i].name) && !proc_stat_is_zombie(&proc->stat))
			walk->candidates[walk->n_candidates++] =
			    (struct candidate){ i, proc->pid };
	}
}

static int walk_proc(
    const struct ovs *ovs, struct proc_dir *dir, struct walk *walk, struct err *err)
{
	struct proc proc;

	while (proc_next(dir, &proc)) {
		int r = proc_line(&proc, err);

		if (r == -ESRCH || r == -EACCES)
			continue;
		if (r < 0)
			return r;
		note_monitor(walk, &proc);
		if (!ovs->rundir)
			note_candidate(ovs, walk, &proc);
	}
	return 0;
}

static const struct found_monitor *monitor_of(
    const struct walk *walk, const char *name, int32_t pid, int32_t parent)
{
	for (size_t i = 0; i < walk->n_monitors; i++) {
		const struct found_monitor *one = &walk->monitors[i];

		/* In a pid namespace the title has a number of its own. */
		if (strcmp(one->monitor.name, name) == 0 &&
		    (one->monitor.pid == pid || one->pid == parent))
			return one;
	}
	return NULL;
}

/* Without a pidfile: the process of that name that has a monitor, else the first. */
static void choose(struct ovs_daemon *daemon, size_t index, const struct walk *walk)
{
	for (size_t i = 0; i < walk->n_candidates; i++) {
		const struct candidate *one = &walk->candidates[i];

		if (one->daemon != index)
			continue;
		if (!daemon->pid)
			daemon->pid = one->pid;
		if (monitor_of(walk, daemon->name, one->pid, 0)) {
			daemon->pid = one->pid;
			break;
		}
	}
	if (daemon->pid == 0) {
		daemon->life = OVS_DEAD;
		(void)err_set(&daemon->why, -ESRCH, "no process of that name");
	}
}

static int look_at(
    struct ovs_daemon *daemon, struct proc_dir *dir, const struct walk *walk, struct err *err)
{
	const struct found_monitor *monitor;
	struct proc proc;
	int r;

	proc_at(dir, daemon->pid, &proc);
	r = proc_stat(&proc, err);
	if (r == -ESRCH && proc_dir_is_hidden(dir)) {
		(void)err_set(&daemon->why, r,
		    "this user sees its own processes alone (hidepid of proc(5))");
		return 0;
	}
	if (r == -ESRCH) {
		daemon->life = OVS_DEAD;
		(void)err_set(&daemon->why, r, "its process %d is gone", daemon->pid);
	} else if (r < 0) {
		return r;
	} else if (!has_name(&proc, daemon->name)) {
		daemon->life = OVS_DEAD;
		(void)err_set(&daemon->why, -ESRCH, "its pid %d is another process, %s",
		    daemon->pid, proc.stat.comm);
	} else if (proc_stat_is_zombie(&proc.stat)) {
		daemon->life = OVS_DEAD;
		(void)err_set(&daemon->why, -ESRCH, "its process %d is a zombie", daemon->pid);
	} else {
		daemon->life = OVS_ALIVE;
		daemon->state = proc.stat.state;
		daemon->age_s = proc_age_s(dir, proc.stat.start_ticks);
	}
	monitor = monitor_of(
	    walk, daemon->name, daemon->pid, daemon->life == OVS_ALIVE ? proc.stat.ppid : -1);
	daemon->has_monitor = monitor != NULL;
	if (monitor)
		daemon->monitor = monitor->monitor;
	return 0;
}

int ovs_read_daemons(struct ovs *ovs, const struct fsroot *root, struct err *err)
{
	CLEANUP(proc_dir_close) struct proc_dir dir = { 0 };
	struct walk walk;
	int r = 0;

	walk.n_monitors = walk.n_candidates = 0;
	if (ovs->rundir)
		look_into(ovs);
	for (size_t i = 0; i < OVS_DAEMONS; i++) {
		if (ovs->rundir)
			read_pidfile(&ovs->daemons[i], ovs);
	}
	/* No folder, no switch: most nodes have none, and their processes are not looked at. */
	if (ovs->rundir_code == -ENOENT)
		return 0;
	r = proc_dir_open(root, &dir, err);
	if (r == 0)
		r = walk_proc(ovs, &dir, &walk, err);
	for (size_t i = 0; r == 0 && i < OVS_DAEMONS; i++) {
		struct ovs_daemon *daemon = &ovs->daemons[i];

		if (!ovs->rundir)
			choose(daemon, i, &walk);
		if (daemon->pid)
			r = look_at(daemon, &dir, &walk, err);
	}
	return r;
}
