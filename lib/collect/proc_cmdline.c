/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_cmdline.h"

#include <string.h>
#include <strings.h>

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

/* The end of the word at p. */
static char *word_end(char *p, const char *end)
{
	while (p < end && *p != ' ')
		p++;
	return p;
}

static void mask(char *from, const char *to)
{
	while (from < to)
		*from++ = '*';
}

/* Whether one of the names of secrets is in the text, in any case. */
static bool names_secret(const char *text, const char *end)
{
	static const char *const names[] = { "pass", "secret", "token" };

	for (const char *p = text; p < end; p++) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			size_t size = strlen(names[i]);

			if ((size_t)(end - p) >= size && strncasecmp(p, names[i], size) == 0)
				return true;
		}
	}
	/* "--api-key", but not "--keystone". */
	return end - text >= 3 && strncasecmp(end - 3, "key", 3) == 0;
}

/* "scheme://user:PASSWORD@host" */
static void mask_url(char *word, const char *end)
{
	char *user = memmem(word, (size_t)(end - word), "://", 3);
	const char *at = user ? memrchr(user, '@', (size_t)(end - user)) : NULL;
	char *colon = at ? memchr(user + 3, ':', (size_t)(at - user - 3)) : NULL;

	if (colon)
		mask(colon + 1, at);
}

void proc_cmdline_mask(char *line, size_t size)
{
	char *end = line + size, *p = line;
	bool follows = false; /* the word before was an option for a secret */

	while (p < end) {
		char *stop = word_end(p, end);
		char *equals = memchr(p, '=', (size_t)(stop - p));

		if (follows && *p != '-')
			mask(p, stop);
		else if (equals && names_secret(p, equals))
			mask(equals + 1, stop);
		else
			mask_url(p, stop);
		follows = !equals && *p == '-' && names_secret(p, stop);
		p = stop < end ? stop + 1 : end;
	}
}
