/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The facts about a node as a whole, as plain values: gathered here, or read from another node's
 * subagent (lib/health/noderow.h), and judged by who prints them. What is not known is nan or
 * empty; why it could not be read is kept beside it.
 *
 * The parts are read one by one, for some may sleep where no signal wakes them: whoever has a
 * deadline says before each what is being done.
 */
#ifndef HAETAE_HEALTH_NODE_H
#define HAETAE_HEALTH_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/collect/disk.h"
#include "lib/collect/mounts.h"
#include "lib/collect/rates.h"
#include "lib/collect/temp.h"
#include "lib/health/diskrow.h"

/* Numbers. Those up to NODE_JUDGED are metrics of check_node, under these names. */
enum node_fact {
	NODE_LOAD1,
	NODE_LOAD5,
	NODE_LOAD15,
	NODE_LOAD1_PER_CPU,
	NODE_LOAD5_PER_CPU,
	NODE_LOAD15_PER_CPU,
	NODE_UPTIME, /* seconds */
	NODE_CPU,    /* percent, as all without a unit here but loads */
	NODE_IOWAIT,
	NODE_STEAL,
	NODE_IO, /* of the busiest disk */
	NODE_MEMORY,
	NODE_MEMORY_USED, /* bytes, as all amounts */
	NODE_SWAP,
	NODE_SWAP_USED,
	NODE_HUGEPAGES,
	NODE_CPU_PRESSURE,
	NODE_IO_PRESSURE,
	NODE_MEMORY_PRESSURE,
	NODE_IN, /* bytes per second, of interfaces with a hardware parent */
	NODE_OUT,
	NODE_IN_ERRORS, /* packets per second */
	NODE_OUT_ERRORS,
	NODE_IN_DROPS,
	NODE_OUT_DROPS,
	NODE_TEMP, /* degrees Celsius */
	NODE_DISK_TOTAL,
	NODE_DISK_TOTAL_USED,
	NODE_DISK_MAX,
	NODE_INODES_MAX,
	NODE_JUDGED,
	/* Told beside them. */
	NODE_CPUS = NODE_JUDGED,
	NODE_RUNNING, /* tasks that can run now */
	NODE_TASKS,   /* tasks, each thread one */
	NODE_MEMORY_TOTAL,
	NODE_MEMORY_AVAILABLE,
	NODE_SWAP_TOTAL, /* 0: none */
	NODE_HUGE_TOTAL, /* in huge pages of every size */
	NODE_INTERFACES,
	NODE_DISK_TOTAL_SIZE,
	NODE_DISK_TOTAL_AVAIL,
	NODE_MOUNTS,	     /* that told their space */
	NODE_MOUNTS_UNASKED, /* for which there was no time */
	NODE_MOUNTS_DENIED,
	NODE_FACTS
};

/* Where they come from, in the order in which they are told. */
enum node_source {
	NODE_FROM_UPTIME,
	NODE_FROM_LOAD,
	NODE_FROM_CPUS,
	NODE_FROM_CPU, /* these three as enum rates_source */
	NODE_FROM_IO,
	NODE_FROM_NET,
	NODE_FROM_MEMORY,
	NODE_FROM_CPU_PRESSURE, /* these three as enum psi_resource */
	NODE_FROM_IO_PRESSURE,
	NODE_FROM_MEMORY_PRESSURE,
	NODE_FROM_TEMP,
	NODE_FROM_DISK,
	NODE_SOURCES
};

/* Memory, space and inodes in percent, where nearly everybody would want an alarm. */
#define NODE_FULL_WARN 90
#define NODE_FULL_CRIT 95

struct node_failure {
	int code; /* 0, or why: -ENOENT where this node has none */
	struct err err;
};

struct node_facts {
	double value[NODE_FACTS];
	bool since_boot;			       /* the rates */
	bool memory_estimated;			       /* see struct mem */
	char io_disk[DISKIO_NAME_SIZE];		       /* the busiest */
	char temp_sensor[TEMP_NAME_SIZE];	       /* the hottest */
	const char *disk_max_point, *inodes_max_point; /* NULL without; borrowed as mounts' */
	bool disk_incomplete;	      /* a file system of the sum did not answer */
	struct diskrow_facts *mounts; /* in the order of the mount table; owned */
	size_t n_mounts;
	struct mounts table; /* what their texts are in, when they were gathered here */
	struct node_failure failures[NODE_SOURCES];
};

/* Nothing is known yet. */
void node_facts_init(struct node_facts *ret);
void node_facts_free(struct node_facts *facts);

bool node_facts_has(const struct node_facts *facts, enum node_fact fact);
/* What this node does not have is no failure. */
bool node_facts_failed(const struct node_facts *facts, enum node_source source);

/* Uptime, load, memory and pressure: texts of the kernel that are always at hand. */
void node_facts_read(const struct fsroot *root, struct node_facts *facts);
/* CPU, busiest disk and network, from two samples of rates_read. code is negative when they
 * could not be taken at all, which is told elsewhere. */
struct node_rates {
	int code;
	const struct rates_sources *sources; /* of the later one */
	const struct buf *earlier, *later;   /* earlier is NULL for "since boot" */
	double seconds;
};
void node_facts_rates(const struct node_rates *given, struct node_facts *facts);
/* The hottest sensor. May sleep. */
void node_facts_temp(const struct fsroot *root, struct node_facts *facts);
/* What follows from others: loads per CPU; what all mounts are together. */
void node_facts_derive(struct node_facts *facts);
void node_facts_sum(struct node_facts *facts);
/* "up 3d 4h, load 0.50, cpu 12%, mem 23%, disk /srv 44%": the node in one line. */
void node_facts_text(const struct node_facts *facts, struct buf *buf);

/* --- file systems ------------------------------------------------------------------------- */

/* Shell patterns. */
struct node_patterns {
	const char *const *items;
	size_t n;
};

struct node_mounts_want {
	struct node_patterns exclude_paths, exclude_types;
	bool no_write_probe;
	/* The mounts of process 1 count, for ours may be a sandbox's: what we see otherwise is
	 * not asked, and that we may not write proves nothing. */
	bool of_init;
};

/* Leaves out mounts that were read already, and sums the rest up. */
void node_facts_exclude(struct node_facts *facts, const struct node_patterns *paths,
    const struct node_patterns *types);

/* The usual file systems of the node, chosen and then asked by the caller (diskrow_ask). */
struct node_asking {
	struct mounts mounts;
	struct diskrow *rows;
	size_t n_rows;
	struct disk disk; /* an item for each row */
	bool
	    trusts_writes; /* that a write is refused as read-only says so of the file system */
};
#define NODE_ASKING_INIT          \
	{                         \
		.disk = DISK_INIT \
	}
void node_asking_free(struct node_asking *asking);

int node_asking_open(const struct fsroot *root, const struct node_mounts_want *want,
    struct node_asking *ret, struct err *err) ATTR_MUST_CHECK;
/* Takes what was answered over into the facts, with the table of mounts. code and err are of the
 * opening or the asking, where that failed. */
void node_asking_take(
    struct node_asking *asking, int code, const struct err *err, struct node_facts *facts);

#endif
