/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_stale.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The words that it is about are there when it says so. */
	if (proc_stale_parse((const char *)data, size))
		fuzz_promise(memmem(data, size, " (deleted)", 10) != NULL);
	return 0;
}
