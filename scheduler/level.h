/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How full the spool is: what is not loaded yet, against the room that there is for it. What
 * others have written on the same disk counts only in that it leaves less room. The run stage
 * measures and writes the file "level"; others read it there.
 */
#ifndef HAETAE_SCHEDULER_LEVEL_H
#define HAETAE_SCHEDULER_LEVEL_H

#include <stdint.h>

#include "scheduler/settings.h"
#include "scheduler/spool.h"

struct level {
	int64_t time_ms;  /* when it was measured */
	uint64_t bytes;	  /* on disk, of segments/, ready/, data/ and events/ */
	uint64_t files;	  /* in them */
	unsigned percent; /* of the room for them, in bytes or inodes, whichever is more */
	uint64_t refused; /* slots that were not started for want of room, ever */
};

/* used of used + free, of most when that is less and not 0; 100 when there is no room at all. */
unsigned level_percent(uint64_t used, uint64_t free, uint64_t most);

/* Measures; time_ms and refused are left alone. */
int level_measure(const struct spool *spool, const struct settings *settings,
    struct level *level, struct err *err) ATTR_MUST_CHECK;

/* The file is written in place: that goes on a full disk too. */
int level_write(
    const struct spool *spool, const struct level *level, struct err *err) ATTR_MUST_CHECK;
/* -ENOENT until the run stage has measured. */
int level_read(const struct spool *spool, struct level *ret, struct err *err) ATTR_MUST_CHECK;

#endif
