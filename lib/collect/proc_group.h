/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes that one question finds, and their facts. Several groups can be
 * filled from one walk over /proc:
 *
 *   while (proc_next(&dir, &proc))
 *           for each group: proc_group_take(&group, &proc, &err);
 *   for each group: proc_group_finish(&group);
 */
#ifndef HAETAE_COLLECT_PROC_GROUP_H
#define HAETAE_COLLECT_PROC_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/collect/proc.h"
#include "lib/collect/proc_match.h"

/* PID_MAX_LIMIT of the kernel's include/linux/threads.h. */
enum { PROC_ROWS_MAX = 4 << 20 };

/* What a group needs to know beyond which processes there are. */
enum proc_want {
	PROC_WANT_STAT = 1,
	PROC_WANT_FDS = 2,
	PROC_WANT_ZOMBIES = 4,
	PROC_WANT_USER = 8,
};

enum { PROC_ROW_COMM_SIZE = 16 };

struct proc_row {
	int32_t pid;
	int32_t ppid;
	uint32_t uid; /* effective; with PROC_WANT_USER */
	char state;
	char comm[PROC_ROW_COMM_SIZE]; /* "" without PROC_WANT_STAT */
	bool has_fds;
	uint64_t start_ticks;
	uint64_t cpu_ticks;
	uint64_t rss_pages;
	uint64_t threads;
	uint64_t fds;
	uint64_t fd_limit;  /* soft, or PROC_FD_UNLIMITED */
	double cpu_percent; /* of one CPU; set by proc_group_rates */
};

struct proc_zombie {
	int32_t pid;
	int32_t ppid;
	char comm[PROC_ROW_COMM_SIZE];
	bool is_ours;
};

struct proc_group {
	struct proc_match match;
	unsigned wants;	       /* enum proc_want */
	struct proc_row *rows; /* by pid once finished; owned */
	size_t n_rows, rows_room;
	struct proc_zombie *zombies; /* those that are ours, once finished; owned */
	size_t n_zombies, zombies_room;
	size_t n_exe_denied; /* may fit, but their program could not be read */
	size_t n_fds_denied;
};

void proc_group_free(struct proc_group *group);

/* Adds the process if it fits. A process that is gone meanwhile, or may not be read, is no
 * failure. */
int proc_group_take(
    struct proc_group *group, struct proc *proc, struct err *err) ATTR_MUST_CHECK;
/* Sorts, and keeps the zombies that fit or whose parent does. */
void proc_group_finish(struct proc_group *group);

/* Facts that were not wanted, for a few rows that are printed. Rows of processes that are
 * gone stay as they are. */
int proc_group_read_row(struct proc_group *group, struct proc_dir *dir, size_t row,
    struct err *err) ATTR_MUST_CHECK;

/* One sample of the CPU time of all rows: a line "PID START TICKS" a row, by pid. */
int proc_group_sample(const struct proc_group *group, struct buf *buf);
/* Reads the CPU time of all rows again. A row whose pid was given to another process, or is
 * gone, keeps what it had. */
int proc_group_resample(
    struct proc_group *group, struct proc_dir *dir, struct err *err) ATTR_MUST_CHECK;
/* Sets cpu_percent from an earlier sample, `seconds` old. A process is the same if pid and
 * start are; one that the sample does not have is taken over its own age, or the whole
 * time if it is younger. The text may be anything. */
void proc_group_rates(struct proc_group *group, const struct proc_dir *dir, const char *earlier,
    size_t size, double seconds);

/* Whether a process is among the rows. Finished groups only. */
bool proc_group_has(const struct proc_group *group, int32_t pid);

/* Sums, and which row is the worst of each kind (index; only valid with n_rows > 0). */
struct proc_totals {
	double rss_bytes, cpu_percent, threads, fds;
	double rss_max_bytes, cpu_max_percent, age_min_s, age_max_s;
	double fds_max_percent; /* of the soft limit; 0 if there is none */
	size_t rss_row, cpu_row, young_row, old_row, fds_row;
	size_t n_fds; /* rows whose descriptors are known */
};
void proc_group_totals(
    const struct proc_group *group, const struct proc_dir *dir, struct proc_totals *ret);

#endif
