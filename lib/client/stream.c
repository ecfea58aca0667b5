/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/stream.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/clock.h"

enum { ROOM_MS = 20 };

static int wait_ready(int fd, short events, int64_t until_ms)
{
	for (;;) {
		struct pollfd ready = { .fd = fd, .events = events };
		int64_t left = until_ms - clock_mono_ms();
		int n;

		if (left <= 0)
			return -ETIMEDOUT;
		n = poll(&ready, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

/* --- opening ------------------------------------------------------------------------- */

/* A unix socket whose queue is full says EAGAIN, and nothing tells when it has room again. Such
 * queues are short, and many who ask at once fill them for a moment. */
static int connect_when_room(
    int fd, const struct sockaddr *address, socklen_t size, int64_t until_ms)
{
	while (connect(fd, address, size) < 0) {
		if (errno != EAGAIN)
			return -errno;
		if (clock_mono_ms() + ROOM_MS >= until_ms)
			return -ETIMEDOUT;
		clock_sleep_ms(ROOM_MS);
	}
	return 0;
}

/* Returns a connected socket or -errno. */
static int connect_to(
    int family, const struct sockaddr *address, socklen_t size, int64_t until_ms)
{
	CLEANUP_CLOSE int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r, code = 0, taken;
	socklen_t code_size = sizeof(code);

	if (fd < 0)
		return -errno;
	r = connect_when_room(fd, address, size, until_ms);
	if (r < 0) {
		if (r != -EINPROGRESS)
			return r;
		r = wait_ready(fd, POLLOUT, until_ms);
		if (r < 0)
			return r;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &code_size) < 0)
			return -errno;
		if (code != 0)
			return -code;
	}
	taken = fd;
	fd = -1;
	return taken;
}

static int open_unix(const char *path, int64_t until_ms, struct stream *ret, struct err *err)
{
	struct sockaddr_un address;
	socklen_t size = sizeof(address);
	int r = address_unix(path, &address, err);

	if (r < 0)
		return r;
	if (*path == '@') {
		address.sun_path[0] = '\0';
		size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	}
	r = connect_to(AF_UNIX, (const struct sockaddr *)&address, size, until_ms);
	if (r < 0)
		return err_sys(err, r, "cannot connect to %s", path);
	ret->fd = r;
	return 0;
}

int stream_open(const char *address, const char *default_port, enum address_family family,
    int64_t until_ms, struct stream *ret, struct err *err)
{
	CLEANUP_ADDRINFO struct addrinfo *list = NULL;
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];
	int r;

	if (*address == '/' || *address == '@')
		return open_unix(address, until_ms, ret, err);
	r = address_split(address, default_port, host, port, err);
	if (r == 0)
		r = address_look_up(host, port, family, SOCK_STREAM, &list, err);
	if (r < 0)
		return r;
	r = -EHOSTUNREACH;
	for (const struct addrinfo *item = list; item; item = item->ai_next) {
		int64_t now = clock_mono_ms(), end = until_ms;

		/* A silent first address leaves time for the others. */
		if (item->ai_next && until_ms > now)
			end = now + (until_ms - now) / 2;
		r = connect_to(item->ai_family, item->ai_addr, item->ai_addrlen, end);
		if (r >= 0) {
			ret->fd = r;
			return 0;
		}
	}
	return err_sys(err, r, "cannot connect to %s port %s", host, port);
}

void stream_close(struct stream *stream)
{
	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
}

/* --- bytes ------------------------------------------------------------------------------ */

int stream_write(
    struct stream *stream, const void *data, size_t size, int64_t until_ms, struct err *err)
{
	const char *next = data;

	while (size > 0) {
		ssize_t sent = send(stream->fd, next, size, MSG_NOSIGNAL);
		int r = sent < 0 ? -errno : 0;

		if (r == -EAGAIN)
			r = wait_ready(stream->fd, POLLOUT, until_ms);
		if (r < 0 && r != -EINTR)
			return err_sys(err, r, "cannot send");
		if (sent > 0) {
			next += sent;
			size -= (size_t)sent;
		}
	}
	return 0;
}

int stream_read(struct stream *stream, void *data, size_t room, int64_t until_ms,
    size_t *ret_size, struct err *err)
{
	for (;;) {
		/* Waits first: a peer that always has more must meet the limit, too. */
		int r = wait_ready(stream->fd, POLLIN, until_ms);
		ssize_t got = r < 0 ? -1 : recv(stream->fd, data, room, 0);

		if (got >= 0) {
			*ret_size = (size_t)got;
			return 0;
		}
		r = r < 0 ? r : -errno;
		if (r == -ETIMEDOUT)
			return err_set(err, r, "no answer in time");
		if (r != -EAGAIN && r != -EINTR)
			return err_sys(err, r, "cannot read the answer");
	}
}

static int closed(struct err *err)
{
	return err_set(err, -ECONNRESET, "the peer closed the connection");
}

int stream_read_all(
    struct stream *stream, void *data, size_t size, int64_t until_ms, struct err *err)
{
	char *next = data;
	size_t got = 0;

	while (size > 0) {
		int r = stream_read(stream, next, size, until_ms, &got, err);

		if (r < 0)
			return r;
		if (got == 0)
			return closed(err);
		next += got;
		size -= got;
	}
	return 0;
}

int stream_read_line(
    struct stream *stream, struct buf *buf, size_t max, int64_t until_ms, struct err *err)
{
	char piece[512];
	size_t got = 0, taken = 0;

	for (;;) {
		const char *end;
		int r = stream_read(stream, piece, sizeof(piece), until_ms, &got, err);

		if (r < 0)
			return r;
		if (got == 0)
			return closed(err);
		end = memchr(piece, '\n', got);
		if (end)
			got = (size_t)(end - piece);
		taken += got;
		if (taken > max)
			return err_set(
			    err, -EMSGSIZE, "the answer has a line of over %zu bytes", max);
		r = buf_add(buf, piece, got);
		if (r < 0)
			return err_sys(err, r, "cannot keep the answer");
		if (end)
			break;
	}
	if (taken > 0 && buf_text(buf)[buf->size - 1] == '\r')
		buf_cut(buf, buf->size - 1);
	return 0;
}
