/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What check_node and check_node_snmp share: the metrics, and the judging of a node's facts,
 * wherever they were gathered. node_metrics.c has the table, node_row.c the facts that are one
 * number each, node_disk.c the mounts. What could not be read is said by each part itself, so
 * that no part hides another.
 */
#ifndef HAETAE_PLUGINS_NODE_H
#define HAETAE_PLUGINS_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/check/plugin.h"
#include "lib/health/node.h"

/* Metrics: the facts up to NODE_JUDGED, and those with instances. */
enum node_metric {
	NODE_PROCESSES = NODE_JUDGED,
	NODE_DISK,
	NODE_INODES,
	NODE_DISK_USED,
	NODE_METRICS
};

extern const struct metric node_metrics[NODE_METRICS];

/* Processes of a name that was asked for. */
struct node_count {
	const char *name; /* borrowed */
	double n;	  /* nan: not known */
};

struct node_counts {
	struct node_count *items; /* owned */
	size_t n;
	struct node_failure failure;
};

/* Judges all and says it. False: nothing is known that a node has. */
bool node_judge(
    struct check *check, const struct node_facts *facts, const struct node_counts *counts);

/* --- for the parts ---------------------------------------------------------------------------- */

/* One run. */
struct node {
	struct check *check;
	const struct node_facts *facts;
	const struct node_counts *counts;
	struct buf load;		/* words that stand in the CPU's line */
	enum state cpu_state, io_state; /* verdicts of the rates */
};

/* Gives a fact, if it is known. */
enum state node_give(struct node *node, enum node_fact fact);
/* What could not be read is UNKNOWN and named; what this node does not have is nothing. */
void node_fail(struct node *node, enum node_source source, int first, int last);

void node_judge_mounts(struct node *node);

#endif
