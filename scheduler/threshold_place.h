/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The place of the tree that a threshold is set at, as the options --group, --node and --spec
 * name it, and its name for people.
 */
#ifndef HAETAE_SCHEDULER_THRESHOLD_PLACE_H
#define HAETAE_SCHEDULER_THRESHOLD_PLACE_H

#include "lib/base/buf.h"
#include "lib/store/db_node.h"
#include "lib/store/db_threshold.h"
#include "scheduler/command.h"

/* Options that the commands begin their own with. */
struct threshold_where {
	const char *group, *node, *spec;
};
#define THRESHOLD_WHERE_ROWS(type)                                                         \
	{ 0, "group", "PATH", OPT_STRING, offsetof(type, where.group), NULL,               \
		"a group and all below it" },                                              \
	    { 0, "node", "NODE", OPT_STRING, offsetof(type, where.node), NULL, "a node" }, \
	{                                                                                  \
		0, "spec", "NODE/NAME", OPT_STRING, offsetof(type, where.spec), NULL,      \
		    "one probe of a node"                                                  \
	}

struct threshold_place {
	enum threshold_scope scope;
	uint32_t scopeid;
	struct db_spec_place chain; /* where the inheritance begins; ids of 0 are left out */
	char *node;		    /* "" but for a node and a probe; owned */
	char *title; /* "everything", "group Zone1", "node n1", "n1/ping"; owned */
};
/* One option at most; none is the root. -EINVAL, -ENOENT with the names that are nearest. */
int threshold_place_find(struct db *db, const struct node_tree *tree,
    const struct threshold_where *where, struct threshold_place *ret,
    struct err *err) ATTR_MUST_CHECK;
void threshold_place_free(struct threshold_place *place);

/* NULL when it is not there, or was removed. */
const struct node *threshold_node(const struct node_tree *tree, uint32_t nodeid);

#endif
