/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/client/url.h"

struct http {
	CURL *curl;
	struct curl_slist *connect_to;
	struct http_settings
	    settings; /* its texts are no longer there: flags and numbers only */
	char reason[CURL_ERROR_SIZE];
};

struct http_stream {
	struct http *http;
	curl_socket_t fd;
};

/* --- settings ---------------------------------------------------------------------------- */

static CURLcode set_protocols(CURL *curl)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	CURLcode code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");

	return code ? code : curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
	long allowed = CURLPROTO_HTTP | CURLPROTO_HTTPS;
	CURLcode code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS, allowed);

	return code ? code : curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, allowed);
#endif
}

/* A text that is not given leaves libcurl's default. */
static CURLcode set_text(CURL *curl, CURLoption option, const char *text)
{
	return text ? curl_easy_setopt(curl, option, text) : CURLE_OK;
}

static CURLcode set_tls(CURL *curl, const struct http_settings *settings)
{
	CURLcode code = set_text(curl, CURLOPT_CAINFO, settings->ca);

	if (code == CURLE_OK)
		code = set_text(curl, CURLOPT_SSLCERT, settings->cert);
	if (code == CURLE_OK)
		code = set_text(curl, CURLOPT_SSLKEY, settings->key);
	if (code == CURLE_OK)
		code = curl_easy_setopt(
		    curl, CURLOPT_SSL_VERIFYPEER, settings->insecure ? 0L : 1L);
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST,
		    settings->insecure || settings->any_name ? 0L : 2L);
	/* Not every TLS library of curl's can tell; the facts are then absent. */
	(void)curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
	return code;
}

static CURLcode set_common(CURL *curl, const struct http_settings *settings)
{
	static const long families[] = {
		[ADDRESS_ANY] = CURL_IPRESOLVE_WHATEVER,
		[ADDRESS_IPV4] = CURL_IPRESOLVE_V4,
		[ADDRESS_IPV6] = CURL_IPRESOLVE_V6,
	};
	CURLcode code = set_protocols(curl);

	if (code == CURLE_OK)
		code = set_tls(curl, settings);
	if (code == CURLE_OK && !settings->use_proxy)
		code = curl_easy_setopt(curl, CURLOPT_PROXY, "");
	if (code == CURLE_OK && settings->user)
		code = curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	if (code == CURLE_OK)
		code = set_text(curl, CURLOPT_USERNAME, settings->user);
	if (code == CURLE_OK)
		code = set_text(curl, CURLOPT_PASSWORD, settings->password);
	if (code == CURLE_OK)
		code = set_text(curl, CURLOPT_UNIX_SOCKET_PATH, settings->unix_socket);
	/* These know no failure other than a libcurl without them. */
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_IPRESOLVE, families[settings->family]);
	(void)curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, settings->redirects ? 1L : 0L);
	(void)curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)settings->redirects);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "haetae/" PACKAGE_VERSION);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* A name server that is silent must not hold up the end. */
	(void)curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
#endif
	return code;
}

int http_global_init(struct err *err)
{
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

	return code == CURLE_OK ? 0
				: err_set(err, -ENOMEM, "cannot start libcurl: %s",
				      curl_easy_strerror(code));
}

void http_free(struct http *http)
{
	if (!http)
		return;
	if (http->curl)
		curl_easy_cleanup(http->curl);
	curl_slist_free_all(http->connect_to);
	free(http);
}

/* Whatever host and port a URL has: redirects stay with the peer, too. */
static CURLcode set_connect_to(struct http *http, const char *address)
{
	CLEANUP_BUF struct buf rule = BUF_INIT;

	if (!address)
		return CURLE_OK;
	if (buf_addf(&rule, "::%s", address) == 0)
		http->connect_to = curl_slist_append(NULL, buf_text(&rule));
	if (!http->connect_to)
		return CURLE_OUT_OF_MEMORY;
	return curl_easy_setopt(http->curl, CURLOPT_CONNECT_TO, http->connect_to);
}

