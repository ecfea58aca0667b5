/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_status.h"

#include <errno.h>
#include <string.h>

#include "lib/base/num.h"

/* What follows "KEY" at the start of a line, or NULL. */
static const char *line_value(const char *line, const char *end, const char *key)
{
	size_t size = strlen(key);

	if ((size_t)(end - line) < size || memcmp(line, key, size) != 0)
		return NULL;
	return line + size;
}

/* "Uid:\treal\teffective\tsaved\tfs" */
static bool parse_uid(const char *p, const char *end, struct proc_status *ret)
{
	uint64_t real, effective;

	if (num_scan_u64(&p, end, &real) < 0 || num_scan_u64(&p, end, &effective) < 0 ||
	    real > UINT32_MAX || effective > UINT32_MAX)
		return false;
	ret->real_uid = (uint32_t)real;
	ret->uid = (uint32_t)effective;
	return true;
}

int proc_status_parse(const char *text, size_t size, struct proc_status *ret, struct err *err)
{
	const char *line = text, *end = text + size;
	struct proc_status status = { .pid_namespaces = 1 };
	bool has_uid = false;

	while (line < end) {
		const char *line_end = memchr(line, '\n', (size_t)(end - line));
		const char *p;
		uint64_t pid;

		if (!line_end)
			line_end = end;
		p = line_value(line, line_end, "Uid:");
		if (p)
			has_uid = parse_uid(p, line_end, &status);
		p = line_value(line, line_end, "NSpid:");
		if (p && num_scan_u64(&p, line_end, &pid) == 0) {
			while (num_scan_u64(&p, line_end, &pid) == 0)
				status.pid_namespaces++;
		}
		line = line_end < end ? line_end + 1 : end;
	}
	if (!has_uid)
		return err_set(err, -EBADMSG, "no line 'Uid:' with numbers");
	*ret = status;
	return 0;
}
