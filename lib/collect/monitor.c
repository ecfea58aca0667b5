/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/monitor.h"

#include <errno.h>
#include <string.h>

#include "lib/base/num.h"

static const char phrase[] = ": monitoring pid ";
static const char healthy[] = "healthy";
static const char crashes[] = " crashes";

static void copy(char *out, size_t room, const char *text, size_t size)
{
	if (size >= room)
		size = room - 1;
	memcpy(out, text, size);
	out[size] = '\0';
}

/* "healthy", or "N crashes: …". Another word is kept as it is, with no crash to count. */
static uint64_t count_crashes(const char *status, size_t size)
{
	const char *at = status, *end = status + size;
	uint64_t count;

	if (size == strlen(healthy) && memcmp(status, healthy, size) == 0)
		return 0;
	if (num_scan_u64(&at, end, &count) < 0 || (size_t)(end - at) < strlen(crashes) ||
	    memcmp(at, crashes, strlen(crashes)) != 0)
		return 0;
	return count;
}

int monitor_parse(const char *line, size_t size, struct monitor *ret)
{
	const char *found = memmem(line, size, phrase, strlen(phrase));
	const char *end = line + size;
	const char *at = found ? found + strlen(phrase) : end;
	size_t name_size = found ? (size_t)(found - line) : 0;
	uint64_t pid;

	/* The title has the program's name and no path; any other text may quote it. */
	if (name_size == 0 || name_size >= MONITOR_NAME_SIZE || memchr(line, ' ', name_size) ||
	    memchr(line, '/', name_size) || memchr(line, '\0', name_size))
		return -ENOENT;
	if (num_scan_u64(&at, end, &pid) < 0 || pid == 0 || pid > INT32_MAX)
		return -ENOENT;
	if (end - at < 3 || at[0] != ' ' || at[1] != '(' || end[-1] != ')')
		return -ENOENT;
	at += 2;
	end--;
	*ret = (struct monitor){
		.pid = (int32_t)pid,
		.crashes = count_crashes(at, (size_t)(end - at)),
	};
	copy(ret->name, sizeof(ret->name), line, name_size);
	copy(ret->status, sizeof(ret->status), at, (size_t)(end - at));
	return 0;
}
