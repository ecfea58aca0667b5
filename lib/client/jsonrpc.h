/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON-RPC 1.0 as Open vSwitch speaks it: on the socket of its database (RFC 7047) and on its
 * daemons' control sockets. Requests and answers follow each other without a separator; the
 * peer asks, too (an "echo", to see whether we live), and is answered.
 *
 * Every function ends at until_ms, and keeps at most JSONRPC_SIZE_MAX bytes of an answer.
 */
#ifndef HAETAE_CLIENT_JSONRPC_H
#define HAETAE_CLIENT_JSONRPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/client/json.h"
#include "lib/client/stream.h"

struct http_stream;

/* A switch of 2,000 ports answers with 1.5 MB. */
enum { JSONRPC_SIZE_MAX = 32 << 20 };

struct jsonrpc {
	struct stream stream;
	struct http_stream *tls; /* instead of the stream, or NULL */
	struct buf text;	 /* what has come and is not yet read */
	struct json_scan scan;
	unsigned id; /* of the last request */
};
#define JSONRPC_INIT                                                           \
	{                                                                      \
		.stream = STREAM_NONE, .text = BUF_INIT_MAX(JSONRPC_SIZE_MAX), \
		.scan = JSON_SCAN_INIT,                                        \
	}
#define CLEANUP_JSONRPC CLEANUP(jsonrpc_close)

/* Files in PEM; NULL: the system's authorities, no certificate of our own. */
struct jsonrpc_tls {
	const char *ca, *cert, *key;
};

/* "unix:PATH", "tcp:HOST[:PORT]" or "ssl:HOST[:PORT]", as Open vSwitch writes them. */
enum jsonrpc_kind { JSONRPC_UNIX, JSONRPC_TCP, JSONRPC_SSL };
int jsonrpc_remote_parse(const char *remote, enum jsonrpc_kind *ret_kind,
    const char **ret_address, struct err *err) ATTR_MUST_CHECK;

/* Fails as stream_open, or as http_stream_open for "ssl:" (-EPROTONOSUPPORT where this was
 * built without it). */
int jsonrpc_open(const char *remote, const char *default_port, const struct jsonrpc_tls *tls,
    enum address_family family, int64_t until_ms, struct jsonrpc *ret,
    struct err *err) ATTR_MUST_CHECK;
void jsonrpc_close(struct jsonrpc *rpc);

/* Sends a request. Both are constants: nothing is escaped; params is a JSON array. */
int jsonrpc_send(struct jsonrpc *rpc, const char *method, const char *params, int64_t until_ms,
    struct err *err) ATTR_MUST_CHECK;
/* Waits for the answer to the last request, *ret to be freed by the caller. -EBADMSG for what is
 * no JSON-RPC, -EMSGSIZE for an answer that is too long, -ETIMEDOUT, -ECONNRESET. */
int jsonrpc_receive(
    struct jsonrpc *rpc, int64_t until_ms, struct json **ret, struct err *err) ATTR_MUST_CHECK;

/* The result in an answer, which lives as long as that. -EREMOTEIO when the peer answers with an
 * error, with its words. */
int jsonrpc_result(
    const struct json *answer, const struct json **ret, struct err *err) ATTR_MUST_CHECK;

#endif
