/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ovs_collect [-n ROUNDS] [-t MILLISECONDS] [-i INTERFACES] [RUNDIR]: runs the collector of Open
 * vSwitch so many times, each with so much time, and prints the last round's rows as
 * "haetaeOvsBridgeFlows br-int 3", how long a round took, and how much of it was our own work.
 * Without RUNDIR as the subagent does without settings.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "subagent/ovs_fill.h"
#include "subagent/collector.h"

extern const struct collector collector_ovs;

static void print_cell(
    const struct mib_table *table, const struct mib_column *column, const void *row)
{
	const char *label =
	    table->n_index ? (const char *)row + mib_column_find(table, table->label)->offset
			   : "-";
	struct mib_cell cell;

	if (!mib_cell(table, column, row, clock_mono_ms(), &cell))
		return;
	printf("%s%s %s ", table->name, column->name, label);
	if (cell.bytes)
		printf("%.*s\n", (int)cell.size, cell.bytes);
	else if (column->words && mib_word(column->words, cell.number))
		printf("%s\n", mib_word(column->words, cell.number));
	else
		printf("%lld\n", (long long)cell.number);
}

static void print_rows(const struct mib_rows *rows)
{
	printf("%s rows %zu dropped %zu\n", rows->table->name, rows->n, rows->n_dropped);
	for (size_t i = 0; i < rows->n; i++) {
		for (size_t k = 0; k < rows->table->n_columns; k++)
			print_cell(rows->table, &rows->table->columns[k], mib_rows_at(rows, i));
	}
}

static int64_t cpu_us(void)
{
	struct timespec spent;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
	return (int64_t)spent.tv_sec * 1000000 + spent.tv_nsec / 1000;
}

/* The last round's rows are printed. */
static int collect_once(
    const struct settings *settings, void *state, int64_t limit_ms, bool last, struct err *err)
{
	const struct fsroot live = FSROOT_LIVE;
	int64_t start_ms = clock_mono_ms(), start_us = cpu_us();
	const struct collect given = { settings, &live, state, start_ms + limit_ms };
	struct mib_rows rows[OVS_TABLES];
	int r;

	for (size_t i = 0; i < OVS_TABLES; i++)
		mib_rows_init(ovs_tables[i], 0, &rows[i]);
	r = collector_ovs.collect(&given, rows, err);
	for (size_t i = 0; i < OVS_TABLES && r == 0; i++)
		r = mib_rows_finish(&rows[i]);
	if (last && r == 0) {
		printf("took %lld ms, cpu %lld us\n", (long long)(clock_mono_ms() - start_ms),
		    (long long)(cpu_us() - start_us));
		for (size_t i = 0; i < OVS_TABLES; i++)
			print_rows(&rows[i]);
	}
	for (size_t i = 0; i < OVS_TABLES; i++)
		mib_rows_free(&rows[i]);
	return r;
}

int main(int argc, char **argv)
{
	struct settings settings = { .ovs_interfaces = 500 };
	uint64_t rounds = 1, limit_ms = 5000, interfaces = 500;
	struct err err = ERR_INIT;
	void *state = NULL;
	int c, r = 0;

	while ((c = getopt(argc, argv, "n:t:i:")) != -1) {
		if (num_u64(optarg,
			c == 'n'   ? &rounds
			: c == 't' ? &limit_ms
				   : &interfaces,
			&err) < 0) {
			printf("%s\n", err.text);
			return 2;
		}
	}
	settings.ovs_interfaces = (int64_t)interfaces;
	settings.ovs_rundir = argv[optind];
	r = collector_ovs.open(&settings, &state, &err);
	for (uint64_t i = 0; i < rounds && r == 0; i++)
		r = collect_once(&settings, state, (int64_t)limit_ms, i + 1 == rounds, &err);
	collector_ovs.close(state);
	if (r < 0)
		printf("failed: %s\n", err.text);
	return r < 0;
}
