/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/pack.h"
#include "lib/base/utf8.h"
#include "scheduler/event.h"
#include "t/fuzz/fuzz.h"

static void check(const char *text, size_t size)
{
	struct db_event event;

	if (event_parse(text, size, &event, NULL) < 0)
		return;
	const char *const texts[] = { event.tag, event.user, event.host, event.node,
		event.object, event.old_value, event.new_value };

	fuzz_promise(event.eventid != 0 && event.time_ms >= 0 && *event.tag);
	fuzz_promise(event.level <= EVENT_INFO);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *end = texts[i] + strlen(texts[i]);

		fuzz_promise(texts[i] >= text && end < text + size);
		for (const char *p = texts[i]; p < end; p += utf8_size(p, end))
			fuzz_promise(utf8_size(p, end) > 0);
	}
}

/* A file as it is; and as the payload of a frame that is whole, which a checksum would hide. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BUF struct buf frame = BUF_INIT;
	char *text = fuzz_text(data, size);

	check(text, size);
	if (frame_add(&frame, text, size) == 0)
		check(buf_text(&frame), frame.size);
	free(text);
	return 0;
}
