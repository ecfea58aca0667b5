/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bad_peer MODE [--http] [--greeting FILE] [--file FILE] [--unix PATH] [--udp] [-6]: a server that
 * behaves badly, for the tests of whatever asks one. It listens on a free port of the loopback
 * (or on PATH, or "@NAME"), prints the port (or PATH) and serves each connection like this:
 *
 *   silent    reads, and never says a word
 *   drip      one byte a second
 *   flood     1 GB, as fast as it is taken
 *   garbage   bytes that are no protocol and no JSON; then nothing more comes
 *   redirect  each HTTP request is sent back to this server
 *   reset     the connection is reset
 *   close     the connection is closed
 *
 * --greeting sends the bytes of FILE first. --http waits for the head of a request, answers
 * with the head of a good response, and misbehaves in its body. --file has what drip and
 * garbage send, and what flood repeats. --udp waits for a datagram instead of a connection, and
 * knows silent, garbage and flood, which sends for a second. It ends after 60 s, with who started it, and when its
 * standard input, if that is a pipe, does.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"

enum { LIFE_S = 60, PIECE_SIZE = 64 << 10, FLOOD_BYTES = 1 << 30, BODY_BYTES = 1000 };

struct content {
	char bytes[PIECE_SIZE];
	size_t size; /* 0: none was given */
};

struct peer {
	const struct mode *mode;
	bool http, udp, ipv6;
	const char *path;
	unsigned port;
	struct content *greeting, *file;
};

struct mode {
	const char *name;
	void (*serve)(const struct peer *peer, int fd);
	/* Of the head with --http: the body has a size that it never reaches, or none and ends
	 * with the connection. */
	bool is_sized;
};

/* --- bytes ------------------------------------------------------------------------------ */

static bool send_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = send(fd, data, size, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			data += n;
			size -= (size_t)n;
		}
	}
	return true;
}

/* Waits for the peer to close, whatever it sends until then. */
static void drain(int fd)
{
	char piece[4096];

	while (recv(fd, piece, sizeof(piece), 0) > 0)
		continue;
}

/* Reads up to the empty line behind a head, byte by byte: the next request may follow. */
static bool read_head(int fd)
{
	static const char mark[] = "\r\n\r\n";
	size_t matched = 0;
	char c;

	while (matched < sizeof(mark) - 1) {
		if (recv(fd, &c, 1, 0) != 1)
			return false;
		matched = c == mark[matched] ? matched + 1 : c == mark[0];
	}
	return true;
}

static bool send_head(const struct peer *peer, int fd)
{
	char head[200], length[60] = "";

	if (peer->mode->is_sized)
		(void)snprintf(length, sizeof(length), "Content-Length: %d\r\n", BODY_BYTES);
	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%sConnection: close\r\n\r\n",
	    length);
	return send_all(fd, head, strlen(head));
}

/* --- the modes -------------------------------------------------------------------------- */

static void serve_silent(const struct peer *peer, int fd)
{
	(void)peer;
	drain(fd);
}

static void serve_drip(const struct peer *peer, int fd)
{
	for (size_t i = 0;; i++) {
		const char *next = i < peer->file->size ? &peer->file->bytes[i] : "x";

		if (!send_all(fd, next, 1))
			return;
		clock_sleep_ms(1000);
	}
}

static void serve_flood(const struct peer *peer, int fd)
{
	struct content *file = peer->file;

	if (file->size == 0) {
		memset(file->bytes, 'x', sizeof(file->bytes));
		file->size = sizeof(file->bytes);
	}
	for (size_t sent = 0; sent < FLOOD_BYTES; sent += file->size) {
		if (!send_all(fd, file->bytes, file->size))
			return;
	}
}

static void serve_garbage(const struct peer *peer, int fd)
{
	static const char garbage[] = "{\"a\": [1,, \xff\xfe\x01 \"\\ud800\", nul\r\n"
				      "%s%n|'=<\x1b[2J\0\0\0\0\n-\r\n$-9\r\n*999999999\r\n";
	bool given = peer->file->size > 0;

	(void)send_all(fd, given ? peer->file->bytes : garbage,
	    given ? peer->file->size : sizeof(garbage) - 1);
	(void)shutdown(fd, SHUT_WR);
	drain(fd);
}

static void serve_redirect(const struct peer *peer, int fd)
{
	char head[200], host[40] = "localhost";

	if (!peer->path)
		(void)snprintf(host, sizeof(host), "%s:%u", peer->ipv6 ? "[::1]" : "127.0.0.1",
		    peer->port);
	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 302 Found\r\nLocation: http://%s/again\r\nContent-Length: 0\r\n\r\n",
	    host);
	while (read_head(fd) && send_all(fd, head, strlen(head)))
		continue;
}

