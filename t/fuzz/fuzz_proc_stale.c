/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_stale.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proc_stale stale = { .exe = false };

	/* The words that it is about are there when it says so, and what is kept has its end. */
	proc_stale_parse((const char *)data, size, &stale);
	if (stale.n_libraries > 0)
		fuzz_promise(memmem(data, size, " (deleted)", 10) != NULL && stale.first[0]);
	fuzz_promise(memchr(stale.first, '\0', sizeof(stale.first)) != NULL);
	return 0;
}
