/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Specs of groups: each node below a group has a row of TOOLSPECS of its own for every spec of
 * the group, with the variables of its arguments replaced (template.h). Whatever changes nodes,
 * their attributes, groups or specs of groups calls db_specs_expand before it commits.
 *
 * Of several specs of one name the nearest wins: the node's own, then that of its group, then
 * that of the group above. A row that another spec wins keeps its specid and its history.
 */
#ifndef HAETAE_STORE_DB_EXPAND_H
#define HAETAE_STORE_DB_EXPAND_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

struct db;

struct db_expand_counts {
	size_t added, changed, removed, unchanged; /* rows of members */
	size_t without; /* specs that a node does not get: it lacks an attribute of theirs */
};

/*
 * Inside the caller's open transaction: brings the rows of these nodes in line with the tree as
 * it is there; n 0: of all nodes. Rows that differ are written, with a higher version, and
 * nothing else; a row that goes, or changes its grid, has its slots accounted for. A node with
 * removed_ms loses all of its rows, its own specs too: they come back by an import. -EAGAIN also
 * when a row changes under it: the whole transaction is to be repeated.
 */
int db_specs_expand(struct db *db, const uint32_t *nodeids, size_t n, int64_t now_ms,
    struct db_expand_counts *ret, struct err *err) ATTR_MUST_CHECK;

/* A spec that a node does not get, or a node's own that does not run, since the node lacks an
 * attribute, or has one that is too long. */
struct db_without {
	uint32_t specid; /* of the group, or the node's own */
	const char *node, *name, *attribute;
};
typedef int db_without_fn(const struct db_without *without, void *context, struct err *err);
/* Calls each, by node and name. Reads only. */
int db_specs_without(
    struct db *db, db_without_fn *each, void *context, struct err *err) ATTR_MUST_CHECK;

#endif
