/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_fd.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t limit = 7;

	if (proc_fd_limit_parse((const char *)data, size, &limit, NULL) < 0)
		fuzz_promise(limit == 7);
	return 0;
}
