/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/rabbitmq.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/client/url.h"

/* A page of queues or connections has some 100 kB; a node some 10 kB, when it tells all. */
enum { ANSWER_MAX = 16 << 20, PAGE_SIZE = 500 };

struct rabbitmq {
	struct http *http;
	struct buf base; /* "http://HOST:PORT/api/" */
	struct http_answer answer;
};

void rabbitmq_close(struct rabbitmq *rabbitmq)
{
	if (!rabbitmq)
		return;
	http_free(rabbitmq->http);
	buf_free(&rabbitmq->base);
	http_answer_free(&rabbitmq->answer);
	free(rabbitmq);
}

int rabbitmq_open(const struct http_settings *settings, const char *address, bool tls,
    struct rabbitmq **ret, struct err *err)
{
	struct rabbitmq *rabbitmq = calloc(1, sizeof(*rabbitmq));
	int r;

	if (!rabbitmq)
		return err_set(err, -ENOMEM, "out of memory");
	rabbitmq->base = (struct buf)BUF_INIT;
	rabbitmq->answer = (struct http_answer)HTTP_ANSWER_INIT;
	r = url_make(tls ? "https" : "http", address, tls ? RABBITMQ_TLS_PORT : RABBITMQ_PORT,
	    &rabbitmq->base, err);
	if (r == 0)
		r = http_new(settings, &rabbitmq->http, err);
	if (r == 0) {
		r = buf_adds(&rabbitmq->base, "/api/");
		if (r < 0)
			err_sys(err, r, "cannot keep the URL");
	}
	if (r < 0) {
		rabbitmq_close(rabbitmq);
		return r;
	}
	*ret = rabbitmq;
	return 0;
}

const struct http_answer *rabbitmq_answer(const struct rabbitmq *rabbitmq)
{
	return &rabbitmq->answer;
}

/* Whatever the status is. */
static int ask(struct rabbitmq *rabbitmq, const char *path, int64_t until_ms, struct err *err)
{
	const char *headers[] = { "Accept: application/json" };
	CLEANUP_BUF struct buf url = BUF_INIT;
	struct http_request request = {
		.headers = headers,
		.n_headers = 1,
		.max = ANSWER_MAX,
		.until_ms = until_ms,
	};
	int r = buf_addf(&url, "%s%s", buf_text(&rabbitmq->base), path);

	if (r < 0)
		return err_sys(err, r, "cannot keep the URL");
	request.url = buf_text(&url);
	return http_ask(rabbitmq->http, &request, &rabbitmq->answer, err);
}

static int bad_status(const struct rabbitmq *rabbitmq, struct err *err)
{
	const struct buf *body = &rabbitmq->answer.body;
	unsigned status = rabbitmq->answer.status;
	char reason[RABBITMQ_NAME_SIZE];

	rabbitmq_parse_reason(buf_text(body), body->size, reason);
	switch (status) {
	case 401:
	case 403:
		return err_set(err, -EACCES, "%s", *reason ? reason : "login refused");
	case 404:
	case 406:
		return err_set(err, -ENOENT, "the broker knows no such thing");
	default:
		return err_set(
		    err, -EPROTO, "status %u%s%s", status, *reason ? ": " : "", reason);
	}
}

static int get(struct rabbitmq *rabbitmq, const char *path, int64_t until_ms, struct err *err)
{
	int r = ask(rabbitmq, path, until_ms, err);

	if (r == 0 && rabbitmq->answer.status != 200)
		r = bad_status(rabbitmq, err);
	return r;
}

int rabbitmq_ask_overview(
    struct rabbitmq *rabbitmq, int64_t until_ms, struct rabbitmq_overview *ret, struct err *err)
{
	int r = get(rabbitmq, "overview", until_ms, err);

	return r < 0 ? r
		     : rabbitmq_parse_overview(buf_text(&rabbitmq->answer.body),
			   rabbitmq->answer.body.size, ret, err);
}

