/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/pack.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/crc32c.h"
#include "t/tap.h"

static void test_crc(void)
{
	unsigned char zeros[32] = { 0 }, ones[32];

	memset(ones, 0xFF, sizeof(ones));
	/* The examples of RFC 3720, appendix B.4. */
	ok(crc32c(zeros, 32) == 0x8A9136AAU, "32 bytes of zeros");
	ok(crc32c(ones, 32) == 0x62A8AB43U, "32 bytes of ones");
	ok(crc32c("123456789", 9) == 0xE3069283U, "the check value");
}

static void test_numbers(void)
{
	CLEANUP_BUF struct buf buf = BUF_INIT;
	struct unpack in;
	size_t size;
	char *copy;

	pack_u32(&buf, 0xFFFFFFFE);
	pack_u64(&buf, UINT64_MAX - 1);
	pack_i64(&buf, -5);
	pack_text(&buf, "a\0b", 3);
	pack_text(&buf, "", 0);
	pack_text(&buf, "name", 4);
	in = (struct unpack){ .p = buf.data, .end = buf.data + buf.size };
	ok(unpack_u32(&in) == 0xFFFFFFFE, "u32");
	ok(unpack_u64(&in) == UINT64_MAX - 1, "u64");
	ok(unpack_i64(&in) == -5, "i64");
	ok(memcmp(unpack_text(&in, &size), "a\0b", 3) == 0 && size == 3, "text with NUL");
	(void)unpack_text(&in, &size);
	ok(size == 0, "empty text");
	copy = unpack_strdup(&in);
	is_str(copy, "name", "a copy");
	free(copy);
	ok(unpack_done(&in), "nothing left");
	ok(unpack_u32(&in) == 0 && in.bad, "behind the end");
}

/* Every cut and every flipped bit of a frame is seen. */
static void test_frames(void)
{
	CLEANUP_BUF struct buf buf = BUF_INIT;
	const char *p, *payload;
	size_t size, cuts = 0, flips = 0;

	frame_add(&buf, "hello", 5);
	frame_add(&buf, "", 0);
	p = buf.data;
	ok(frame_next(&p, buf.data + buf.size, &payload, &size) == 1 && size == 5, "a frame");
	ok(frame_next(&p, buf.data + buf.size, &payload, &size) == 1 && size == 0,
	    "an empty one");
	ok(frame_next(&p, buf.data + buf.size, &payload, &size) == 0, "the end");
	for (size_t cut = 1; cut < FRAME_HEAD_SIZE + 5; cut++) {
		p = buf.data;
		if (frame_next(&p, buf.data + cut, &payload, &size) == -EBADMSG &&
		    p == buf.data)
			cuts++;
	}
	ok(cuts == FRAME_HEAD_SIZE + 4, "every cut is seen");
	for (size_t bit = 0; bit < 8 * (FRAME_HEAD_SIZE + 5); bit++) {
		buf.data[bit / 8] ^= (char)(1 << bit % 8);
		p = buf.data;
		if (frame_next(&p, buf.data + FRAME_HEAD_SIZE + 5, &payload, &size) == -EBADMSG)
			flips++;
		buf.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	ok(flips == 8 * (FRAME_HEAD_SIZE + 5), "every flipped bit is seen");
}

int main(void)
{
	test_crc();
	test_numbers();
	test_frames();
	return tap_done();
}
