/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/proctree.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t/tap.h"

/* A child with a child: both wait to be killed. ret_below is the grandchild. */
static pid_t start_two(pid_t *ret_below)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		pid_t below = fork();

		(void)alarm(30);
		if (below > 0)
			(void)!write(ends[1], &below, sizeof(below));
		for (;;)
			(void)pause();
	}
	if (read(ends[0], ret_below, sizeof(*ret_below)) != sizeof(*ret_below))
		abort();
	close(ends[0]);
	close(ends[1]);
	return pid;
}

static void test_read(void)
{
	struct proctree tree = { 0 };
	struct err err = ERR_INIT;
	const struct proctree_process *self;
	bool sorted = true;

	ok(proctree_read(&tree, &err) == 0 && tree.n > 1, "the processes are read");
	self = proctree_find(&tree, getpid());
	ok(self && self->parent == getppid() && self->group == getpgrp(), "this one is there");
	ok(self && self->starttime == proctree_starttime(getpid()), "with its start");
	ok(self && !self->kthread && !self->zombie, "it is a living one");
	ok(!proctree_find(&tree, -1), "what is no process is not found");
	for (size_t i = 1; i < tree.n; i++)
		sorted = sorted &&
			 tree.items[tree.by_parent[i - 1]].parent <=
			     tree.items[tree.by_parent[i]].parent &&
			 tree.items[i - 1].pid < tree.items[i].pid;
	ok(sorted, "in order of pids, and of parents");
	proctree_free(&tree);
	ok(!proctree_find(&tree, getpid()), "nothing is in an empty one");
}

static bool is_below(const struct proctree_process *process, void *context)
{
	return process->pid == *(pid_t *)context;
}

static void test_descendants(void)
{
	struct proctree tree = { 0 };
	struct proctree_set set = { 0 };
	pid_t below, pid = start_two(&below);
	const struct proctree_process *process;

	ok(proctree_read(&tree, NULL) == 0 && proctree_set_init(&set, &tree), "a set");
	process = proctree_find(&tree, pid);
	if (!process)
		abort();
	proctree_set_add(&set, (size_t)(process - tree.items));
	proctree_set_add_descendants_but(&set, is_below, &below);
	is_num((double)set.n, 1, "one that is kept out stays out");
	proctree_set_add_descendants(&set);
	is_num((double)set.n, 2, "the child and its child");
	ok(set.n == 2 && proctree_set_at(&set, 1)->pid == below, "the parent first");
	proctree_set_add_descendants(&set);
	is_num((double)set.n, 2, "each once");
	for (size_t i = 0; i < set.n; i++)
		is_num(proctree_signal(proctree_set_at(&set, i), SIGKILL), 0, "signalled");
	(void)waitpid(pid, NULL, 0);
	proctree_set_free(&set);
	proctree_free(&tree);
}

/* A list that was read while the parent of 5 died and its pid 9 was given to a child of 7. */
static void test_reuse(void)
{
	struct proctree_process items[] = { { .pid = 5, .parent = 9, .starttime = 100 },
		{ .pid = 7, .parent = 1, .starttime = 200 },
		{ .pid = 9, .parent = 7, .starttime = 300 },
		{ .pid = 11, .parent = 9, .starttime = 300 },
		{ .pid = 13, .parent = 14, .starttime = 400 },
		{ .pid = 14, .parent = 13, .starttime = 400 } };
	size_t by_parent[] = { 1, 2, 0, 3, 5, 4 };
	const struct proctree tree = { .items = items, .n = 6, .by_parent = by_parent };
	struct proctree_set set = { 0 };

	ok(proctree_set_init(&set, &tree), "a set");
	proctree_set_add(&set, 1);
	proctree_set_add_descendants(&set);
	is_num((double)set.n, 3, "the descendants are found");
	ok(!set.chosen[0], "and one that is older than its parent seems is none");
	is_num((double)proctree_set_top(&set, 3), 1, "the top is found");
	is_num((double)proctree_set_top(&set, 1), 1, "it is its own top");
	is_num((double)proctree_set_top(&set, 0), 0, "so is what does not belong to it");
	proctree_set_add(&set, 4);
	proctree_set_add_descendants(&set);
	is_num((double)set.n, 5, "a circle ends");
	ok(proctree_set_top(&set, 4) >= 4, "also on the way up");
	proctree_set_free(&set);
}

