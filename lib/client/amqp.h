/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message through a broker, over AMQP 0-9-1: connect, log in, declare a queue of one's own,
 * publish, consume. One function a step, so that each can be timed and named; each has an end,
 * `until_ms` on the monotonic clock. The one place with librabbitmq.
 *
 * The queue is exclusive, classic and transient, and gone with the connection: nothing is left
 * behind. No other queue is touched.
 */
#ifndef HAETAE_CLIENT_AMQP_H
#define HAETAE_CLIENT_AMQP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/client/address.h"

#define AMQP_PORT	"5672"
#define AMQPS_PORT	"5671"
/* librabbitmq does not know where the system keeps its authorities; Debian does. */
#define AMQP_CA_DEFAULT "/etc/ssl/certs/ca-certificates.crt"

struct amqp_settings {
	enum address_family family; /* any, for TLS to a name: its certificate must match */
	const char *user, *password;
	const char *vhost;	/* "/" */
	bool tls;		/* amqps */
	const char *ca;		/* file with the authorities; NULL: AMQP_CA_DEFAULT */
	const char *cert, *key; /* files in PEM, or NULL */
	bool insecure;		/* takes any certificate */
};

/*
 * What the steps fail with: -ETIMEDOUT nobody answered in time, -ECONNREFUSED, -EHOSTUNREACH,
 * -ECONNRESET closed in the middle, -EKEYREJECTED certificate not trusted, -EACCES login,
 * virtual host or right refused (the text is the broker's), -EBUSY the broker blocks who
 * publishes (an alarm), -EPROTO what is no AMQP, -EINVAL settings that cannot be.
 */
struct amqp;
/* To HOST[:PORT]; with TLS, its handshake too. */
int amqp_connect(const struct amqp_settings *settings, const char *address, int64_t until_ms,
    struct amqp **ret, struct err *err) ATTR_MUST_CHECK;
/* Logs in, opens the virtual host and a channel with confirms. */
int amqp_log_in(struct amqp *amqp, const struct amqp_settings *settings, int64_t until_ms,
    struct err *err) ATTR_MUST_CHECK;
/* Declares the queue. Its user must be allowed to configure and read what is so named. */
int amqp_declare(
    struct amqp *amqp, const char *queue, int64_t until_ms, struct err *err) ATTR_MUST_CHECK;
/* Publishes into the queue by the default exchange (the right to write to "amq.default"), and
 * waits until the broker confirms it. */
int amqp_publish(struct amqp *amqp, const void *data, size_t size, int64_t until_ms,
    struct err *err) ATTR_MUST_CHECK;
/* Waits for one message and appends it to ret. -EMSGSIZE for one that does not fit. */
int amqp_consume(
    struct amqp *amqp, struct buf *ret, int64_t until_ms, struct err *err) ATTR_MUST_CHECK;

/* "RabbitMQ 3.10.8", what the broker calls itself once logged in; "" if it does not. */
enum { AMQP_PRODUCT_SIZE = 80 };
void amqp_product(const struct amqp *amqp, char ret[AMQP_PRODUCT_SIZE]);

/* Says goodbye if there is time, and releases all. NULL is fine. */
void amqp_close(struct amqp *amqp, int64_t until_ms);

#endif
