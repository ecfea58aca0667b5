/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/json_frame.h"

#include <errno.h>

#include "t/tap.h"

static int scan(const char *text, size_t *ret_used)
{
	struct json_frame frame = { .depth = 0 };

	return json_frame_scan(&frame, text, strlen(text), ret_used, NULL);
}

static void test_whole(void)
{
	static const struct {
		const char *text;
		size_t used;
		int result;
	} rows[] = {
		{ "{}", 2, 1 },
		{ "{}{\"id\":1}", 2, 1 },
		{ " \r\n\t[1,-2.5E+3,true,null] ", 25, 1 },
		{ "{\"a\":\"}\"}x", 9, 1 },
		{ "{\"a\":\"\\\"}\"}", 11, 1 },
		{ "{\"a\":\"\\\\\"}", 10, 1 },
		{ "{\"a\":[{\"b\":[]}]}{", 16, 1 },
		{ "{\"a\":", 5, 0 },
		{ "{\"a", 3, 0 },
		{ "", 0, 0 },
		{ "  ", 2, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t used = 99;

		ok(scan(rows[i].text, &used) == rows[i].result && used == rows[i].used,
		    "the end of '%s'", rows[i].text);
	}
}

static void test_none(void)
{
	static const char *const texts[] = { "HTTP/1.1 400", "\"text\"", "1", "}", "]", "x{}",
		"{\x01", "{<html>", "\x16\x03\x01", "{'a':1}", "{\x80" };
	char deep[JSON_FRAME_DEPTH_MAX + 1];
	struct json_frame frame = { .depth = 0 };
	size_t used;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ok(scan(texts[i], &used) == -EBADMSG, "no JSON: row %zu", i);
	memset(deep, '[', sizeof(deep));
	is_num(json_frame_scan(&frame, deep, sizeof(deep), &used, NULL), -EBADMSG,
	    "too many brackets");
}

/* However the bytes arrive, the end is the same. */
static void test_pieces(void)
{
	static const char text[] = "{\"a\\\"}\":[\"\\\\\",{\"b\":\"]\"}]}[1]";
	size_t end = 0, wrong = 0;

	is_num(scan(text, &end), 1, "a text with quotes and brackets in strings");
	is_num(end, sizeof(text) - 1 - 3, "ends where it ends");
	for (size_t cut = 0; cut < end; cut++) {
		struct json_frame frame = { .depth = 0 };
		size_t first = 0, second = 0;

		wrong += json_frame_scan(&frame, text, cut, &first, NULL) != 0;
		wrong += json_frame_scan(
			     &frame, text + cut, sizeof(text) - 1 - cut, &second, NULL) != 1;
		wrong += first + second != end || frame.depth != 0 || frame.in_string;
	}
	is_num(wrong, 0, "cut in two anywhere");
}

int main(void)
{
	test_whole();
	test_none();
	test_pieces();
	return tap_done();
}
