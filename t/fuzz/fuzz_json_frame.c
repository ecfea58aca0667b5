/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/json_frame.h"
#include "t/fuzz/fuzz.h"

/* In one piece and byte for byte, a text ends at the same place. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_frame whole = { .depth = 0 }, pieces = { .depth = 0 };
	const char *text = (const char *)data;
	size_t used = 0, at = 0, one;
	int r = json_frame_scan(&whole, text, size, &used, NULL), piece = 0;

	while (piece == 0 && at < size)
		piece = json_frame_scan(&pieces, text + at++, 1, &one, NULL);
	fuzz_promise(r == piece);
	fuzz_promise(r < 0 || used == at);
	return 0;
}
