/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP and HTTPS requests, and streams of bytes over TLS, with an end to every step:
 * `until_ms` is on the monotonic clock (clock_mono_ms() + deadline_left_ms()) and covers the
 * name lookup, the handshake and the last byte of the body. The one place with libcurl.
 *
 * Nothing is done that was not asked for: no redirect is followed, no proxy of the environment
 * used, no other protocol spoken, no signal raised or caught. A body has a stated maximum.
 * TLS is verified unless `insecure` says otherwise. Like all that writes to sockets, it wants
 * SIGPIPE ignored, which plugin_main does.
 */
#ifndef HAETAE_CLIENT_HTTP_H
#define HAETAE_CLIENT_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/client/address.h"

/* What all requests of one client have in common; borrowed until http_new returns. */
struct http_settings {
	enum address_family family;
	const char *user, *password; /* basic authentication, or NULL */
	const char *ca;		     /* file with the authorities; NULL: the system's */
	const char *cert, *key;	     /* files in PEM, or NULL */
	const char *unix_socket;     /* its path, instead of the URL's host, or NULL */
	const char *connect_to;	     /* HOST:PORT, asked for what the URL names, or NULL */
	bool insecure;		     /* takes any certificate */
	bool any_name;		     /* takes a verified certificate of another name */
	bool use_proxy;		     /* http_proxy and so on of the environment */
	unsigned redirects; /* followed at most; credentials go to the same host only */
};

struct http_request {
	const char *url;      /* http:// or https:// */
	const char *method;   /* NULL: GET, or POST with a body */
	const char **headers; /* "Name: value", or NULL */
	size_t n_headers;
	const char *body; /* or NULL */
	size_t body_size;
	size_t max; /* bytes of the answer's body; more are an error */
	int64_t until_ms;
};

/* Seconds from the start to the end of each step; tls_s is 0 without TLS. */
struct http_times {
	double lookup_s, connect_s, tls_s, first_byte_s, total_s;
};

/* The peer's own certificate. */
enum { HTTP_NAME_SIZE = 256 };
struct http_certificate {
	bool known;	   /* false without TLS, or where a reused connection has none */
	int64_t expires_s; /* seconds since 1970 */
	char subject[HTTP_NAME_SIZE]; /* as the TLS library writes it */
	char issuer[HTTP_NAME_SIZE];
};

struct http_answer {
	unsigned status;
	char type[HTTP_NAME_SIZE]; /* of the content; "" if it was not told */
	struct buf body;
	struct http_times times;
	struct http_certificate certificate;
	unsigned redirects; /* that were followed */
	bool reused;	    /* no new connection was needed */
};
#define HTTP_ANSWER_INIT                           \
	{                                          \
		.body = BUF_INIT_MAX(SIZE_MAX / 2) \
	}
void http_answer_free(struct http_answer *answer);
#define CLEANUP_HTTP_ANSWER CLEANUP(http_answer_free)

/* A program with threads calls this before it has any: what libcurl sets up once is not safe
 * there in every release. Others need not. */
int http_global_init(struct err *err) ATTR_MUST_CHECK;

/* A client keeps its connection for the next request to the same host. */
struct http;
int http_new(
    const struct http_settings *settings, struct http **ret, struct err *err) ATTR_MUST_CHECK;
void http_free(struct http *http);
static inline void http_cleanup(struct http **http)
{
	http_free(*http);
}
#define CLEANUP_HTTP CLEANUP(http_cleanup)

/*
 * Asks, and fills ret, whatever the status is; ret is emptied first and may be used again.
 * A connection that was kept and turns out to be closed is replaced once, unseen.
 * On failure what was learned until then (status, times, certificate) stays in ret, and:
 * -ETIMEDOUT nobody answered in time, -EHOSTUNREACH no such name or no way, -ECONNREFUSED,
 * -ECONNRESET closed in the middle, -EKEYREJECTED certificate not trusted, -ELOOP too many
 * redirects, -EMSGSIZE body above max, -EINVAL no such URL, header or file, -EPROTO whatever
 * else is not HTTP.
 */
int http_ask(struct http *http, const struct http_request *request, struct http_answer *ret,
    struct err *err) ATTR_MUST_CHECK;

/* --- bytes over TLS ---------------------------------------------------------------------- */

/* A connection that is no HTTP: OVSDB over "ssl:". Failures are those of http_ask. */
struct http_stream;
int http_stream_open(const struct http_settings *settings, const char *address,
    const char *default_port, int64_t until_ms, struct http_stream **ret,
    struct err *err) ATTR_MUST_CHECK;
void http_stream_close(struct http_stream *stream);

/* Writes all of it. */
int http_stream_write(struct http_stream *stream, const void *data, size_t size,
    int64_t until_ms, struct err *err) ATTR_MUST_CHECK;
/* Waits for some bytes, at most room. ret_size 0: the peer has closed. */
int http_stream_read(struct http_stream *stream, void *data, size_t room, int64_t until_ms,
    size_t *ret_size, struct err *err) ATTR_MUST_CHECK;

#endif
