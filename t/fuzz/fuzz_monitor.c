/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/monitor.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct monitor monitor = { .pid = 4242 };

	if (monitor_parse((const char *)data, size, &monitor) < 0) {
		fuzz_promise(monitor.pid == 4242);
		return 0;
	}
	fuzz_promise(monitor.pid > 0 && monitor.name[0] != '\0');
	fuzz_promise(memchr(monitor.name, '\0', sizeof(monitor.name)) != NULL);
	fuzz_promise(memchr(monitor.status, '\0', sizeof(monitor.status)) != NULL);
	return 0;
}
