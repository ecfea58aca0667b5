/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/amqp.h"

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/client/stream.h"

enum { CHANNEL = 1, FRAME_MAX = 131072, TEXT_MAX = 200 };

struct amqp {
	amqp_connection_state_t state;
	bool logged_in;
	char queue[256];
};

/* --- failures ---------------------------------------------------------------------------- */

static const struct {
	int status;
	int errnum;
	const char *words; /* NULL: the library's */
} statuses[] = {
	{ AMQP_STATUS_TIMEOUT, ETIMEDOUT, "no answer in time" },
	{ AMQP_STATUS_CONNECTION_CLOSED, ECONNRESET, "the peer closed the connection" },
	{ AMQP_STATUS_SOCKET_CLOSED, ECONNRESET, "the peer closed the connection" },
	{ AMQP_STATUS_SOCKET_ERROR, ECONNRESET, "the connection failed" },
	{ AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED, EHOSTUNREACH, NULL },
	{ AMQP_STATUS_SSL_PEER_VERIFY_FAILED, EKEYREJECTED, "the certificate is not trusted" },
	{ AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED, EKEYREJECTED,
	    "the certificate is for another name" },
	{ AMQP_STATUS_SSL_CONNECTION_FAILED, EPROTO, "the TLS handshake failed" },
	{ AMQP_STATUS_NO_MEMORY, ENOMEM, "out of memory" },
};

static int library_failure(int status, struct err *err)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == status && statuses[i].words)
			return err_set(err, -statuses[i].errnum, "%s", statuses[i].words);
		else if (statuses[i].status == status)
			return err_set(
			    err, -statuses[i].errnum, "%s", amqp_error_string2(status));
	return err_set(err, -EPROTO, "what answers is no AMQP: %s", amqp_error_string2(status));
}

/* The reply codes of AMQP 0-9-1, section 1.1. */
static int errnum_of(unsigned code)
{
	switch (code) {
	case AMQP_ACCESS_REFUSED:
	case AMQP_NOT_ALLOWED:
		return EACCES;
	case AMQP_NOT_FOUND:
		return ENOENT;
	case AMQP_RESOURCE_LOCKED:
		return EBUSY;
	case AMQP_CONNECTION_FORCED:
		return ECONNRESET;
	default:
		return EPROTO;
	}
}

static int said(unsigned code, amqp_bytes_t text, struct err *err)
{
	int size = text.len < TEXT_MAX ? (int)text.len : TEXT_MAX;

	return err_set(err, -errnum_of(code), "the broker says: %.*s", size,
	    text.bytes ? (const char *)text.bytes : "");
}

/* A method that ends the connection or the channel, or tells that publishing is blocked; 0 for
 * any other. */
static int bad_method(const amqp_method_t *method, struct err *err)
{
	const void *decoded = method->decoded;

	if (method->id == AMQP_CONNECTION_CLOSE_METHOD) {
		const amqp_connection_close_t *close = decoded;

		return said(close->reply_code, close->reply_text, err);
	}
	if (method->id == AMQP_CHANNEL_CLOSE_METHOD) {
		const amqp_channel_close_t *close = decoded;

		return said(close->reply_code, close->reply_text, err);
	}
	if (method->id == AMQP_CONNECTION_BLOCKED_METHOD) {
		const amqp_connection_blocked_t *blocked = decoded;

		return err_set(err, -EBUSY, "the broker blocks who publishes: %.*s",
		    blocked->reason.len < TEXT_MAX ? (int)blocked->reason.len : TEXT_MAX,
		    blocked->reason.bytes ? (const char *)blocked->reason.bytes : "");
	}
	return 0;
}

static int reply_failure(amqp_rpc_reply_t reply, struct err *err)
{
	int r;

	switch (reply.reply_type) {
	case AMQP_RESPONSE_NORMAL:
		return 0;
	case AMQP_RESPONSE_SERVER_EXCEPTION:
		r = bad_method(&reply.reply, err);
		return r < 0 ? r : err_set(err, -EPROTO, "the broker answers out of turn");
	case AMQP_RESPONSE_LIBRARY_EXCEPTION:
		return library_failure(reply.library_error, err);
	case AMQP_RESPONSE_NONE:
	default:
		return err_set(err, -ECONNRESET, "the peer closed the connection");
	}
}

/* --- time -------------------------------------------------------------------------------- */

