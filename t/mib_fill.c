/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "t/mib_fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool mib_fill_has_missing(const struct mib_table *table)
{
	for (size_t i = 0; i < table->n_columns; i++)
		if (table->columns[i].syntax == MIB_MISSING)
			return true;
	return table->n_index == 0;
}

static void put_number(const struct mib_column *column, int64_t number, char *row)
{
	memcpy(row + column->offset, &number, sizeof(number));
}

/* A value that is right for the column, another one for each seed. */
static void fill(const struct mib_table *table, const struct mib_column *column, size_t seed,
    int64_t now_ms, char *row)
{
	char *field = row + column->offset;

	switch (column->syntax) {
	case MIB_TEXT:
		(void)snprintf(field, column->size, "%s \xc3\xa9 %zu", column->name, seed);
		return;
	case MIB_OCTETS:
		memset(field, 0, column->size);
		return;
	case MIB_STATE:
		put_number(column, (int64_t)(1 + seed % 5), row);
		return;
	case MIB_ENUM:
		put_number(column, column->words[0].number, row);
		return;
	case MIB_TRUTH:
		put_number(column, (int64_t)(seed % 2), row);
		return;
	case MIB_AGE:
		put_number(column, now_ms - (int64_t)seed * 1000, row);
		return;
	case MIB_DATE:
		put_number(column, 1700000000000 + (int64_t)seed * 1000, row);
		return;
	case MIB_INTEGER:
		put_number(column, -(int64_t)seed, row);
		return;
	case MIB_COUNTER64:
		put_number(column, INT64_MAX - (int64_t)seed, row);
		return;
	case MIB_UNSIGNED:
	case MIB_GAUGE:
	case MIB_HUNDREDTHS:
	case MIB_COUNTER:
		put_number(column, (int64_t)seed + 1, row);
		if (seed % 7 == 0 && mib_fill_has_missing(table))
			put_number(column, MIB_NONE, row);
		return;
	case MIB_MISSING:
		return;
	}
}

void mib_fill(struct mib_rows *rows, const struct mib_table *table, size_t n, int64_t now_ms)
{
	mib_rows_init(table, 0, rows);
	for (size_t i = 0; i < n; i++) {
		uint32_t *row = mib_rows_add_indexed(rows);

		if (!row)
			abort();
		/* A UUID has an octet in each. */
		for (size_t k = 0; k < table->n_index; k++)
			row[k] = (uint32_t)((i + 1) * (k + 7919)) &
				 (table->n_index == MIB_INDEX_MAX ? UINT8_MAX : INT32_MAX);
		for (size_t k = 0; k < table->n_columns; k++)
			fill(table, &table->columns[k], i * 5 + k, now_ms, (char *)row);
	}
	if (mib_rows_finish(rows) < 0)
		abort();
}
