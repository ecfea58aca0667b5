/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/proctree.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/fsroot.h"
#include "lib/base/num.h"
#include "lib/base/pidfd.h"
#include "lib/collect/proc.h"

static int compare_pids(const void *a, const void *b)
{
	pid_t x = ((const struct proctree_process *)a)->pid;
	pid_t y = ((const struct proctree_process *)b)->pid;

	return x < y ? -1 : x > y;
}

static int compare_parents(const void *a, const void *b, void *items)
{
	const struct proctree_process *all = items;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;

	if (all[i].parent != all[k].parent)
		return all[i].parent < all[k].parent ? -1 : 1;
	return i < k ? -1 : i > k;
}

static int add(struct proctree *tree, size_t *room, const struct proc *proc)
{
	if (tree->n == *room) {
		size_t more = *room ? 2 * *room : 1024;
		struct proctree_process *items =
		    reallocarray(tree->items, more, sizeof(*items));

		if (!items)
			return -ENOMEM;
		tree->items = items;
		*room = more;
	}
	tree->items[tree->n++] = (struct proctree_process){ .pid = proc->pid,
		.parent = proc->stat.ppid,
		.group = proc->stat.pgrp,
		.starttime = proc->stat.start_ticks,
		.kthread = proc_stat_is_kthread(&proc->stat),
		.zombie = proc_stat_is_zombie(&proc->stat) };
	return 0;
}

/* Sorted, so that each question about one process is cheap however many there are. */
static int sort(struct proctree *tree)
{
	tree->by_parent = calloc(tree->n + 1, sizeof(*tree->by_parent));
	if (!tree->by_parent)
		return -ENOMEM;
	if (tree->n == 0)
		return 0;
	qsort(tree->items, tree->n, sizeof(*tree->items), compare_pids);
	for (size_t i = 0; i < tree->n; i++)
		tree->by_parent[i] = i;
	qsort_r(
	    tree->by_parent, tree->n, sizeof(*tree->by_parent), compare_parents, tree->items);
	return 0;
}

int proctree_read(struct proctree *ret, struct err *err)
{
	const struct fsroot root = FSROOT_LIVE;
	CLEANUP(proctree_free) struct proctree tree = { 0 };
	CLEANUP(proc_dir_close) struct proc_dir dir = { 0 };
	struct proc proc;
	size_t room = 0;
	int r = proc_dir_open(&root, &dir, err);

	if (r < 0)
		return r;
	while (r == 0 && proc_next(&dir, &proc) == 1) {
		/* One that is gone meanwhile is none. */
		if (proc_stat(&proc, NULL) == 0)
			r = add(&tree, &room, &proc);
	}
	if (r == 0)
		r = sort(&tree);
	if (r < 0)
		return err_sys(err, r, "cannot list the processes");
	*ret = tree;
	tree = (struct proctree){ 0 };
	return 0;
}

void proctree_free(struct proctree *tree)
{
	free(tree->items);
	free(tree->by_parent);
	*tree = (struct proctree){ 0 };
}

const struct proctree_process *proctree_find(const struct proctree *tree, pid_t pid)
{
	const struct proctree_process key = { .pid = pid };

	if (tree->n == 0)
		return NULL;
	return bsearch(&key, tree->items, tree->n, sizeof(*tree->items), compare_pids);
}

static int read_stat(pid_t pid, struct proc_stat *ret)
{
	const struct fsroot root = FSROOT_LIVE;
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(8192);
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if (fsroot_read(&root, path, &text, NULL) < 0)
		return -ESRCH;
	return proc_stat_parse(buf_text(&text), text.size, ret, NULL);
}

/* --- sets ---------------------------------------------------------------------------------- */

bool proctree_set_init(struct proctree_set *set, const struct proctree *tree)
{
	*set = (struct proctree_set){ .tree = tree,
		.items = calloc(tree->n + 1, sizeof(*set->items)),
		.chosen = calloc(tree->n + 1, sizeof(*set->chosen)) };
	return set->items && set->chosen;
}

void proctree_set_free(struct proctree_set *set)
{
	free(set->items);
	free(set->chosen);
	*set = (struct proctree_set){ 0 };
}

void proctree_set_add(struct proctree_set *set, size_t index)
{
	if (!set->chosen[index])
		set->items[set->n++] = index;
	set->chosen[index] = true;
}

/* The place in by_parent of the first child. */
static size_t first_child(const struct proctree *tree, pid_t parent)
{
	size_t low = 0, high = tree->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tree->items[tree->by_parent[middle]].parent < parent)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* No process is older than its parent: one that seems so has lost its own while the list was
 * read, and the pid of that was given to another. */
static bool is_child(
    const struct proctree_process *process, const struct proctree_process *parent)
{
	return process->parent == parent->pid && process->starttime >= parent->starttime;
}

/* A parent that is there with its start has been there all the time. One that is not may have
 * had a successor while the list was read, whose child this is: such a child still has that
 * pid for a parent, while the child of a dead process has another. */
