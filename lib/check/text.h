/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from outside, made fit to print: control characters, invalid UTF-8 and '|'
 * are replaced by '?' (a newline or tab inside by a blank).
 */
#ifndef HAETAE_CHECK_TEXT_H
#define HAETAE_CHECK_TEXT_H

#include <stddef.h>

#include "lib/base/buf.h"

void text_clean(const char *data, size_t size, struct buf *buf);
/* text_clean in place, for a NUL-terminated text; the length never grows. */
void text_clean_in_place(char *text);
/* As text_clean but keeps newlines: long output that is stored. */
void text_clean_lines(const char *data, size_t size, struct buf *buf);
/* A JSON string with its quotes; invalid UTF-8 becomes '?'. */
void text_json(const char *text, struct buf *buf);

#endif
