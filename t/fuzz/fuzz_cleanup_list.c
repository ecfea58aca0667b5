/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cleanup_list.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cleanup_list list = { 0 };
	struct cleanup_servers servers = { 0 };
	struct err err = ERR_INIT;

	if (cleanup_list_parse((const char *)data, size, "list", &list, &err) < 0)
		fuzz_promise(strncmp(err.text, "list:", 5) == 0 && list.n == 0);
	for (size_t i = 0; i < list.n; i++) {
		const struct cleanup_entry *entry = &list.items[i];

		fuzz_promise(strlen(entry->pattern) >= CLEANUP_PATTERN_MIN &&
			     strlen(entry->pattern) <= CLEANUP_PATTERN_MAX);
		fuzz_promise(!strpbrk(entry->pattern, ", \t\r\n"));
		fuzz_promise(entry->minutes >= 1 && entry->minutes <= CLEANUP_MINUTES_MAX);
		fuzz_promise(!entry->user || *entry->user);
		fuzz_promise(entry->line >= 1);
	}
	cleanup_list_free(&list);
	if (cleanup_servers_parse((const char *)data, size, "servers", &servers, &err) < 0)
		fuzz_promise(strncmp(err.text, "servers:", 8) == 0 && servers.n == 0);
	for (size_t i = 0; i < servers.n; i++)
		fuzz_promise(*servers.names[i] && !strchr(servers.names[i], '/'));
	cleanup_servers_free(&servers);
	return 0;
}
