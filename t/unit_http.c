/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client against a small server of its own, one process that answers by the path asked
 * for. Connections are served one after another.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/client/http.h"
#include "t/tap.h"

enum { SOON_MS = 400, LATE_MS = 20000, SERVER_S = 60 };

/* --- the server -------------------------------------------------------------------------- */

static void say(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		(void)shutdown(fd, SHUT_RDWR);
}

/* Reads a request's head; false when the client has gone. */
static bool hear(int fd, char *head, size_t room)
{
	size_t size = 0;

	while (size + 1 < room) {
		ssize_t got = recv(fd, head + size, 1, 0);

		if (got <= 0)
			return false;
		head[++size] = '\0';
		if (size >= 4 && strcmp(head + size - 4, "\r\n\r\n") == 0)
			return true;
	}
	return false;
}

static void say_page(int fd, const char *status, const char *header, const char *body)
{
	char text[4096];

	(void)snprintf(text, sizeof(text), "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s",
	    status, header, strlen(body), body);
	say(fd, text);
}

static void flood(int fd)
{
	static char block[65536];

	say(fd, "HTTP/1.1 200 OK\r\n\r\n");
	for (int i = 0; i < 16384; i++)
		if (send(fd, block, sizeof(block), MSG_NOSIGNAL) < 0)
			return;
}

static void drip(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
	while (send(fd, "x", 1, MSG_NOSIGNAL) == 1)
		clock_sleep_ms(20);
}

static void reset(int fd)
{
	struct linger now = { .l_onoff = 1 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* Answers one request; false closes the connection. */
static bool answer(int fd, const char *head)
{
	char path[64] = "", wanted[128];

	const char *from = strstr(head, " /");

	if (!from)
		return false;
	(void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(from + 2, " \r\n"), from + 2);
	if (strcmp(path, "page") == 0) {
		say_page(fd, "200 OK", "Content-Type: text/x-test\r\n", "hello");
	} else if (strcmp(path, "head") == 0) {
		say_page(fd, "200 OK", "", head);
	} else if (strcmp(path, "loop") == 0) {
		say_page(fd, "302 Found", "Location: /loop\r\n", "");
	} else if (strcmp(path, "once") == 0) {
		say_page(fd, "302 Found", "Location: /head\r\n", "");
	} else if (strcmp(path, "away") == 0) {
		say_page(fd, "302 Found", "Location: file:///etc/passwd\r\n", "");
	} else if (strcmp(path, "garbage") == 0) {
		say(fd, "\x01\x02garbage\r\n\r\n");
		return false;
	} else if (strcmp(path, "silent") == 0) {
		return hear(fd, wanted, sizeof(wanted));
	} else if (strcmp(path, "flood") == 0) {
		flood(fd);
		return false;
	} else if (strcmp(path, "drip") == 0) {
		drip(fd);
		return false;
	} else if (strcmp(path, "half") == 0) {
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
		return false;
	} else if (strcmp(path, "reset") == 0) {
		reset(fd);
		return false;
	} else if (strcmp(path, "last") == 0) {
		/* Promises to keep the connection, and does not: the next request is reset. */
		say_page(fd, "200 OK", "", "last");
		(void)hear(fd, wanted, sizeof(wanted));
		reset(fd);
		return false;
	} else {
		say_page(fd, "404 Not Found", "", "");
	}
	return true;
}

static void serve(int server)
{
	char head[4096];

	for (;;) {
		int fd = accept4(server, NULL, NULL, SOCK_CLOEXEC);

		while (fd >= 0 && hear(fd, head, sizeof(head)) && answer(fd, head))
			;
		if (fd >= 0)
			close(fd);
	}
}

/* Its pid; base is "http://[::1]:PORT" */
static pid_t start_server(char *base, size_t size)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
		.sin6_addr = in6addr_loopback };
	socklen_t address_size = sizeof(address);
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 5) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &address_size) < 0)
		return -1;
	(void)snprintf(base, size, "http://[::1]:%u", ntohs(address.sin6_port));
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(SERVER_S);
		serve(fd);
	}
	close(fd);
	return pid;
}

/* --- the tests --------------------------------------------------------------------------- */

struct asked {
	struct http *http;
	struct http_answer answer;
	struct err err;
	char base[64];
};

static int ask(struct asked *asked, const char *path, int64_t wait_ms)
{
	char url[128];
	struct http_request request = {
		.url = url, .max = 100000, .until_ms = clock_mono_ms() + wait_ms
	};

	(void)snprintf(url, sizeof(url), "%s/%s", asked->base, path);
	asked->err.text[0] = '\0';
	return http_ask(asked->http, &request, &asked->answer, &asked->err);
}

static void renew(struct asked *asked, const struct http_settings *settings)
{
	http_free(asked->http);
	asked->http = NULL;
	is_num(http_new(settings, &asked->http, &asked->err), 0, "a new client");
}

static void test_good(struct asked *asked)
{
	is_num(ask(asked, "page", LATE_MS), 0, "a page is read");
	is_num(asked->answer.status, 200, "its status");
	is_str(asked->answer.type, "text/x-test", "its type");
	is_str(buf_text(&asked->answer.body), "hello", "its body");
	ok(!asked->answer.reused && !asked->answer.certificate.known, "over a new connection");
	ok(asked->answer.times.total_s > 0 &&
		asked->answer.times.total_s >= asked->answer.times.connect_s &&
		asked->answer.times.tls_s == 0,
	    "with its times");
	is_num(ask(asked, "none", LATE_MS), 0, "a page that is not there is an answer");
	is_num(asked->answer.status, 404, "with its status");
	ok(asked->answer.reused, "over the same connection");
	is_num(ask(asked, "last", LATE_MS), 0, "a server that resets the kept connection");
	is_num(ask(asked, "page", LATE_MS), 0, "is asked again over a new one");
	ok(!asked->answer.reused, "which is seen");
}

