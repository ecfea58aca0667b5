/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kills what cleanup_find has found: each match with what descends from it. SIGTERM first, and
 * SIGKILL for what is still there after a grace, with what it has started meanwhile.
 */
#ifndef HAETAE_SCHEDULER_CLEANUP_KILL_H
#define HAETAE_SCHEDULER_CLEANUP_KILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "scheduler/cleanup_find.h"
#include "scheduler/proctree.h"

struct cleanup_victim {
	struct proctree_process process;
	size_t match; /* index of the match that it dies with */
	bool sent;    /* a signal reached it */
	bool forced;  /* it was SIGKILL */
	bool alive;   /* as far as is known */
	int code;     /* why it could not be signalled, or 0 */
};

struct cleanup_plan {
	struct cleanup_victim *items; /* those of one match are not side by side */
	size_t n, room;
	struct buf spared; /* what descends from a match and is not killed, for people */
};

/* What dies: each match that is not spared, and its descendants in the tree. A match that
 * descends from another belongs to that one. */
int cleanup_plan_make(const struct cleanup_rules *rules, struct cleanup_proc *proc,
    const struct proctree *tree, const struct cleanup_matches *matches,
    struct cleanup_plan *ret, struct err *err) ATTR_MUST_CHECK;
void cleanup_plan_free(struct cleanup_plan *plan);

/* Does it, and writes what came of it into the victims. Takes the grace and some seconds at
 * most. */
int cleanup_plan_execute(const struct cleanup_rules *rules, struct cleanup_proc *proc,
    int64_t grace_ms, struct cleanup_plan *plan, struct err *err) ATTR_MUST_CHECK;

#endif
