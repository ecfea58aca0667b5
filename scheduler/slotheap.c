/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/slotheap.h"

#include <errno.h>
#include <stdlib.h>

static bool is_before(const struct waiting *a, const struct waiting *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank;
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->scheduleid < b->scheduleid;
}

int slotheap_push(struct slotheap *heap, const struct waiting *slot)
{
	size_t i = heap->n;

	if (heap->n == heap->room) {
		size_t room = heap->room ? 2 * heap->room : 256;
		struct waiting *items = reallocarray(heap->items, room, sizeof(*items));

		if (!items)
			return -ENOMEM;
		heap->items = items;
		heap->room = room;
	}
	heap->n++;
	for (; i > 0 && is_before(slot, &heap->items[(i - 1) / 2]); i = (i - 1) / 2)
		heap->items[i] = heap->items[(i - 1) / 2];
	heap->items[i] = *slot;
	return 0;
}

const struct waiting *slotheap_first(const struct slotheap *heap)
{
	return heap->n ? &heap->items[0] : NULL;
}

bool slotheap_pop(struct slotheap *heap, struct waiting *ret)
{
	struct waiting last;
	size_t i = 0;

	if (heap->n == 0)
		return false;
	*ret = heap->items[0];
	last = heap->items[--heap->n];
	while (2 * i + 1 < heap->n) {
		size_t child = 2 * i + 1;

		if (child + 1 < heap->n &&
		    is_before(&heap->items[child + 1], &heap->items[child]))
			child++;
		if (!is_before(&heap->items[child], &last))
			break;
		heap->items[i] = heap->items[child];
		i = child;
	}
	if (heap->n)
		heap->items[i] = last;
	return true;
}

void slotheap_free(struct slotheap *heap)
{
	free(heap->items);
	*heap = (struct slotheap){ 0 };
}
