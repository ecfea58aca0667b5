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
	bool unseen;		   /* something else is mounted there in our own view */
};

/* What is wrong with one, but for thresholds. The numbers are those of haetaeFilesystemCondition
 * in HAETAE-MIB. */
enum diskrow_condition {
	DISKROW_WELL = 1,  /* answers, and takes writes where that was asked */
	DISKROW_HANGS = 2, /* does not answer */
	DISKROW_WRITES_HANG = 3,
	DISKROW_STOPPED = 4,	    /* after an error */
	DISKROW_WENT_READ_ONLY = 5, /* though mounted for writing */
	DISKROW_WRITES_FAIL = 6,
	DISKROW_FAILS = 7,     /* does not tell its space */
	DISKROW_READ_ONLY = 8, /* was mounted so */
	DISKROW_DENIED = 9,    /* to this user */
	DISKROW_UNASKED = 10,  /* there was no time */
	DISKROW_GONE = 11,     /* since it was listed */
	DISKROW_UNSEEN = 12,   /* a sandbox hides it from who asks */
};

/* One that was asked, here or by another node's subagent. */
struct diskrow_facts {
	const char *point, *type, *source; /* borrowed; type and source NULL of a folder */
	const struct mount
	    *mount; /* NULL of a folder, or when another node told it; borrowed */
	enum diskrow_condition condition;
	char *problem; /* the condition in words, "/srv does not answer"; NULL if well; owned */
	double percent, inodes_percent; /* nan: not known, or nothing to fill */
	double used_bytes, avail_bytes, size_bytes;
	bool in_total;
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
/* The same as facts. trusts_writes: a write that is refused as read-only was refused by the file
 * system, and not for our own view of it alone. */
enum diskrow_condition diskrow_condition(
    const struct diskrow *row, const struct disk_fs *fs, bool trusts_writes);
/* Words for it, none for one that is well. */
void diskrow_problem_text(
    const struct disk_fs *fs, enum diskrow_condition condition, struct buf *buf);
/* What a condition is to somebody who named no file system and none that may be read-only. */
enum state diskrow_condition_state(enum diskrow_condition condition);
int diskrow_facts(const struct diskrow *row, const struct disk_fs *fs, bool trusts_writes,
    struct diskrow_facts *ret) ATTR_MUST_CHECK;
bool diskrow_hangs(const struct diskrow_facts *facts);
/* Its space belongs to a sum, and is not known. */
bool diskrow_lacks(const struct diskrow_facts *facts);
void diskrow_facts_text(const struct diskrow_facts *facts, struct buf *buf);

/* Says how many could not be asked or may not be read. */
void diskrow_judge_sums(const struct diskrow_sums *sums, struct result *result);

/* Percentages of one that answered, nan where there is nothing to fill. */
double diskrow_percent(const struct disk_fs *fs);
double diskrow_inodes_percent(const struct disk_fs *fs);
/* "/srv 44%: 4GiB of 9GiB used, 5GiB free, inodes 3%, ext4 /dev/sda1" */
void diskrow_text(const struct diskrow *row, const struct disk_fs *fs, struct buf *buf);

#endif
