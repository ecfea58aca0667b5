/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/dgram.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/clock.h"

/* --- opening --------------------------------------------------------------------- */

/* Binds to "FOLDER/haetae.PID.sock", as the daemon can only answer to a name. */
static int unix_bind(struct dgram *dgram, const char *path, struct err *err)
{
	char own[PATH_MAX];
	struct sockaddr_un address;
	int r;

	(void)snprintf(own, sizeof(own), "%.*s/haetae.%ld.sock",
	    (int)(strrchr(path, '/') - path), path, (long)getpid());
	r = address_unix(own, &address, err);
	if (r < 0)
		return r;
	/* One that a killed process of this pid left behind. */
	(void)unlink(own);
	if (bind(dgram->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return err_sys(err, -errno, "cannot make socket %s", own);
	(void)snprintf(dgram->own_path, sizeof(dgram->own_path), "%s", address.sun_path);
	/* The daemon runs as another user; the folder keeps everybody else away. */
	if (chmod(own, 0666) < 0)
		return err_sys(err, -errno, "cannot open socket %s to the daemon", own);
	return 0;
}

static int unix_open(const char *path, struct dgram *ret, struct err *err)
{
	CLEANUP_DGRAM struct dgram dgram = DGRAM_NONE;
	struct sockaddr_un address;
	int r = address_unix(path, &address, err);

	if (r < 0)
		return r;
	dgram.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (dgram.fd < 0)
		return err_sys(err, -errno, "cannot make a socket");
	r = unix_bind(&dgram, path, err);
	if (r < 0)
		return r;
	if (connect(dgram.fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return err_sys(err, -errno, "cannot connect to %s", path);
	*ret = dgram;
	dgram = (struct dgram)DGRAM_NONE;
	return 0;
}

int dgram_open(const char *address, const char *default_port, enum address_family family,
    struct dgram *ret, struct err *err)
{
	CLEANUP_ADDRINFO struct addrinfo *list = NULL;
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];
	int r, code = -EHOSTUNREACH;

	if (*address == '/')
		return unix_open(address, ret, err);
	r = address_split(address, default_port, host, port, err);
	if (r == 0)
		r = address_look_up(host, port, family, SOCK_DGRAM, &list, err);
	if (r < 0)
		return r;
	for (const struct addrinfo *item = list; item; item = item->ai_next) {
		CLEANUP_CLOSE int fd = socket(item->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		if (fd >= 0 && connect(fd, item->ai_addr, item->ai_addrlen) == 0) {
			*ret = (struct dgram){ .fd = fd };
			fd = -1;
			return 0;
		}
		code = -errno;
	}
	return err_sys(err, code, "cannot connect to %s", address);
}

void dgram_close(struct dgram *dgram)
{
	if (dgram->fd >= 0)
		close(dgram->fd);
	if (dgram->own_path[0])
		(void)unlink(dgram->own_path);
	*dgram = (struct dgram)DGRAM_NONE;
}

/* --- asking ---------------------------------------------------------------------- */

int dgram_ask(struct dgram *dgram, const void *question, size_t size, int64_t timeout_ms,
    dgram_answer_fn *is_answer, const void *context, unsigned char *answer, size_t room,
    size_t *ret_size, struct err *err)
{
	int64_t end = clock_mono_ms() + timeout_ms;

	if (send(dgram->fd, question, size, MSG_NOSIGNAL) < 0)
		return err_sys(err, -errno, "cannot ask");
	for (;;) {
		struct pollfd ready = { .fd = dgram->fd, .events = POLLIN };
		int64_t left = end - clock_mono_ms();
		ssize_t got;
		int n;

		if (left <= 0)
			return err_set(err, -ETIMEDOUT, "no answer");
		n = poll(&ready, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (n < 0 && errno != EINTR)
			return err_sys(err, -errno, "cannot wait for the answer");
		if (n <= 0)
			continue;
		got = recv(dgram->fd, answer, room, MSG_DONTWAIT);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got < 0)
			return err_sys(err, -errno, "no answer");
		if (is_answer(answer, (size_t)got, context)) {
			*ret_size = (size_t)got;
			return 0;
		}
	}
}