static int time_left(int64_t until_ms, struct timeval *ret, struct err *err)
{
	int64_t left = until_ms - clock_mono_ms();

	if (left <= 0)
		return err_set(err, -ETIMEDOUT, "no answer in time");
	*ret = (struct timeval){ .tv_sec = left / 1000, .tv_usec = left % 1000 * 1000 };
	return 0;
}

/* The end of the next question and its answer. */
static int set_end(struct amqp *amqp, int64_t until_ms, struct err *err)
{
	struct timeval left;
	int r = time_left(until_ms, &left, err);

	if (r < 0)
		return r;
	if (amqp_set_rpc_timeout(amqp->state, &left) != AMQP_STATUS_OK ||
	    amqp_set_handshake_timeout(amqp->state, &left) != AMQP_STATUS_OK)
		return err_set(err, -ENOMEM, "out of memory");
	return 0;
}

/* --- connecting -------------------------------------------------------------------------- */

static int open_tcp(struct amqp *amqp, const struct amqp_settings *settings,
    const char *address, int64_t until_ms, struct err *err)
{
	CLEANUP_STREAM struct stream stream = STREAM_NONE;
	amqp_socket_t *socket = amqp_tcp_socket_new(amqp->state);
	int one = 1, r;

	if (!socket)
		return err_set(err, -ENOMEM, "out of memory");
	r = stream_open(address, AMQP_PORT, settings->family, until_ms, &stream, err);
	if (r < 0)
		return r;
	/* Small frames one behind the other would wait for each other's acknowledgement. */
	(void)setsockopt(stream.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	amqp_tcp_socket_set_sockfd(socket, stream.fd);
	stream.fd = -1;
	return 0;
}

static int set_tls(amqp_socket_t *socket, const struct amqp_settings *settings, struct err *err)
{
	const char *ca = settings->ca ? settings->ca : AMQP_CA_DEFAULT;
	const char *key = settings->key ? settings->key : settings->cert;

	amqp_ssl_socket_set_verify_peer(socket, !settings->insecure);
	amqp_ssl_socket_set_verify_hostname(socket, !settings->insecure);
	(void)amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST);
	if (!settings->insecure && amqp_ssl_socket_set_cacert(socket, ca) != AMQP_STATUS_OK)
		return err_set(err, -EINVAL, "cannot read the authorities in %s", ca);
	if (settings->cert &&
	    amqp_ssl_socket_set_key(socket, settings->cert, key) != AMQP_STATUS_OK)
		return err_set(
		    err, -EINVAL, "cannot read the certificate %s or its key", settings->cert);
	return 0;
}

static bool is_numeric(const char *host)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static int open_tls(struct amqp *amqp, const struct amqp_settings *settings,
    const char *address, int64_t until_ms, struct err *err)
{
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];
	amqp_socket_t *socket = amqp_ssl_socket_new(amqp->state);
	struct timeval left;
	uint64_t number = 0;
	int r = address_split(address, AMQPS_PORT, host, port, err);

	if (r < 0)
		return r;
	if (settings->family != ADDRESS_ANY && !is_numeric(host))
		return err_set(err, -EINVAL,
		    "a name has no choice of IPv4 or IPv6 with TLS; give the address");
	if (!socket)
		return err_set(err, -ENOMEM, "out of memory");
	r = set_tls(socket, settings, err);
	if (r == 0)
		r = num_u64(port, &number, err);
	if (r == 0)
		r = time_left(until_ms, &left, err);
	if (r < 0)
		return r;
	errno = 0;
	r = amqp_socket_open_noblock(socket, host, (int)number, &left);
	if (r == AMQP_STATUS_SOCKET_ERROR && errno != 0)
		return err_sys(err, -errno, "cannot connect to %s port %s", host, port);
	return r == AMQP_STATUS_OK ? 0 : library_failure(r, err);
}

static void amqp_free(struct amqp *amqp)
{
	if (amqp->state)
		(void)amqp_destroy_connection(amqp->state);
	free(amqp);
}

int amqp_connect(const struct amqp_settings *settings, const char *address, int64_t until_ms,
    struct amqp **ret, struct err *err)
{
	struct amqp *amqp = calloc(1, sizeof(*amqp));
	int r;

