/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/view.h"

/* The place of the first table, or column, whose number is not below. */
static size_t table_from(unsigned long number)
{
	size_t low = 0, high = mib_n_tables;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mib_tables[middle]->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t column_from(const struct mib_table *table, unsigned long number)
{
	size_t low = 0, high = table->n_columns;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->columns[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct mib_rows *rows_of(const struct view *view, size_t place)
{
	const struct mib_rows *rows = place < VIEW_TABLES_MAX ? view->rows[place] : NULL;

	return rows && rows->n > 0 ? rows : NULL;
}

bool view_get(const struct view *view, const unsigned long *oid, size_t n, struct mib_cell *ret)
{
	size_t place = n >= 3 ? table_from(oid[0]) : mib_n_tables, at;
	bool is_scalar;
	const struct mib_table *table;
	const struct mib_rows *rows;
	const void *row;

	if (place == mib_n_tables || mib_tables[place]->number != oid[0])
		return false;
	table = mib_tables[place];
	rows = rows_of(view, place);
	is_scalar = table->n_index == 0;
	if (!rows || (!is_scalar && oid[1] != MIB_ENTRY))
		return false;
	at = column_from(table, is_scalar ? oid[1] : oid[2]);
	if (at == table->n_columns ||
	    table->columns[at].number != (is_scalar ? oid[1] : oid[2]))
		return false;
	if (is_scalar)
		row = n == 3 && oid[2] == 0 ? mib_rows_at(rows, 0) : NULL;
	else
		row = mib_rows_find(rows, oid + 3, n - 3);
	return row && mib_cell(table, &table->columns[at], row, view->now_ms, ret);
}

static bool next_scalar(const struct view *view, const struct mib_rows *rows,
    const unsigned long *rest, size_t n, struct view_oid *ret_oid, struct mib_cell *ret)
{
	const struct mib_table *table = rows->table;
	size_t at = n > 0 ? column_from(table, rest[0]) : 0;

	/* COLUMN alone is before COLUMN.0, and nothing else of the column is. */
	if (n > 1 && at < table->n_columns && table->columns[at].number == rest[0])
		at++;
	for (; at < table->n_columns; at++) {
		if (!mib_cell(
			table, &table->columns[at], mib_rows_at(rows, 0), view->now_ms, ret))
			continue;
		ret_oid->subids[0] = table->number;
		ret_oid->subids[1] = table->columns[at].number;
		ret_oid->subids[2] = 0;
		ret_oid->n = 3;
		return true;
	}
	return false;
}

static bool next_cell(const struct view *view, const struct mib_rows *rows,
    const unsigned long *rest, size_t n, struct view_oid *ret_oid, struct mib_cell *ret)
{
	const struct mib_table *table = rows->table;
	const void *row = NULL;
	const uint32_t *index;
	size_t at = 0;

	if (n > 0 && rest[0] > MIB_ENTRY)
		return false;
	if (n > 1 && rest[0] == MIB_ENTRY) {
		at = column_from(table, rest[1]);
		if (at < table->n_columns && table->columns[at].number == rest[1]) {
			row = mib_rows_after(rows, rest + 2, n - 2);
			at += row ? 0 : 1;
		}
	}
	if (at == table->n_columns)
		return false;
	index = row ? row : mib_rows_at(rows, 0);
	ret_oid->subids[0] = table->number;
	ret_oid->subids[1] = MIB_ENTRY;
	ret_oid->subids[2] = table->columns[at].number;
	for (size_t i = 0; i < table->n_index; i++)
		ret_oid->subids[3 + i] = index[i];
	ret_oid->n = 3 + table->n_index;
	return mib_cell(table, &table->columns[at], index, view->now_ms, ret);
}

bool view_next(const struct view *view, const unsigned long *oid, size_t n,
    struct view_oid *ret_oid, struct mib_cell *ret)
{
	for (size_t place = n > 0 ? table_from(oid[0]) : 0; place < mib_n_tables; place++) {
		const struct mib_rows *rows = rows_of(view, place);
		bool is_within = n > 0 && mib_tables[place]->number == oid[0];
		bool is_found;

		if (!rows)
			continue;
		is_found = (rows->table->n_index ? next_cell : next_scalar)(view, rows,
		    is_within ? oid + 1 : NULL, is_within ? n - 1 : 0, ret_oid, ret);
		if (is_found)
			return true;
	}
	return false;
}
