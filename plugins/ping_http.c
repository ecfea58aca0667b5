/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds http and https. */
#include "config.h"

#include "plugins/ping.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/base/pattern.h"
#include "lib/client/http.h"
#include "lib/client/url.h"

enum { BODY_MAX = 1 << 20, STATUS_LEAST = 100, STATUS_MOST = 999, DAY_S = 86400 };
enum { FOLLOW_MAX = 20, URL_SIZE = 4096 };

/* --- which statuses are right ------------------------------------------------------------ */

/* Whether the status is in "200,301:302"; -EINVAL with err for what is no such list. */
static int status_fits(const char *list, unsigned status, struct err *err)
{
	const char *p = list, *end = list + strlen(list);
	bool fits = false;

	for (;; p++) {
		uint64_t first, last;

		if (p == end || *p == ' ' || num_scan_u64(&p, end, &first) < 0)
			break;
		last = first;
		if (p < end && *p == ':' &&
		    (++p == end || *p == ' ' || num_scan_u64(&p, end, &last) < 0))
			break;
		if (first < STATUS_LEAST || last > STATUS_MOST || first > last)
			break;
		fits = fits || (status >= first && status <= last);
		if (p == end)
			return fits;
		if (*p != ',')
			break;
	}
	return err_set(err, -EINVAL,
	    "expected statuses from %d to %d as 200,301:302, found '%.40s'", STATUS_LEAST,
	    STATUS_MOST, list);
}

