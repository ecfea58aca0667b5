/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/mib.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/mib/rows.h"
#include "t/mib_made.h"
#include "t/tap.h"

static const int64_t now_ms = 1000000;

static const struct mib_table *things(void)
{
	return mib_tables[MADE_THING];
}

/* Its bytes last until the next call. */
static struct mib_cell cell_of(const char *name, const struct made_row *row)
{
	static struct mib_cell cell;

	if (!mib_cell(things(), mib_column_named(things(), name), row, now_ms, &cell))
		abort();
	return cell;
}

static void test_find(void)
{
	const struct mib_table *table = mib_table_named("haetaeMadeThing");

	ok(table == things() && !mib_table_named("haetaeMade2"), "a table by its name");
	is_num(mib_table_place(mib_tables[MADE_LAST]), MADE_LAST, "its place");
	is_str(mib_column_find(table, 10)->name, "Percent", "a column by its number");
	is_str(mib_column_find(table, 4294967295)->name, "Last", "the last one");
	ok(!mib_column_find(table, 9) && !mib_column_find(table, 0) &&
		!mib_column_find(table, 18),
	    "numbers that no column has");
	ok(!mib_column_named(table, "Nam"), "a name that no column has");
	is_str(mib_word(mib_column_named(table, "Word")->words, 7), "unix", "a word");
	ok(!mib_word(mib_column_named(table, "Word")->words, 3) && !mib_word(NULL, 1),
	    "numbers without a word");
}

static void test_numbers(void)
{
	static const struct {
		const char *column;
		int64_t value, want;
	} rows[] = {
		{ "Gauge", 0, 0 },
		{ "Gauge", UINT32_MAX, UINT32_MAX },
		{ "Gauge", UINT32_MAX + INT64_C(1), UINT32_MAX },
		{ "Gauge", INT64_MAX, UINT32_MAX },
		{ "Gauge", -1, 0 },
		{ "Last", INT64_MAX, UINT32_MAX },
		{ "Gauge", MIB_NONE, 0 },
		{ "Percent", 10000, 10000 },
		{ "Counter", UINT32_MAX + INT64_C(8), 7 },
		{ "Counter64", INT64_C(1) << 62, INT64_C(1) << 62 },
		{ "Counter64", -1, -1 },
		{ "Integer", -5, -5 },
		{ "Integer", INT64_MAX, INT32_MAX },
		{ "Integer", INT64_MIN + 1, INT32_MIN },
		{ "Truth", 0, 2 },
		{ "Truth", 1, 1 },
		{ "Truth", 5, 1 },
		{ "Truth", MIB_NONE, 2 },
		{ "State", MIB_CRITICAL, MIB_CRITICAL },
		{ "State", 0, MIB_UNKNOWN },
		{ "State", 6, MIB_UNKNOWN },
		{ "State", MIB_NONE, MIB_UNKNOWN },
		{ "Word", 7, 7 },
		{ "Word", 3, 1 },
		{ "Word", MIB_NONE, 1 },
		{ "StateAge", 1000000, 0 },
		{ "StateAge", 996000, 4 },
		{ "StateAge", 2000000, 0 },
		{ "StateAge", -3600000, 4600 },
		{ "StateAge", MIB_NONE, 0 },
		{ "StateAge", INT64_MIN + 1, UINT32_MAX },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct mib_column *column = mib_column_named(things(), rows[i].column);
		struct made_row row = { 0 };
		struct mib_cell cell;

		memcpy((char *)&row + column->offset, &rows[i].value, sizeof(int64_t));
		cell = cell_of(rows[i].column, &row);
		ok(cell.number == rows[i].want && !cell.bytes, "%s of %lld is %lld",
		    rows[i].column, (long long)rows[i].value, (long long)rows[i].want);
	}
}

