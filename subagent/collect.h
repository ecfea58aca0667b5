/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread for each collector. Rounds are an interval apart, with some jitter, and spread so that
 * not all begin at once. A round that takes longer than half of its interval makes the interval
 * wider, so that a slow source never costs more than half of a CPU.
 *
 * A thread that hangs in a round is never waited for: it is left behind, and what it brings when it
 * comes back is thrown away.
 */
#ifndef HAETAE_SUBAGENT_COLLECT_H
#define HAETAE_SUBAGENT_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "subagent/board.h"
#include "subagent/settings.h"

/* The threads under one configuration. */
struct collect_threads;

/* Whether the settings want it. */
bool collect_is_wanted(const struct collector *collector, const struct settings *settings);

/* Puts every wanted collector of the list (the last is NULL) on the board, takes the others off, and
 * starts the threads. Takes the settings over, also when it fails; their threads keep them as
 * long as they run. board outlives the threads but for those that were left behind. */
int collect_start(const struct collector *const *list, struct settings *settings,
    struct board *board, struct collect_threads **ret, struct err *err) ATTR_MUST_CHECK;

/* Ends the threads, and waits for them at most so long. How many were left behind. They are not
 * heard again by the board, but run on with what they have of it: it may be freed all the same. */
size_t collect_stop(struct collect_threads *threads, int64_t within_ms);

/* From the begin of a round that took so long to the next one's: a round takes no more than half of
 * the time, but what hung for an hour does not rest for another one. */
int64_t collect_interval_after(int64_t interval_ms, int64_t took_ms);

#endif
