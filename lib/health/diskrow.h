/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * File systems that were asked, judged: the one place that knows what a mount that hangs, a
 * write that fails or a file system that went read-only means to an operator.
 */
#ifndef HAETAE_HEALTH_DISKROW_H
#define HAETAE_HEALTH_DISKROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/check/result.h"
#include "lib/check/sample.h"
#include "lib/collect/disk.h"
#include "lib/collect/mounts.h"

/* A mount or folder that is to be asked. */
struct diskrow {
	const char *point;	   /* borrowed from the mounts or the options */
	const struct mount *mount; /* NULL for a folder */
	bool named;		   /* by the operator: what is wrong with it matters */
	bool in_total;		   /* a local file system, once */
};

/* What is found about all rows together. */
struct diskrow_sums {
	uint64_t used_bytes, avail_bytes, size_bytes;
	size_t n_shown, n_unasked, n_denied;
	bool incomplete;     /* one that belongs to the sum did not answer */
	const char *fullest; /* NULL without any */
	double fullest_percent;
};

/* Asks all, but nobody where a process of an earlier run still sleeps, and keeps in the store
 * who sleeps now. The caller writes the store. */
int diskrow_ask(struct sample_store *store, const struct fsroot *root, struct disk *disk,
    int64_t budget_ms, struct err *err) ATTR_MUST_CHECK;

/* Adds one to the sums. */
void diskrow_add(
    const struct diskrow *row, const struct disk_fs *fs, struct diskrow_sums *sums);
/* Space used of all in the sum, in percent; nan if it is not known. */
double diskrow_total_percent(const struct diskrow_sums *sums);

/* What is wrong with it, but for thresholds: hangs, fails, takes no writes. Each is a problem
 * of the result. read_only is what a mount is that was made read-only. */
enum state diskrow_judge(const struct diskrow *row, const struct disk_fs *fs, bool live,
    enum state read_only, struct result *result);
/* Says how many could not be asked or may not be read. */
void diskrow_judge_sums(const struct diskrow_sums *sums, struct result *result);

/* Percentages of one that answered, nan where there is nothing to fill. */
double diskrow_percent(const struct disk_fs *fs);
double diskrow_inodes_percent(const struct disk_fs *fs);
/* "/srv 44%: 4GiB of 9GiB used, 5GiB free, inodes 3%, ext4 /dev/sda1" */
void diskrow_text(const struct diskrow *row, const struct disk_fs *fs, struct buf *buf);

#endif
