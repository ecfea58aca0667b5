/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of check_node. check_node.c has the tables and the order of things; node_row.c
 * gives the facts that are one number each, node_disk.c the mounts, node_process.c the counts
 * of processes. Each part says itself what it could not read, so that no part hides another.
 */
#ifndef HAETAE_PLUGINS_NODE_H
#define HAETAE_PLUGINS_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/check/plugin.h"
#include "lib/collect/proc_group.h"
#include "lib/collect/rates.h"
#include "plugins/disk_select.h"

enum node_metric {
	NODE_LOAD1,
	NODE_LOAD5,
	NODE_LOAD15,
	NODE_LOAD1_PER_CPU,
	NODE_LOAD5_PER_CPU,
	NODE_LOAD15_PER_CPU,
	NODE_UPTIME,
	NODE_CPU,
	NODE_IOWAIT,
	NODE_STEAL,
	NODE_IO,
	NODE_MEMORY,
	NODE_MEMORY_USED,
	NODE_SWAP,
	NODE_SWAP_USED,
	NODE_HUGEPAGES,
	NODE_CPU_PRESSURE,
	NODE_IO_PRESSURE,
	NODE_MEMORY_PRESSURE,
	NODE_IN,
	NODE_OUT,
	NODE_IN_ERRORS,
	NODE_OUT_ERRORS,
	NODE_IN_DROPS,
	NODE_OUT_DROPS,
	NODE_TEMP,
	NODE_DISK_TOTAL,
	NODE_DISK_TOTAL_USED,
	NODE_DISK_MAX,
	NODE_INODES_MAX,
	NODE_PROCESSES,
	NODE_DISK,
	NODE_INODES,
	NODE_DISK_USED,
	NODE_METRICS
};

/* One --process. */
struct node_process {
	char *name; /* owned */
	struct proc_group group;
};

enum { NODE_PROCESSES_MAX = 64 };

struct node_options {
	struct disk_select_options select;
	bool no_write_probe;
	struct node_process *processes; /* owned */
	size_t n_processes;
};

/* One run. */
struct node {
	struct check *check;
	struct buf summary; /* "up 3d 4h, load 0.50": what line 1 ends with */
	bool any_fact;	    /* this is a node at all */
	bool has_rates;
	bool since_boot; /* the rates */
	struct rates rates;
	enum state cpu_state, io_state; /* verdicts of the rates */
	struct buf load;		/* words that stand in the CPU's line */
};

/* A value without instance. */
enum state node_give(struct node *node, enum node_metric metric, double value);
/* Appends to line 1's facts, with a comma. */
void node_tell(struct node *node, const char *fmt, ...) ATTR_PRINTF(2, 3);
/* What could not be read is UNKNOWN and named; what this node does not have is nothing. code
 * is the negative errno. */
void node_fail(struct node *node, int code, const struct err *err, enum node_metric first,
    enum node_metric last);

void node_uptime(struct node *node);
void node_load(struct node *node);
/* CPU, busiest disk and network: takes the two samples, gives the values. */
void node_rates(struct node *node);
void node_memory(struct node *node);
void node_pressure(struct node *node);
void node_net(struct node *node);
void node_temp(struct node *node);

void node_processes(struct node *node);
int node_process_add(struct node_options *given, const char *value, struct err *err);
void node_processes_free(struct node_options *given);

void node_disk(struct node *node);

#endif
