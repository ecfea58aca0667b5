/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tree of nodes in the database. Each change is one transaction with its EVENTLOG rows,
 * and leaves the specs of groups as the tree then says. The errors are db.h's, and
 *   -EINVAL   what is asked for may not be
 *   -ENOENT   there is no such node or group; the text names those that are nearest
 *   -EEXIST   there is one of that name already.
 */
#ifndef HAETAE_STORE_DB_NODE_H
#define HAETAE_STORE_DB_NODE_H

#include "lib/store/db.h"
#include "lib/store/node.h"

/* Who changes something, for the events. Borrowed texts. */
struct db_author {
	const char *user; /* a login */
	const char *host; /* where the command runs */
};

/* --- reading ------------------------------------------------------------------------------ */

int db_groups_read(struct db *db, struct node_groups *ret, struct err *err) ATTR_MUST_CHECK;
/* All groups and nodes, with their attributes. The caller frees it (node_tree_free). */
int db_tree_read(struct db *db, struct node_tree *ret, struct err *err) ATTR_MUST_CHECK;

/* --- changing ----------------------------------------------------------------------------- */

/* What a node is to be; what is NULL stays as it is. Owned texts. */
struct node_want {
	char *name;
	char *group;		     /* a path as node_path_parse makes it */
	char *columns[NODE_COLUMNS]; /* "" clears */
	struct node_attr *attrs;     /* a value of "" clears */
	size_t n_attrs;
	bool has_maintenance;
	int64_t maintenance_ms;
};
struct node_wants {
	struct node_want *items;
	size_t n;
};
/* Room for one more, zeroed, or NULL without memory. */
struct node_want *node_wants_add(struct node_wants *wants);
/* Both texts are copied. An attribute that is there already is replaced. */
int node_want_attr(struct node_want *want, const char *name, const char *value);
void node_wants_free(struct node_wants *wants);

/* What was done, in the order of its doing. Owned texts. */
enum node_verb { NODE_ADDED, NODE_REVIVED, NODE_REMOVED, NODE_CHANGED };
struct node_change {
	enum node_verb verb;
	bool is_group;
	char *name;	 /* a node's; the path of a group */
	char *attribute; /* of NODE_CHANGED */
	char *old_value; /* of NODE_ADDED and _REVIVED: NULL; of NODE_REMOVED: the path */
	char *new_value; /* of NODE_ADDED and _REVIVED: the path; of NODE_REMOVED: NULL */
	char *details;	 /* of NODE_ADDED and _REVIVED: "type=server address=…", or NULL */
};
struct node_changes {
	struct node_change *items;
	size_t n;
	size_t unchanged; /* nodes that are as they were asked to be */
};
void node_changes_free(struct node_changes *changes);

enum node_rule {
	NODE_MUST_BE_NEW,
	NODE_MUST_EXIST,
	NODE_MAY_EXIST,
};

enum node_action {
	/* Makes the nodes as they are wanted; groups that are not there are made. A node that was
	 * removed comes back with what it had. */
	NODE_WANT,
	NODE_RENAME, /* names[0] to new_name: history is by nodeid, and stays */
	/* Nodes, and groups (a name with a '/', with all that is below), below the group. */
	NODE_MOVE,
	NODE_REMOVE,  /* their specs go with them; rows and history stay */
	GROUP_RENAME, /* its last part to new_name */
	GROUP_MAINTENANCE,
	GROUP_REMOVE, /* -EINVAL unless it is empty */
};
struct node_request {
	enum node_action action;
	const struct node_wants *wants;
	enum node_rule rule;
	bool dry_run; /* of NODE_WANT: nothing is written, *ret says what would be */
	const char *const *names;
	size_t n_names;
	const char *group; /* a path as node_path_parse makes it */
	const char *new_name;
	int64_t maintenance_ms;
};
/* All or nothing. *ret is the caller's (node_changes_free). */
int db_nodes_change(struct db *db, const struct node_request *request,
    const struct db_author *author, int64_t now_ms, struct node_changes *ret,
    struct err *err) ATTR_MUST_CHECK;

#endif
