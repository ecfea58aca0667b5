/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/probe_perf.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mib_probe_perf row = { .value = 1 };

	if (mib_probe_perf_set(&row, (const char *)data, size) < 0) {
		fuzz_promise(row.value == 1 && row.precision == 0 && !row.value_text[0]);
		return 0;
	}
	fuzz_promise(row.value >= INT32_MIN && row.value <= INT32_MAX);
	fuzz_promise(row.precision >= MIB_PERF_PRECISION_LEAST &&
		     row.precision <= MIB_PERF_PRECISION_MOST);
	fuzz_promise(memchr(row.value_text, '\0', sizeof(row.value_text)) != NULL);
	return 0;
}
