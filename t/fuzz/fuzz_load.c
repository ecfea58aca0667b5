/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/collect/load.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct load load;
	uint64_t cpus;

	if (load_parse((const char *)data, size, &load, NULL) == 0)
		fuzz_promise(isfinite(load.load1) && load.load1 >= 0);
	if (load_cpus_parse((const char *)data, size, &cpus, NULL) == 0)
		fuzz_promise(cpus > 0);
	return 0;
}
