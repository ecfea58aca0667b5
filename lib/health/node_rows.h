/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The facts about a node as rows of HAETAE-MIB, and back: what a node found is written into its
 * rows, and read from them into facts that are then judged as local ones. Numbers come back in
 * the resolution of the module: hundredths, KiB, MiB.
 */
#ifndef HAETAE_HEALTH_NODE_ROWS_H
#define HAETAE_HEALTH_NODE_ROWS_H

#include "lib/base/attr.h"
#include "lib/health/node.h"
#include "lib/mib/filesystem.h"
#include "lib/mib/node.h"
#include "lib/mib/rows.h"

/* All of a row but its name, when it booted and how many processes there are. */
void node_row_put(const struct node_facts *facts, struct mib_node *ret);
/* A row for each mount. -ENOMEM. */
int node_mounts_put(const struct node_facts *facts, struct mib_rows *rows) ATTR_MUST_CHECK;

/* The reverse, into facts that were initialised. Texts are borrowed from the rows. Anything may
 * be in them. */
void node_row_take(const struct mib_node *row, struct node_facts *facts);
/* The mounts by their names. -ENOMEM. */
int node_mounts_take(const struct mib_rows *rows, struct node_facts *facts) ATTR_MUST_CHECK;

#endif