static int check_texts(const struct ping_options *given, struct err *err)
{
	if (given->url && *given->url != '/')
		return err_set(err, -EINVAL,
		    "option --url: expected a path from / on, found '%.60s'", given->url);
	if (given->method && strcmp(given->method, "GET") != 0 &&
	    strcmp(given->method, "HEAD") != 0)
		return err_set(err, -EINVAL,
		    "option --method: expected GET or HEAD, found '%.40s'", given->method);
	/* It becomes a part of the URL and of a header. */
	if (given->host_name &&
	    strspn(given->host_name,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") != strlen(given->host_name))
		return err_set(
		    err, -EINVAL, "option --host-name: '%.60s' is no name", given->host_name);
	for (size_t i = 0; i < given->headers.n_items; i++) {
		const char *header = given->headers.items[i];

		if (!strchr(header, ':') || *header == ':' || strpbrk(header, "\r\n"))
			return err_set(err, -EINVAL,
			    "option --header: expected 'NAME: VALUE', found '%.60s'", header);
	}
	if (given->method && strcmp(given->method, "HEAD") == 0 &&
	    (given->body || given->mod_status))
		return err_set(err, -EINVAL, "option --method: HEAD has no body to look at");
	return 0;
}

int ping_http_validate(const struct ping_options *given, struct err *err)
{
	struct pattern body = { 0 };
	int r = check_texts(given, err);

	if (r < 0)
		return r;
	if (given->follow > FOLLOW_MAX)
		return err_set(err, -EINVAL, "option --follow: expected at most %d, found %llu",
		    FOLLOW_MAX, (unsigned long long)given->follow);
	if (given->status && status_fits(given->status, 0, err) < 0) {
		err_prefix(err, "option --status");
		return -EINVAL;
	}
	if (given->body && pattern_compile(given->body, &body, err) < 0) {
		err_prefix(err, "option --body");
		return -EINVAL;
	}
	pattern_free(&body);
	return 0;
}

/* --- asking --------------------------------------------------------------------------------- */

/* One client and its request. */
struct question {
	struct http *http;
	struct http_request request;
	struct http_answer answer;
};

static int make_url(const struct ping *ping, struct buf *url, struct err *err)
{
	const struct ping_options *given = ping->given;
	const char *name = given->host_name ? given->host_name : "localhost";
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE], named[ADDRESS_HOST_SIZE + 10];
	int r;

	(void)snprintf(named, sizeof(named), "%.255s", name);
	if (given->host && given->host_name) {
		r = address_split(given->host, ping->kind->port, host, port, err);
		if (r < 0)
			return r;
		(void)snprintf(named, sizeof(named), "%.255s:%s", name, port);
	}
	r = url_make(ping->kind->name, given->host && !given->host_name ? given->host : named,
	    ping->kind->port, url, err);
	if (r < 0)
		return r;
	r = buf_adds(url, given->url	      ? given->url
			  : given->mod_status ? "/server-status?auto"
					      : "/");
	return r < 0 ? err_set(err, r, "cannot make the URL: out of memory") : 0;
}

/* Where --host-name leads: the peer itself, as curl writes it. */
static int make_connect_to(const struct ping *ping, char *out, size_t size, struct err *err)
{
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];
	int r = address_split(ping->given->host, ping->kind->port, host, port, err);

	if (r == 0)
		(void)snprintf(out, size, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
	return r;
}

/* A client; a trusting one takes any certificate, and gets nothing to tell. */
static int new_client(struct ping *ping, bool trusting, struct http **ret, struct err *err)
{
	const struct ping_options *given = ping->given;
	char place[ADDRESS_HOST_SIZE + ADDRESS_PORT_SIZE + 4];
	struct http_settings settings = {
		.family = ping->family,
		.user = trusting ? NULL : ping->secret.user,
		.password = trusting ? NULL : ping->secret.password,
		.ca = given->ca,
		.unix_socket = given->socket,
		.insecure = given->insecure || trusting,
		.redirects = trusting ? 0 : (unsigned)given->follow,
	};

	if (given->host_name && given->host) {
		int r = make_connect_to(ping, place, sizeof(place), err);

		if (r < 0)
			return r;
		settings.connect_to = place;
	}
	return http_new(&settings, ret, err);
}

static int read_page(const struct fsroot *root, struct buf *buf, void *context, struct err *err)
{
	struct question *question = context;
	int r = http_ask(question->http, &question->request, &question->answer, err);

	(void)root;
	if (r == 0 && question->answer.status != 200)
		r = err_set(err, -EPROTO, "status %u", question->answer.status);
	if (r == 0)
		r = buf_add(buf, buf_text(&question->answer.body), question->answer.body.size);
	return r;
}

/* --- certificates ------------------------------------------------------------------------- */

static double days_left(const struct http_certificate *certificate)
{
	return ((double)certificate->expires_s - (double)clock_real_ms() / 1000) / DAY_S;
}

/* A certificate that has expired, whether or not it was taken. */
static void tell_expired(struct ping *ping, const struct http_certificate *certificate)
{
	enum state state = ping->given->has_expired ? ping->given->expired : STATE_CRITICAL;
	char age[CLOCK_TEXT_SIZE];

	clock_age_text(clock_real_ms() / 1000 - certificate->expires_s, age);
	ping_problem(ping, state, "has a certificate that expired %s ago", age);
	result_detail(ping->check->result, state, "certificate: %.200s", certificate->subject);
}

/* The reason is told by the certificate itself, which a second, trusting connection shows. */
static void tell_rejected(
    struct ping *ping, const struct http_request *request, const struct err *why)
{
	CLEANUP_HTTP struct http *http = NULL;
	CLEANUP_HTTP_ANSWER struct http_answer answer = HTTP_ANSWER_INIT;
	/* Nothing of what was to be told to the right peer. */
	struct http_request plain = { .url = request->url,
		.method = "HEAD",
		.max = BODY_MAX,
		.until_ms = ping->until_ms };
	struct http_certificate *certificate = &answer.certificate;
	int r = new_client(ping, true, &http, NULL);

	if (r == 0)
		r = http_ask(http, &plain, &answer, NULL);
	if (certificate->known)
		ping_value(ping, PING_CERT_DAYS, days_left(certificate));
	if (certificate->known && days_left(certificate) < 0) {
		tell_expired(ping, certificate);
		return;
	}
	ping_problem(
	    ping, STATE_CRITICAL, "has a certificate that is not trusted: %s", why->text);
	if (certificate->known)
		result_detail(ping->check->result, STATE_CRITICAL,
		    "certificate: %.200s, issued by %.200s", certificate->subject,
		    certificate->issuer);
}

/* --- the verdicts -------------------------------------------------------------------------- */

static void failed(
    struct ping *ping, int code, const struct question *question, const struct err *err)
{
	const struct http_answer *answer = &question->answer;
	const char *method = question->request.method;

	if (code == -EKEYREJECTED) {
		tell_rejected(ping, &question->request, err);
	} else if (code == -ELOOP) {
		ping_problem(ping, STATE_CRITICAL, "redirects in circles: %s", err->text);
	} else if (code == -EMSGSIZE) {
		ping_problem(ping, STATE_CRITICAL, "sends more than it should: %s", err->text);
	} else if (code == -EINVAL) {
		ping_problem(ping, STATE_UNKNOWN, "was not asked: %s", err->text);
	} else if (code == -EPROTO && strstr(err->text, "reset by peer")) {
		/* In the middle of the TLS handshake, which fails by it. */
		ping_problem(
		    ping, STATE_CRITICAL, "reset the connection instead of agreeing on TLS");
	} else if (code == -EPROTO) {
		ping_problem(ping, STATE_CRITICAL, "is no %s: %s", ping->kind->name, err->text);
	} else if (code == -ECONNRESET) {
		ping_problem(ping, STATE_CRITICAL, "broke the connection off: %s", err->text);
	} else if (code == -ETIMEDOUT && answer->times.connect_s > 0) {
		ping_problem(ping, STATE_CRITICAL,
		    answer->status ? "began to answer %s, but did not end within %.1f s"
				   : "took the connection, but did not answer %s within %.1f s",
		    method, answer->times.total_s);
	} else if (code == -ETIMEDOUT && strcmp(ping->kind->name, "https") == 0) {
		/* libcurl does not tell how far it came. */
		ping_problem(ping, STATE_CRITICAL,
		    "did not make a TLS connection within %.1f s", answer->times.total_s);
	} else {
		ping_no_connection(ping, code, err);
	}
}

static void give_times(struct ping *ping, const struct http_times *times)
{
	ping_value(ping, PING_CONNECT_TIME, times->connect_s);
	ping_value(ping, PING_LOOKUP_TIME, times->lookup_s);
	if (times->tls_s > 0)
		ping_value(ping, PING_TLS_TIME, times->tls_s);
	ping_value(ping, PING_FIRST_BYTE_TIME, times->first_byte_s);
}

static void judge_status(struct ping *ping, unsigned status)
{
	const char *list = ping->given->status ? ping->given->status : "200:399";

	if (status_fits(list, status, NULL) > 0)
		return;
	if (!ping->given->status && (status == 401 || status == 403))
		ping_problem(ping, STATE_UNKNOWN, "answers with status %u: %s", status,
		    status == 401 ? "give a user and password by --config or HAETAE_PING_USER "
				    "and HAETAE_PING_PASSWORD"
				  : "let this host and user read the page");
	else
		ping_problem(
		    ping, STATE_CRITICAL, "answers with status %u instead of %s", status, list);
}

/* The body as a text: NULs would end it. */
static void judge_body(struct ping *ping, struct buf *body)
{
	CLEANUP_PATTERN struct pattern wanted = { 0 };

	for (size_t i = 0; i < body->size; i++) {
		if (body->data[i] == '\0')
			body->data[i] = '?';
	}
	if (pattern_compile(ping->given->body, &wanted, NULL) < 0 ||
	    !pattern_found(&wanted, buf_text(body), body->size))
		ping_problem(ping, STATE_CRITICAL, "answers with a body that lacks '%.60s'",
		    ping->given->body);
}

/* --- the run ------------------------------------------------------------------------------ */

static void judge(struct ping *ping, struct question *question)
{
	struct http_answer *answer = &question->answer;
	const struct http_certificate *certificate = &answer->certificate;
	char words[PING_WORDS_SIZE], days[40] = "";

	/* Without the time that libcurl takes to get ready. */
	ping_took_s(ping, answer->times.total_s, words);
	give_times(ping, &answer->times);
	ping_value(ping, PING_STATUS, answer->status);
	ping_value(ping, PING_SIZE, (double)answer->body.size);
	if (certificate->known) {
		ping_value(ping, PING_CERT_DAYS, days_left(certificate));
		(void)snprintf(days, sizeof(days), "; certificate good for %lld days",
		    (long long)days_left(certificate));
	}
	/* Only with --insecure does one come to here. */
	if (certificate->known && days_left(certificate) < 0) {
		days[0] = '\0';
		tell_expired(ping, certificate);
	}
	judge_status(ping, answer->status);
	if (ping->given->body)
		judge_body(ping, &answer->body);
	if (ping->given->mod_status && answer->status == 200) {
		ping_workers(ping, &answer->body, read_page, question, words);
		return;
	}
	result_summary(ping->check->result, "%s answered %u in %s, %zu bytes%s", ping->who,
	    answer->status, words, answer->body.size, days);
}

int ping_http(struct ping *ping, struct err *err)
{
	CLEANUP_HTTP struct http *http = NULL;
	CLEANUP_BUF struct buf url = BUF_INIT_MAX(URL_SIZE);
	const struct ping_options *given = ping->given;
	struct question question = {
		.request = {
			.method = given->method ? given->method : "GET",
			.headers = given->headers.items,
			.n_headers = given->headers.n_items,
			.max = BODY_MAX,
			.until_ms = ping->until_ms,
		},
		.answer = HTTP_ANSWER_INIT,
	};
	int r = make_url(ping, &url, err);

	if (r == 0)
		r = new_client(ping, false, &http, err);
	if (r < 0)
		return r;
	question.http = http;
	question.request.url = buf_text(&url);
	r = http_ask(http, &question.request, &question.answer, err);
	if (r < 0)
		failed(ping, r, &question, err);
	else
		judge(ping, &question);
	http_answer_free(&question.answer);
	return 0;
}
