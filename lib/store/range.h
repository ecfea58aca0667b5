/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranges of slots: a row of RUNLOG of kind 1 stands for the slots from first_ms to last_ms,
 * step_ms apart, but for those that have a row of their own. Pure arithmetic.
 */
#ifndef HAETAE_STORE_RANGE_H
#define HAETAE_STORE_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/store/db.h"

/* Slots of one spec and UTC day. */
struct range {
	uint32_t specid;
	int64_t first_ms, last_ms, step_ms; /* step_ms is at least 1 */
	enum outcome outcome;
};

struct range_list {
	struct range *items; /* by specid and time; of one spec they never overlap */
	size_t n;
};
void range_list_free(struct range_list *list);
/* At the end. 0, -ENOMEM or -E2BIG. */
int range_list_add(struct range_list *list, const struct range *range) ATTR_MUST_CHECK;
/* The range that a slot is in, or NULL. */
struct range *range_list_find(const struct range_list *list, uint32_t specid, int64_t due_ms);

bool range_holds(const struct range *range, int64_t due_ms);
uint64_t range_slots(const struct range *range);
/* Whether the spans of the two have a moment in common. */
bool range_overlaps(const struct range *a, const struct range *b);

/* The slots before until_ms, or after after_ms. false: there are none, and *ret is as it was.
 * ret may be range. */
bool range_below(const struct range *range, int64_t until_ms, struct range *ret);
bool range_above(const struct range *range, int64_t after_ms, struct range *ret);

/* Adds to ret what is left of a range outside the spans of those taken, which are in order.
 * 0 or as range_list_add. */
int range_subtract(const struct range *range, const struct range_list *taken,
    struct range_list *ret) ATTR_MUST_CHECK;

#endif
