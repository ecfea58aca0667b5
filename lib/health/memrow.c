/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/memrow.h"

#include "lib/base/num.h"

void memrow_text(const struct mem *mem, struct buf *buf)
{
	char used[NUM_TEXT_SIZE], base[NUM_TEXT_SIZE], huge[NUM_TEXT_SIZE];

	num_bytes_text((double)mem_used(mem), used);
	num_bytes_text((double)mem_base(mem), base);
	if (mem_base(mem) > 0)
		buf_addf(buf, "%.1f%% used, %s of %s", mem_used_pct(mem), used, base);
	else
		buf_adds(buf, "all memory is huge pages");
	if (mem->available_estimated)
		buf_adds(buf, " (estimated)");
	if (mem->swap_total > 0) {
		num_bytes_text((double)(mem->swap_total - mem->swap_free), used);
		num_bytes_text((double)mem->swap_total, base);
		buf_addf(buf, "; swap %.1f%%, %s of %s", mem_swap_used_pct(mem), used, base);
	}
	if (mem->hugetlb > 0) {
		num_bytes_text((double)mem->hugetlb, huge);
		buf_addf(buf, "; huge pages %s", huge);
	}
	if (mem->huge_total > 0)
		buf_addf(buf, ", %.1f%% used", mem_huge_used_pct(mem));
}