static bool is_child_of_successor(
    const struct proctree_process *process, const struct proctree_process *parent)
{
	struct proc_stat stat;

	return proctree_starttime(parent->pid) != parent->starttime &&
	       read_stat(process->pid, &stat) == 0 && stat.ppid == parent->pid;
}

void proctree_set_add_descendants_but(
    struct proctree_set *set, proctree_fn *keep_out, void *context)
{
	const struct proctree *tree = set->tree;

	/* Those that are added are looked at in turn. */
	for (size_t next = 0; next < set->n; next++) {
		const struct proctree_process *parent = &tree->items[set->items[next]];

		for (size_t at = first_child(tree, parent->pid); at < tree->n; at++) {
			size_t index = tree->by_parent[at];
			const struct proctree_process *child = &tree->items[index];

			if (child->parent != parent->pid)
				break;
			if (set->chosen[index] || !is_child(child, parent) ||
			    is_child_of_successor(child, parent))
				continue;
			if (!keep_out || !keep_out(child, context))
				proctree_set_add(set, index);
		}
	}
}

void proctree_set_add_descendants(struct proctree_set *set)
{
	proctree_set_add_descendants_but(set, NULL, NULL);
}

size_t proctree_set_top(const struct proctree_set *set, size_t index)
{
	const struct proctree *tree = set->tree;

	/* Not longer than there are members, whatever a list says that changed while it was read. */
	for (size_t n = 0; n < set->n; n++) {
		const struct proctree_process *process = &tree->items[index];
		const struct proctree_process *parent = proctree_find(tree, process->parent);

		if (!parent || !is_child(process, parent) || !set->chosen[parent - tree->items])
			break;
		index = (size_t)(parent - tree->items);
	}
	return index;
}

const struct proctree_process *proctree_set_at(const struct proctree_set *set, size_t at)
{
	return &set->tree->items[set->items[at]];
}

/* --- one process ----------------------------------------------------------------------------- */

uint64_t proctree_starttime(pid_t pid)
{
	struct proc_stat stat;

	return read_stat(pid, &stat) < 0 ? 0 : stat.start_ticks;
}

bool proctree_is_alive(const struct proctree_process *process)
{
	struct proc_stat stat;

	return read_stat(process->pid, &stat) == 0 && stat.start_ticks == process->starttime &&
	       !proc_stat_is_zombie(&stat);
}

int proctree_signal(const struct proctree_process *process, int signo)
{
	CLEANUP_CLOSE int fd = pidfd_of(process->pid);

	if (fd < 0)
		return fd;
	if (proctree_starttime(process->pid) != process->starttime)
		return -ESRCH;
	return pidfd_signal(fd, signo);
}

/* "…/run/SCHEDULEID.PROBETYPE" is the capture that a probe was given. */
static uint64_t capture_scheduleid(pid_t pid, const char *home)
{
	static const char folder[] = "/run/";
	const size_t folder_size = sizeof(folder) - 2; /* without the slash behind it */
	char link[40], target[PATH_MAX], *name;
	struct stat here, there;
	uint64_t id;
	ssize_t size;

	(void)snprintf(link, sizeof(link), "/proc/%ld/fd/1", (long)pid);
	size = readlink(link, target, sizeof(target) - 1);
	target[size > 0 ? size : 0] = '\0';
	name = strrchr(target, '/');
	if (!name || name - target < (ptrdiff_t)folder_size ||
	    memcmp(name - folder_size, folder, folder_size + 1) != 0)
		return 0;
	*(name - folder_size) = '\0';
	/* The spool may be configured by a link. */
	if (home && (stat(target, &here) < 0 || stat(home, &there) < 0 ||
			here.st_dev != there.st_dev || here.st_ino != there.st_ino))
		return 0;
	name++;
	name[strcspn(name, ".")] = '\0';
	return num_u64(name, &id, NULL) == 0 ? id : 0;
}

uint64_t proctree_scheduleid(pid_t pid, const char *home)
{
	static const char id_key[] = "HAETAE_SCHEDULEID=", home_key[] = "HOME=";
	const struct fsroot root = FSROOT_LIVE;
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(1 << 20);
	bool at_home = !home, has_id = false;
	uint64_t id = 0;
	char path[40];
	const char *p, *end;

	(void)snprintf(path, sizeof(path), "/proc/%ld/environ", (long)pid);
	if (fsroot_read(&root, path, &text, NULL) < 0)
		return 0;
	p = buf_text(&text);
	end = p + text.size;
	for (; p < end; p += strlen(p) + 1) {
		if (!has_id && strncmp(p, id_key, sizeof(id_key) - 1) == 0) {
			has_id = true;
			if (num_u64(p + sizeof(id_key) - 1, &id, NULL) < 0)
				return 0;
		}
		if (home && strncmp(p, home_key, sizeof(home_key) - 1) == 0)
			at_home = strcmp(p + sizeof(home_key) - 1, home) == 0;
	}
	if (!has_id)
		return capture_scheduleid(pid, home);
	return at_home ? id : 0;
}
