/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/mysqld_box.h"

#include <errno.h>

#include "lib/base/pack.h"

int mysqld_box_send(
    struct stream *other, const char *payload, size_t size, int64_t until_ms, struct err *err)
{
	CLEANUP_BUF struct buf frame = BUF_INIT;
	int r = frame_add(&frame, payload, size);

	if (r < 0)
		return err_sys(err, r, "cannot build a message");
	return stream_write(other, frame.data, frame.size, until_ms, err);
}

int mysqld_box_receive(struct stream *other, struct buf *ret, const char **ret_payload,
    size_t *ret_size, int64_t until_ms, struct err *err)
{
	char *room = buf_reserve(ret, FRAME_HEAD_SIZE);
	struct unpack head = { .p = room, .end = room + FRAME_HEAD_SIZE };
	const char *p;
	size_t size;
	int r = -ENOMEM;

	if (room)
		r = stream_read_all(other, room, FRAME_HEAD_SIZE, until_ms, err);
	if (r < 0)
		return r;
	ret->size += FRAME_HEAD_SIZE;
	size = unpack_u32(&head);
	room = size <= FRAME_PAYLOAD_MAX ? buf_reserve(ret, size) : NULL;
	if (!room)
		return err_set(err, -EBADMSG, "cannot read a message of %zu bytes", size);
	r = stream_read_all(other, room, size, until_ms, err);
	if (r < 0)
		return r;
	ret->size += size;
	p = ret->data;
	if (frame_next(&p, p + ret->size, ret_payload, ret_size) != 1)
		return err_set(err, -EBADMSG, "cannot read a message: damaged");
	return 0;
}
