/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the whole module answers at one moment: GET and GETNEXT over every table, as pure
 * functions of the rows. An OID here is what stands behind haetaeObjects.
 *
 * Whatever is asked, the answer of view_next is behind the question, and repeated it visits
 * every cell once: column by column in a table, as RFC 3416 4.2.2 has it.
 */
#ifndef HAETAE_MIB_VIEW_H
#define HAETAE_MIB_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/mib/mib.h"
#include "lib/mib/rows.h"

enum { VIEW_TABLES_MAX = 40, VIEW_OID_MAX = 3 + MIB_INDEX_MAX };

struct view {
	const struct mib_rows *rows[VIEW_TABLES_MAX]; /* as mib_tables; NULL: nothing there */
	int64_t now_ms;				      /* clock_mono_ms, for ages */
};

/* Where a value was found. */
struct view_oid {
	unsigned long subids[VIEW_OID_MAX];
	size_t n;
};

/* False: no such instance. */
bool view_get(
    const struct view *view, const unsigned long *oid, size_t n, struct mib_cell *ret);
/* The first value behind the OID, with its place. False: the end of the module. */
bool view_next(const struct view *view, const unsigned long *oid, size_t n,
    struct view_oid *ret_oid, struct mib_cell *ret);

#endif