static void test_bad(struct asked *asked)
{
	int64_t start = clock_mono_ms();

	is_num(ask(asked, "silent", SOON_MS), -ETIMEDOUT, "a silent peer meets the limit");
	is_str(asked->err.text, "no answer in time", "with these words");
	is_num(ask(asked, "drip", SOON_MS), -ETIMEDOUT, "so does one that drips");
	is_num(asked->answer.status, 200, "whose status is known");
	ok(clock_mono_ms() - start < 2 * SOON_MS + 1000, "both in time");
	is_num(ask(asked, "flood", LATE_MS), -EMSGSIZE, "a flood is cut");
	is_str(asked->err.text, "the answer has more than 100000 bytes", "with these words");
	ok(asked->answer.body.size <= 100000, "and was not kept");
	is_num(ask(asked, "half", LATE_MS), -ECONNRESET, "a half answer is none");
	is_num(ask(asked, "reset", LATE_MS), -ECONNRESET, "a reset");
	is_num(ask(asked, "garbage", LATE_MS), -EPROTO, "garbage");
	ok(asked->err.text[0] != '\0', "has words, too: %s", asked->err.text);
	is_num(ask(asked, "page", -1), -ETIMEDOUT, "without time nothing is asked");
}

static void test_redirects(struct asked *asked)
{
	is_num(ask(asked, "loop", LATE_MS), 0, "no redirect is followed");
	is_num(asked->answer.status, 302, "unless asked to");
	renew(asked, &(struct http_settings){ .redirects = 3, .user = "me", .password = "pw" });
	is_num(ask(asked, "loop", LATE_MS), -ELOOP, "a loop ends");
	is_str(asked->err.text, "more than 3 redirects", "with these words");
	is_num(ask(asked, "once", LATE_MS), 0, "one is followed");
	is_num(asked->answer.redirects, 1, "and counted");
	ok(strstr(buf_text(&asked->answer.body), "Authorization: Basic bWU6cHc=\r\n"),
	    "with the credentials for the same host");
	ok(ask(asked, "away", LATE_MS) < 0, "never to a file");
}

static void test_requests(struct asked *asked)
{
	const char *good[] = { "X-One: 1" }, *bad[] = { "X-One: 1\r\nX-Two: 2" };
	char url[128];
	struct http_request request = { .url = url,
		.max = 100000,
		.headers = good,
		.n_headers = 1,
		.body = "a\0b",
		.body_size = 3,
		.until_ms = clock_mono_ms() + LATE_MS };

	(void)snprintf(url, sizeof(url), "%s/head", asked->base);
	renew(asked, &(struct http_settings){ 0 });
	is_num(http_ask(asked->http, &request, &asked->answer, &asked->err), 0, "a POST");
	ok(strncmp(buf_text(&asked->answer.body), "POST /head", 10) == 0, "is one");
	ok(strstr(buf_text(&asked->answer.body), "X-One: 1\r\n"), "with the header");
	ok(strstr(buf_text(&asked->answer.body), "Content-Length: 3\r\n"), "with a NUL inside");
	ok(!strstr(buf_text(&asked->answer.body), "Authorization"), "without credentials");
	request.headers = bad;
	is_num(http_ask(asked->http, &request, &asked->answer, &asked->err), -EINVAL,
	    "a header with a line end is refused");
	renew(asked, &(struct http_settings){ 0 });
	request = (struct http_request){
		.url = "file:///etc/passwd", .max = 100000, .until_ms = request.until_ms
	};
	ok(http_ask(asked->http, &request, &asked->answer, &asked->err) < 0, "no files");
	is_num(asked->answer.body.size, 0, "are read");
	request.url = "http://me:pw@[::1]:1/";
	is_num(http_ask(asked->http, &request, &asked->answer, &asked->err), -EINVAL,
	    "no credentials in a URL");
	request.url = "http://[::1]:1/";
	is_num(http_ask(asked->http, &request, &asked->answer, &asked->err), -ECONNREFUSED,
	    "nobody listens");
	request.url = "http://no-such-host.invalid/";
	is_num(http_ask(asked->http, &request, &asked->answer, &asked->err), -EHOSTUNREACH,
	    "no such host");
}

int main(void)
{
	struct asked asked = { .answer = HTTP_ANSWER_INIT };
	pid_t server = start_server(asked.base, sizeof(asked.base));
	struct http_stream *stream = NULL;

	(void)signal(SIGPIPE, SIG_IGN);
	if (server < 0) {
		skip("no IPv6 loopback");
		return tap_done();
	}
	/* Who obeyed these would ask nobody. */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	renew(&asked, &(struct http_settings){ 0 });
	test_good(&asked);
	test_bad(&asked);
	test_redirects(&asked);
	test_requests(&asked);
	ok(http_stream_open(&(struct http_settings){ 0 }, strstr(asked.base, "["), "1",
	       clock_mono_ms() + SOON_MS, &stream, &asked.err) < 0 &&
		!stream,
	    "a peer without TLS: %s", asked.err.text);
	http_free(asked.http);
	http_answer_free(&asked.answer);
	kill(server, SIGKILL);
	(void)waitpid(server, NULL, 0);
	return tap_done();
}
