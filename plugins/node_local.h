/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What check_node alone does: it asks this node, and counts processes itself.
 */
#ifndef HAETAE_PLUGINS_NODE_LOCAL_H
#define HAETAE_PLUGINS_NODE_LOCAL_H

#include "lib/check/opt.h"
#include "lib/collect/proc_group.h"
#include "plugins/node.h"

/* One --process. */
struct node_process {
	char *name; /* owned */
	struct proc_group group;
};

enum { NODE_PROCESSES_MAX = 64 };

struct node_options {
	struct opt_list exclude_paths, exclude_types;
	bool no_write_probe;
	struct node_process *processes; /* owned */
	size_t n_processes;
};

int node_process_add(struct node_options *given, const char *value, struct err *err);
void node_processes_free(struct node_options *given);
/* Counts them in one walk, within half of the time that is left. */
void node_processes_count(struct check *check, struct node_counts *ret);

#endif
