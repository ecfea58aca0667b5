/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slots that wait, in the order in which they go: a binary heap. By rank, then by time, then by
 * id, so that the order does not depend on arrival.
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
	int64_t at_ms;	     /* what the heap goes by: due, or when its time comes */
	struct batch *batch; /* the file that it came in; NULL: made here */
	uint8_t rank;	     /* before those of a higher one */
	bool queued;	     /* overrun: waits for the end of the run before it, however long */
	bool again;	     /* begun, and to be started once more */
};

struct slotheap {
	struct waiting *items;
	size_t n, room;
};

/* 0 or -ENOMEM. */
int slotheap_push(struct slotheap *heap, const struct waiting *slot) ATTR_MUST_CHECK;
/* The first, or NULL. */
const struct waiting *slotheap_first(const struct slotheap *heap);
/* Takes the first out; false when there is none. */
bool slotheap_pop(struct slotheap *heap, struct waiting *ret);
void slotheap_free(struct slotheap *heap);

#endif
