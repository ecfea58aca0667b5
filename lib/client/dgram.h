/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One question and one answer in datagrams, over UDP or a unix socket. What comes from
 * elsewhere than the peer that was asked is dropped by the kernel; what is not the answer is
 * passed over.
 */
#ifndef HAETAE_CLIENT_DGRAM_H
#define HAETAE_CLIENT_DGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/client/address.h"

struct dgram {
	int fd;
	/* A unix socket needs a name of its own to be answered; unlinked by dgram_close. */
	char own_path[108];
};
#define DGRAM_NONE       \
	{                \
		.fd = -1 \
	}
#define CLEANUP_DGRAM CLEANUP(dgram_close)

/* Connects to an address as address_split takes it, or to the unix socket of that path if it
 * begins with '/'. Names are looked up, which may take long. For a unix socket a name is made
 * in the same folder, open to whoever may search that. */
int dgram_open(const char *address, const char *default_port, enum address_family family,
    struct dgram *ret, struct err *err) ATTR_MUST_CHECK;
void dgram_close(struct dgram *dgram);

/* Whether the datagram answers the question. */
typedef bool dgram_answer_fn(const unsigned char *data, size_t size, const void *context);

/* Sends the question and waits for its answer. -ETIMEDOUT if none comes in time,
 * -ECONNREFUSED if nobody listens there. A longer answer than room is cut. */
int dgram_ask(struct dgram *dgram, const void *question, size_t size, int64_t timeout_ms,
    dgram_answer_fn *is_answer, const void *context, unsigned char *answer, size_t room,
    size_t *ret_size, struct err *err) ATTR_MUST_CHECK;

#endif
