/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slots that wait for their time, the earliest first: a binary heap.
 */
#ifndef HAETAE_SCHEDULER_SLOTHEAP_H
#define HAETAE_SCHEDULER_SLOTHEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"

struct batch;

struct waiting {
	uint64_t scheduleid;
	int64_t due_ms;
	struct batch *batch; /* the file that it came in; NULL: made here */
};

struct slotheap {
	struct waiting *items;
	size_t n, room;
};

/* 0 or -ENOMEM. */
int slotheap_push(struct slotheap *heap, const struct waiting *slot) ATTR_MUST_CHECK;
/* The earliest, or NULL. */
const struct waiting *slotheap_first(const struct slotheap *heap);
/* Takes the earliest out; false when there is none. */
bool slotheap_pop(struct slotheap *heap, struct waiting *ret);
void slotheap_free(struct slotheap *heap);

#endif
