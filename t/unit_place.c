/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/place.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "t/mib_made.h"
#include "t/tap.h"

static void add_place(const struct place *place, struct buf *buf)
{
	for (size_t i = 0; i < place->n; i++)
		buf_addf(buf, "%s%lu", i ? "." : "", place->subids[i]);
}

static bool add_line(const struct place *place, const struct mib_cell *cell, void *context)
{
	struct buf *buf = context;

	add_place(place, buf);
	if (cell->bytes)
		buf_addf(buf, "=%.*s\n", (int)cell->size, cell->bytes);
	else
		buf_addf(buf, "=%lld\n", (long long)cell->number);
	return true;
}

static bool refuse(const struct place *place, const struct mib_cell *cell, void *context)
{
	(void)place;
	(void)cell;
	(void)context;
	return false;
}

static void test_root(void)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct place root, place;

	is_num(place_root(&root, NULL), 0, "the module's root");
	add_place(&root, &text);
	is_str(buf_text(&text), HAETAE_ENTERPRISE_OID, "is that of the build");
	place_below(&root, MIB_OBJECTS, (const unsigned long[]){ 2, 1 }, 2, &place);
	ok(place.n == root.n + 3 && place.subids[root.n] == 1 && place.subids[root.n + 2] == 1,
	    "objects are below its .1");
}

static void test_objects(void)
{
	static const struct {
		unsigned long rest[6];
		size_t n;
		bool is_object;
	} rows[] = {
		{ { 1, 2, 0 }, 3, true },
		{ { 1, 3, 0 }, 3, false },
		{ { 2, 1, 2, 5 }, 4, true },
		{ { 2, 1, 9, 5 }, 4, false },
		{ { 2, 2, 2, 5 }, 4, false },
		{ { 7, 1, 2, 5 }, 4, true },
		{ { 4, 1, 2, 5 }, 4, false },
		{ { 2, 1, 4294967298, 5 }, 4, false },
		{ { 1 }, 1, false },
		{ { 0 }, 0, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(place_is_object(rows[i].rest, rows[i].n) == rows[i].is_object,
		    "row %zu: %s an object", i, rows[i].is_object ? "of" : "not of");
}

static void test_told(void)
{
	CLEANUP_BUF struct buf got = BUF_INIT;
	struct made_row row = {
		.index = { 4711 }, .state = MIB_CRITICAL, .name = "disk", .text = "full"
	};
	struct notification notification = {
		.table = mib_tables[MADE_THING], .row = &row, .sequence = 17
	};
	struct place root;

	if (place_root(&root, NULL) < 0)
		abort();
	ok(place_told(&root, &notification, 1000, add_line, &got),
	    "what a notification carries");
	is_str(buf_text(&got),
	    HAETAE_ENTERPRISE_OID ".1.2.1.2.4711=disk\n" HAETAE_ENTERPRISE_OID
				  ".1.2.1.3.4711=4\n" HAETAE_ENTERPRISE_OID
				  ".1.2.1.5.4711=full\n" HAETAE_ENTERPRISE_OID ".1.22.9.0=17\n",
	    "its columns at the row's index, and the sequence last");
	ok(!place_told(&root, &notification, 1000, refuse, NULL), "an end is passed on");
}

int main(void)
{
	test_root();
	test_objects();
	test_told();
	return tap_done();
}
