/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that asks file systems for disk_ask, one after the other, and may sleep for
 * ever in one. It makes async-signal-safe calls only, for its parent may have threads.
 */
#ifndef HAETAE_COLLECT_DISKCHILD_H
#define HAETAE_COLLECT_DISKCHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/child.h"
#include "lib/collect/disk.h"

enum diskchild_question { DISKCHILD_SPACE, DISKCHILD_WRITE };

/* What a child sends. Below PIPE_BUF, so it comes whole or not at all. */
struct diskchild_reply {
	size_t index;
	enum diskchild_question question;
	int error;
	bool read_only;
	uint64_t size_bytes, used_bytes, avail_bytes;
	uint64_t inodes, inodes_used, inodes_avail;
};

/* What a child is given. */
struct diskchild_task {
	const struct disk *disk;
	size_t index; /* where to begin */
	int fd;	      /* where to send replies */
};

/* Starts a child that asks what has no answer yet, sends each answer to task->fd, and ends.
 * disk must stay until it is reaped or was killed. 0 or -errno. */
int diskchild_start(const struct diskchild_task *task, struct child *ret) ATTR_MUST_CHECK;

#endif
