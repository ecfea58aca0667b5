/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/view.h"
#include "t/fuzz/fuzz.h"
#include "t/mib_made.h"

enum { OID_MAX = 128 };

/* The input is the number of rows, then an OID: four bytes a sub-identifier. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned long oid[OID_MAX];
	struct mib_rows rows[MADE_TABLES];
	struct mib_cell cell, got;
	struct view_oid at, next;
	struct view view;
	size_t n = 0;

	if (size < 1)
		return 0;
	made_fill(rows, data[0] % 8);
	made_view(rows, &view);
	for (size_t i = 1; i + 4 <= size && n < OID_MAX; i += 4)
		oid[n++] = (unsigned long)data[i] << 24 | (unsigned long)data[i + 1] << 16 |
			   (unsigned long)data[i + 2] << 8 | data[i + 3];
	(void)view_get(&view, oid, n, &cell);
	if (view_next(&view, oid, n, &at, &cell)) {
		size_t i = 0;

		while (i < n && i < at.n && oid[i] == at.subids[i])
			i++;
		fuzz_promise(i == n ? at.n > n : i < at.n && at.subids[i] > oid[i]);
		fuzz_promise(
		    view_get(&view, at.subids, at.n, &got) && got.number == cell.number);
		/* What is asked for again is not answered again. */
		if (view_next(&view, at.subids, at.n, &next, &got))
			fuzz_promise(next.n != at.n || memcmp(next.subids, at.subids,
							   at.n * sizeof(at.subids[0])) != 0);
	}
	made_free(rows);
	return 0;
}
