/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/memrow.h"

#include <math.h>

#include "lib/base/num.h"

void memrow_of(const struct mem *mem, struct memrow *ret)
{
	*ret = (struct memrow){
		.percent = mem_used_pct(mem),
		.used = (double)mem_used(mem),
		.base = (double)mem_base(mem),
		.estimated = mem->available_estimated,
		.swap_percent = mem_swap_used_pct(mem),
		.swap_used = (double)(mem->swap_total - mem->swap_free),
		.swap_total = (double)mem->swap_total,
		.hugetlb = (double)mem->hugetlb,
		.hugepages_percent = mem_huge_used_pct(mem),
	};
}

void memrow_text(const struct memrow *row, struct buf *buf)
{
	char used[NUM_TEXT_SIZE], base[NUM_TEXT_SIZE], huge[NUM_TEXT_SIZE];

	num_bytes_text(row->used, used);
	num_bytes_text(row->base, base);
	if (row->base > 0)
		buf_addf(buf, "%.1f%% used, %s of %s", row->percent, used, base);
	else
		buf_adds(buf, "all memory is huge pages");
	if (row->estimated)
		buf_adds(buf, " (estimated)");
	if (row->swap_total > 0) {
		num_bytes_text(row->swap_used, used);
		num_bytes_text(row->swap_total, base);
		buf_addf(buf, "; swap %.1f%%, %s of %s", row->swap_percent, used, base);
	}
	if (row->hugetlb > 0) {
		num_bytes_text(row->hugetlb, huge);
		buf_addf(buf, "; huge pages %s", huge);
	}
	if (!isnan(row->hugepages_percent))
		buf_addf(buf, ", %.1f%% used", row->hugepages_percent);
}
