/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A statement's answer: named columns and rows of texts. It is built where the server is asked
 * and read where it is judged, which are two processes, so it can be packed.
 *
 * What a server sends is bounded here: a longer cell is cut, a later row or column left out.
 */
#ifndef HAETAE_CLIENT_MYSQLD_TABLE_H
#define HAETAE_CLIENT_MYSQLD_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"

enum {
	MYSQLD_COLUMNS_MAX = 256,
	MYSQLD_ROWS_MAX = 4096,
	MYSQLD_CELL_MAX = 4096,
	MYSQLD_TABLE_MAX = 2 << 20, /* bytes, packed */
};

/* A text with a NUL behind it, or no text at all: SQL's NULL. Owned by the table. */
struct mysqld_table {
	char **cells; /* the names of the columns, then row by row */
	size_t n_columns, n_rows;
};
#define CLEANUP_MYSQLD_TABLE CLEANUP(mysqld_table_free)

void mysqld_table_free(struct mysqld_table *table);

/* The cell of a row; NULL for SQL's NULL, and for a row or column that is not there. */
const char *mysqld_cell(const struct mysqld_table *table, size_t row, size_t column);
/* The same by the column's name, in any case. */
const char *mysqld_cell_of(const struct mysqld_table *table, size_t row, const char *name);
/* Whether there is such a column. */
bool mysqld_has_column(const struct mysqld_table *table, const char *name);

/* Appends: the head, then n cells of its n columns for each row. NULL is SQL's NULL. */
void mysqld_pack_head(struct buf *buf, size_t n_columns);
void mysqld_pack_cell(struct buf *buf, const char *text, size_t size);
/* What was packed. -EBADMSG if it is none, -ENOMEM. NULs in a cell become '?'. */
int mysqld_table_parse(
    const char *data, size_t size, struct mysqld_table *ret, struct err *err) ATTR_MUST_CHECK;

#endif
