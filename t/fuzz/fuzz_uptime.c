/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/collect/uptime.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct uptime uptime;

	if (uptime_parse((const char *)data, size, &uptime, NULL) == 0)
		fuzz_promise(isfinite(uptime.seconds) && uptime.seconds >= 0);
	return 0;
}
