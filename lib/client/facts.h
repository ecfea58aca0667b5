/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts in a text of lines "NAME: VALUE", as several servers tell them, into a struct by a table.
 * Lines that the table does not know, and values that are no number where one is wanted, are
 * passed over: the next version of a server has more of them.
 */
#ifndef HAETAE_CLIENT_FACTS_H
#define HAETAE_CLIENT_FACTS_H

#include <stddef.h>

struct fact {
	const char *name;
	size_t offset;	  /* of a double, or of a char array of text_size bytes */
	size_t text_size; /* 0: a number */
};

/* Lines end with LF or CR LF. `prefix` is what each begins with, `separator` what stands between
 * name and value. A number is in *ret as a double; those that are not told are NAN, and texts
 * "", from facts_clear. Returns how many were found. */
size_t facts_parse(const char *text, size_t size, const char *prefix, const char *separator,
    const struct fact *facts, size_t n_facts, void *ret);
void facts_clear(const struct fact *facts, size_t n_facts, void *ret);

#endif
