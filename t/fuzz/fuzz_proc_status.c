/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_status.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proc_status status;

	if (proc_status_parse((const char *)data, size, &status, NULL) == 0)
		fuzz_promise(status.pid_namespaces >= 1);
	return 0;
}
