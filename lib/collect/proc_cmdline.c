/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_cmdline.h"

#include <string.h>

size_t proc_cmdline_clean(char *text, size_t size)
{
	char *p = text;

	while (size > 0 && (text[size - 1] == '\0' || text[size - 1] == ' '))
		size--;
	while ((p = memchr(p, '\0', size - (size_t)(p - text))))
		*p = ' ';
	return size;
}

/* What may stand before and behind a program's name in a command line: also the quotes
 * of a shell's -c text. */
static bool is_edge(char c)
{
	return strchr(" \t\n'\"();&|", c) != NULL;
}

bool proc_cmdline_has_program(const char *line, size_t size, const char *name)
{
	const char *end = line + size, *p = line;
	size_t name_size = strlen(name);

	while ((p = memmem(p, (size_t)(end - p), name, name_size))) {
		const char *behind = p + name_size;

		if ((p == line || p[-1] == '/' || is_edge(p[-1])) &&
		    (behind == end || is_edge(*behind)))
			return true;
		p++;
	}
	return false;
}
