/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stream of bytes to a peer, over TCP or a unix socket, with an end to every step. Each
 * function takes `until_ms` on the monotonic clock (clock_mono_ms() + deadline_left_ms()):
 * a peer that drips bytes cannot stretch it.
 */
#ifndef HAETAE_CLIENT_STREAM_H
#define HAETAE_CLIENT_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/client/address.h"

struct stream {
	int fd; /* non-blocking */
};
#define STREAM_NONE      \
	{                \
		.fd = -1 \
	}
#define CLEANUP_STREAM CLEANUP(stream_close)

/* Connects to HOST[:PORT] as address_split takes it, trying each of its addresses, or to the
 * unix socket of that path if the address begins with '/' ('@': an abstract one).
 * -ETIMEDOUT when nobody answers in time, -ECONNREFUSED, -ENOENT, -EACCES, -EHOSTUNREACH. */
int stream_open(const char *address, const char *default_port, enum address_family family,
    int64_t until_ms, struct stream *ret, struct err *err) ATTR_MUST_CHECK;
void stream_close(struct stream *stream);

/* Writes all of it. -EPIPE or -ECONNRESET when the peer has closed. */
int stream_write(struct stream *stream, const void *data, size_t size, int64_t until_ms,
    struct err *err) ATTR_MUST_CHECK;

/* Waits for some bytes, at most room. ret_size 0: the peer has closed. */
int stream_read(struct stream *stream, void *data, size_t room, int64_t until_ms,
    size_t *ret_size, struct err *err) ATTR_MUST_CHECK;

/* Reads exactly size bytes. -ECONNRESET when the peer closes before. */
int stream_read_all(struct stream *stream, void *data, size_t size, int64_t until_ms,
    struct err *err) ATTR_MUST_CHECK;

/* Appends one line without its CR LF or LF to buf, of at most max bytes; what comes behind it
 * is lost, so only for a peer that waits after each line. -EMSGSIZE for a longer one,
 * -ECONNRESET when the peer closes before its end. */
int stream_read_line(struct stream *stream, struct buf *buf, size_t max, int64_t until_ms,
    struct err *err) ATTR_MUST_CHECK;

#endif