	if (amqp)
		amqp->state = amqp_new_connection();
	if (!amqp || !amqp->state) {
		free(amqp);
		return err_set(err, -ENOMEM, "out of memory");
	}
	r = settings->tls ? open_tls(amqp, settings, address, until_ms, err)
			  : open_tcp(amqp, settings, address, until_ms, err);
	if (r < 0) {
		amqp_free(amqp);
		return r;
	}
	*ret = amqp;
	return 0;
}

/* The broker tells of an alarm only who says that he listens. */
static amqp_rpc_reply_t log_in(struct amqp *amqp, const struct amqp_settings *settings)
{
	amqp_table_entry_t can = {
		.key = amqp_cstring_bytes("connection.blocked"),
		.value = { .kind = AMQP_FIELD_KIND_BOOLEAN, .value.boolean = 1 },
	};
	amqp_table_entry_t entries[] = {
		{ .key = amqp_cstring_bytes("capabilities"),
		    .value = { .kind = AMQP_FIELD_KIND_TABLE,
			.value.table = { .num_entries = 1, .entries = &can } } },
		{ .key = amqp_cstring_bytes("connection_name"),
		    .value = { .kind = AMQP_FIELD_KIND_UTF8,
			.value.bytes = amqp_cstring_bytes("haetae check") } },
	};
	const amqp_table_t properties = { .num_entries = 2, .entries = entries };

	return amqp_login_with_properties(amqp->state, settings->vhost, 0, FRAME_MAX, 0,
	    &properties, AMQP_SASL_METHOD_PLAIN, settings->user ? settings->user : "",
	    settings->password ? settings->password : "");
}

int amqp_log_in(
    struct amqp *amqp, const struct amqp_settings *settings, int64_t until_ms, struct err *err)
{
	int r = set_end(amqp, until_ms, err);

	if (r == 0)
		r = reply_failure(log_in(amqp, settings), err);
	if (r < 0)
		return r;
	amqp->logged_in = true;
	r = set_end(amqp, until_ms, err);
	if (r < 0)
		return r;
	(void)amqp_channel_open(amqp->state, CHANNEL);
	r = reply_failure(amqp_get_rpc_reply(amqp->state), err);
	if (r == 0)
		r = set_end(amqp, until_ms, err);
	if (r < 0)
		return r;
	(void)amqp_confirm_select(amqp->state, CHANNEL);
	return reply_failure(amqp_get_rpc_reply(amqp->state), err);
}

static const char *property(const amqp_table_t *table, const char *name, int *ret_size)
{
	*ret_size = 0;
	for (int i = 0; i < table->num_entries; i++) {
		const amqp_table_entry_t *entry = &table->entries[i];

		if (entry->value.kind != AMQP_FIELD_KIND_UTF8 ||
		    entry->key.len != strlen(name) ||
		    memcmp(entry->key.bytes, name, entry->key.len) != 0)
			continue;
		*ret_size = entry->value.value.bytes.len < AMQP_PRODUCT_SIZE / 2
				? (int)entry->value.value.bytes.len
				: AMQP_PRODUCT_SIZE / 2;
		return entry->value.value.bytes.bytes;
	}
	return "";
}

void amqp_product(const struct amqp *amqp, char ret[AMQP_PRODUCT_SIZE])
{
	const amqp_table_t *table = amqp_get_server_properties(amqp->state);
	int name_size, version_size;
	const char *name, *version;

	*ret = '\0';
	if (!amqp->logged_in || !table)
		return;
	name = property(table, "product", &name_size);
	version = property(table, "version", &version_size);
	(void)snprintf(ret, AMQP_PRODUCT_SIZE, "%.*s%s%.*s", name_size, name,
	    name_size > 0 && version_size > 0 ? " " : "", version_size, version);
}

/* --- queue, message ---------------------------------------------------------------------- */

int amqp_declare(struct amqp *amqp, const char *queue, int64_t until_ms, struct err *err)
{
	/* A virtual host's default type may be one that cannot be exclusive. */
	amqp_table_entry_t type = {
		.key = amqp_cstring_bytes("x-queue-type"),
		.value = { .kind = AMQP_FIELD_KIND_UTF8,
		    .value.bytes = amqp_cstring_bytes("classic") },
	};
	const amqp_table_t arguments = { .num_entries = 1, .entries = &type };
	int r = set_end(amqp, until_ms, err);

	if (r < 0)
		return r;
	if (snprintf(amqp->queue, sizeof(amqp->queue), "%s", queue) >= (int)sizeof(amqp->queue))
		return err_set(err, -EINVAL, "the name of the queue is too long");
	(void)amqp_queue_declare(
	    amqp->state, CHANNEL, amqp_cstring_bytes(amqp->queue), 0, 0, 1, 1, arguments);
	return reply_failure(amqp_get_rpc_reply(amqp->state), err);
}

