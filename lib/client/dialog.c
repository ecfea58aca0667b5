/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/dialog.h"

#include <errno.h>
#include <string.h>

enum { PIECE_SIZE = 16 << 10 };

int dialog_open(const char *address, const char *default_port, enum address_family family,
    int64_t until_ms, size_t max, struct dialog *ret, struct err *err)
{
	ret->until_ms = until_ms;
	ret->in = (struct buf)BUF_INIT_MAX(max);
	return stream_open(address, default_port, family, until_ms, &ret->stream, err);
}

void dialog_close(struct dialog *dialog)
{
	stream_close(&dialog->stream);
	buf_free(&dialog->in);
}

int dialog_send(struct dialog *dialog, const void *data, size_t size, struct err *err)
{
	int r = stream_write(&dialog->stream, data, size, dialog->until_ms, err);

	if ((r == -EPIPE || r == -ECONNRESET) && dialog_more(dialog, NULL) == 0)
		return 0;
	return r;
}

int dialog_more(struct dialog *dialog, struct err *err)
{
	size_t room = dialog->in.max - dialog->in.size, got = 0;
	char *next;
	int r;

	if (room == 0)
		return err_set(
		    err, -EMSGSIZE, "the answer is over %zu bytes long", dialog->in.max);
	if (room > PIECE_SIZE)
		room = PIECE_SIZE;
	next = buf_reserve(&dialog->in, room);
	if (!next)
		return err_set(err, -ENOMEM, "cannot keep the answer: out of memory");
	r = stream_read(&dialog->stream, next, room, dialog->until_ms, &got, err);
	if (r < 0)
		return r;
	if (got == 0)
		return err_set(err, -EPIPE, "the peer closed the connection");
	dialog->in.size += got;
	buf_terminate(&dialog->in);
	return 0;
}

int dialog_need(struct dialog *dialog, size_t size, struct err *err)
{
	int r = 0;

	while (r == 0 && dialog->in.size < size)
		r = dialog_more(dialog, err);
	return r;
}

int dialog_line(struct dialog *dialog, size_t *ret_size, struct err *err)
{
	size_t seen = 0;

	for (;;) {
		const char *text = buf_text(&dialog->in);
		const char *end = memchr(text + seen, '\n', dialog->in.size - seen);
		int r;

		if (end) {
			*ret_size = (size_t)(end - text);
			return 0;
		}
		seen = dialog->in.size;
		r = dialog_more(dialog, err);
		if (r < 0)
			return r;
	}
}

void dialog_take(struct dialog *dialog, size_t size)
{
	size_t left = dialog->in.size - size;

	if (size == 0)
		return;
	memmove(dialog->in.data, dialog->in.data + size, left);
	buf_cut(&dialog->in, left);
}
