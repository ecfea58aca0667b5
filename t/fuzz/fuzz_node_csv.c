/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/csv.h"
#include "scheduler/node_csv.h"
#include "t/fuzz/fuzz.h"

enum { NOW_MS = 1000000 };

/* What was read can be written, and read again as the same. */
static void both_ways(const struct csv_record *record)
{
	struct csv_record again = CSV_RECORD_INIT;
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct csv csv;

	/* A line of one empty field is no line. */
	if (record->n == 1 && !*csv_field(record, 0))
		return;
	/* What begins with a byte order mark is text everywhere but at the very beginning. */
	(void)buf_adds(&text, "first\n");
	for (size_t i = 0; i < record->n; i++) {
		(void)buf_adds(&text, i ? "," : "");
		csv_add(&text, csv_field(record, i));
	}
	(void)buf_addc(&text, '\n');
	csv_init(&csv, buf_text(&text), text.size);
	fuzz_promise(csv_next(&csv, &again, NULL) == 1);
	fuzz_promise(csv_next(&csv, &again, NULL) == 1 && again.n == record->n);
	for (size_t i = 0; i < record->n; i++)
		fuzz_promise(strcmp(csv_field(&again, i), csv_field(record, i)) == 0);
	fuzz_promise(csv_next(&csv, &again, NULL) == 0);
	csv_record_free(&again);
}

static void read_records(const char *text, size_t size)
{
	struct csv_record record = CSV_RECORD_INIT;
	const char *before = text;
	struct csv csv;
	int r;

	csv_init(&csv, text, size);
	while ((r = csv_next(&csv, &record, NULL)) != 0) {
		fuzz_promise(csv.p > before && csv.p <= csv.end);
		before = csv.p;
		if (r > 0)
			both_ways(&record);
	}
	csv_record_free(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct node_wants wants = { 0 };
	CLEANUP_BUF struct buf mistakes = BUF_INIT;
	int r;

	read_records(text, size);
	r = node_csv_parse("f", text, size, NOW_MS, &wants, &mistakes, NULL);
	fuzz_promise((r < 0) == (mistakes.size > 0));
	for (size_t i = 0; r == 0 && i < wants.n; i++) {
		const struct node_want *want = &wants.items[i];

		fuzz_promise(want->name && node_name_check(want->name, NULL) == 0);
		for (int c = 0; c < NODE_COLUMNS; c++)
			fuzz_promise(!want->columns[c] || node_column_check((enum node_column)c,
							      want->columns[c], NULL) == 0);
	}
	node_wants_free(&wants);
	free(text);
	return 0;
}
