/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_match.h"

#include <errno.h>
#include <string.h>

/* TASK_COMM_LEN without its NUL. */
enum { COMM_CUT_SIZE = 15 };

void proc_match_free(struct proc_match *match)
{
	pattern_free(&match->line);
	pattern_free(&match->exe);
	pattern_free(&match->kthread);
	pattern_free(&match->cgroup);
	pattern_free(&match->parent_line);
}

static bool wants_state(const struct proc_match *match, char state)
{
	return match->states && strchr(match->states, state);
}

/* Each test_* returns 1 if its condition holds or is not set, 0 if not, or -errno. */
typedef int test_fn(struct proc_match *match, struct proc *proc, struct err *err);

static int test_user(struct proc_match *match, struct proc *proc, struct err *err)
{
	int r;

	if (!match->has_uid)
		return 1;
	r = proc_uid(proc, err);
	return r < 0 ? r : proc->uid == match->uid;
}

static int test_state(struct proc_match *match, struct proc *proc, struct err *err)
{
	int r;

	if (!match->states)
		return 1;
	r = proc_stat(proc, err);
	return r < 0 ? r : wants_state(match, proc->stat.state);
}

static int test_parent(struct proc_match *match, struct proc *proc, struct err *err)
{
	const char *line;
	size_t size;
	int r;

	if (match->parent == 0 && !match->parent_line.text)
		return 1;
	r = proc_stat(proc, err);
	if (r < 0)
		return r;
	if (match->parent != 0)
		return proc->stat.ppid == match->parent;
	if (proc->stat.ppid == 0)
		return 0;
	if (match->seen_parent != proc->stat.ppid) {
		r = proc_parent_line(proc, &line, &size, err);
		if (r < 0)
			return r;
		match->seen_parent = proc->stat.ppid;
		match->seen_parent_fits = pattern_found(&match->parent_line, line, size);
	}
	return match->seen_parent_fits;
}

static int test_cgroup(struct proc_match *match, struct proc *proc, struct err *err)
{
	struct cgroup_span path;
	char text[4096 + 1];
	int r;

	if (!match->unit && !match->cgroup.text)
		return 1;
	r = proc_cgroup(proc, err);
	if (r < 0)
		return r;
	if (match->unit && !cgroup_in_unit(&proc->cgroup, match->unit))
		return 0;
	if (!match->cgroup.text)
		return 1;
	path = proc->cgroup.path;
	if (!path.text || path.size >= sizeof(text))
		return 0;
	memcpy(text, path.text, path.size);
	text[path.size] = '\0';
	return pattern_found(&match->cgroup, text, path.size);
}

static int test_place(struct proc_match *match, struct proc *proc, struct err *err)
{
	int r;

	if (match->place == PROC_ANYWHERE)
		return 1;
	r = proc_container(proc, err);
	return r < 0 ? r : proc->in_container == (match->place == PROC_IN_CONTAINER);
}

/* The process that asks carries the pattern in its own command line. */
static int test_asker(struct proc_match *match, struct proc *proc, struct err *err)
{
	int r;

	if (!match->asker)
		return 1;
	r = proc_line(proc, err);
	return r < 0 ? r : !proc_cmdline_has_program(proc->line, proc->line_size, match->asker);
}

/* Last, so that -EACCES is only said of a process that all else speaks for. */
static int test_exe(struct proc_match *match, struct proc *proc, struct err *err)
{
	const char *path;
	size_t size;
	int r;

	if (!match->exe.text)
		return 1;
	r = proc_exe(proc, &path, &size, err);
	return r < 0 ? r : pattern_found(&match->exe, path, size);
}

static int test_all(test_fn *const *tests, size_t n_tests, struct proc_match *match,
    struct proc *proc, struct err *err)
{
	for (size_t i = 0; i < n_tests; i++) {
		int r = tests[i](match, proc, err);

		if (r <= 0)
			return r;
	}
	return 1;
}
#define TEST_ALL(tests, match, proc, err) \
	test_all((tests), sizeof(tests) / sizeof((tests)[0]), (match), (proc), (err))

static int test_kthread(
    struct proc_match *match, struct proc *proc, enum proc_fit *ret, struct err *err)
{
	static test_fn *const tests[] = { test_state, test_parent, test_cgroup, test_place };
	int r = proc_stat(proc, err);

	if (r < 0)
		return r;
	if (!proc_stat_is_kthread(&proc->stat) ||
	    !pattern_found(&match->kthread, proc->stat.comm, strlen(proc->stat.comm)))
		return 0;
	r = TEST_ALL(tests, match, proc, err);
	if (r == 1)
		*ret = PROC_FITS;
	return r < 0 ? r : 0;
}

/* What is left of "/usr/bin/neutron-openvswitch-agent" is "neutron-openvsw". */
static bool name_fits(const struct pattern *line, const char *comm)
{
	size_t size = strlen(comm);
	char path[1 + PROC_COMM_SIZE] = "/";

	memcpy(path + 1, comm, size + 1);
	return pattern_found(line, comm, size) || pattern_found(line, path, size + 1) ||
	       (size == COMM_CUT_SIZE && pattern_begins_with(line, comm, size));
}

static int test_zombie(struct proc_match *match, struct proc *proc, bool with_zombies,
    enum proc_fit *ret, struct err *err)
{
	static test_fn *const tests[] = { test_state, test_parent, test_cgroup, test_place };
	const char *comm = proc->stat.comm;
	int r = TEST_ALL(tests, match, proc, err);

	if (r < 0)
		return r;
	/* Its program is gone, so a condition on that can only be answered by the parent. */
	if (r == 1 && !match->exe.text && (!match->line.text || name_fits(&match->line, comm)))
		*ret = wants_state(match, 'Z') ? PROC_FITS : PROC_ZOMBIE_FITS;
	else if (with_zombies)
		*ret = PROC_ZOMBIE_MAYBE;
	return 0;
}

int proc_match_test(struct proc_match *match, struct proc *proc, bool with_zombies,
    enum proc_fit *ret, struct err *err)
{
	static test_fn *const tests[] = { test_state, test_asker, test_parent, test_cgroup,
		test_place, test_exe };
	int r;

	*ret = PROC_NO;
	if (proc->pid == match->self[0] || proc->pid == match->self[1])
		return 0;
	r = test_user(match, proc, err);
	if (r <= 0)
		return r;
	if (match->kthread.text)
		return test_kthread(match, proc, ret, err);
	r = proc_line(proc, err);
	if (r < 0)
		return r;
	if (proc->line_size > 0) {
		if (match->line.text &&
		    !pattern_found(&match->line, proc->line, proc->line_size))
			return 0;
	} else {
		/* A zombie, a kernel thread, or a process that wiped its own line. */
		if (match->line.text && !with_zombies && !wants_state(match, 'Z'))
			return 0;
		r = proc_stat(proc, err);
		if (r < 0)
			return r;
		if (proc_stat_is_zombie(&proc->stat))
			return test_zombie(match, proc, with_zombies, ret, err);
		if (proc_stat_is_kthread(&proc->stat) || match->line.text)
			return 0;
	}
	r = TEST_ALL(tests, match, proc, err);
	if (r == 1)
		*ret = PROC_FITS;
	return r < 0 ? r : 0;
}
