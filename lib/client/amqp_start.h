/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The beginning of an AMQP 0-9-1 connection, up to where a login would follow: the client's
 * protocol header, and the broker's Connection.Start, which tells what it is. Source: AMQP 0-9-1
 * specification, sections 2.2.4, 2.3.5 and 4.2.
 *
 * The connection then just ends: RabbitMQ takes Connection.Close before a login for an error.
 */
#ifndef HAETAE_CLIENT_AMQP_START_H
#define HAETAE_CLIENT_AMQP_START_H

#include <sys/types.h>

#include "lib/client/dialog.h"

#define AMQP_START_PORT "5672"

/* RabbitMQ's frame has some 500 bytes. */
enum { AMQP_FRAME_MAX = 16 << 10 };

struct amqp_start {
	char product[64];     /* "RabbitMQ"; "" if it is not told */
	char version[64];     /* of the product */
	char cluster[128];    /* "rabbit@node1" */
	char mechanisms[128]; /* "PLAIN AMQPLAIN" */
};

/* Bytes of the frame at the start of data; 0 when its head is not whole; -EPROTONOSUPPORT for a
 * broker that wants another version, which err names; -EBADMSG for what is no frame. */
ssize_t amqp_frame_size(
    const unsigned char *data, size_t size, struct err *err) ATTR_MUST_CHECK;
/* A whole frame. -EBADMSG if it is not Connection.Start, or not well formed. */
int amqp_start_parse(const unsigned char *data, size_t size, struct amqp_start *ret,
    struct err *err) ATTR_MUST_CHECK;

int amqp_start_open(const char *address, enum address_family family, int64_t until_ms,
    struct dialog *ret, struct err *err) ATTR_MUST_CHECK;
/* Sends the header and reads the answer. */
int amqp_start_ask(
    struct dialog *dialog, struct amqp_start *ret, struct err *err) ATTR_MUST_CHECK;

#endif
