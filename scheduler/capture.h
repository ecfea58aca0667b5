/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capture files: what a probe writes to stdout while it runs, run/SCHEDULEID.PROBETYPE.
 * Not synced; it outlives a run stage that is killed.
 *
 * Files that are done with are emptied and used again under another name. A new file a run
 * is slow on ext4, which looks at every inode that was deleted in the last minutes before
 * it gives out one (recently_deleted in fs/ext4/ialloc.c): at some hundred runs a second
 * that was a fifth of the run stage's time.
 */
#ifndef HAETAE_SCHEDULER_CAPTURE_H
#define HAETAE_SCHEDULER_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "scheduler/spool.h"

enum { CAPTURE_NAME_SIZE = 64, CAPTURE_FREE_MAX = 256 };
/* "SCHEDULEID.PROBETYPE", the file below run/. */
void capture_name(uint64_t scheduleid, const char *probetype, char out[CAPTURE_NAME_SIZE]);

struct journal_open;

struct captures {
	const struct spool *spool;
	size_t n_free; /* files ".free.0" to ".free.(n_free - 1)" */
};

/* Begins without free files: what an earlier stage has left of them is deleted. */
void captures_init(struct captures *captures, const struct spool *spool);
/* Deletes the captures of slots that are none of these: what they belonged to is not known any
 * more, after a loss of power for example. At the start, before one is taken. */
void captures_sweep(
    struct captures *captures, const struct journal_open *opens, size_t n_opens);
/* Deletes the free files. */
void captures_done(struct captures *captures);

/* An empty file of that name, for reading and appending. -EEXIST: it is there already. */
int captures_take(
    struct captures *captures, const char *name, int *ret_fd, struct err *err) ATTR_MUST_CHECK;

/* The file is done with: it is kept for another run, or deleted, as is one that a process
 * still holds open (what it writes must not turn up in another probe's output). */
void captures_give(struct captures *captures, const char *name);

#endif
