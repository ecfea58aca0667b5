/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/view.h"

#include <stdlib.h>

#include "t/mib_made.h"
#include "t/tap.h"

enum { CELLS_MAX = 20000 };

static int compare(const unsigned long *a, size_t n_a, const unsigned long *b, size_t n_b)
{
	for (size_t i = 0; i < n_a && i < n_b; i++) {
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	}
	return n_a == n_b ? 0 : n_a < n_b ? -1 : 1;
}

static bool same_cell(const struct mib_cell *a, const struct mib_cell *b)
{
	if (a->syntax != b->syntax || a->number != b->number || a->size != b->size)
		return false;
	return a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* All cells from the OID, in ret; the number of them, 0 when a promise broke. */
static size_t walk(
    const struct view *view, const unsigned long *oid, size_t n, struct view_oid *ret)
{
	struct view_oid at = { .n = n };
	struct mib_cell cell, got;
	size_t count = 0;

	if (n > 0)
		memcpy(at.subids, oid, n * sizeof(*oid));
	for (; view_next(view, at.subids, at.n, &ret[count], &cell); count++) {
		const struct view_oid *next = &ret[count];

		if (count + 1 == CELLS_MAX ||
		    compare(next->subids, next->n, at.subids, at.n) <= 0 ||
		    !view_get(view, next->subids, next->n, &got) || !same_cell(&cell, &got)) {
			note("broken at cell %zu", count);
			return 0;
		}
		at = *next;
	}
	return count;
}

/* Every cell by two loops: what the walk must find. */
static size_t expected_cells(const struct mib_rows rows[MADE_TABLES])
{
	size_t n = 0;

	for (size_t i = 0; i < MADE_TABLES; i++) {
		const struct mib_table *table = rows[i].table;

		if (table->n_index)
			n += rows[i].n * table->n_columns;
		else
			n += table->n_columns - (i == MADE_AGENT ? 0 : 2);
	}
	return n;
}

static struct view_oid all[CELLS_MAX], part[CELLS_MAX];

/* The answer to any question is the first of all cells that is behind it. */
static bool is_first_behind(
    const struct view *view, size_t n_all, const unsigned long *oid, size_t n)
{
	struct view_oid got;
	struct mib_cell cell;
	size_t low = 0, high = n_all;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(all[middle].subids, all[middle].n, oid, n) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!view_next(view, oid, n, &got, &cell))
		return low == n_all;
	return low < n_all && compare(got.subids, got.n, all[low].subids, all[low].n) == 0;
}

static unsigned long random_subid(void)
{
	static const unsigned long odd[] = { 0, 1, 2, 3, 4, 7, 9, 17, 2147483647, 4294967294,
		4294967295, 4294967296, ~0UL };

	if (random() % 3)
		return odd[(size_t)random() % (sizeof(odd) / sizeof(odd[0]))];
	return (unsigned long)random();
}

static void test_random(const struct view *view, size_t n_all)
{
	unsigned long oid[140];
	size_t bad = 0;

	for (int round = 0; round < 200000; round++) {
		size_t n = (size_t)random() % 24, keep = 0;

		/* Half of them begin as a cell that exists. */
		if (round % 2) {
			const struct view_oid *cell = &all[(size_t)random() % n_all];

			keep = (size_t)random() % (cell->n + 1);
			memcpy(oid, cell->subids, keep * sizeof(*oid));
			n = keep + (size_t)random() % 3;
		}
		for (size_t i = keep; i < n; i++)
			oid[i] = random_subid();
		if (n > 0 && round % 5 == 0)
			oid[n - 1] += random() % 2 ? 1UL : ~0UL;
		bad += !is_first_behind(view, n_all, oid, n);
	}
	ok(bad == 0, "200,000 random questions: the answer is the first cell behind");
}

