/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/mib.h"

#include <string.h>

const struct mib_column *mib_column_find(const struct mib_table *table, uint32_t number)
{
	size_t low = 0, high = table->n_columns;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->columns[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == table->n_columns || table->columns[low].number != number)
		return NULL;
	return &table->columns[low];
}

const struct mib_column *mib_column_named(const struct mib_table *table, const char *name)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		if (strcmp(table->columns[i].name, name) == 0)
			return &table->columns[i];
	}
	return NULL;
}

const struct mib_table *mib_table_named(const char *name)
{
	for (size_t i = 0; i < mib_n_tables; i++) {
		if (strcmp(mib_tables[i]->name, name) == 0)
			return mib_tables[i];
	}
	return NULL;
}

size_t mib_table_place(const struct mib_table *table)
{
	size_t i = 0;

	while (i < mib_n_tables && mib_tables[i] != table)
		i++;
	return i;
}

const char *mib_word(const struct mib_word *words, int64_t number)
{
	for (; words && words->word; words++) {
		if (words->number == number)
			return words->word;
	}
	return NULL;
}