int http_new(const struct http_settings *settings, struct http **ret, struct err *err)
{
	CLEANUP_HTTP struct http *http = calloc(1, sizeof(*http));
	CURLcode code = CURLE_OUT_OF_MEMORY;

	/* Sets libcurl up as well, unless http_global_init has. */
	if (http)
		http->curl = curl_easy_init();
	if (!http || !http->curl)
		return err_set(err, -ENOMEM, "cannot start libcurl: out of memory");
	code = set_common(http->curl, settings);
	if (code == CURLE_OK)
		code = set_connect_to(http, settings->connect_to);
	if (code != CURLE_OK)
		return err_set(
		    err, -EINVAL, "cannot set up libcurl: %s", curl_easy_strerror(code));
	(void)curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, http->reason);
	http->settings = (struct http_settings){ .redirects = settings->redirects };
	*ret = http;
	http = NULL;
	return 0;
}

/* --- failures ---------------------------------------------------------------------------- */

/* What libcurl's codes mean to a caller, and words for those that its own leave unclear. */
static const struct {
	CURLcode code;
	int errnum;
	const char *words; /* NULL: libcurl's */
} failures[] = {
	{ CURLE_OPERATION_TIMEDOUT, ETIMEDOUT, "no answer in time" },
	{ CURLE_COULDNT_RESOLVE_HOST, EHOSTUNREACH, NULL },
	{ CURLE_COULDNT_RESOLVE_PROXY, EHOSTUNREACH, NULL },
	{ CURLE_GOT_NOTHING, ECONNRESET, "the peer closed the connection without an answer" },
	{ CURLE_RECV_ERROR, ECONNRESET, NULL },
	{ CURLE_SEND_ERROR, ECONNRESET, NULL },
	{ CURLE_PARTIAL_FILE, ECONNRESET, "the peer closed the connection in the middle" },
	{ CURLE_PEER_FAILED_VERIFICATION, EKEYREJECTED, NULL },
	{ CURLE_TOO_MANY_REDIRECTS, ELOOP, NULL },
	{ CURLE_WRITE_ERROR, EMSGSIZE, NULL },
	{ CURLE_URL_MALFORMAT, EINVAL, NULL },
	{ CURLE_SSL_CACERT_BADFILE, EINVAL, NULL },
	{ CURLE_SSL_CERTPROBLEM, EINVAL, NULL },
	{ CURLE_OUT_OF_MEMORY, ENOMEM, "out of memory" },
};

static int failure(struct http *http, CURLcode code, struct err *err)
{
	const char *words = http->reason[0] ? http->reason : curl_easy_strerror(code);
	int errnum = EPROTO;
	long os = 0;

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (failures[i].code != code)
			continue;
		errnum = failures[i].errnum;
		if (failures[i].words)
			words = failures[i].words;
	}
	if (code == CURLE_COULDNT_CONNECT) {
		(void)curl_easy_getinfo(http->curl, CURLINFO_OS_ERRNO, &os);
		errnum = os > 0 && os < INT_MAX ? (int)os : ECONNREFUSED;
		return err_sys(err, -errnum, "cannot connect");
	}
	if (strncmp(words, "Received HTTP/0.9", 17) == 0)
		words = "what answers is no HTTP";
	return err_set(err, -errnum, "%s", words);
}

/* --- one request ------------------------------------------------------------------------- */

static size_t take_body(char *data, size_t size, size_t n, void *context)
{
	struct http_answer *answer = context;

	return buf_add(&answer->body, data, size * n) == 0 ? size * n : 0;
}

/* Sets the time that is left; false if there is none. */
static bool set_end(CURL *curl, int64_t until_ms)
{
	int64_t left = until_ms - clock_mono_ms();

	if (left <= 0)
		return false;
	if (left > INT_MAX)
		left = INT_MAX;
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)left);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)left);
	return true;
}

