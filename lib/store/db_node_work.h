/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the db_node*.c files share: a change of the tree, from its lock to its events.
 */
#ifndef HAETAE_STORE_DB_NODE_WORK_H
#define HAETAE_STORE_DB_NODE_WORK_H

#include "lib/store/db_node.h"
#include "lib/store/db_private.h"

struct node_work {
	struct db *db;
	const struct db_author *author;
	int64_t now_ms;
	bool dry_run;
	struct node_tree tree; /* as it was before; the groups as they are */
	struct node_changes changes;
	/* Nodes whose specs are to follow; all of them when a group changes. */
	uint32_t *nodeids;
	size_t n_nodeids;
	bool all_nodes;
	int error; /* of the functions below: out of memory */
};

/* A change, copied; attribute and texts may be NULL. */
void node_work_add(struct node_work *work, const struct node_change *change);

/* A node whose specs are to follow. */
void node_work_touch(struct node_work *work, uint32_t nodeid);

/* Makes the groups of these paths that are not there, and adds them to the changes. */
int node_work_groups(struct node_work *work, const char *const *paths, size_t n,
    struct err *err) ATTR_MUST_CHECK;

/* Each does what requests of its action say. */
typedef int node_work_fn(
    struct node_work *work, const struct node_request *request, struct err *err);
node_work_fn node_work_want, node_work_rename, node_work_move, node_work_remove;
node_work_fn node_work_group_rename, node_work_group_maintenance, node_work_group_remove;

#endif
