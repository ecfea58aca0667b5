/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Segments and files of other programs that are loaded and stay for a while in loaded/, where a crash of the server could
 * undo the COMMIT.
 */
#ifndef HAETAE_SCHEDULER_LOAD_HELD_H
#define HAETAE_SCHEDULER_LOAD_HELD_H

#include <stdint.h>

#include "scheduler/spool.h"

/* Back to ready/, or to data/: a repeat of what is in the tables changes nothing. */
int load_held_again(const struct spool *spool, struct err *err) ATTR_MUST_CHECK;
/* Deletes what was held long enough. */
void load_held_drop(const struct spool *spool, int64_t hold_ms);

#endif
