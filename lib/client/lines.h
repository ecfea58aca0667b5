/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of a text that a daemon wrote for people, one after the other, and the words that
 * its parsers look for in them. The text may hold anything.
 */
#ifndef HAETAE_CLIENT_LINES_H
#define HAETAE_CLIENT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct lines {
	const char *text; /* the line, without its newline; not terminated */
	size_t size;
	const char *next, *end;
};

static inline struct lines lines_of(const char *text, size_t size)
{
	return (struct lines){ .next = text, .end = text + size };
}

/* Goes to the next line; false at the end. */
static inline bool lines_next(struct lines *lines)
{
	const char *newline;

	if (lines->next == lines->end)
		return false;
	lines->text = lines->next;
	newline = memchr(lines->text, '\n', (size_t)(lines->end - lines->text));
	lines->size = (size_t)((newline ? newline : lines->end) - lines->text);
	lines->next = newline ? newline + 1 : lines->end;
	return true;
}

/* Cuts the prefix off the line, if it begins with it. */
static inline bool lines_take(struct lines *lines, const char *prefix)
{
	size_t size = strlen(prefix);

	if (lines->size < size || memcmp(lines->text, prefix, size) != 0)
		return false;
	lines->text += size;
	lines->size -= size;
	return true;
}

/* Where in the line the text behind a word begins, or NULL. */
static inline const char *lines_behind(const struct lines *lines, const char *word)
{
	const char *found = memmem(lines->text, lines->size, word, strlen(word));

	return found ? found + strlen(word) : NULL;
}

/* Copies size bytes into a field of room bytes, cut to fit, with a NUL at the end. */
static inline void lines_copy(char *out, size_t room, const char *text, size_t size)
{
	if (size >= room)
		size = room - 1;
	memcpy(out, text, size);
	out[size] = '\0';
}

#endif
