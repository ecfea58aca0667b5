/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/cleanup.h"
#include "scheduler/hold.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *copy = fuzz_text(data, size);
	struct hold hold;
	char why[800];

	hold_parse(copy, size, &hold);
	fuzz_promise(hold.since_ms >= 0);
	fuzz_promise(strlen(hold.user) < sizeof(hold.user));
	fuzz_promise(strlen(hold.reason) <= HOLD_REASON_SIZE_MAX);
	fuzz_promise(hold.since_ms || (!*hold.user && !*hold.reason));
	hold_text(&hold, true, why, sizeof(why));
	fuzz_promise(*why);
	return 0;
}
