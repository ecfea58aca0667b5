/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of the real tables of lib/mib with made values: right for each column's type, and different
 * from row to row. Some numbers are not known where the table can say so.
 */
#ifndef HAETAE_T_MIB_FILL_H
#define HAETAE_T_MIB_FILL_H

#include "lib/mib/rows.h"

/* Whether a number that is not known can be told from 0. */
bool mib_fill_has_missing(const struct mib_table *table);
/* n rows (one of scalars), finished. */
void mib_fill(struct mib_rows *rows, const struct mib_table *table, size_t n, int64_t now_ms);

#endif
