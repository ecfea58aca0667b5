/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/text.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/utf8.h"

static char replace_ascii(char c)
{
	if (c == '\n' || c == '\t')
		return ' ';
	return (unsigned char)c < 0x20 || c == 0x7F || c == '|' ? '?' : c;
}

void text_clean(const char *data, size_t size, struct buf *buf)
{
	const char *p = data, *end = data + size;

	while (p < end) {
		size_t n = utf8_size(p, end);

		if (n == 1)
			buf_addc(buf, replace_ascii(*p));
		else if (n == 0 || utf8_is_control(p, n))
			buf_addc(buf, '?');
		else
			buf_add(buf, p, n);
		p += n ? n : 1;
	}
}

void text_clean_in_place(char *text)
{
	char *to = text, *p = text, *end = text + strlen(text);

	while (p < end) {
		size_t n = utf8_size(p, end);

		if (n == 1) {
			*to++ = replace_ascii(*p);
		} else if (n == 0 || utf8_is_control(p, n)) {
			*to++ = '?';
		} else {
			memmove(to, p, n);
			to += n;
		}
		p += n ? n : 1;
	}
	*to = '\0';
}

void text_clean_lines(const char *data, size_t size, struct buf *buf)
{
	const char *p = data, *end = data + size;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline ? newline : end;

		text_clean(p, (size_t)(stop - p), buf);
		if (newline)
			buf_addc(buf, '\n');
		p = newline ? newline + 1 : end;
	}
}

void text_json(const char *text, struct buf *buf)
{
	const char *p = text, *end = text + strlen(text);

	buf_addc(buf, '"');
	while (p < end) {
		size_t n = utf8_size(p, end);

		if (n == 0)
			buf_addc(buf, '?');
		else if (n > 1)
			buf_add(buf, p, n);
		else if (*p == '"' || *p == '\\')
			buf_addf(buf, "\\%c", *p);
		else if ((unsigned char)*p < 0x20 || *p == 0x7F)
			buf_addf(buf, "\\u%04x", (unsigned)(unsigned char)*p);
		else
			buf_addc(buf, *p);
		p += n ? n : 1;
	}
	buf_addc(buf, '"');
}
