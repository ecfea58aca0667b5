/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/json_frame.h"

#include <errno.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What may stand between strings and brackets: separators, numbers, true, false, null. */
static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == ',' || c == ':' ||
	       c == '-' || c == '+' || c == '.' || c == 'E' || is_space(c);
}

static void in_string(struct json_frame *frame, char c)
{
	if (frame->escaped)
		frame->escaped = false;
	else if (c == '\\')
		frame->escaped = true;
	else if (c == '"')
		frame->in_string = false;
}

/* A byte outside of strings: 0, or -EBADMSG. */
static int outside(struct json_frame *frame, char c)
{
	if (c == '{' || c == '[') {
		if (frame->depth == JSON_FRAME_DEPTH_MAX)
			return -EBADMSG;
		frame->depth++;
	} else if (frame->depth == 0) {
		return is_space(c) ? 0 : -EBADMSG;
	} else if (c == '}' || c == ']') {
		frame->depth--;
	} else if (c == '"') {
		frame->in_string = true;
	} else if (!is_plain(c)) {
		return -EBADMSG;
	}
	return 0;
}

int json_frame_scan(
    struct json_frame *frame, const char *data, size_t size, size_t *ret_used, struct err *err)
{
	for (size_t i = 0; i < size; i++) {
		if (frame->in_string) {
			in_string(frame, data[i]);
			continue;
		}
		if (outside(frame, data[i]) < 0)
			return err_set(err, -EBADMSG, "the answer is no JSON");
		if (frame->depth == 0 && (data[i] == '}' || data[i] == ']')) {
			*ret_used = i + 1;
			return 1;
		}
	}
	*ret_used = size;
	return 0;
}
