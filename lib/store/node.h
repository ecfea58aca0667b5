/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes that are watched, and the tree of groups that they stand in: what a name, a path and
 * an attribute may be, and finding them. Nothing here talks to the database.
 *
 * The root has no row: its id is 0 and its path "". A path is "Zone1/Test".
 */
#ifndef HAETAE_STORE_NODE_H
#define HAETAE_STORE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/store/node_state.h"

enum {
	NODE_NAME_SIZE_MAX = 190, /* bytes, of a node and of a group */
	NODE_DEPTH_MAX = 8,	  /* groups above a node */
	NODE_ATTR_SIZE_MAX = 64,  /* of an attribute's name */
	NODE_VALUE_SIZE_MAX = 1000,
	NODE_ATTRS_MAX = 100, /* a site's own, of one node */
};

/* A maintenance without an end: 9999-12-31 23:59:59 UTC. */
#define NODE_MAINTENANCE_ON INT64_C(253402300799000)

/* The attributes that are columns of NODE; others are rows of NODEATTR. */
enum node_column {
	NODE_TYPE,
	NODE_HOSTNAME,
	NODE_ADDRESS,
	NODE_NETDEVICE,
	NODE_MODEL,
	NODE_LOCATION,
	NODE_INDATE, /* "2012-11-04" */
	NODE_MEMO,   /* may have more than one line */
	NODE_COLUMNS
};
extern const char *const node_column_names[NODE_COLUMNS];
/* -1 when it is none. */
int node_column_of(const char *name);
/* The column that a name which is none may have been meant for, or NULL. */
const char *node_column_near(const char *name);

struct node_attr {
	char *name;
	char *value;
};

struct node {
	uint32_t nodeid, groupid;
	char *name;
	char *columns[NODE_COLUMNS]; /* NULL for ""; node_column_text never is */
	struct node_attr *attrs;     /* by name */
	size_t n_attrs;
	int64_t maintenance_ms; /* until then; 0: none */
	int64_t created_ms, changed_ms;
	int64_t removed_ms;    /* 0: it is there */
	enum node_state state; /* as the last pass found it */
	int64_t state_since_ms;
};

struct node_group {
	uint32_t groupid, parentid;
	char *name;
	char *path;
	unsigned depth; /* 1 below the root */
	int64_t maintenance_ms;
	int64_t until_ms; /* the latest of this and of the groups above */
	int64_t created_ms;
};

struct node_groups {
	struct node_group *items;  /* by path */
	struct node_group **by_id; /* the same */
	size_t n;
};

struct node_tree {
	struct node_groups groups;
	struct node *nodes; /* by name, those that were removed too */
	size_t n_nodes;
};

/* --- what may be ---------------------------------------------------------------------- */

/* -EINVAL with a text that goes on behind the name of what was checked: "expected …". The
 * bytes must be UTF-8 already; the database refuses others. */
int node_name_check(const char *name, struct err *err) ATTR_MUST_CHECK;
int node_column_check(
    enum node_column column, const char *value, struct err *err) ATTR_MUST_CHECK;
/* [a-z][a-z0-9_]*, and nothing that a node has anyway. */
int node_attr_check(const char *name, struct err *err) ATTR_MUST_CHECK;
int node_value_check(const char *value, struct err *err) ATTR_MUST_CHECK;
/* "Zone1/Test" of "/Zone1/Test/"; "" for the root. The caller frees *ret. */
int node_path_parse(const char *text, char **ret, struct err *err) ATTR_MUST_CHECK;

/* "off", "on" or "until 2026-12-01 08:00:00+00:00". */
enum { NODE_MAINTENANCE_TEXT_SIZE = 64 };
void node_maintenance_text(
    int64_t maintenance_ms, int64_t now_ms, char out[NODE_MAINTENANCE_TEXT_SIZE]);

/* --- the tree --------------------------------------------------------------------------- */

const char *node_column_text(const struct node *node, enum node_column column);
/* "" when there is none of that name. */
const char *node_attr_text(const struct node *node, const char *name);

/* Works out path, depth and until_ms of all and sorts them. -EBADMSG for a circle. */
int node_groups_finish(struct node_groups *groups, struct err *err) ATTR_MUST_CHECK;
const struct node_group *node_group_of_id(const struct node_groups *groups, uint32_t groupid);
const struct node_group *node_group_of_path(const struct node_groups *groups, const char *path);
/* "" for the root, and for a group that is gone. */
const char *node_group_path(const struct node_groups *groups, uint32_t groupid);
/* For people: "/" for the root. */
const char *node_shown_path(const char *path);
/* Whether a path is that of the group or of one below it. The root's is "". */
bool node_path_below(const char *path, const char *group);
/* Until when a node is in maintenance, by itself or by a group above. */
int64_t node_until_ms(
    const struct node_groups *groups, uint32_t groupid, int64_t maintenance_ms);

/* Also one that was removed. */
struct node *node_of_name(const struct node_tree *tree, const char *name);
/* " (did you mean 'a' or 'b'?)" of the names that are nearest, or "". */
void node_hint(const struct node_tree *tree, const char *name, struct buf *ret);
void node_group_hint(const struct node_groups *groups, const char *path, struct buf *ret);
/* -ENOENT, with what the operator may have meant. */
int node_unknown(const struct node_tree *tree, const char *name, struct err *err);
int node_group_unknown(const struct node_groups *groups, const char *path, struct err *err);

void node_free(struct node *node);
void node_groups_free(struct node_groups *groups);
void node_tree_free(struct node_tree *tree);

#endif
