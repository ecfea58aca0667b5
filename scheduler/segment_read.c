/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/segment_read.h"

#include <errno.h>

#include "lib/base/pack.h"

/* Some times what a segment holds: more of what looks like records is made to look so. */
enum { BUDGET = 64 << 20 };

void segment_read(struct segment_reader *reader, const char *text, size_t size)
{
	*reader = (struct segment_reader){
		.start = text, .p = text, .end = text + size, .budget = BUDGET
	};
}

/* Whether a record begins here. What it says is looked at before its checksum, which takes
 * time. */
static bool is_record(struct segment_reader *reader, const char *p)
{
	struct unpack in = { .p = p, .end = reader->end };
	size_t size = unpack_u32(&in), payload_size;
	const char *payload = p + FRAME_HEAD_SIZE;
	struct record record;

	(void)unpack_u32(&in);
	if (in.bad || size > (size_t)(reader->end - payload) || size > reader->budget ||
	    record_parse(payload, size, &record, NULL) < 0)
		return false;
	if (frame_next(&p, reader->end, &payload, &payload_size) == 1)
		return true;
	reader->budget -= size;
	return false;
}

int segment_next(struct segment_reader *reader, struct record *ret,
    struct segment_damage *ret_damage, struct err *err)
{
	const char *start = reader->p, *p = start, *payload;
	size_t size;
	int r = frame_next(&reader->p, reader->end, &payload, &size);

	if (r == 0)
		return 0;
	if (r < 0)
		(void)err_set(err, r, "a torn or damaged record");
	else
		r = record_parse(payload, size, ret, err);
	if (r == 0)
		return 1;
	do {
		p++;
	} while (p < reader->end && !is_record(reader, p));
	*ret_damage = (struct segment_damage){ .offset = (size_t)(start - reader->start),
		.size = (size_t)(p - start) };
	reader->p = p;
	return r;
}
