/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of one table, collected at one moment: appended in any order, then given their
 * indexes and sorted, and from then on never changed.
 *
 * An index is 31 bits of FNV-1a of the row's key (its canonical name), so it is the same after a
 * restart and on every node. Two keys with one hash are told apart in the order of their keys:
 * the later one takes the next free number, and only then does an index depend on other rows.
 */
#ifndef HAETAE_MIB_ROWS_H
#define HAETAE_MIB_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/mib/mib.h"

struct mib_rows {
	const struct mib_table *table;
	void *items;	     /* n structs of table->row_size; owned */
	size_t n, n_dropped; /* rows that the cap left out */
	size_t cap;	     /* rows that it holds at most; 0: MIB_ROWS_MAX */
	char **keys;	     /* until they are sorted; owned */
	size_t allocated;
};

enum { MIB_ROWS_MAX = 65536 };

void mib_rows_init(const struct mib_table *table, size_t cap, struct mib_rows *ret);
void mib_rows_free(struct mib_rows *rows);

/* A zeroed row, whose index comes from the key: its last sub-identifier, those before it are
 * the caller's (the parent row's index). NULL without memory, or, counted in n_dropped, above
 * the cap: whoever fills them adds the important ones first. Valid until the next call. A row's
 * numbers begin as 0; what is not known is set to MIB_NONE. */
void *mib_rows_add(struct mib_rows *rows, const char *key);
/* A row whose index the caller sets whole. */
void *mib_rows_add_indexed(struct mib_rows *rows);

/* Gives the indexes and sorts. Rows with the same key, or the same index that the caller set,
 * are -EEXIST and dropped to the one that was added first; the rest is as it should be. -ENOMEM
 * leaves them unfinished. What is finished may be finished again. */
int mib_rows_finish(struct mib_rows *rows) ATTR_MUST_CHECK;

/* The hash alone, 1 to 2147483647. A parent's index is known before its table is finished only
 * where keys do not collide: finish the parents first, and find them by mib_rows_find_label. */
uint32_t mib_index(const char *key);

/* Of finished rows: the row with the index, or NULL; the first one behind it, or NULL (a prefix
 * of an index is before all that begin with it). n is the number of sub-identifiers in index;
 * they are compared as numbers, whatever they are. */
const void *mib_rows_find(const struct mib_rows *rows, const unsigned long *index, size_t n);
const void *mib_rows_after(const struct mib_rows *rows, const unsigned long *index, size_t n);
const void *mib_rows_at(const struct mib_rows *rows, size_t i);
/* The row whose label column has this text, or NULL: looks at each. */
const void *mib_rows_find_label(const struct mib_rows *rows, const char *label);

#endif
