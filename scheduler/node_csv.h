/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes as CSV, RFC 4180. The first line names the columns, in any order: name, group,
 * maintenance, the attributes that every node has, and attr.NAME for those of a site's own.
 * A column that is not there leaves what it is about alone; an empty field clears it.
 */
#ifndef HAETAE_SCHEDULER_NODE_CSV_H
#define HAETAE_SCHEDULER_NODE_CSV_H

#include "lib/base/buf.h"
#include "lib/store/db_node.h"

enum { NODE_CSV_SIZE_MAX = 64 << 20, NODE_CSV_ROWS_MAX = 1 << 20, NODE_CSV_MISTAKES_MAX = 50 };

/* Header and rows. Lines end with a newline alone. */
void node_csv_write(const struct node_groups *groups, const struct node *const *nodes, size_t n,
    int64_t now_ms, struct buf *text);

/*
 * Reads a whole file. Every mistake is a line "FILE:LINE:COLUMN: expected …, found …" in
 * mistakes, up to NODE_CSV_MISTAKES_MAX; then the result is -EINVAL and err says how many there
 * are. wants is the caller's in any case (node_wants_free).
 */
int node_csv_parse(const char *file, const char *text, size_t size, int64_t now_ms,
    struct node_wants *wants, struct buf *mistakes, struct err *err) ATTR_MUST_CHECK;

#endif