static void serve_reset(const struct peer *peer, int fd)
{
	struct linger at_once = { .l_onoff = 1 };
	struct pollfd question = { .fd = fd, .events = POLLIN };

	/* A unix socket is reset when something unread is left in it. */
	if (peer->path)
		(void)poll(&question, 1, 1000);
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

static void serve_close(const struct peer *peer, int fd)
{
	(void)peer;
	(void)shutdown(fd, SHUT_RDWR);
}

/* --- datagrams: each that comes is answered by none, one or very many ----------------------- */

static bool serve_datagram(const struct peer *peer, int fd)
{
	static const char garbage[] = "{\"a\": [1,, \xff\xfe\x01\0\0\n$-9\r\n";
	const char *data = peer->file->size ? peer->file->bytes : garbage;
	size_t size = peer->file->size ? peer->file->size : sizeof(garbage) - 1;
	bool is_flood = peer->mode->serve == serve_flood;
	struct sockaddr_storage from;
	socklen_t from_size = sizeof(from);
	char question[4096];
	int64_t until_ms = clock_mono_ms() + 1000;

	if (recvfrom(fd, question, sizeof(question), 0, (struct sockaddr *)&from, &from_size) <
	    0)
		return errno == EINTR || errno == ECONNREFUSED;
	if (peer->mode->serve == serve_silent)
		return true;
	do {
		(void)sendto(fd, data, size < 1400 ? size : 1400, 0,
		    (const struct sockaddr *)&from, from_size);
	} while (is_flood && clock_mono_ms() < until_ms);
	return true;
}

static const struct mode modes[] = {
	{ "silent", serve_silent, true },
	{ "drip", serve_drip, true },
	{ "flood", serve_flood, false },
	{ "garbage", serve_garbage, false },
	{ "redirect", serve_redirect, false },
	{ "reset", serve_reset, true },
	{ "close", serve_close, true },
};

/* --- the server ------------------------------------------------------------------------- */

static void serve(const struct peer *peer, int fd)
{
	/* Ends with the server, and with the same clock. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)alarm(LIFE_S);
	if (!send_all(fd, peer->greeting->bytes, peer->greeting->size))
		return;
	if (peer->http && peer->mode->serve != serve_redirect &&
	    (!read_head(fd) || !send_head(peer, fd)))
		return;
	peer->mode->serve(peer, fd);
}

static int listen_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t size = strlen(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || size >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, size);
	if (*path == '@')
		address.sun_path[0] = '\0';
	if (bind(fd, (const struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + size +
			    (*path == '@' ? 0 : 1))) < 0)
		return -1;
	return listen(fd, SOMAXCONN) < 0 ? -1 : fd;
}

static int listen_ip(bool ipv6, bool udp, unsigned *ret_port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct sockaddr_in four = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *address = ipv6 ? (struct sockaddr *)&six : (struct sockaddr *)&four;
	socklen_t size = ipv6 ? sizeof(six) : sizeof(four);
	int fd = socket(address->sa_family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, address, size) < 0 || (!udp && listen(fd, SOMAXCONN) < 0) ||
	    getsockname(fd, address, &size) < 0)
		return -1;
	*ret_port = ntohs(ipv6 ? six.sin6_port : four.sin_port);
	return fd;
}

/* Accepts until standard input, if it is a pipe, is closed. */
static void serve_all(const struct peer *peer, int listener)
{
	struct stat in;
	bool has_pipe =
	    fstat(STDIN_FILENO, &in) == 0 && (S_ISFIFO(in.st_mode) || S_ISSOCK(in.st_mode));
	struct pollfd ready[] = {
		{ .fd = listener, .events = POLLIN },
		{ .fd = has_pipe ? STDIN_FILENO : -1, .events = POLLIN },
	};

	while (peer->udp && poll(ready, 2, -1) > 0 && !ready[1].revents)
		if (!serve_datagram(peer, listener))
			return;
	while (!peer->udp && poll(ready, 2, -1) > 0 && !ready[1].revents) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0 && fork() == 0) {
			close(listener);
			serve(peer, fd);
			close(fd);
			_exit(0);
		}
		if (fd >= 0)
			close(fd);
	}
}

static bool read_content(const char *path, struct content *ret)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret->bytes, sizeof(ret->bytes));

	ret->size = n > 0 ? (size_t)n : 0;
	if (n <= 0)
		(void)fprintf(stderr, "bad_peer: cannot read %s\n", path);
	return n > 0;
}

static bool parse(int argc, char **argv, struct peer *peer)
{
	static const struct option names[] = {
		{ "http", no_argument, NULL, 'h' },
		{ "udp", no_argument, NULL, 'd' },
		{ "unix", required_argument, NULL, 'u' },
		{ "file", required_argument, NULL, 'f' },
		{ "greeting", required_argument, NULL, 'g' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "46", names, NULL)) >= 0) {
		if (c == 'h')
			peer->http = true;
		else if (c == 'd')
			peer->udp = true;
		else if (c == '4' || c == '6')
			peer->ipv6 = c == '6';
		else if (c == 'u')
			peer->path = optarg;
		else if (c == '?' ||
			 !read_content(optarg, c == 'f' ? peer->file : peer->greeting))
			return false;
	}
	for (size_t i = 0; optind == argc - 1 && i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(argv[optind], modes[i].name) == 0)
			peer->mode = &modes[i];
	}
	return peer->mode != NULL;
}

int main(int argc, char **argv)
{
	static struct content greeting, file;
	struct peer peer = { .greeting = &greeting, .file = &file };
	int listener;

	if (!parse(argc, argv, &peer)) {
		(void)fprintf(stderr, "usage: bad_peer MODE [--http] [--greeting FILE] "
				      "[--file FILE] [--unix PATH] [--udp] [-6]\n");
		return 2;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)alarm(LIFE_S);
	(void)signal(SIGCHLD, SIG_IGN);
	listener =
	    peer.path ? listen_unix(peer.path) : listen_ip(peer.ipv6, peer.udp, &peer.port);
	if (listener < 0) {
		perror("bad_peer");
		return 1;
	}
	if (peer.path)
		(void)puts(peer.path);
	else
		(void)printf("%u\n", peer.port);
	(void)fflush(stdout);
	serve_all(&peer, listener);
	return 0;
}
