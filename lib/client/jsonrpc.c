/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/jsonrpc.h"

#include <errno.h>
#include <string.h>

#ifdef HAVE_CURL
#include "lib/client/http.h"
#endif

enum {
	PIECE_SIZE = 64 << 10,
	/* Between two answers the peer has no reason to ask more often. */
	ASIDES_MAX = 100,
	ECHO_ID_MAX = 64,
};

static const struct {
	const char *prefix;
	enum jsonrpc_kind kind;
} kinds[] = {
	{ "unix:", JSONRPC_UNIX },
	{ "tcp:", JSONRPC_TCP },
	{ "ssl:", JSONRPC_SSL },
};

/* --- opening ----------------------------------------------------------------------------- */

int jsonrpc_remote_parse(
    const char *remote, enum jsonrpc_kind *ret_kind, const char **ret_address, struct err *err)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *address = remote + strlen(kinds[i].prefix);
		char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];

		if (strncmp(remote, kinds[i].prefix, strlen(kinds[i].prefix)) != 0)
			continue;
		if (kinds[i].kind != JSONRPC_UNIX &&
		    address_split(address, "1", host, port, err) < 0)
			return -EINVAL;
		/* stream_open would take it for the path of a socket. */
		if (kinds[i].kind != JSONRPC_UNIX && (*address == '/' || *address == '@'))
			return err_set(err, -EINVAL, "'%.60s' is no host", address);
		if (kinds[i].kind == JSONRPC_UNIX && *address != '/' && *address != '@')
			return err_set(err, -EINVAL, "the path of a socket begins with '/'");
		*ret_kind = kinds[i].kind;
		*ret_address = address;
		return 0;
	}
	return err_set(err, -EINVAL,
	    "expected unix:PATH, tcp:HOST[:PORT] or ssl:HOST[:PORT], found '%.60s'", remote);
}

static int open_tls(const char *address, const char *default_port,
    const struct jsonrpc_tls *tls, enum address_family family, int64_t until_ms,
    struct http_stream **ret, struct err *err)
{
#ifdef HAVE_CURL
	const struct http_settings settings = {
		.family = family,
		.ca = tls ? tls->ca : NULL,
		.cert = tls ? tls->cert : NULL,
		.key = tls ? tls->key : NULL,
		/* The public key infrastructure of Open vSwitch (ovs-pki) names switches, not
		 * hosts: who has a certificate of the authority is trusted. */
		.any_name = true,
	};

	return http_stream_open(&settings, address, default_port, until_ms, ret, err);
#else
	(void)address, (void)default_port, (void)tls, (void)family, (void)until_ms, (void)ret;
	return err_set(err, -EPROTONOSUPPORT, "cannot speak TLS: built without libcurl");
#endif
}

int jsonrpc_open(const char *remote, const char *default_port, const struct jsonrpc_tls *tls,
    enum address_family family, int64_t until_ms, struct jsonrpc *ret, struct err *err)
{
	struct jsonrpc rpc = JSONRPC_INIT;
	enum jsonrpc_kind kind;
	const char *address;
	int r = jsonrpc_remote_parse(remote, &kind, &address, err);

	if (r < 0)
		return r;
	if (kind == JSONRPC_SSL)
		r = open_tls(address, default_port, tls, family, until_ms, &rpc.tls, err);
	else
		r = stream_open(address, default_port, family, until_ms, &rpc.stream, err);
	if (r == 0)
		*ret = rpc;
	return r;
}

void jsonrpc_close(struct jsonrpc *rpc)
{
#ifdef HAVE_CURL
	if (rpc->tls)
		http_stream_close(rpc->tls);
#endif
	rpc->tls = NULL;
	stream_close(&rpc->stream);
	buf_free(&rpc->text);
}

/* --- bytes -------------------------------------------------------------------------------- */

static int write_text(
    struct jsonrpc *rpc, const struct buf *text, int64_t until_ms, struct err *err)
{
	if (text->error)
		return err_sys(err, text->error, "cannot write a request");
#ifdef HAVE_CURL
	if (rpc->tls)
		return http_stream_write(rpc->tls, text->data, text->size, until_ms, err);
#endif
	return stream_write(&rpc->stream, text->data, text->size, until_ms, err);
}

