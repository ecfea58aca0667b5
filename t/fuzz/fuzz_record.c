/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/pack.h"
#include "scheduler/record.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *start = (const char *)data, *p, *payload;
	CLEANUP_BUF struct buf frame = BUF_INIT;
	struct record record, again;
	size_t payload_size;

	if (record_parse(start, size, &record, NULL) < 0)
		return 0;
	fuzz_promise(record.n_slots > 0 && record.last_due_ms >= record.due_ms);
	fuzz_promise(record.output_size <= size && record.reason_size <= size);
	fuzz_promise(record_add(&record, &frame) == 0);
	p = buf_text(&frame);
	fuzz_promise(frame_next(&p, p + frame.size, &payload, &payload_size) == 1);
	fuzz_promise(record_parse(payload, payload_size, &again, NULL) == 0);
	fuzz_promise(again.scheduleid == record.scheduleid && again.outcome == record.outcome);
	fuzz_promise(again.output_size == record.output_size);
	return 0;
}
