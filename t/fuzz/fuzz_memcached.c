/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/memcached.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	char version[MEMCACHED_VERSION_SIZE] = "untouched";
	struct memcached_stats stats = { .items = 4242 };
	struct err err = ERR_INIT;

	if (memcached_version_parse(text, size, version, &err) < 0) {
		fuzz_promise(strcmp(version, "untouched") == 0);
		fuzz_promise(err.text[0] != '\0');
	}
	if (memcached_stats_parse(text, size, &stats, &err) < 0)
		fuzz_promise(stats.items == 4242);
	free(text);
	return 0;
}
