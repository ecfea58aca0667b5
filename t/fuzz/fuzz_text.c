/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdbool.h>

#include "lib/base/cleanup.h"
#include "lib/base/utf8.h"
#include "lib/check/text.h"
#include "t/fuzz/fuzz.h"

/* Nothing that a monitoring system or a terminal trips over. */
static void check_clean(const struct buf *buf, bool lines)
{
	const char *p = buf_text(buf), *end = p + buf->size;

	while (p < end) {
		size_t size = utf8_size(p, end);

		fuzz_promise(size > 0);
		fuzz_promise(*p != '|' && *p != 0x7f);
		fuzz_promise((unsigned char)*p >= 0x20 || (lines && *p == '\n'));
		p += size;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);
	CLEANUP_BUF struct buf clean = BUF_INIT, again = BUF_INIT;
	CLEANUP_BUF struct buf lines = BUF_INIT, json = BUF_INIT;
	size_t length = strlen(text);

	text_clean(text, size, &clean);
	check_clean(&clean, false);
	text_clean(buf_text(&clean), clean.size, &again);
	fuzz_promise(strcmp(buf_text(&clean), buf_text(&again)) == 0);

	text_clean_lines(text, size, &lines);
	check_clean(&lines, true);

	text_json(text, &json);
	fuzz_promise(json.size >= 2 && json.data[0] == '"' && json.data[json.size - 1] == '"');
	for (size_t i = 0; i < json.size; i++)
		fuzz_promise((unsigned char)json.data[i] >= 0x20);

	text_clean_in_place(text);
	fuzz_promise(strlen(text) <= length);
	return 0;
}
