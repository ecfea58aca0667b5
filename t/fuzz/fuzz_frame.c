/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/cleanup.h"
#include "lib/base/pack.h"
#include "t/fuzz/fuzz.h"

/* What was unpacked lies inside the payload, and one miss makes all the rest bad. */
static void check_payload(const char *payload, size_t size)
{
	struct unpack in = { .p = payload, .end = payload + size };
	size_t text_size;
	const char *text;

	while (!in.bad && in.p < in.end) {
		CLEANUP_FREE char *copy = NULL;

		switch ((unsigned char)*in.p % 4) {
		case 0:
			(void)unpack_u32(&in);
			break;
		case 1:
			(void)unpack_i64(&in);
			break;
		case 2:
			text = unpack_text(&in, &text_size);
			if (!in.bad)
				fuzz_promise(text >= payload && text + text_size <= in.end);
			break;
		default:
			copy = unpack_strdup(&in);
			fuzz_promise((copy == NULL) == in.bad);
			break;
		}
		fuzz_promise(in.p >= payload && in.p <= in.end);
	}
	fuzz_promise(!in.bad || !unpack_done(&in));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *end = p + size, *payload;
	CLEANUP_BUF struct buf framed = BUF_INIT;
	size_t payload_size;
	int r;

	do {
		const char *before = p;

		r = frame_next(&p, end, &payload, &payload_size);
		fuzz_promise(r == 1 ? p > before && p <= end : p == before);
		if (r == 1)
			fuzz_promise(payload >= before && payload + payload_size == p);
	} while (r == 1);

	/* The same bytes in a whole frame come back as they are. */
	fuzz_promise(frame_add(&framed, (const char *)data, size) == 0);
	p = buf_text(&framed);
	fuzz_promise(frame_next(&p, p + framed.size, &payload, &payload_size) == 1);
	fuzz_promise(payload_size == size && (size == 0 || memcmp(payload, data, size) == 0));
	if (size > 0)
		check_payload(payload, payload_size);
	return 0;
}