static void list_free(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static int add_header(struct curl_slist **list, const char *header, struct err *err)
{
	struct curl_slist *longer;

	/* A line end would begin a header, or a request, of somebody else's making. */
	if (strpbrk(header, "\r\n"))
		return err_set(err, -EINVAL, "cannot send a header with a line end in it");
	longer = curl_slist_append(*list, header);
	if (!longer)
		return err_set(err, -ENOMEM, "cannot send a header: out of memory");
	*list = longer;
	return 0;
}

static int set_headers(
    const struct http_request *request, struct curl_slist **list, struct err *err)
{
	/* No wait for "100 Continue". */
	int r = add_header(list, "Expect:", err);

	for (size_t i = 0; r == 0 && i < request->n_headers; i++)
		r = add_header(list, request->headers[i], err);
	return r;
}

/* Secrets come by the settings; a URL may be printed. */
static int check_url(const char *url, struct err *err)
{
	const char *host = strstr(url, "://");

	host = host ? host + 3 : url;
	if (memchr(host, '@', strcspn(host, "/?#")))
		return err_set(err, -EINVAL, "a URL with a user name in it is not taken");
	return 0;
}

static CURLcode set_request(
    CURL *curl, const struct http_request *request, struct http_answer *answer)
{
	const char *method = request->method;
	CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, request->url);

	/* The handle remembers the last request's method. */
	(void)curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_NOBODY, 0L);
	if (request->body) {
		(void)curl_easy_setopt(
		    curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
	} else if (method && strcmp(method, "HEAD") == 0) {
		(void)curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	}
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	return code;
}

static double seconds(CURL *curl, CURLINFO info)
{
	curl_off_t micros = 0;

	(void)curl_easy_getinfo(curl, info, &micros);
	return (double)micros / 1e6;
}

static void copy_text(const char *text, char ret[HTTP_NAME_SIZE])
{
	(void)snprintf(ret, HTTP_NAME_SIZE, "%s", text ? text : "");
}

/* "Nov 21 19:50:54 2026 GMT" (OpenSSL) or "2026-11-21 19:50:54 GMT" (curl's own reader). */
static bool parse_expiry(const char *text, int64_t *ret_s)
{
	struct tm when = { 0 };

	if (!strptime(text, "%b %d %H:%M:%S %Y GMT", &when) &&
	    !strptime(text, "%Y-%m-%d %H:%M:%S GMT", &when))
		return false;
	*ret_s = timegm(&when);
	return true;
}

static void take_certificate(CURL *curl, struct http_certificate *ret)
{
	struct curl_certinfo *chain = NULL;

	if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain ||
	    chain->num_of_certs < 1)
		return;
	/* The first is the peer's own. */
	for (const struct curl_slist *item = chain->certinfo[0]; item; item = item->next) {
		if (strncmp(item->data, "Subject:", 8) == 0)
			copy_text(item->data + 8, ret->subject);
		else if (strncmp(item->data, "Issuer:", 7) == 0)
			copy_text(item->data + 7, ret->issuer);
		else if (strncmp(item->data, "Expire date:", 12) == 0)
			ret->known = parse_expiry(item->data + 12, &ret->expires_s);
	}
}

static void take_facts(CURL *curl, struct http_answer *ret)
{
	const char *type = NULL;
	long status = 0, redirects = 0, connects = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(curl, CURLINFO_REDIRECT_COUNT, &redirects);
	(void)curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects);
	(void)curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	ret->status = (unsigned)status;
	ret->redirects = (unsigned)redirects;
	ret->reused = status > 0 && connects == 0;
	copy_text(type, ret->type);
	ret->times = (struct http_times){
		.lookup_s = seconds(curl, CURLINFO_NAMELOOKUP_TIME_T),
		.connect_s = seconds(curl, CURLINFO_CONNECT_TIME_T),
		.tls_s = seconds(curl, CURLINFO_APPCONNECT_TIME_T),
		.first_byte_s = seconds(curl, CURLINFO_STARTTRANSFER_TIME_T),
		.total_s = seconds(curl, CURLINFO_TOTAL_TIME_T),
	};
	take_certificate(curl, &ret->certificate);
}

static void answer_reset(struct http_answer *answer, size_t max)
{
	buf_reset(&answer->body);
	answer->body.max = max;
	*answer = (struct http_answer){ .body = answer->body };
}

void http_answer_free(struct http_answer *answer)
{
	buf_free(&answer->body);
}

int http_ask(struct http *http, const struct http_request *request, struct http_answer *ret,
    struct err *err)
{
	CLEANUP(list_free) struct curl_slist *headers = NULL;
	CURLcode code;
	int r = set_headers(request, &headers, err);