static void test_walks(unsigned n)
{
	struct mib_rows rows[MADE_TABLES];
	struct view view;
	size_t n_all, bad = 0;

	made_fill(rows, n);
	made_view(rows, &view);
	n_all = walk(&view, NULL, 0, all);
	ok(n_all == expected_cells(rows),
	    "%u rows: all %zu cells, each once, ascending, as view_get has it", n, n_all);
	for (size_t i = 0; i < n_all; i += 1 + n_all / 50) {
		for (size_t k = 0; k <= all[i].n; k++) {
			size_t found = walk(&view, all[i].subids, k, part);
			size_t from = n_all - found;

			bad += found > n_all ||
			       (found > 0 && memcmp(part[0].subids, all[from].subids,
						 all[from].n * sizeof(unsigned long)) != 0);
		}
	}
	ok(bad == 0, "%u rows: from the beginning of any OID the walk ends with the same cells",
	    n);
	if (n_all > 0)
		test_random(&view, n_all);
	made_free(rows);
}

static void test_get(void)
{
	static const struct {
		unsigned long oid[8];
		size_t n;
		bool exists;
		const char *what;
	} gets[] = {
		{ { 1, 1, 0 }, 3, true, "a scalar" },
		{ { 1, 1 }, 2, false, "a scalar without its .0" },
		{ { 1, 1, 1 }, 3, false, "a scalar's .1" },
		{ { 1, 1, 0, 0 }, 4, false, "behind a scalar" },
		{ { 1, 2, 0 }, 3, false, "a scalar that is not known" },
		{ { 1, 3, 0 }, 3, false, "a scalar between two" },
		{ { 2, 1, 2 }, 3, false, "a column" },
		{ { 2, 1, 1, 1 }, 4, false, "an index, which is not accessible" },
		{ { 2, 2, 2, 1 }, 4, false, "what is no entry" },
		{ { 3, 1, 3, 0 }, 4, false, "half an index" },
		{ { 7, 1, 2, 1 }, 4, false, "a table without rows" },
		{ { 4, 1, 2, 1 }, 4, false, "a table that is not there" },
		{ { 4294967295, 1, 0 }, 3, true, "the last table" },
		{ { 4294967296, 1, 0 }, 3, false, "a number that no table can have" },
		{ { 4294967297, 1, 0 }, 3, false, "a number that wraps to a table" },
		{ { 0 }, 0, false, "nothing" },
	};
	struct mib_rows rows[MADE_TABLES];
	struct mib_cell cell;
	struct view view;

	made_fill(rows, 3);
	made_view(rows, &view);
	for (size_t i = 0; i < sizeof(gets) / sizeof(gets[0]); i++)
		ok(view_get(&view, gets[i].oid, gets[i].n, &cell) == gets[i].exists,
		    "GET of %s", gets[i].what);
	made_free(rows);
}

static void test_order(void)
{
	/* What begins with a row's index but is longer stands behind the row. */
	const unsigned long last_child[] = { 3, 1, 3, 4294967295 }, child_zero[] = { 3, 1, 3 };
	struct mib_rows rows[MADE_TABLES];
	struct view_oid oid;
	struct mib_cell cell;
	struct view view;

	made_fill(rows, 2);
	made_view(rows, &view);
	ok(view_next(&view, child_zero, 3, &oid, &cell) && oid.subids[4] == 0,
	    "a row whose last sub-identifier is 0 is not skipped");
	ok(view_next(&view, last_child, 4, &oid, &cell) && oid.subids[2] == 4,
	    "behind the largest index the next column begins");
	oid.subids[oid.n] = 0;
	ok(view_next(&view, oid.subids, oid.n + 1, &oid, &cell) && oid.subids[4] == 1,
	    "a cell's OID with more behind it is behind the cell");
	made_free(rows);
}

static void test_nothing(void)
{
	struct view view = { 0 };
	struct view_oid oid;
	struct mib_cell cell;

	ok(!view_next(&view, NULL, 0, &oid, &cell),
	    "nothing was published: the end of the module");
	ok(!view_get(&view, (const unsigned long[]){ 1, 1, 0 }, 3, &cell), "and no scalar");
}

int main(void)
{
	srandom(4711);
	test_nothing();
	test_get();
	test_order();
	test_walks(0);
	test_walks(1);
	test_walks(100);
	return tap_done();
}
