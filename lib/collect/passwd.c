/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/passwd.h"

#include <string.h>

#include "lib/base/num.h"

struct passwd_line {
	const char *name;
	size_t name_size;
	uint32_t uid;
};

/* Reads "name:password:uid:..." from one line. */
static bool parse_line(const char *line, const char *end, struct passwd_line *ret)
{
	const char *first = memchr(line, ':', (size_t)(end - line));
	const char *second = first ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;
	const char *p;
	uint64_t uid;

	if (!second || first == line)
		return false;
	p = second + 1;
	if (num_scan_u64(&p, end, &uid) < 0 || uid > UINT32_MAX || p == end || *p != ':')
		return false;
	*ret = (struct passwd_line){
		.name = line,
		.name_size = (size_t)(first - line),
		.uid = (uint32_t)uid,
	};
	return true;
}

/* Reads the next line that is a user's from *text and moves it on. */
static bool next_line(const char **text, const char *end, struct passwd_line *ret)
{
	while (*text < end) {
		const char *line = *text;
		const char *line_end = memchr(line, '\n', (size_t)(end - line));

		*text = line_end ? line_end + 1 : end;
		if (parse_line(line, line_end ? line_end : end, ret))
			return true;
	}
	return false;
}

bool passwd_find_name(const char *text, size_t size, const char *name, uint32_t *ret_uid)
{
	const char *end = text + size;
	size_t name_size = strlen(name);
	struct passwd_line line;

	while (next_line(&text, end, &line)) {
		if (line.name_size == name_size && memcmp(line.name, name, name_size) == 0) {
			*ret_uid = line.uid;
			return true;
		}
	}
	return false;
}

bool passwd_find_uid(
    const char *text, size_t size, uint32_t uid, char ret_name[PASSWD_NAME_SIZE])
{
	const char *end = text + size;
	struct passwd_line line;

	while (next_line(&text, end, &line)) {
		if (line.uid != uid)
			continue;
		if (line.name_size >= PASSWD_NAME_SIZE)
			line.name_size = PASSWD_NAME_SIZE - 1;
		memcpy(ret_name, line.name, line.name_size);
		ret_name[line.name_size] = '\0';
		return true;
	}
	return false;
}
