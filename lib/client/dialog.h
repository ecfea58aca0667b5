/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions and answers over one stream, for protocols whose answers end where their text says:
 * what has come and is not taken yet is kept, up to a stated size, and one moment ends it all.
 */
#ifndef HAETAE_CLIENT_DIALOG_H
#define HAETAE_CLIENT_DIALOG_H

#include "lib/client/stream.h"

struct dialog {
	struct stream stream;
	struct buf in;	  /* came and was not taken; its max is the largest answer */
	int64_t until_ms; /* as stream.h says */
};
#define DIALOG_INIT                                   \
	{                                             \
		.stream = STREAM_NONE, .in = BUF_INIT \
	}
#define CLEANUP_DIALOG CLEANUP(dialog_close)

/* As stream_open; no answer may be longer than max bytes. */
int dialog_open(const char *address, const char *default_port, enum address_family family,
    int64_t until_ms, size_t max, struct dialog *ret, struct err *err) ATTR_MUST_CHECK;
void dialog_close(struct dialog *dialog);

/* Sends all of it. A peer that has closed may have said why: 0 if something of it can be read,
 * else -EPIPE or -ECONNRESET. */
int dialog_send(
    struct dialog *dialog, const void *data, size_t size, struct err *err) ATTR_MUST_CHECK;

/* Waits for more bytes. -ETIMEDOUT, -EPIPE when the peer has closed, -ECONNRESET when it has
 * reset the connection, -EMSGSIZE when the answer is too long. */
int dialog_more(struct dialog *dialog, struct err *err) ATTR_MUST_CHECK;
/* Waits until size bytes are there. */
int dialog_need(struct dialog *dialog, size_t size, struct err *err) ATTR_MUST_CHECK;
/* Waits for a line; *ret_size is what stands before its LF. */
int dialog_line(struct dialog *dialog, size_t *ret_size, struct err *err) ATTR_MUST_CHECK;

/* Forgets the first size bytes of what is there. */
void dialog_take(struct dialog *dialog, size_t size);

#endif
