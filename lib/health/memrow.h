/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory in words, the same in every program.
 */
#ifndef HAETAE_HEALTH_MEMROW_H
#define HAETAE_HEALTH_MEMROW_H

#include <stdbool.h>

#include "lib/base/buf.h"
#include "lib/collect/mem.h"

/* Bytes and percent; nan is not known, or nothing to fill. */
struct memrow {
	double percent, used, base; /* of what huge pages leave: base */
	bool estimated;
	double swap_percent, swap_used, swap_total;
	double hugetlb, hugepages_percent;
};
void memrow_of(const struct mem *mem, struct memrow *ret);

/* "61.0% used, 4.8GiB of 7.8GiB; swap 25.0%, 2GiB of 8GiB; huge pages 230GiB, 87.0% used" */
void memrow_text(const struct memrow *row, struct buf *buf);

#endif