static void test_text(void)
{
	static const struct {
		const char *text, *want, *what;
	} rows[] = {
		{ "plain", "plain", "plain text" },
		{ "", "", "no text" },
		{ "하늘", "하늘", "more bytes a character" },
		{ "a\xFFz", "a?z", "a byte that no character has" },
		{ "a\n\tb\x1b[31m", "a  b?[31m", "what a terminal obeys" },
		{ "a\xC2\x9Bm", "a?m", "a control character of two bytes" },
		{ "a\xC0\xAF", "a??", "an overlong form" },
		{ "ab\xED\x95", "ab", "half a character at the end" },
		{ "ab\xF0\x9F\x98", "ab", "three quarters of one" },
		{ "\x80\x80\x80\x80", "????", "continuations of nothing" },
		{ "nineteen bytes.....", "nineteen bytes.....", "all the room" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made_row row = { 0 };
		struct mib_cell cell;
		char got[64] = "";

		memcpy(row.name, rows[i].text, strlen(rows[i].text));
		cell = cell_of("Name", &row);
		memcpy(got, cell.bytes, cell.size);
		is_str(got, rows[i].want, rows[i].what);
	}
}

static void test_text_without_end(void)
{
	struct made_row row = { 0 };
	struct mib_cell cell;

	memset(row.name, 'x', sizeof(row.name));
	cell = cell_of("Name", &row);
	is_num(cell.size, sizeof(row.name) - 1, "a text without its NUL ends with its room");
	ok(cell.bytes == row.name, "and what is clean is not copied");
	memset(row.text, 0xED, sizeof(row.text));
	cell = cell_of("StateText", &row);
	is_num(cell.size, 254, "255 bytes that are no characters, less half a one");
}

static void test_octets_and_date(void)
{
	static const unsigned char utc[] = { 2026 >> 8, 2026 & 255, 11, 22, 7, 11, 15, 3, '+',
		0, 0 };
	static const unsigned char none[] = { 0, 0, 1, 1, 0, 0, 0, 0 };
	struct made_row row = { .octets = { 0, 1, 2, 3 },
		.address = { 4, 127, 0, 0, 1, 9 },
		.date = INT64_C(1795331475345) };
	struct mib_cell cell = cell_of("Octets", &row);

	ok(cell.size == 4 && memcmp(cell.bytes, row.octets, 4) == 0, "octets, with their NUL");
	cell = cell_of("Address", &row);
	ok(cell.size == 4 && memcmp(cell.bytes, row.address + 1, 4) == 0, "an address of four");
	row.address[0] = 100;
	cell = cell_of("Address", &row);
	is_num(cell.size, 16, "no address is longer than sixteen");
	cell = cell_of("Date", &row);
	ok(cell.size == sizeof(utc) && memcmp(cell.bytes, utc, sizeof(utc)) == 0,
	    "a date in UTC");
	row.date = MIB_NONE;
	cell = cell_of("Date", &row);
	ok(cell.size == sizeof(none) && memcmp(cell.bytes, none, sizeof(none)) == 0,
	    "a date that is not known");
}

static void test_missing(void)
{
	struct made_row row = { .gauge = MIB_NONE, .since = MIB_NONE, .date = MIB_NONE };
	struct mib_cell cell = cell_of("Missing", &row);
	char got[MIB_MISSING_SIZE] = "";

	memcpy(got, cell.bytes, cell.size);
	is_str(got, "StateAge Gauge Date Last", "the names of what is missing");
	row = (struct made_row){ 0 };
	is_num(cell_of("Missing", &row).size, 0, "nothing is missing");
	ok(!mib_cell(mib_tables[MADE_SCALARS],
	       mib_column_named(mib_tables[MADE_SCALARS], "Unknown"),
	       &(struct made_scalars){ .unknown = MIB_NONE }, now_ms, &cell),
	    "a scalar that is not known does not exist");
}

/* A table whose missing names are more than fit. */
enum { MANY = 40 };
struct many {
	uint32_t index[1];
	int64_t values[MANY];
};

static void test_missing_many(void)
{
	struct mib_column columns[MANY + 1] = { [MANY] = { 60, "Missing", MIB_MISSING } };
	const struct mib_table table = { .number = 1,
		.n_index = 1,
		.row_size = sizeof(struct many),
		.columns = columns,
		.n_columns = MANY + 1 };
	struct many row = { 0 }, back = { 0 };
	char names[MANY][16];
	struct mib_cell cell;
	int bad = 0;

	for (unsigned i = 0; i < MANY; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "Number%02u", i);
		columns[i] = (struct mib_column){ 2 + i, names[i], MIB_GAUGE,
			offsetof(struct many, values) + i * sizeof(int64_t), sizeof(int64_t) };
		row.values[i] = i % 8 == 5 ? i : MIB_NONE;
	}
	ok(mib_cell(&table, &columns[MANY], &row, now_ms, &cell) && cell.size < 256 &&
		cell.bytes[cell.size - 1] == '+' && cell.bytes[cell.size - 2] == ' ',
	    "more names than fit end with a plus: %.*s", (int)cell.size, cell.bytes);
	for (unsigned i = 0; i < MANY; i++)
		back.values[i] = i % 8 == 5 ? i : 0;
	ok(mib_put(&table, &columns[MANY], &cell, now_ms, &back) == 0, "and are read");
	for (unsigned i = 0; i < MANY; i++)
		bad += back.values[i] != row.values[i];
	is_num(bad, 0, "what is missing is known to who reads them");
}

