/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/range.h"

#include <errno.h>
#include <stdlib.h>

enum { RANGE_LIST_MAX = 1 << 20 };

void range_list_free(struct range_list *list)
{
	free(list->items);
	*list = (struct range_list){ 0 };
}

int range_list_add(struct range_list *list, const struct range *range)
{
	size_t n = list->n;
	struct range *items;

	if (n == RANGE_LIST_MAX)
		return -E2BIG;
	if ((n & (n - 1)) == 0) {
		items = realloc(list->items, (n ? n * 2 : 1) * sizeof(*items));
		if (!items)
			return -ENOMEM;
		list->items = items;
	}
	list->items[list->n++] = *range;
	return 0;
}

bool range_holds(const struct range *range, int64_t due_ms)
{
	return due_ms >= range->first_ms && due_ms <= range->last_ms &&
	       (due_ms - range->first_ms) % range->step_ms == 0;
}

uint64_t range_slots(const struct range *range)
{
	return (uint64_t)((range->last_ms - range->first_ms) / range->step_ms) + 1;
}

/* The last range that begins at or before the slot is the only one that can hold it. */
struct range *range_list_find(const struct range_list *list, uint32_t specid, int64_t due_ms)
{
	size_t low = 0, high = list->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct range *range = &list->items[middle];

		if (range->specid < specid ||
		    (range->specid == specid && range->first_ms <= due_ms))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || list->items[low - 1].specid != specid ||
	    !range_holds(&list->items[low - 1], due_ms))
		return NULL;
	return &list->items[low - 1];
}

bool range_overlaps(const struct range *a, const struct range *b)
{
	return a->specid == b->specid && a->first_ms <= b->last_ms && b->first_ms <= a->last_ms;
}

bool range_below(const struct range *range, int64_t until_ms, struct range *ret)
{
	struct range part = *range;

	if (range->first_ms >= until_ms)
		return false;
	if (range->last_ms >= until_ms)
		part.last_ms = range->first_ms + (until_ms - 1 - range->first_ms) /
						     range->step_ms * range->step_ms;
	*ret = part;
	return true;
}

bool range_above(const struct range *range, int64_t after_ms, struct range *ret)
{
	struct range part = *range;

	if (range->last_ms <= after_ms)
		return false;
	if (range->first_ms <= after_ms)
		part.first_ms =
		    range->first_ms +
		    ((after_ms - range->first_ms) / range->step_ms + 1) * range->step_ms;
	*ret = part;
	return true;
}

int range_subtract(
    const struct range *range, const struct range_list *taken, struct range_list *ret)
{
	struct range rest = *range, part;
	int r = 0;

	for (size_t i = 0; r == 0 && i < taken->n; i++) {
		if (!range_overlaps(&rest, &taken->items[i]))
			continue;
		if (range_below(&rest, taken->items[i].first_ms, &part))
			r = range_list_add(ret, &part);
		if (!range_above(&rest, taken->items[i].last_ms, &rest))
			return r;
	}
	return r < 0 ? r : range_list_add(ret, &rest);
}
