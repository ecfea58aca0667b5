/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which processes the cleanup list means: those that are a match, and with each what is to
 * die with it. What is protected is neither.
 */
#ifndef HAETAE_SCHEDULER_CLEANUP_FIND_H
#define HAETAE_SCHEDULER_CLEANUP_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "scheduler/cleanup_list.h"
#include "scheduler/cleanup_proc.h"
#include "scheduler/proctree.h"

struct cleanup_rules {
	const struct cleanup_list *list;
	const uint32_t *users; /* the uid of each entry's user, one an entry */
	const struct cleanup_servers *servers;
	const char *cgroup; /* of the scheduler, or "" */
	uint32_t own;	    /* who asks */
	bool any_user;
	bool explain; /* also those that match and are spared */
};

struct cleanup_match {
	struct proctree_process process;
	const struct cleanup_entry *entry;
	const char *where;  /* the pattern was found: "program", "argv[0]", "script" */
	const char *spared; /* why, or NULL: it is to die */
	char name[256];	    /* in this text, cut */
	uint32_t uid;
	int64_t age_ms;
	uint64_t scheduleid; /* of the probe that it is or belongs to; 0: none */
};

struct cleanup_matches {
	struct cleanup_match *items; /* by pid */
	size_t n;
};

/* Looks at each process of the tree. now_boot_ms is of the moment at which it was read. */
int cleanup_find(const struct cleanup_rules *rules, struct cleanup_proc *proc,
    const struct proctree *tree, int64_t now_boot_ms, struct cleanup_matches *ret,
    struct err *err) ATTR_MUST_CHECK;
void cleanup_matches_free(struct cleanup_matches *matches);

/* Adds to the set what descends from those that are in it, but for what is protected and what
 * is below that; why goes to ret_spared as text, for people. */
void cleanup_add_descendants(const struct cleanup_rules *rules, struct cleanup_proc *proc,
    struct proctree_set *set, struct buf *ret_spared);

#endif
