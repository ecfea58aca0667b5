/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What haetae-cleanup asks about one process: whose it is, what it is, in which cgroup.
 * Facts of another process than the one meant, because the pid was given away in between, do
 * no harm: a signal goes to the process that was seen or to none.
 */
#ifndef HAETAE_SCHEDULER_CLEANUP_PROC_H
#define HAETAE_SCHEDULER_CLEANUP_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/collect/proc.h"
#include "scheduler/cleanup_match.h"

struct cleanup_proc {
	struct proc_dir dir;
	struct buf args, other;
};

/* -ENOTSUP when /proc shows the processes under other numbers than those that signals take: it
 * is that of another pid namespace. */
int cleanup_proc_open(struct cleanup_proc *ret, struct err *err) ATTR_MUST_CHECK;
void cleanup_proc_close(struct cleanup_proc *proc);

/* Its real user, and whether it is in a pid namespace below ours. -errno: it is gone. */
int cleanup_proc_owner(struct cleanup_proc *proc, pid_t pid, uint32_t *ret_uid,
    bool *ret_container) ATTR_MUST_CHECK;

/* The spans are valid until the next call. -errno: it is gone. */
int cleanup_proc_names(
    struct cleanup_proc *proc, pid_t pid, struct cleanup_names *ret) ATTR_MUST_CHECK;

/* Whether it is in the cgroup of this path, or in one below it. */
bool cleanup_proc_in_cgroup(struct cleanup_proc *proc, pid_t pid, const char *path);

/* The cgroup of the scheduler that runs in the spool, appended to ret; nothing when none runs,
 * and when its cgroup is not its own: only one with a name that begins with "haetae" is, as that
 * of haetae-scheduler.service. */
void cleanup_proc_scheduler(struct cleanup_proc *proc, const char *spool, struct buf *ret);

#endif
