/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/mysqld_table.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/pack.h"

/* The length that stands for SQL's NULL: above any cell's. */
#define NO_CELL UINT32_MAX

void mysqld_table_free(struct mysqld_table *table)
{
	size_t n = table->cells ? (table->n_rows + 1) * table->n_columns : 0;

	for (size_t i = 0; i < n; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct mysqld_table){ .cells = NULL };
}

const char *mysqld_cell(const struct mysqld_table *table, size_t row, size_t column)
{
	if (row >= table->n_rows || column >= table->n_columns)
		return NULL;
	return table->cells[(row + 1) * table->n_columns + column];
}

/* The column's number, or n_columns. */
static size_t find_column(const struct mysqld_table *table, const char *name)
{
	size_t i = 0;

	while (i < table->n_columns &&
	       (!table->cells[i] || strcasecmp(table->cells[i], name) != 0))
		i++;
	return i;
}

const char *mysqld_cell_of(const struct mysqld_table *table, size_t row, const char *name)
{
	return mysqld_cell(table, row, find_column(table, name));
}

bool mysqld_has_column(const struct mysqld_table *table, const char *name)
{
	return find_column(table, name) < table->n_columns;
}

void mysqld_pack_head(struct buf *buf, size_t n_columns)
{
	pack_u32(buf, (uint32_t)n_columns);
}

void mysqld_pack_cell(struct buf *buf, const char *text, size_t size)
{
	if (text)
		pack_text(buf, text, size < MYSQLD_CELL_MAX ? size : MYSQLD_CELL_MAX);
	else
		pack_u32(buf, NO_CELL);
}

static int unpack_cell(struct unpack *in, char **ret)
{
	struct unpack ahead = *in;
	const char *text;
	size_t size;
	char *copy;

	*ret = NULL;
	if (unpack_u32(&ahead) == NO_CELL && !ahead.bad) {
		*in = ahead;
		return 0;
	}
	text = unpack_text(in, &size);
	if (in->bad || size > MYSQLD_CELL_MAX)
		return -EBADMSG;
	copy = malloc(size + 1);
	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < size; i++)
		copy[i] = text[i];
	copy[size] = '\0';
	for (size_t i = 0; i < size; i++) {
		if (copy[i] == '\0')
			copy[i] = '?';
	}
	*ret = copy;
	return 0;
}

/* The cells of one more row, or of the head. n_rows counts only whole ones. */
static int unpack_row(struct unpack *in, struct mysqld_table *table, size_t n_whole)
{
	size_t n = table->n_columns;
	char **cells = reallocarray(table->cells, (n_whole + 1) * n, sizeof(*cells));

	if (!cells)
		return -ENOMEM;
	table->cells = cells;
	memset(cells + n_whole * n, 0, n * sizeof(*cells));
	for (size_t i = 0; i < n; i++) {
		int r = unpack_cell(in, &cells[n_whole * n + i]);

		if (r < 0) {
			for (size_t j = 0; j < i; j++)
				free(cells[n_whole * n + j]);
			return r;
		}
	}
	return 0;
}

int mysqld_table_parse(const char *data, size_t size, struct mysqld_table *ret, struct err *err)
{
	CLEANUP_MYSQLD_TABLE struct mysqld_table table = { .cells = NULL };
	struct unpack in = { .p = data, .end = data + size };
	size_t n_whole = 0;
	int r = 0;

	table.n_columns = unpack_u32(&in);
	if (in.bad || table.n_columns > MYSQLD_COLUMNS_MAX)
		return err_set(err, -EBADMSG, "cannot read an answer: damaged");
	while (r == 0 && table.n_columns > 0 && (n_whole == 0 || in.p < in.end)) {
		if (n_whole > MYSQLD_ROWS_MAX) {
			r = -EBADMSG;
			break;
		}
		r = unpack_row(&in, &table, n_whole);
		if (r == 0)
			table.n_rows = n_whole++;
		else if (n_whole == 0)
			table.n_columns = 0;
	}
	if (r == 0 && !unpack_done(&in))
		r = -EBADMSG;
	if (r < 0)
		return err_sys(err, r, "cannot read an answer");
	*ret = table;
	table = (struct mysqld_table){ .cells = NULL };
	return 0;
}
