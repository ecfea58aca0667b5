/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/slotheap.h"

#include "t/tap.h"

int main(void)
{
	struct slotheap heap = { 0 };
	struct waiting slot, last = { .at_ms = -1 };
	uint32_t random = 1;
	size_t n = 0, sorted = 0;

	ok(!slotheap_first(&heap) && !slotheap_pop(&heap, &slot), "empty");
	for (int i = 0; i < 10000; i++) {
		random = random * 1103515245 + 12345;
		slot = (struct waiting){ .scheduleid = (uint64_t)i,
			.at_ms = random >> 20,
			.rank = (uint8_t)(random >> 10 & 3) };
		n += slotheap_push(&heap, &slot) == 0;
	}
	ok(n == 10000 && heap.n == 10000, "10,000 slots go in");
	while (slotheap_pop(&heap, &slot)) {
		if (slot.rank != last.rank)
			sorted += slot.rank > last.rank;
		else
			sorted +=
			    slot.at_ms > last.at_ms ||
			    (slot.at_ms == last.at_ms && slot.scheduleid > last.scheduleid);
		last = slot;
	}
	ok(sorted == 10000, "and come out by rank, then by time, then by id");
	slotheap_free(&heap);
	return tap_done();
}
