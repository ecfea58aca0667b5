/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What materialise makes of one spec in a pass: the slots that are still to be run, and before
 * them those that nobody may start any more, as ranges.
 */
#ifndef HAETAE_SCHEDULER_SHARE_H
#define HAETAE_SCHEDULER_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store/db.h"
#include "lib/store/spec.h"

struct share {
	struct db_materialise item;
	int64_t *due_ms;
	struct slot_range *missed;
};

/* Works out what the spec needs until until_ms. once: of a single pass, in which the newest slot
 * that is due runs however late. 0 or -ENOMEM; the caller frees. */
int share_fill(struct share *share, const struct spec *spec, int64_t now_ms, int64_t until_ms,
    int64_t window_ms, bool once);
void share_free(struct share *share);

#endif