/* The next frame; a method that ends everything is a failure here. */
static int next_frame(struct amqp *amqp, int64_t until_ms, amqp_frame_t *frame, struct err *err)
{
	struct timeval left;
	int r = time_left(until_ms, &left, err);

	if (r < 0)
		return r;
	amqp_maybe_release_buffers(amqp->state);
	r = amqp_simple_wait_frame_noblock(amqp->state, frame, &left);
	if (r != AMQP_STATUS_OK)
		return library_failure(r, err);
	return frame->frame_type == AMQP_FRAME_METHOD ? bad_method(&frame->payload.method, err)
						      : 0;
}

int amqp_publish(
    struct amqp *amqp, const void *data, size_t size, int64_t until_ms, struct err *err)
{
	union {
		const void *given;
		void *wanted;
	} bytes = { .given = data };
	const amqp_bytes_t body = { .len = size, .bytes = bytes.wanted };
	/* Mandatory: a queue that went away is an error, not a silence. */
	int r = set_end(amqp, until_ms, err);

	if (r < 0)
		return r;
	r = amqp_basic_publish(amqp->state, CHANNEL, amqp_empty_bytes,
	    amqp_cstring_bytes(amqp->queue), 1, 0, NULL, body);
	if (r != AMQP_STATUS_OK)
		return library_failure(r, err);
	for (;;) {
		amqp_frame_t frame;

		r = next_frame(amqp, until_ms, &frame, err);
		if (r < 0)
			return r;
		if (frame.frame_type != AMQP_FRAME_METHOD || frame.channel != CHANNEL)
			continue;
		if (frame.payload.method.id == AMQP_BASIC_ACK_METHOD)
			return 0;
		if (frame.payload.method.id == AMQP_BASIC_NACK_METHOD)
			return err_set(err, -EPROTO, "the broker did not take the message");
		if (frame.payload.method.id == AMQP_BASIC_RETURN_METHOD)
			return err_set(err, -EPROTO, "the message came back: no such queue");
	}
}

/* The body of a message whose delivery was told. */
static int take_body(struct amqp *amqp, struct buf *ret, int64_t until_ms, struct err *err)
{
	uint64_t wanted = UINT64_MAX, got = 0;

	while (got < wanted) {
		amqp_frame_t frame;
		int r = next_frame(amqp, until_ms, &frame, err);

		if (r < 0)
			return r;
		if (frame.channel != CHANNEL)
			continue;
		if (frame.frame_type == AMQP_FRAME_HEADER)
			wanted = frame.payload.properties.body_size;
		if (frame.frame_type != AMQP_FRAME_BODY)
			continue;
		got += frame.payload.body_fragment.len;
		r = buf_add(
		    ret, frame.payload.body_fragment.bytes, frame.payload.body_fragment.len);
		if (r < 0)
			return err_set(err, r == -E2BIG ? -EMSGSIZE : r,
			    "the message has more than %zu bytes", ret->max);
	}
	return 0;
}

int amqp_consume(struct amqp *amqp, struct buf *ret, int64_t until_ms, struct err *err)
{
	amqp_frame_t frame;
	int r = set_end(amqp, until_ms, err);

	if (r < 0)
		return r;
	(void)amqp_basic_consume(amqp->state, CHANNEL, amqp_cstring_bytes(amqp->queue),
	    amqp_empty_bytes, 0, 1, 1, amqp_empty_table);
	r = reply_failure(amqp_get_rpc_reply(amqp->state), err);
	while (r == 0) {
		r = next_frame(amqp, until_ms, &frame, err);
		if (r == 0 && frame.frame_type == AMQP_FRAME_METHOD &&
		    frame.payload.method.id == AMQP_BASIC_DELIVER_METHOD)
			return take_body(amqp, ret, until_ms, err);
	}
	return r;
}

void amqp_close(struct amqp *amqp, int64_t until_ms)
{
	if (!amqp)
		return;
	if (amqp->logged_in && set_end(amqp, until_ms, NULL) == 0)
		(void)amqp_connection_close(amqp->state, AMQP_REPLY_SUCCESS);
	amqp_free(amqp);
}
