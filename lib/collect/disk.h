/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Space of file systems, asked so that a file system that hangs is a fact and not our end.
 *
 * statvfs(2) on a dead peer's mount, and any write to a frozen file system, sleep where no
 * signal reaches. So one child asks all in turn and sends each answer through a pipe. When
 * it sticks, another child goes on behind that place, while the first one has time to answer
 * until the end. The children hold no other descriptor of ours, and one that sleeps is
 * killed and not waited for.
 *
 * Whether a file system takes writes is asked by rmdir(2) of a name that does not exist: the
 * kernel first asks for write access, which sleeps while the file system is frozen, and
 * fails where it is read-only, before it looks for the name. It needs no permission and
 * changes nothing.
 */
#ifndef HAETAE_COLLECT_DISK_H
#define HAETAE_COLLECT_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/attr.h"
#include "lib/base/child.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/collect/mounts.h"

/* File systems in one round, and children that may stick in it. */
enum { DISK_MAX = 65536, DISK_STUCK_MAX = 32 };

enum disk_answer {
	DISK_UNASKED, /* there was no time left, or too many others stuck */
	DISK_ANSWERED,
	DISK_FAILED,  /* see error */
	DISK_HANGS,   /* asked, and no answer within the time */
	DISK_SKIPPED, /* not asked: a child of an earlier run still hangs there */
};

struct disk_fs {
	const char *point; /* as it was added; borrowed */
	char *path;	   /* root and point: what is asked; owned */
	bool probe_write;

	enum disk_answer space;
	int error; /* errno when space is DISK_FAILED */
	uint64_t size_bytes, used_bytes;
	uint64_t avail_bytes;			    /* to users without privilege */
	uint64_t inodes, inodes_used, inodes_avail; /* inodes is 0 where none are counted */
	bool read_only;

	enum disk_answer write; /* DISK_ANSWERED: takes writes; else as space */
	int write_error;
	pid_t stuck_pid; /* who hangs there; 0 if nobody */
};

struct disk {
	struct disk_fs *items; /* in the order added */
	size_t n_items;
	size_t room;
	struct child ending; /* one that has answered all and is to be reaped; pid 0: none */
	struct child left[DISK_STUCK_MAX]; /* those that hang: see disk_reap */
	size_t n_left;
};

#define DISK_INIT             \
	{                     \
		.items = NULL \
	}
#define CLEANUP_DISK CLEANUP(disk_free)

/* Adds what is to be asked. point is borrowed until disk_free. -ENOMEM, or -E2BIG past
 * DISK_MAX. */
int disk_add(struct disk *disk, const struct fsroot *root, const char *point, bool probe_write,
    struct err *err) ATTR_MUST_CHECK;

/* Whether a write may be probed there: local and not read-only as a whole. A FUSE server or
 * a peer would have to be asked, which is not harmless. */
bool disk_may_probe(const struct mount *mount);

/* Asks all that are not DISK_SKIPPED and returns when all have answered, or after budget_ms
 * with what is known by then. Fails only when no child can be made. Children that hang
 * (stuck_pid) are left to the caller's waitpid, or to init when the caller ends first. */
int disk_ask(struct disk *disk, int64_t budget_ms, struct err *err) ATTR_MUST_CHECK;

/* Also reaps the child that has answered. */
void disk_free(struct disk *disk);

/* For who lives long: reaps those of the children that have ended at last, keeps the others in
 * the array, and returns how many they are. */
size_t disk_reap(struct child *left, size_t n);

/* Whether the file system did not answer, to either question, now or in an earlier run. */
bool disk_hangs(const struct disk_fs *fs);

/* df's percentage: used / (used + avail), rounded up to a whole number. nan when both are
 * 0. The same rule for inodes. */
double disk_percent(uint64_t used, uint64_t avail);

#endif
