/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/client/stream.h"
#include "t/tap.h"

enum { SOON_MS = 200, LATE_MS = 20000 };

/* A listener on a free port of the loopback; its address as text. */
static int listen_tcp(int family, char *address, size_t size)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct sockaddr_in four = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_storage bound;
	socklen_t bound_size = sizeof(bound);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = family == AF_INET ? bind(fd, (struct sockaddr *)&four, sizeof(four))
				  : bind(fd, (struct sockaddr *)&six, sizeof(six));

	if (fd < 0 || r < 0 || listen(fd, 5) < 0 ||
	    getsockname(fd, (struct sockaddr *)&bound, &bound_size) < 0)
		return -1;
	if (family == AF_INET)
		snprintf(address, size, "127.0.0.1:%u",
		    ntohs(((struct sockaddr_in *)&bound)->sin_port));
	else
		snprintf(address, size, "[::1]:%u",
		    ntohs(((struct sockaddr_in6 *)&bound)->sin6_port));
	return fd;
}

static int64_t soon(void)
{
	return clock_mono_ms() + SOON_MS;
}

static int64_t late(void)
{
	return clock_mono_ms() + LATE_MS;
}

static void test_tcp(int family)
{
	char address[64] = "", got[8] = "";
	struct stream stream = STREAM_NONE;
	CLEANUP_BUF struct buf line = BUF_INIT;
	struct err err = ERR_INIT;
	size_t size = 0;
	int server = listen_tcp(family, address, sizeof(address));
	int peer;

	is_num(stream_open(address, "1", ADDRESS_ANY, late(), &stream, &err), 0, address);
	peer = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	is_num(stream_write(&stream, "ask", 3, late(), &err), 0, "writes");
	is_num(read(peer, got, sizeof(got)), 3, "what was written arrives");
	is_num(stream_read(&stream, got, sizeof(got), soon(), &size, &err), -ETIMEDOUT,
	    "a silent peer meets the limit");
	is_str(err.text, "no answer in time", "with these words");
	is_num(write(peer, "one\r\n", 5), 5, "the peer answers");
	is_num(stream_read_line(&stream, &line, 10, late(), &err), 0, "a line is read");
	is_str(buf_text(&line), "one", "without its end");
	is_num(write(peer, "0123456789abcdef\n", 17), 17, "the peer answers too much");
	is_num(stream_read_line(&stream, &line, 10, late(), &err), -EMSGSIZE,
	    "a long line is refused");
	is_num(write(peer, "abcd", 4), 4, "the peer sends four bytes");
	close(peer);
	is_num(stream_read_all(&stream, got, 3, late(), &err), 0, "three are read");
	is_num(stream_read_all(&stream, got, 3, late(), &err), -ECONNRESET,
	    "the end comes before the next three");
	is_num(stream_read(&stream, got, 3, late(), &size, &err), 0, "the end is no failure");
	is_num((long long)size, 0, "but nothing");
	stream_close(&stream);
	close(server);
	is_num(stream_open(address, "1", ADDRESS_ANY, late(), &stream, &err), -ECONNREFUSED,
	    "nobody listens any more");
}

/* Who reads nothing fills the buffers of both ends. */
static void test_full(void)
{
	static char much[1 << 20];
	char address[64] = "";
	struct stream stream = STREAM_NONE;
	int server = listen_tcp(AF_INET, address, sizeof(address)), r = 0;

	is_num(stream_open(address, "1", ADDRESS_IPV4, late(), &stream, NULL), 0, "opens");
	for (int i = 0; i < 64 && r == 0; i++)
		r = stream_write(&stream, much, sizeof(much), soon(), NULL);
	is_num(r, -ETIMEDOUT, "a peer that reads nothing meets the limit");
	stream_close(&stream);
	close(server);
}

static void test_unix(void)
{
	char path[64];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stream stream = STREAM_NONE;
	struct err err = ERR_INIT;
	int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* An abstract name is gone with its socket. */
	snprintf(path, sizeof(path), "@haetae-unit-stream-%ld", (long)getpid());
	memcpy(address.sun_path + 1, path + 1, strlen(path) - 1);
	is_num(bind(server, (struct sockaddr *)&address,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))),
	    0, "an abstract socket");
	is_num(listen(server, 1), 0, "listens");
	is_num(stream_open(path, NULL, ADDRESS_ANY, late(), &stream, &err), 0, "is reached");
	stream_close(&stream);
	close(server);
	is_num(stream_open("/nonexistent/socket", NULL, ADDRESS_ANY, late(), &stream, &err),
	    -ENOENT, "a path that is none");
	ok(strncmp(err.text, "cannot connect to /nonexistent/socket: ", 39) == 0,
	    "is named: %s", err.text);
}

/* A queue that is full has room once somebody is let in. */
static void test_unix_full(void)
{
	char path[64];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stream waiting[8], last = STREAM_NONE;
	struct err err = ERR_INIT;
	int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), n = 0, r = 0;
	int64_t start_ms;
	pid_t pid;

	snprintf(path, sizeof(path), "@haetae-unit-full-%ld", (long)getpid());
	memcpy(address.sun_path + 1, path + 1, strlen(path) - 1);
	is_num(bind(server, (struct sockaddr *)&address,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))),
	    0, "another abstract socket");
	is_num(listen(server, 0), 0, "has a short queue");
	while (r == 0 && n < 8) {
		waiting[n] = (struct stream)STREAM_NONE;
		start_ms = clock_mono_ms();
		r = stream_open(path, NULL, ADDRESS_ANY, soon(), &waiting[n++], &err);
	}
	is_num(r, -ETIMEDOUT, "which is full for all the time that there is");
	ok(clock_mono_ms() - start_ms >= SOON_MS / 2, "and that time is waited for");
	pid = fork();
	if (pid == 0) {
		clock_sleep_ms(SOON_MS);
		_exit(accept4(server, NULL, NULL, SOCK_CLOEXEC) < 0);
	}
	is_num(stream_open(path, NULL, ADDRESS_ANY, late(), &last, &err), 0,
	    "who waits gets in when somebody was let in");
	(void)waitpid(pid, NULL, 0);
	while (n-- > 0)
		stream_close(&waiting[n]);
	stream_close(&last);
	close(server);
}

int main(void)
{
	test_tcp(AF_INET);
	test_tcp(AF_INET6);
	test_full();
	test_unix();
	test_unix_full();
	return tap_done();
}
