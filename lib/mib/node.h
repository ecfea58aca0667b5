/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * haetaeNode: the node as a whole. lib/health/noderow.h makes it of struct node_facts, and the
 * facts of it. What this node does not have is MIB_NONE.
 */
#ifndef HAETAE_MIB_NODE_H
#define HAETAE_MIB_NODE_H

#include "lib/mib/mib.h"

struct mib_node {
	char name[MIB_NAME_SIZE];
	int64_t state;
	int64_t state_age;
	char state_text[MIB_TEXT_SIZE];
	int64_t uptime; /* seconds */
	int64_t boot_time;
	int64_t load1;		/* hundredths */
	int64_t load5;		/* hundredths */
	int64_t load15;		/* hundredths */
	int64_t load1_per_cpu;	/* hundredths */
	int64_t load5_per_cpu;	/* hundredths */
	int64_t load15_per_cpu; /* hundredths */
	int64_t cpus;
	int64_t tasks;
	int64_t tasks_running;
	int64_t processes;
	int64_t cpu;	/* hundredths: percent */
	int64_t iowait; /* hundredths: percent */
	int64_t steal;	/* hundredths: percent */
	int64_t io;	/* hundredths: percent */
	char io_disk[MIB_NAME_SIZE];
	int64_t since_boot;
	int64_t memory;		  /* hundredths: percent */
	int64_t memory_used;	  /* KiB */
	int64_t memory_available; /* KiB */
	int64_t memory_total;	  /* KiB */
	int64_t swap;		  /* hundredths: percent */
	int64_t swap_used;	  /* KiB */
	int64_t swap_total;	  /* KiB */
	int64_t hugepages;	  /* hundredths: percent */
	int64_t hugepages_total;  /* KiB */
	int64_t cpu_pressure;	  /* hundredths: percent */
	int64_t io_pressure;	  /* hundredths: percent */
	int64_t memory_pressure;  /* hundredths: percent */
	int64_t in;		  /* hundredths: KiB per second */
	int64_t out;		  /* hundredths: KiB per second */
	int64_t in_errors;	  /* hundredths: packets per second */
	int64_t out_errors;	  /* hundredths: packets per second */
	int64_t in_drops;	  /* hundredths: packets per second */
	int64_t out_drops;	  /* hundredths: packets per second */
	int64_t interfaces;
	int64_t temp; /* hundredths of a degree */
	char temp_sensor[2 * MIB_NAME_SIZE];
	int64_t disk_total;	  /* hundredths: percent */
	int64_t disk_total_used;  /* MiB */
	int64_t disk_total_avail; /* MiB */
	int64_t disk_total_size;  /* MiB */
	int64_t disk_max;	  /* hundredths: percent */
	char disk_max_mount[MIB_TEXT_SIZE];
	int64_t inodes_max; /* hundredths: percent */
	char inodes_max_mount[MIB_TEXT_SIZE];
	int64_t mounts;
	int64_t mounts_unasked;
	int64_t mounts_denied;
	char error_text[MIB_TEXT_SIZE];
};

extern const struct mib_table mib_node;

#endif
