/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/collect/mem.h"
#include "t/fuzz/fuzz.h"

static void check_share(double share)
{
	fuzz_promise(isnan(share) || (share >= 0 && share <= 100));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mem mem;

	if (mem_parse((const char *)data, size, &mem, NULL) < 0)
		return 0;
	fuzz_promise(mem.total > 0);
	fuzz_promise(mem.available <= mem.total);
	fuzz_promise(mem.swap_free <= mem.swap_total);
	fuzz_promise(mem_used(&mem) <= mem_base(&mem));
	fuzz_promise(mem_base(&mem) <= mem.total);
	check_share(mem_used_pct(&mem));
	check_share(mem_swap_used_pct(&mem));
	check_share(mem_huge_used_pct(&mem));
	fuzz_promise(mem_huge_used(&mem) <= mem.huge_total);
	return 0;
}