static int read_piece(struct jsonrpc *rpc, int64_t until_ms, struct err *err)
{
	char *room = buf_reserve(&rpc->text, PIECE_SIZE);
	size_t got = 0;
	int r;

	if (!room && rpc->text.error == -E2BIG)
		return err_set(
		    err, -EMSGSIZE, "the answer is longer than %d MiB", JSONRPC_SIZE_MAX >> 20);
	if (!room)
		return err_sys(err, -ENOMEM, "cannot keep the answer");
#ifdef HAVE_CURL
	if (rpc->tls)
		r = http_stream_read(rpc->tls, room, PIECE_SIZE, until_ms, &got, err);
	else
#endif
		r = stream_read(&rpc->stream, room, PIECE_SIZE, until_ms, &got, err);
	if (r < 0)
		return r;
	if (got == 0)
		return err_set(err, -ECONNRESET, "the peer closed the connection");
	rpc->text.size += got;
	buf_terminate(&rpc->text);
	return 0;
}

/* The next text, whatever it is. What was read behind it stays for the next one. */
static int read_text(struct jsonrpc *rpc, int64_t until_ms, struct json **ret, struct err *err)
{
	for (;;) {
		struct buf *text = &rpc->text;
		size_t used = 0;
		int r =
		    json_parse_next(&rpc->scan, buf_text(text), text->size, ret, &used, err);

		if (r == 0) {
			memmove(text->data, text->data + used, text->size - used);
			buf_cut(text, text->size - used);
			return 0;
		}
		if (r != -EAGAIN)
			return r;
		r = read_piece(rpc, until_ms, err);
		if (r < 0)
			return r;
	}
}

/* --- requests and answers ------------------------------------------------------------------ */

int jsonrpc_send(struct jsonrpc *rpc, const char *method, const char *params, int64_t until_ms,
    struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	buf_addf(
	    &text, "{\"method\":\"%s\",\"params\":%s,\"id\":%u}", method, params, ++rpc->id);
	return write_text(rpc, &text, until_ms, err);
}

/* What may be written back between quotes as it is. */
static bool is_plain(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_.";

	return strspn(text, plain) == strlen(text) && strlen(text) <= ECHO_ID_MAX;
}

/* Only an echo is a question of the peer's. Open vSwitch sends it without parameters, and looks
 * for an answer with the same id. */
static int answer_peer(
    struct jsonrpc *rpc, const struct json *request, int64_t until_ms, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	const char *method = json_text(json_get(request, "method"), NULL);
	const struct json *id = json_get(request, "id");
	const char *id_text = json_text(id, NULL);
	int64_t id_number;

	if (!method || strcmp(method, "echo") != 0)
		return 0;
	if (id_text && is_plain(id_text))
		buf_addf(&text, "{\"result\":[],\"error\":null,\"id\":\"%s\"}", id_text);
	else if (json_i64(id, &id_number))
		buf_addf(
		    &text, "{\"result\":[],\"error\":null,\"id\":%lld}", (long long)id_number);
	else
		return 0;
	return write_text(rpc, &text, until_ms, err);
}

int jsonrpc_receive(struct jsonrpc *rpc, int64_t until_ms, struct json **ret, struct err *err)
{
	for (int n = 0; n < ASIDES_MAX; n++) {
		CLEANUP_JSON struct json *text = NULL;
		int64_t id = 0;
		int r = read_text(rpc, until_ms, &text, err);

		if (r < 0)
			return r;
		if (json_kind(text) != JSON_KIND_OBJECT)
			break;
		if (json_kind(json_get(text, "method")) == JSON_KIND_TEXT) {
			r = answer_peer(rpc, text, until_ms, err);
			if (r < 0)
				return r;
		} else if (json_i64(json_get(text, "id"), &id) && id == rpc->id) {
			*ret = text;
			text = NULL;
			return 0;
		}
	}
	return err_set(err, -EBADMSG, "the peer does not answer what it was asked");
}

/* "unknown database: transact request specifies unknown database Nope", from the members of
 * an error object (RFC 7047, 3.1), or the text that the control sockets give. */
static void error_text(const struct json *error, struct err *err)
{
	const char *text = json_text(error, NULL);
	const char *name = json_text(json_get(error, "error"), NULL);
	const char *details = json_text(json_get(error, "details"), NULL);

	if (text)
		(void)err_set(err, 0, "%.*s", (int)strcspn(text, "\n"), text);
	else if (name && details)
		(void)err_set(err, 0, "%s: %s", name, details);
	else
		(void)err_set(err, 0, "%s", name ? name : "an error without words");
}

int jsonrpc_result(const struct json *answer, const struct json **ret, struct err *err)
{
	const struct json *error = json_get(answer, "error");
	const struct json *result = json_get(answer, "result");
	enum json_kind kind = json_kind(error);

	if (kind != JSON_KIND_NONE && kind != JSON_KIND_NULL) {
		error_text(error, err);
		return -EREMOTEIO;
	}
	if (!result)
		return err_set(err, -EBADMSG, "the answer has no result");
	*ret = result;
	return 0;
}
