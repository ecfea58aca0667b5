/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/rows.h"

#include <errno.h>
#include <stdlib.h>

#include "t/mib_made.h"
#include "t/tap.h"

static const struct made_row *thing(const struct mib_rows *rows, size_t i)
{
	return mib_rows_at(rows, i);
}

static void add(struct mib_rows *rows, const char *key, int64_t gauge)
{
	struct made_row *row = mib_rows_add(rows, key);

	if (!row)
		abort();
	(void)snprintf(row->name, sizeof(row->name), "%s", key);
	row->gauge = gauge;
}

static void test_hash(void)
{
	/* Of the published FNV-1a, without its highest bit. */
	is_num(mib_index(""), 0x811c9dc5U & 0x7FFFFFFF, "the hash of nothing");
	is_num(mib_index("a"), 0xe40c292cU & 0x7FFFFFFF, "of a");
	is_num(mib_index("foobar"), 0xbf9cf968U & 0x7FFFFFFF, "of foobar");
}

static void test_order(void)
{
	struct mib_rows rows, again;
	const unsigned long zero = 0;

	mib_rows_init(mib_tables[MADE_THING], 0, &rows);
	mib_rows_init(mib_tables[MADE_THING], 0, &again);
	for (int i = 0; i < 100; i++) {
		char key[20];

		(void)snprintf(key, sizeof(key), "queue %d", i);
		add(&rows, key, i);
		(void)snprintf(key, sizeof(key), "queue %d", 99 - i);
		add(&again, key, 99 - i);
	}
	is_num(mib_rows_finish(&rows) | mib_rows_finish(&again), 0, "a hundred rows");
	ok(rows.n == 100 && memcmp(rows.items, again.items, 100 * sizeof(struct made_row)) == 0,
	    "are the same in whatever order they came");
	ok(mib_rows_after(&rows, NULL, 0) == rows.items &&
		mib_rows_after(&rows, &zero, 1) == rows.items,
	    "the first is behind nothing, and behind 0");
	ok(mib_rows_finish(&rows) == 0 &&
		memcmp(rows.items, again.items, 100 * sizeof(struct made_row)) == 0,
	    "what is finished may be finished again");
	is_num(((const struct made_row *)mib_rows_find_label(&rows, "queue 17"))->gauge, 17,
	    "a row by its label");
	ok(!mib_rows_find_label(&rows, "queue 100"), "a label that none has");
	mib_rows_free(&rows);
	mib_rows_free(&again);
	ok(rows.n == 0 && !rows.items, "freed rows are empty");
	mib_rows_free(&rows);
	mib_rows_free(NULL);
}

static void test_find(void)
{
	static const unsigned long ends[][3] = { { 5, 0 }, { 5, 4294967295 }, { 5, 4294967296 },
		{ 5, ~0UL } };
	struct mib_rows rows;
	struct made_child *child;

	mib_rows_init(mib_tables[MADE_CHILD], 0, &rows);
	for (unsigned i = 0; i < 2; i++) {
		child = mib_rows_add_indexed(&rows);
		child->index[0] = 5;
		child->index[1] = i ? 0 : UINT32_MAX;
	}
	is_num(mib_rows_finish(&rows), 0, "two rows at both ends");
	ok(mib_rows_find(&rows, ends[0], 2) == mib_rows_at(&rows, 0), "the lowest index");
	ok(mib_rows_find(&rows, ends[1], 2) == mib_rows_at(&rows, 1), "the highest index");
	ok(!mib_rows_find(&rows, ends[2], 2) && !mib_rows_find(&rows, ends[3], 2),
	    "what is above 32 bits is no row's");
	ok(!mib_rows_find(&rows, ends[0], 1) && !mib_rows_find(&rows, ends[0], 3) &&
		!mib_rows_find(&rows, NULL, 0),
	    "nor what is too short or too long");
	ok(mib_rows_after(&rows, ends[0], 1) == mib_rows_at(&rows, 0), "behind a prefix");
	ok(mib_rows_after(&rows, ends[0], 3) == mib_rows_at(&rows, 1), "behind a longer one");
	ok(!mib_rows_after(&rows, ends[1], 2) && !mib_rows_after(&rows, ends[2], 2),
	    "nothing is behind the last");
	mib_rows_free(&rows);
}

/* Keys with one hash, found by trying: 4 letters of 64 are 16 million keys of 2^31 hashes, so
 * that many pairs collide. */
static void find_twins(char ret[2][8])
{
	enum { SLOTS = 1 << 22 };
	uint32_t *seen = calloc(SLOTS, sizeof(*seen));

	for (uint32_t i = 1; seen && i < 10000000; i++) {
		char key[8];
		uint32_t hash;

		(void)snprintf(key, sizeof(key), "%x", i);
		hash = mib_index(key);
		(void)snprintf(ret[0], sizeof(ret[0]), "%x", seen[hash % SLOTS]);
		(void)snprintf(ret[1], sizeof(ret[1]), "%x", i);
		if (seen[hash % SLOTS] && mib_index(ret[0]) == hash)
			break;
		seen[hash % SLOTS] = i;
	}
	free(seen);
	if (strcmp(ret[0], ret[1]) > 0) {
		char swap[8];

		memcpy(swap, ret[0], sizeof(swap));
		memcpy(ret[0], ret[1], sizeof(swap));
		memcpy(ret[1], swap, sizeof(swap));
	}
}

