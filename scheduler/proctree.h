/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All processes of this node with their parents, as they are at one moment, and signals to
 * some of them. A process is named by pid and start time together: a pid that was given to
 * another process in between is left alone.
 */
#ifndef HAETAE_SCHEDULER_PROCTREE_H
#define HAETAE_SCHEDULER_PROCTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

struct proctree_process {
	pid_t pid, parent, group;
	uint64_t starttime; /* clock ticks since boot: field 22 of proc_pid_stat(5) */
	bool kthread, zombie;
};

struct proctree {
	struct proctree_process *items; /* by pid */
	size_t n;
	size_t *by_parent; /* indexes of items, by the parent's pid */
};

/* Reads each /proc/PID/stat once. -ENOMEM, or -errno of opening /proc. */
int proctree_read(struct proctree *ret, struct err *err) ATTR_MUST_CHECK;
void proctree_free(struct proctree *tree);
/* NULL when there is none. */
const struct proctree_process *proctree_find(const struct proctree *tree, pid_t pid);

/* Some of the processes, in the order in which they were added. */
struct proctree_set {
	const struct proctree *tree;
	size_t *items; /* indexes of the tree's items */
	size_t n;
	bool *chosen; /* one a process of the tree */
};

/* False without memory. */
bool proctree_set_init(struct proctree_set *set, const struct proctree *tree) ATTR_MUST_CHECK;
void proctree_set_free(struct proctree_set *set);
void proctree_set_add(struct proctree_set *set, size_t index);
/* Adds what descends from those that are in it. The list was read one process after the other:
 * where a pid was given away meanwhile, it looks again. */
void proctree_set_add_descendants(struct proctree_set *set);
/* The same, leaving out those for which keep_out says so, with what is below them. */
typedef bool proctree_fn(const struct proctree_process *process, void *context);
void proctree_set_add_descendants_but(
    struct proctree_set *set, proctree_fn *keep_out, void *context);
const struct proctree_process *proctree_set_at(const struct proctree_set *set, size_t at);
/* The member of the set, given and returned as an index of the tree's items, that the given one
 * descends from and that descends from no other. */
size_t proctree_set_top(const struct proctree_set *set, size_t index);

/* The start time of a process, zombies included; 0 when there is no such process. */
uint64_t proctree_starttime(pid_t pid);
/* Whether the process that was seen is there, and not a zombie. */
bool proctree_is_alive(const struct proctree_process *process);

/* Sends the signal by pidfd, and only if the process behind it is the one that was seen. 0,
 * -ESRCH when that one is gone, or -errno of why it cannot be sent. */
int proctree_signal(const struct proctree_process *process, int signo);

/* The slot that it was started for: HAETAE_SCHEDULEID in its environment, or, of one that has
 * emptied it, the capture that its stdout leads to. 0 when it was for none, or may not be read.
 * Slots of several schedulers may have the same number: home is the one's spool, which is HOME
 * of its probes and has their captures; NULL: any. */
uint64_t proctree_scheduleid(pid_t pid, const char *home);

#endif
