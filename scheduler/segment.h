/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Segments: files of records. The run stage appends to one at a time; a record survives a
 * kill once it is appended and a power loss once it is synced. A segment that is whole is
 * renamed into ready/, where the load stage takes it.
 */
#ifndef HAETAE_SCHEDULER_SEGMENT_H
#define HAETAE_SCHEDULER_SEGMENT_H

#include "lib/base/pack.h"
#include "scheduler/record.h"
#include "scheduler/spool.h"

/* Rotation, so that results are seen soon and a file is loaded in few transactions. */
enum { SEGMENT_RECORDS_MAX = 1000, SEGMENT_SIZE_MAX = 4 << 20, SEGMENT_AGE_MS = 500 };
/* One record may be larger than what rotates a segment. */
enum { SEGMENT_FILE_MAX = SEGMENT_SIZE_MAX + 2 * FRAME_PAYLOAD_MAX };

struct segment {
	const struct spool *spool;
	int fd; /* -1: none is open */
	char name[SPOOL_NAME_SIZE];
	size_t size;
	size_t n_records;
	size_t n_unsynced;
	struct buf
	    unsynced; /* the records since the last sync: what a failed one may have lost */
	bool named;   /* its entry in the folder is synced */
	int64_t opened_ms; /* monotonic */
};

void segment_init(struct segment *segment, const struct spool *spool);
/* What is appended and not rotated stays in the spool. */
void segment_free(struct segment *segment);

/* Hands over what a run stage that was killed has left: into ready/, as it is. The load stage
 * finds what is whole, and tells what is not. */
int segment_recover(const struct spool *spool, struct err *err) ATTR_MUST_CHECK;

/* Appends one record as record_add made it, opening a segment if none is open. On failure
 * nothing of it stays. */
int segment_append(
    struct segment *segment, const char *frame, size_t size, struct err *err) ATTR_MUST_CHECK;
/* fdatasync, and rotation when it is due (or now, when `rotate`). After a failure the records
 * go into another segment: the kernel may have dropped what it could not write, and a second
 * fdatasync would say that all is well (fsync(2), "errors"). */
int segment_sync(struct segment *segment, bool rotate, struct err *err) ATTR_MUST_CHECK;

#endif
