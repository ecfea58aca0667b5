/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One round of the subagent's collector of probes, without a subagent:
 *   collect_probes HAETAE.CONF [ROUNDS]
 * Prints "haetaeProbeName.INDEX VALUE" a cell, and at the end "TABLE n dropped ms" a table, or
 * "failed: TEXT". Between two rounds it waits for a line on standard input.
 */
#include "config.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/mib/view.h"
#include "subagent/collector.h"

extern const struct collector collector_probes;
enum { TABLES = 2 };

static void print_cell(
    const struct mib_table *table, const struct mib_column *column, const uint32_t *row)
{
	struct mib_cell cell;

	if (!mib_cell(table, column, row, clock_mono_ms(), &cell))
		return;
	printf("%s%s", table->name, column->name);
	for (size_t i = 0; i < table->n_index; i++)
		printf(".%u", (unsigned)row[i]);
	if (column->syntax == MIB_TEXT || column->syntax == MIB_MISSING)
		printf(" %.*s\n", (int)cell.size, cell.bytes);
	else
		printf(" %lld\n", (long long)cell.number);
}

static void print_rows(const struct mib_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		for (size_t c = 0; c < rows->table->n_columns; c++)
			print_cell(rows->table, &rows->table->columns[c], mib_rows_at(rows, i));
	}
}

static void round_once(struct collect *given)
{
	struct mib_rows rows[TABLES];
	struct err err = ERR_INIT;
	int64_t began_ms = clock_mono_ms();
	int r;

	for (size_t i = 0; i < TABLES; i++)
		mib_rows_init(collector_probes.tables[i], 0, &rows[i]);
	given->until_ms = began_ms + 5000;
	r = collector_probes.collect(given, rows, &err);
	for (size_t i = 0; r == 0 && i < TABLES; i++) {
		r = mib_rows_finish(&rows[i]);
		if (r < 0)
			(void)err_sys(&err, r, "cannot finish %s", rows[i].table->name);
	}
	if (r < 0)
		printf("failed: %s\n", err.text);
	for (size_t i = 0; r == 0 && i < TABLES; i++) {
		print_rows(&rows[i]);
		printf("%s %zu %zu %lld\n", rows[i].table->name, rows[i].n, rows[i].n_dropped,
		    (long long)(clock_mono_ms() - began_ms));
	}
	for (size_t i = 0; i < TABLES; i++)
		mib_rows_free(&rows[i]);
	(void)fflush(stdout);
}

int main(int argc, char **argv)
{
	struct settings settings;
	struct collect given = { .settings = &settings };
	struct err err = ERR_INIT;
	uint64_t rounds = 1;

	if (argc < 2 || (argc > 2 && num_u64(argv[2], &rounds, &err) < 0))
		return 2;
	if (settings_read(argv[1], &settings, &err) < 0 ||
	    collector_probes.open(&settings, &given.state, &err) < 0) {
		printf("failed: %s\n", err.text);
		return 1;
	}
	if (!collector_probes.is_wanted(&settings))
		printf("not wanted\n");
	for (uint64_t i = 0; i < rounds; i++) {
		if (i > 0 && getchar() == EOF)
			break;
		round_once(&given);
	}
	collector_probes.close(given.state);
	settings_free(&settings);
	return 0;
}