	answer_reset(ret, request->max);
	if (r == 0)
		r = check_url(request->url, err);
	if (r < 0)
		return r;
	http->reason[0] = '\0';
	code = set_request(http->curl, request, ret);
	if (code != CURLE_OK)
		return failure(http, code, err);
	(void)curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers);
	if (!set_end(http->curl, request->until_ms))
		return err_set(err, -ETIMEDOUT, "no time left to ask");
	code = curl_easy_perform(http->curl);
	/* The list is ours, and ends here. */
	(void)curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, NULL);
	take_facts(http->curl, ret);
	if (code == CURLE_OK)
		return 0;
	if (ret->body.error == -E2BIG)
		return err_set(
		    err, -EMSGSIZE, "the answer has more than %zu bytes", request->max);
	if (code == CURLE_TOO_MANY_REDIRECTS)
		return err_set(err, -ELOOP, "more than %u redirects", http->settings.redirects);
	return failure(http, ret->body.error == -ENOMEM ? CURLE_OUT_OF_MEMORY : code, err);
}

/* --- bytes over TLS ---------------------------------------------------------------------- */

void http_stream_close(struct http_stream *stream)
{
	if (!stream)
		return;
	http_free(stream->http);
	free(stream);
}

static void stream_cleanup(struct http_stream **stream)
{
	http_stream_close(*stream);
}

int http_stream_open(const struct http_settings *settings, const char *address,
    const char *default_port, int64_t until_ms, struct http_stream **ret, struct err *err)
{
	CLEANUP(stream_cleanup) struct http_stream *stream = calloc(1, sizeof(*stream));
	CLEANUP_BUF struct buf url = BUF_INIT;
	CURLcode code;
	int r;

	if (!stream)
		return err_set(err, -ENOMEM, "cannot connect: out of memory");
	r = url_make("https", address, default_port, &url, err);
	if (r == 0)
		r = http_new(settings, &stream->http, err);
	if (r < 0)
		return r;
	if (!set_end(stream->http->curl, until_ms))
		return err_set(err, -ETIMEDOUT, "no time left to connect");
	code = curl_easy_setopt(stream->http->curl, CURLOPT_URL, buf_text(&url));
	(void)curl_easy_setopt(stream->http->curl, CURLOPT_CONNECT_ONLY, 1L);
	if (code == CURLE_OK)
		code = curl_easy_perform(stream->http->curl);
	if (code == CURLE_OK)
		code =
		    curl_easy_getinfo(stream->http->curl, CURLINFO_ACTIVESOCKET, &stream->fd);
	if (code != CURLE_OK)
		return failure(stream->http, code, err);
	*ret = stream;
	stream = NULL;
	return 0;
}

static int stream_wait(
    const struct http_stream *stream, short events, int64_t until_ms, struct err *err)
{
	struct pollfd ready = { .fd = stream->fd, .events = events };
	int64_t left = until_ms - clock_mono_ms();

	if (left <= 0)
		return err_set(err, -ETIMEDOUT, "no answer in time");
	if (poll(&ready, 1, left > INT_MAX ? INT_MAX : (int)left) < 0 && errno != EINTR)
		return err_sys(err, -errno, "cannot wait for the peer");
	return 0;
}

int http_stream_write(struct http_stream *stream, const void *data, size_t size,
    int64_t until_ms, struct err *err)
{
	const char *next = data;

	while (size > 0) {
		size_t sent = 0;
		CURLcode code = curl_easy_send(stream->http->curl, next, size, &sent);
		int r = 0;

		if (code == CURLE_AGAIN)
			r = stream_wait(stream, POLLOUT, until_ms, err);
		else if (code != CURLE_OK)
			r = failure(stream->http, code, err);
		if (r < 0)
			return r;
		next += sent;
		size -= sent;
	}
	return 0;
}

int http_stream_read(struct http_stream *stream, void *data, size_t room, int64_t until_ms,
    size_t *ret_size, struct err *err)
{
	for (;;) {
		size_t got = 0;
		/* TLS may hold bytes that the socket no longer has: reads before it waits. */
		CURLcode code = curl_easy_recv(stream->http->curl, data, room, &got);
		int r;

		if (code == CURLE_OK && clock_mono_ms() < until_ms) {
			*ret_size = got;
			return 0;
		}
		if (code == CURLE_OK)
			return err_set(err, -ETIMEDOUT, "no end in time");
		if (code != CURLE_AGAIN)
			return failure(stream->http, code, err);
		r = stream_wait(stream, POLLIN, until_ms, err);
		if (r < 0)
			return r;
	}
}