int rabbitmq_ask_nodes(
    struct rabbitmq *rabbitmq, int64_t until_ms, struct rabbitmq_nodes *ret, struct err *err)
{
	int r = get(rabbitmq,
	    "nodes?columns=name,running,being_drained,partitions,mem_alarm,mem_used,mem_limit,"
	    "disk_free_alarm,disk_free,disk_free_limit,fd_used,fd_total,proc_used,proc_total,"
	    "run_queue,uptime",
	    until_ms, err);

	return r < 0 ? r
		     : rabbitmq_parse_nodes(buf_text(&rabbitmq->answer.body),
			   rabbitmq->answer.body.size, ret, err);
}

/* What was there when the first page was read may be gone at the last. */
static bool is_behind_last(const struct rabbitmq *rabbitmq, unsigned page)
{
	return page > 1 && rabbitmq->answer.status == 400;
}

int rabbitmq_ask_queues_page(struct rabbitmq *rabbitmq, const char *vhost, unsigned page,
    const struct rabbitmq_filter *filter, int64_t until_ms, struct rabbitmq_queues *ret,
    unsigned *ret_pages, struct err *err)
{
	CLEANUP_BUF struct buf path = BUF_INIT;
	int r;

	buf_adds(&path, "queues");
	if (vhost) {
		buf_addc(&path, '/');
		url_escape(vhost, &path);
	}
	buf_addf(&path,
	    "?page=%u&page_size=%d&columns=name,vhost,type,state,messages,messages_ready,"
	    "messages_unacknowledged,consumers,head_message_timestamp,members,online,memory,"
	    "message_stats.publish,message_stats.deliver_get",
	    page, PAGE_SIZE);
	r = path.error ? err_sys(err, path.error, "cannot keep the URL")
		       : get(rabbitmq, buf_text(&path), until_ms, err);
	if (is_behind_last(rabbitmq, page))
		return 0;
	return r < 0 ? r
		     : rabbitmq_parse_queues(buf_text(&rabbitmq->answer.body),
			   rabbitmq->answer.body.size, filter, ret, ret_pages, err);
}

int rabbitmq_ask_queues(struct rabbitmq *rabbitmq, const char *vhost,
    const struct rabbitmq_filter *filter, int64_t until_ms, struct rabbitmq_queues *ret,
    struct err *err)
{
	unsigned pages = 1;
	int r = 0;

	for (unsigned page = 1; r == 0 && page <= pages; page++)
		r = rabbitmq_ask_queues_page(
		    rabbitmq, vhost, page, filter, until_ms, ret, &pages, err);
	return r;
}

int rabbitmq_ask_connections(struct rabbitmq *rabbitmq, int64_t until_ms,
    struct rabbitmq_connections *ret, struct err *err)
{
	unsigned pages = 1;

	for (unsigned page = 1; page <= pages; page++) {
		char path[80];
		int r;

		(void)snprintf(path, sizeof(path),
		    "connections?page=%u&page_size=%d&columns=name,state", page, PAGE_SIZE);
		r = get(rabbitmq, path, until_ms, err);
		if (r == 0)
			r = rabbitmq_parse_connections(buf_text(&rabbitmq->answer.body),
			    rabbitmq->answer.body.size, ret, &pages, err);
		if (is_behind_last(rabbitmq, page))
			return 0;
		if (r < 0)
			return r;
	}
	return 0;
}

int rabbitmq_ask_health(struct rabbitmq *rabbitmq, const char *check, int64_t until_ms,
    bool *ret_well, char reason[RABBITMQ_NAME_SIZE], struct err *err)
{
	const struct buf *body = &rabbitmq->answer.body;
	CLEANUP_BUF struct buf path = BUF_INIT;
	int r = buf_addf(&path, "health/checks/%s", check);

	if (r < 0)
		return err_sys(err, r, "cannot keep the URL");
	r = ask(rabbitmq, buf_text(&path), until_ms, err);
	if (r < 0)
		return r;
	if (rabbitmq->answer.status != 200 && rabbitmq->answer.status != 503)
		return bad_status(rabbitmq, err);
	*ret_well = rabbitmq->answer.status == 200;
	rabbitmq_parse_reason(buf_text(body), body->size, reason);
	return 0;
}