static bool same_row(const struct made_row *a, const struct made_row *b)
{
	for (size_t i = 0; i < things()->n_columns; i++) {
		const struct mib_column *column = &things()->columns[i];

		if (memcmp((const char *)a + column->offset, (const char *)b + column->offset,
			column->size) != 0) {
			note("%s differs", column->name);
			return false;
		}
	}
	return true;
}

static void test_there_and_back(void)
{
	struct made_row row = { .name = "disk",
		.state = MIB_WARNING,
		.since = 400000,
		.gauge = 5,
		.counter = 77,
		.counter64 = -2,
		.percent = 1234,
		.integer = -3,
		.truth = 1,
		.word = 2,
		.date = INT64_C(1795331475300),
		.text = "하늘",
		.octets = { 9, 8, 7, 6 },
		.address = { 4, 10, 0, 0, 1 } };
	struct made_row back = { 0 }, unknown = row;
	int rc = 0;

	unknown.percent = unknown.since = unknown.date = unknown.state = MIB_NONE;
	for (int round = 0; round < 2; round++) {
		const struct made_row *from = round ? &unknown : &row;

		memset(&back, 0, sizeof(back));
		for (size_t i = 0; i < things()->n_columns; i++) {
			const struct mib_column *column = &things()->columns[i];
			struct mib_cell cell = cell_of(column->name, from);

			/* Missing stands before Last, which shares its field with Gauge. */
			rc |= mib_put(things(), column, &cell, now_ms, &back);
		}
		ok(rc == 0, "all columns are read back");
		ok(same_row(from, &back), "and the row is the same");
	}
}

static void test_bad_put(void)
{
	static const struct {
		const char *column;
		int64_t number;
		const char *bytes;
		size_t size;
	} rows[] = {
		{ "Gauge", -1, NULL, 0 },
		{ "Gauge", UINT32_MAX + INT64_C(1), NULL, 0 },
		{ "Gauge", 0, "x", 1 },
		{ "StateAge", INT64_MAX, NULL, 0 },
		{ "State", 0, NULL, 0 },
		{ "State", 6, NULL, 0 },
		{ "Truth", 0, NULL, 0 },
		{ "Truth", 3, NULL, 0 },
		{ "Word", 3, NULL, 0 },
		{ "Integer", INT64_C(1) << 31, NULL, 0 },
		{ "Name", 5, NULL, 0 },
		{ "Name", 0, "0123456789abcdefghij", 20 },
		{ "Octets", 0, "abc", 3 },
		{ "Octets", 0, "abcde", 5 },
		{ "Address", 0, "0123456789abcdefg", 17 },
		{ "Date", 0, "", 0 },
		{ "Date", 0, "\x07\xEA\x0D\x16\x07\x0B\x0F\x03", 8 },
		{ "Date", 0, "\x07\xEA\x0B\x16\x07\x0B\x0F\x03?\x00\x00", 11 },
		{ "Missing", 1, NULL, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mib_cell cell = {
			.number = rows[i].number, .bytes = rows[i].bytes, .size = rows[i].size
		};
		struct made_row row = { 0 };

		ok(mib_put(things(), mib_column_named(things(), rows[i].column), &cell, now_ms,
		       &row) == -EBADMSG,
		    "row %zu: %s is refused", i, rows[i].column);
	}
}

static void test_clean_put(void)
{
	struct mib_cell cell = { .bytes = "a\0b\x1b\xFF", .size = 5 };
	struct made_row row = { 0 };

	is_num(mib_put(things(), mib_column_named(things(), "Name"), &cell, now_ms, &row), 0,
	    "a text with a NUL");
	is_str(row.name, "a?b??", "is cleaned");
	cell = (struct mib_cell){ .bytes = "Gauge  Nonsense Name Percent ", .size = 29 };
	row.gauge = row.percent = 5;
	is_num(mib_put(things(), mib_column_named(things(), "Missing"), &cell, now_ms, &row), 0,
	    "missing names that this table does not know");
	ok(row.gauge == MIB_NONE && row.percent == MIB_NONE && row.name[0] == 'a',
	    "mark the others, and no text");
}

int main(void)
{
	test_find();
	test_numbers();
	test_text();
	test_text_without_end();
	test_octets_and_date();
	test_missing();
	test_missing_many();
	test_there_and_back();
	test_bad_put();
	test_clean_put();
	return tap_done();
}
