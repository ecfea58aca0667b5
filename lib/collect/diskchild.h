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

/* Asks what has no answer yet, from index on, sends each answer to fd, and ends. */
ATTR_NORETURN void diskchild_run(const struct disk *disk, size_t index, int fd);

#endif