static void test_collision(void)
{
	char twins[2][8];
	struct mib_rows rows;
	uint32_t hash;
	struct made_row *taker;

	find_twins(twins);
	hash = mib_index(twins[0]);
	ok(hash == mib_index(twins[1]) && strcmp(twins[0], twins[1]) < 0,
	    "two keys with one hash: %s and %s", twins[0], twins[1]);
	for (int order = 0; order < 2; order++) {
		mib_rows_init(mib_tables[MADE_THING], 0, &rows);
		add(&rows, twins[order], 0);
		add(&rows, "another", 0);
		add(&rows, twins[!order], 0);
		is_num(mib_rows_finish(&rows), 0, "both have a row");
		is_num(
		    ((const struct made_row *)mib_rows_find_label(&rows, twins[0]))->index[0],
		    hash, "the first key has the hash");
		is_num(
		    ((const struct made_row *)mib_rows_find_label(&rows, twins[1]))->index[0],
		    hash + 1, "the second the number behind it");
		is_num(
		    ((const struct made_row *)mib_rows_find_label(&rows, "another"))->index[0],
		    mib_index("another"), "and no other row has another index for it");
		mib_rows_free(&rows);
	}
	mib_rows_init(mib_tables[MADE_THING], 0, &rows);
	add(&rows, twins[0], 0);
	add(&rows, twins[1], 0);
	taker = mib_rows_add_indexed(&rows);
	taker->index[0] = hash + 1;
	is_num(mib_rows_finish(&rows), 0, "where the next number is taken");
	is_num(((const struct made_row *)mib_rows_find_label(&rows, twins[1]))->index[0],
	    hash + 2, "it is the one after that");
	mib_rows_free(&rows);
}

static void test_doubles(void)
{
	struct mib_rows rows;
	struct made_row *row;

	mib_rows_init(mib_tables[MADE_THING], 0, &rows);
	add(&rows, "one", 1);
	add(&rows, "two", 2);
	add(&rows, "one", 3);
	add(&rows, "one", 4);
	row = mib_rows_add_indexed(&rows);
	row->index[0] = 7;
	row->gauge = 5;
	row = mib_rows_add_indexed(&rows);
	row->index[0] = 7;
	row->gauge = 6;
	is_num(mib_rows_finish(&rows), -EEXIST, "the same key twice is said");
	is_num(rows.n, 3, "and one row of each is there");
	is_num(thing(&rows, 0)->gauge, 5, "the first of the two with one index");
	is_num(((const struct made_row *)mib_rows_find_label(&rows, "one"))->gauge, 1,
	    "the first of the three with one key");
	mib_rows_free(&rows);
}

static void test_parents(void)
{
	struct mib_rows rows;
	bool good = true;

	mib_rows_init(mib_tables[MADE_CHILD], 0, &rows);
	for (uint32_t i = 0; i < 30; i++) {
		struct made_child *child = mib_rows_add(&rows, i % 3 ? "tcp 80" : "tcp 443");

		child->index[0] = i / 3;
		child->value = i;
	}
	is_num(mib_rows_finish(&rows), -EEXIST, "children of ten parents, one of each twice");
	is_num(rows.n, 20, "two stay for each parent");
	for (size_t i = 0; i < rows.n; i++) {
		const struct made_child *child = mib_rows_at(&rows, i);

		good &= child->index[0] == i / 2 && child->value / 3 == (int64_t)i / 2;
	}
	ok(good, "below it");
	mib_rows_free(&rows);
}

static void test_cap(void)
{
	struct mib_rows rows;

	mib_rows_init(mib_tables[MADE_THING], 2, &rows);
	add(&rows, "one", 1);
	add(&rows, "two", 2);
	ok(!mib_rows_add(&rows, "three") && !mib_rows_add_indexed(&rows),
	    "two rows are the cap");
	is_num(rows.n_dropped, 2, "and two were dropped");
	is_num(mib_rows_finish(&rows), 0, "what is there is finished");
	is_num(rows.n, 2, "both of them");
	mib_rows_free(&rows);
	is_num(rows.cap, 2, "the cap stays");
	mib_rows_init(mib_tables[MADE_THING], 0, &rows);
	is_num(rows.cap, MIB_ROWS_MAX, "there is always one");
	is_num(mib_rows_finish(&rows), 0, "no rows");
	ok(!mib_rows_after(&rows, NULL, 0) && !mib_rows_find(&rows, NULL, 0), "are found");
}

static void test_scalars(void)
{
	struct mib_rows rows;
	struct made_scalars *row;

	mib_rows_init(mib_tables[MADE_SCALARS], 0, &rows);
	row = mib_rows_add_indexed(&rows);
	row->seconds = 5;
	is_num(mib_rows_finish(&rows), 0, "one row of scalars");
	is_num(((const struct made_scalars *)mib_rows_at(&rows, 0))->seconds, 5,
	    "keeps its first");
	(void)mib_rows_add(&rows, "more");
	is_num(mib_rows_finish(&rows), -EEXIST, "two are one too many");
	is_num(rows.n, 1, "and one stays");
	mib_rows_free(&rows);
}

int main(void)
{
	test_hash();
	test_order();
	test_find();
	test_collision();
	test_doubles();
	test_parents();
	test_cap();
	test_scalars();
	return tap_done();
}
