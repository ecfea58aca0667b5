/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sock_pose WORD...: makes sockets, prints "ready" and its process id, and ends when its
 * standard input does. Words:
 *   tcp:ADDRESS:PORT udp:ADDRESS:PORT   waits there (ADDRESS with colons for IPv6)
 *   to:ADDRESS:PORT                     connects to it, and waits until that is done
 *   try:ADDRESS:PORT                    connects to it, and does not wait
 *   flood                               writes to the last connection until it takes no more
 *   unix:KIND:NAME                      waits there; KIND stream, dgram, seqpacket; @ is abstract
 *   unixto:NAME                         connects a stream
 *   accept                              takes a connection from what waited last
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/num.h"

static int die(const char *word)
{
	fprintf(stderr, "sock_pose: %s: %s\n", word, strerror(errno));
	return 1;
}

static socklen_t parse_inet(const char *text, struct sockaddr_storage *ret)
{
	struct sockaddr_in *four = (void *)ret;
	struct sockaddr_in6 *six = (void *)ret;
	char host[64];
	const char *colon = strrchr(text, ':');
	uint64_t port;

	if (!colon || num_u64(colon + 1, &port, NULL) < 0)
		return 0;
	(void)snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
	memset(ret, 0, sizeof(*ret));
	if (strchr(host, ':')) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons((uint16_t)port);
		return inet_pton(AF_INET6, host, &six->sin6_addr) == 1 ? sizeof(*six) : 0;
	}
	four->sin_family = AF_INET;
	four->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &four->sin_addr) == 1 ? sizeof(*four) : 0;
}

static int do_inet(const char *text, int type, bool waits, bool blocks, int *ret)
{
	struct sockaddr_storage address;
	socklen_t size = parse_inet(text, &address);
	int one = 1, fd = size ? socket(address.ss_family, type, 0) : -1;

	if (fd < 0)
		return -1;
	*ret = fd;
	if (!waits) {
		if (!blocks)
			(void)fcntl(fd, F_SETFL, O_NONBLOCK);
		if (connect(fd, (void *)&address, size) == 0 || !blocks)
			return 0;
		return -1;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (void *)&address, size) < 0)
		return -1;
	return type == SOCK_STREAM ? listen(fd, 5) : 0;
}

static int do_unix(const char *kind, const char *name, bool waits, int *ret)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t size = strlen(name);
	int type = SOCK_STREAM, fd;

	if (strncmp(kind, "dgram", 5) == 0)
		type = SOCK_DGRAM;
	if (strncmp(kind, "seqpacket", 9) == 0)
		type = SOCK_SEQPACKET;
	fd = socket(AF_UNIX, type, 0);
	if (fd < 0 || size >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, name, size);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	else
		size++;
	size += offsetof(struct sockaddr_un, sun_path);
	if (!waits)
		return connect(fd, (void *)&address, (socklen_t)size);
	*ret = fd;
	if (bind(fd, (void *)&address, (socklen_t)size) < 0)
		return -1;
	return type == SOCK_DGRAM ? 0 : listen(fd, 5);
}

static int flood(int fd)
{
	static const char bytes[4096];

	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
	return errno == EAGAIN ? 0 : -1;
}

static int do_word(const char *word, int *last)
{
	const char *colon = strchr(word, ':');
	const char *rest = colon ? colon + 1 : "";

	if (strncmp(word, "tcp:", 4) == 0)
		return do_inet(rest, SOCK_STREAM, true, true, last);
	if (strncmp(word, "udp:", 4) == 0)
		return do_inet(rest, SOCK_DGRAM, true, true, last);
	if (strncmp(word, "to:", 3) == 0)
		return do_inet(rest, SOCK_STREAM, false, true, last);
	if (strncmp(word, "try:", 4) == 0)
		return do_inet(rest, SOCK_STREAM, false, false, last);
	if (strcmp(word, "flood") == 0)
		return flood(*last);
	if (strncmp(word, "unix:", 5) == 0 && strchr(rest, ':'))
		return do_unix(rest, strchr(rest, ':') + 1, true, last);
	if (strncmp(word, "unixto:", 7) == 0)
		return do_unix("stream", rest, false, last);
	if (strcmp(word, "accept") == 0)
		return accept(*last, NULL, NULL) < 0 ? -1 : 0;
	errno = EINVAL;
	return -1;
}

int main(int argc, char **argv)
{
	char byte;
	int last = -1;

	for (int i = 1; i < argc; i++) {
		if (do_word(argv[i], &last) < 0)
			return die(argv[i]);
	}
	printf("ready %d\n", getpid());
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
