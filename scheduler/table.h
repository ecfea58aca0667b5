/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables for people: columns as wide as their widest cell, in the columns of a terminal
 * (wcwidth), so that 서울 lines up too. Needs a locale with LC_CTYPE set. Control characters
 * are replaced, so that no text from outside can steer the terminal.
 */
#ifndef HAETAE_SCHEDULER_TABLE_H
#define HAETAE_SCHEDULER_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"

enum { TABLE_SIZE_MAX = 512 << 20, TABLE_COLUMNS_MAX = 24 };

enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table_column {
	const char *title;
	enum table_align align;
	/* The numbers of an SGR sequence ("31;1") for a cell, or NULL; for terminals only. */
	const char *(*colour)(const char *cell);
	/* Not 0: left out when all of its cells are empty, and on a terminal that is too narrow,
	 * the highest number first. */
	int lesser;
};

struct table {
	const struct table_column *columns;
	size_t n_columns;
	size_t n_cells;
	struct buf cells; /* one behind the other, each with its NUL */
	size_t widths[TABLE_COLUMNS_MAX];
};
#define TABLE_INIT(rows)                                                          \
	{                                                                         \
		.columns = (rows), .n_columns = sizeof(rows) / sizeof((rows)[0]), \
		.cells = BUF_INIT_MAX(TABLE_SIZE_MAX)                             \
	}
void table_free(struct table *table);

/* Row by row, cell by cell. */
void table_add(struct table *table, const char *cell);
void table_addf(struct table *table, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* What stdout is. */
struct table_terminal {
	bool is_terminal;
	bool coloured; /* a terminal, and NO_COLOR is not set */
	size_t width;  /* in columns; 0: no limit */
	size_t height; /* in lines; 0: no limit */
};
struct table_terminal table_terminal(void);

/* Title and rows. On a terminal the last column is cut to fit. Returns the error of text, or
 * of what was added. */
int table_print(const struct table *table, struct table_terminal terminal, struct buf *text);

/* The columns that a text takes. */
size_t table_width(const char *text);

#endif
