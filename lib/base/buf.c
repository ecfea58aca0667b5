/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_FIRST_ROOM = 256 };

char *buf_reserve(struct buf *buf, size_t size)
{
	size_t room = buf->room ? buf->room : BUF_FIRST_ROOM;
	char *data;

	if (buf->error)
		return NULL;
	if (size > buf->max - buf->size) {
		buf->error = -E2BIG;
		return NULL;
	}
	while (room - buf->size <= size)
		room *= 2;
	if (room != buf->room) {
		data = realloc(buf->data, room);
		if (!data) {
			buf->error = -ENOMEM;
			return NULL;
		}
		buf->data = data;
		buf->room = room;
	}
	return buf->data + buf->size;
}

void buf_terminate(struct buf *buf)
{
	if (buf->data)
		buf->data[buf->size] = '\0';
}

int buf_add(struct buf *buf, const void *data, size_t size)
{
	char *to = buf_reserve(buf, size);

	if (!to)
		return buf->error;
	if (size)
		memcpy(to, data, size);
	buf->size += size;
	buf_terminate(buf);
	return 0;
}

int buf_adds(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

int buf_addc(struct buf *buf, char c)
{
	return buf_add(buf, &c, 1);
}

int buf_vaddf(struct buf *buf, const char *fmt, va_list ap)
{
	va_list again;
	char *to;
	int size;

	va_copy(again, ap);
	size = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (size < 0) {
		buf->error = -EINVAL;
		return buf->error;
	}
	to = buf_reserve(buf, (size_t)size);
	if (!to)
		return buf->error;
	(void)vsnprintf(to, (size_t)size + 1, fmt, ap);
	buf->size += (size_t)size;
	return 0;
}

int buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = buf_vaddf(buf, fmt, ap);
	va_end(ap);
	return r;
}

void buf_reset(struct buf *buf)
{
	buf->size = 0;
	buf->error = 0;
	buf_terminate(buf);
}

void buf_cut(struct buf *buf, size_t size)
{
	if (size < buf->size) {
		buf->size = size;
		buf_terminate(buf);
	}
}

const char *buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

void buf_free(struct buf *buf)
{
	free(buf->data);
	buf->data = NULL;
	buf->size = 0;
	buf->room = 0;
	buf->error = 0;
}
