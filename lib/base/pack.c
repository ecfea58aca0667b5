/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/crc32c.h"

static void put(unsigned char *to, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t get(const char *from, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)(unsigned char)from[i] << (8 * i);
	return value;
}

void pack_u32(struct buf *buf, uint32_t value)
{
	unsigned char bytes[4];

	put(bytes, value, sizeof(bytes));
	buf_add(buf, bytes, sizeof(bytes));
}

void pack_u64(struct buf *buf, uint64_t value)
{
	unsigned char bytes[8];

	put(bytes, value, sizeof(bytes));
	buf_add(buf, bytes, sizeof(bytes));
}

void pack_i64(struct buf *buf, int64_t value)
{
	pack_u64(buf, (uint64_t)value);
}

void pack_text(struct buf *buf, const char *text, size_t size)
{
	pack_u32(buf, (uint32_t)size);
	buf_add(buf, text, size);
}

static const char *take(struct unpack *in, size_t size)
{
	const char *p = in->p;

	if (in->bad || (size_t)(in->end - in->p) < size) {
		in->bad = true;
		return NULL;
	}
	in->p += size;
	return p;
}

uint32_t unpack_u32(struct unpack *in)
{
	const char *p = take(in, 4);

	return p ? (uint32_t)get(p, 4) : 0;
}

uint64_t unpack_u64(struct unpack *in)
{
	const char *p = take(in, 8);

	return p ? get(p, 8) : 0;
}

int64_t unpack_i64(struct unpack *in)
{
	return (int64_t)unpack_u64(in);
}

const char *unpack_text(struct unpack *in, size_t *ret_size)
{
	size_t size = unpack_u32(in);
	const char *p = take(in, size);

	*ret_size = p ? size : 0;
	return p ? p : "";
}

char *unpack_strdup(struct unpack *in)
{
	size_t size;
	const char *text = unpack_text(in, &size);

	if (memchr(text, '\0', size))
		in->bad = true;
	return in->bad ? NULL : strndup(text, size);
}

bool unpack_done(const struct unpack *in)
{
	return !in->bad && in->p == in->end;
}

int frame_add(struct buf *buf, const char *payload, size_t size)
{
	size_t start = buf->size;

	if (size > FRAME_PAYLOAD_MAX)
		return -E2BIG;
	pack_u32(buf, (uint32_t)size);
	pack_u32(buf, crc32c(payload, size));
	buf_add(buf, payload, size);
	/* Half a frame would hide what follows it. */
	if (buf->error)
		buf_cut(buf, start);
	return buf->error;
}

int frame_next(const char **p, const char *end, const char **ret_payload, size_t *ret_size)
{
	size_t left = (size_t)(end - *p), size;

	if (left == 0)
		return 0;
	if (left < FRAME_HEAD_SIZE)
		return -EBADMSG;
	size = (size_t)get(*p, 4);
	if (size > FRAME_PAYLOAD_MAX || size > left - FRAME_HEAD_SIZE)
		return -EBADMSG;
	if (crc32c(*p + FRAME_HEAD_SIZE, size) != (uint32_t)get(*p + 4, 4))
		return -EBADMSG;
	*ret_payload = *p + FRAME_HEAD_SIZE;
	*ret_size = size;
	*p += FRAME_HEAD_SIZE + size;
	return 1;
}
