/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/utf8.h"

/* The second byte's range rules out overlong forms, surrogates and what is above U+10FFFF. */
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

size_t utf8_size(const char *p, const char *end)
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

bool utf8_is_control(const char *p, size_t size)
{
	if (size == 1)
		return (unsigned char)p[0] < 0x20 || p[0] == 0x7F;
	return size == 2 && (unsigned char)p[0] == 0xC2 && (unsigned char)p[1] < 0xA0;
}
