/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_stat.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proc_stat stat;

	if (proc_stat_parse((const char *)data, size, &stat, NULL) < 0)
		return 0;
	fuzz_promise(memchr(stat.comm, '\0', sizeof(stat.comm)) != NULL);
	(void)proc_stat_is_kthread(&stat);
	(void)proc_stat_is_zombie(&stat);
	return 0;
}
