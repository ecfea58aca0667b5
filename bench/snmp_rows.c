/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subagent's answering side with rows that are made up: the real tables, the real session,
 * no collectors.
 *   snmp_rows SOCKET TABLE=ROWS...      (haetaeService=2000)
 * Runs until it is ended.
 *   snmp_rows --columns TABLE           prints the number of its last column
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/mib/rows.h"
#include "subagent/agentx.h"

/* Texts of the size that most have. */
enum { TEXT_SIZE = 24 };

static void fill_cell(const struct mib_column *column, size_t i, char *row)
{
	char *field = row + column->offset;
	char text[64];
	int64_t number = (int64_t)(i * 7919 + column->number);

	if (column->syntax == MIB_MISSING)
		return;
	if (column->syntax == MIB_TEXT) {
		(void)snprintf(
		    text, sizeof(text), "%.40s of row %u", column->name, (unsigned)i);
		memcpy(field, text,
		    strnlen(text, column->size < TEXT_SIZE ? column->size - 1 : TEXT_SIZE - 1));
		return;
	}
	if (column->syntax == MIB_OCTETS)
		return;
	if (column->syntax == MIB_STATE || column->syntax == MIB_TRUTH)
		number = 1;
	if (column->syntax == MIB_ENUM)
		number = column->words[0].number;
	if (column->syntax == MIB_AGE)
		number = clock_mono_ms();
	memcpy(field, &number, sizeof(number));
}

static void *add(struct mib_rows *rows, size_t i)
{
	const struct mib_table *table = rows->table;
	char key[2 * TEXT_SIZE];
	uint32_t *index;

	if (table->n_index <= 2) {
		(void)snprintf(key, sizeof(key), "row %zu", i);
		index = mib_rows_add(rows, key);
		if (index && table->n_index == 2)
			index[0] = 1 + (uint32_t)i % 50;
		return index;
	}
	index = mib_rows_add_indexed(rows);
	for (size_t at = 0; index && at < table->n_index; at++)
		index[at] = (uint32_t)(i >> (at < 4 ? 8 * at : 0)) & 0xff;
	return index;
}

static bool fill(const char *argument, struct view *view)
{
	const char *equals = strchr(argument, '=');
	char name[64];
	const struct mib_table *table;
	struct mib_rows *rows;
	uint64_t n;

	if (!equals || num_u64(equals + 1, &n, NULL) < 0 || n > MIB_ROWS_MAX)
		return false;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(equals - argument), argument);
	table = mib_table_named(name);
	rows = calloc(1, sizeof(*rows));
	if (!table || !rows)
		return false;
	mib_rows_init(table, 0, rows);
	for (size_t i = 0; i < n; i++) {
		char *row = add(rows, i);

		for (size_t c = 0; row && c < table->n_columns; c++)
			fill_cell(&table->columns[c], i, row);
	}
	view->rows[mib_table_place(table)] = rows;
	return mib_rows_finish(rows) == 0;
}

static void pin(void *context, struct view *ret)
{
	*ret = *(const struct view *)context;
	ret->now_ms = clock_mono_ms();
}

static void unpin(void *context)
{
	(void)context;
}

static bool take(void *context, struct notification *ret)
{
	(void)context;
	(void)ret;
	return false;
}

static void put_back(void *context, struct notification *taken)
{
	(void)context;
	notification_free(taken);
}

static int64_t wait_ms(void *context)
{
	(void)context;
	return -1;
}

static bool is_stopped(void *context)
{
	(void)context;
	return false;
}

static int print_last(const char *name)
{
	const struct mib_table *table = mib_table_named(name);

	if (!table)
		return 2;
	printf("%u\n", (unsigned)table->columns[table->n_columns - 1].number);
	return 0;
}

int main(int argc, char **argv)
{
	static struct view view;
	static struct agentx_stats stats;
	const struct agentx_source source = { &view, pin, unpin, take, put_back, wait_ms,
		eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), is_stopped, NULL };
	const struct agentx_options options = { argc > 1 ? argv[1] : NULL, 5000 };
	struct err err = ERR_INIT;

	if (argc == 3 && strcmp(argv[1], "--columns") == 0)
		return print_last(argv[2]);
	for (int i = 2; i < argc; i++) {
		if (fill(argv[i], &view))
			continue;
		fprintf(stderr, "snmp_rows: %s: expected TABLE=ROWS\n", argv[i]);
		return 2;
	}
	if (argc < 3 || agentx_run(&options, &source, &stats, &err) < 0) {
		fprintf(stderr, "snmp_rows: %s\n", err.text);
		return 1;
	}
	return 0;
}
