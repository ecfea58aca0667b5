/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a valid UTF-8 character is (RFC 3629, section 4), and which of them a terminal obeys.
 */
#ifndef HAETAE_BASE_UTF8_H
#define HAETAE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The number of bytes at p (up to end) that form one valid character, 0 if none. */
size_t utf8_size(const char *p, const char *end);
/* Whether the valid character of size bytes is a control character: also U+0080 to U+009F. */
bool utf8_is_control(const char *p, size_t size);

#endif
