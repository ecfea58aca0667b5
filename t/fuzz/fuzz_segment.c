/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/pack.h"
#include "scheduler/segment_read.h"
#include "t/fuzz/fuzz.h"

/* Every byte is of a record or of a damage, in their order. Returns how many records. */
static size_t check_segment(const char *text, size_t size)
{
	struct segment_reader reader;
	struct segment_damage damage;
	struct record record;
	size_t at = 0, n_records = 0;
	int r;

	segment_read(&reader, text, size);
	while ((r = segment_next(&reader, &record, &damage, NULL)) != 0) {
		size_t end = (size_t)(reader.p - text);

		fuzz_promise(end > at && end <= size);
		if (r == 1) {
			fuzz_promise(record.output_size + record.reason_size < end - at);
			n_records++;
		} else {
			fuzz_promise(damage.offset == at && damage.offset + damage.size == end);
		}
		at = end;
	}
	fuzz_promise(at == size);
	return n_records;
}

static void add_frame(const char *part, size_t size, void *frames)
{
	fuzz_promise(frame_add(frames, part, size) == 0);
}

/* The input as it stands, and as frames whose checksums are right, with a record of ours in
 * front and behind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record record = { .scheduleid = (uint64_t)1 << 32 | 5,
		.due_ms = 5000,
		.last_due_ms = 5000,
		.n_slots = 1,
		.outcome = OUTCOME_RUN,
		.output = "OK",
		.output_size = 2,
		.reason = "" };
	CLEANUP_BUF struct buf text = BUF_INIT;

	(void)check_segment((const char *)data, size);
	fuzz_promise(record_add(&record, &text) == 0);
	fuzz_parts(data, size, add_frame, &text);
	fuzz_promise(record_add(&record, &text) == 0);
	fuzz_promise(check_segment(buf_text(&text), text.size) >= 1);
	return 0;
}
