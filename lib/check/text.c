/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/text.h"

#include <stdbool.h>
#include <string.h>

/* RFC 3629, section 4: the second byte's range rules out overlong forms, surrogates and
 * what is above U+10FFFF. */
static const struct {
	unsigned char first_low, first_high, second_low, second_high;
	size_t size;
} utf8_rows[] = {
	{ 0xC2, 0xDF, 0x80, 0xBF, 2 },
	{ 0xE0, 0xE0, 0xA0, 0xBF, 3 },
	{ 0xE1, 0xEC, 0x80, 0xBF, 3 },
	{ 0xED, 0xED, 0x80, 0x9F, 3 },
	{ 0xEE, 0xEF, 0x80, 0xBF, 3 },
	{ 0xF0, 0xF0, 0x90, 0xBF, 4 },
	{ 0xF1, 0xF3, 0x80, 0xBF, 4 },
	{ 0xF4, 0xF4, 0x80, 0x8F, 4 },
};

size_t text_utf8_size(const char *p, const char *end)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t left = (size_t)(end - p);

	if (left == 0)
		return 0;
	if (u[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(utf8_rows) / sizeof(utf8_rows[0]); i++) {
		if (u[0] < utf8_rows[i].first_low || u[0] > utf8_rows[i].first_high)
			continue;
		if (left < utf8_rows[i].size || u[1] < utf8_rows[i].second_low ||
		    u[1] > utf8_rows[i].second_high)
			return 0;
		for (size_t k = 2; k < utf8_rows[i].size; k++) {
			if ((u[k] & 0xC0) != 0x80)
				return 0;
		}
		return utf8_rows[i].size;
	}
	return 0;
}

/* U+0080 to U+009F are control characters too: a terminal obeys some of them. */
static bool is_c1_control(const char *p, size_t size)
{
	return size == 2 && (unsigned char)p[0] == 0xC2 && (unsigned char)p[1] < 0xA0;
}

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
		size_t n = text_utf8_size(p, end);

		if (n == 1)
			buf_addc(buf, replace_ascii(*p));
		else if (n == 0 || is_c1_control(p, n))
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
		size_t n = text_utf8_size(p, end);

		if (n == 1) {
			*to++ = replace_ascii(*p);
		} else if (n == 0 || is_c1_control(p, n)) {
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
		size_t n = text_utf8_size(p, end);

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