/* A list in which the parent of a living child had a predecessor that was seen, but is gone. */
static void test_successor(void)
{
	pid_t below, pid = start_two(&below);
	uint64_t start = proctree_starttime(pid);
	struct proctree_process items[] = { { .pid = pid, .parent = 1, .starttime = start - 1 },
		{ .pid = below, .parent = pid, .starttime = start } };
	size_t by_parent[] = { 0, 1 };
	const struct proctree tree = { .items = items, .n = 2, .by_parent = by_parent };
	struct proctree_set set = { 0 };

	ok(proctree_set_init(&set, &tree), "a set");
	proctree_set_add(&set, 0);
	proctree_set_add_descendants(&set);
	is_num((double)set.n, 1, "the child of its successor is none of its own");
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	proctree_set_add_descendants(&set);
	is_num((double)set.n, 2, "an orphan is");
	(void)kill(below, SIGKILL);
	proctree_set_free(&set);
}

static void test_signal(void)
{
	pid_t below, pid = start_two(&below);
	struct proctree_process seen = { .pid = pid, .starttime = proctree_starttime(pid) };
	struct proctree_process other = { .pid = pid, .starttime = seen.starttime - 1 };
	siginfo_t info;

	ok(proctree_is_alive(&seen), "it lives");
	ok(!proctree_is_alive(&other), "one that had its pid before does not");
	is_num(proctree_signal(&other, SIGKILL), -ESRCH, "and is not signalled");
	ok(proctree_is_alive(&seen), "so it lives on");
	is_num(proctree_signal(&seen, SIGKILL), 0, "it is signalled itself");
	(void)waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	ok(!proctree_is_alive(&seen), "a zombie is not alive");
	ok(proctree_starttime(pid) == seen.starttime, "but has its start");
	(void)waitpid(pid, NULL, 0);
	is_num(proctree_signal(&seen, SIGKILL), -ESRCH, "one that is gone");
	is_num((double)proctree_starttime(pid), 0, "has no start");
	(void)kill(below, SIGKILL);
}

static void test_scheduleid(void)
{
	int ends[2];
	pid_t pid;
	char byte;

	is_num((double)proctree_scheduleid(getpid(), NULL), 0, "no slot");
	if (pipe(ends) < 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		char arg0[] = "sh", arg1[] = "-c", arg2[] = "echo >&3; kill -STOP $$";
		char env[] = "HAETAE_SCHEDULEID=4294967297", home[] = "HOME=/spool/1";
		char *argv[] = { arg0, arg1, arg2, NULL }, *envp[] = { env, home, NULL };

		(void)alarm(30);
		(void)dup2(ends[1], 3);
		(void)execve("/bin/sh", argv, envp);
		_exit(1);
	}
	close(ends[1]);
	ok(read(ends[0], &byte, 1) == 1, "a process with a slot");
	is_num((double)proctree_scheduleid(pid, NULL), 4294967297.0, "tells it");
	is_num((double)proctree_scheduleid(pid, "/spool/1"), 4294967297.0, "to its scheduler");
	is_num((double)proctree_scheduleid(pid, "/spool/10"), 0, "and to no other");
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	is_num((double)proctree_scheduleid(pid, NULL), 0, "nor has one that is gone");
}

int main(void)
{
	test_read();
	test_descendants();
	test_reuse();
	test_successor();
	test_signal();
	test_scheduleid();
	return tap_done();
}
