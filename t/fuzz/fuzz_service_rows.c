/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another node's row of a service and its findings: any values that SNMP can carry. */
#include "config.h"

#include "lib/base/cleanup.h"
#include "lib/health/service_rows.h"
#include "lib/mib/finding.h"
#include "t/fuzz/fuzz.h"

static const char text[] =
    "name = \"f\"; services = ( { name = \"a\"; match = \"x\"; count = \"2:3\"; rss = \"1M\";"
    " fds_pct = \"80\"; defunct = \"0\"; stale = \"0\"; connections = \"1:\";"
    " warn = { cpu = \"50\"; restarts = \"0\"; }; } );";

struct input {
	const uint8_t *data;
	size_t size;
};

static uint64_t take_number(struct input *in, size_t bytes)
{
	uint64_t number = 0;

	for (; bytes > 0 && in->size > 0; bytes--, in->size--)
		number = number << 8 | *in->data++;
	return number;
}

static void take_cell(
    struct input *in, const struct mib_table *table, const struct mib_column *column, void *row)
{
	struct mib_cell cell = { .syntax = column->syntax };

	if (column->syntax == MIB_TEXT || column->syntax == MIB_MISSING) {
		cell.size = (size_t)take_number(in, 1);
		if (cell.size > in->size)
			cell.size = in->size;
		cell.bytes = cell.size ? (const char *)in->data : "";
		in->data += cell.size;
		in->size -= cell.size;
	} else {
		cell.number = (int64_t)take_number(in, 4);
	}
	(void)!mib_put(table, column, &cell, 1000000, row);
}

static void take_row(struct input *in, const struct mib_table *table, void *row)
{
	for (size_t i = 0; i < table->n_columns; i++)
		take_cell(in, table, &table->columns[i], row);
}

static void judge(struct input *in, struct services *services)
{
	struct mib_service from = { .index = { 1 } };
	struct service_row *row = &services->rows[0];
	CLEANUP(mib_rows_free) struct mib_rows findings;
	CLEANUP_BUF struct buf words = BUF_INIT;

	mib_rows_init(&mib_finding, 256, &findings);
	take_row(in, &mib_service, &from);
	for (uint32_t i = 1; in->size > 0; i++) {
		struct mib_finding *finding = mib_rows_add_indexed(&findings);

		if (!finding)
			break;
		finding->index[0] = 1;
		finding->index[1] = i;
		take_row(in, &mib_finding, finding);
	}
	if (mib_rows_finish(&findings) < 0)
		return;
	service_row_take(row, &from, 1000000);
	service_findings_take(row, 1, &findings);
	services_judge(services);
	fuzz_promise(row->n_problems <= SERVICE_PROBLEMS_MAX);
	for (size_t i = 0; i < row->n_problems; i++)
		fuzz_promise(
		    state_severity(row->problems[i].state) <= state_severity(row->state));
	for (size_t i = 0; i < SERVICE_FACTS; i++)
		fuzz_promise(!(row->facts[i] < 0));
	service_words(row, &words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(profile_free) struct profile profile = { 0 };
	CLEANUP(services_free) struct services services = { 0 };
	const struct profile_path nowhere = { .n_dirs = 0 };
	struct input in = { data, size };

	if (profile_parse(text, sizeof(text) - 1, "f", &nowhere, &profile, NULL) < 0 ||
	    services_open_rows(&services, &profile, NULL) < 0)
		abort();
	judge(&in, &services);
	return 0;
}
