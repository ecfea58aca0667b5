/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * http_files [PATH STATUS FILE]...: a small HTTP server for tests. It listens on a free port of
 * 127.0.0.1, prints the port, and answers a GET whose path, with its query, contains PATH (the
 * first that does) with that status and the bytes of FILE (none if it is empty); anything else
 * is 404. It ends after 60 s, and with who started it.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/cleanup.h"

enum { LIFE_S = 60, HEAD_SIZE = 8192, BODY_SIZE = 4 << 20 };

static bool read_head(int fd, char head[HEAD_SIZE])
{
	size_t size = 0;

	while (size + 1 < HEAD_SIZE) {
		if (recv(fd, head + size, 1, 0) != 1)
			return false;
		head[++size] = '\0';
		if (size >= 4 && strcmp(head + size - 4, "\r\n\r\n") == 0)
			return true;
	}
	return false;
}

static void send_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		data += sent;
		size -= (size_t)sent;
	}
}

static void answer(int fd, const char *status, const char *file)
{
	CLEANUP_FREE char *body = malloc(BODY_SIZE);
	CLEANUP_FCLOSE FILE *in = *file ? fopen(file, "re") : NULL;
	size_t size = body && in ? fread(body, 1, BODY_SIZE, in) : 0;
	char head[200];
	int head_size = snprintf(head, sizeof(head),
	    "HTTP/1.1 %.3s Test\r\nContent-Type: application/json\r\nContent-Length: "
	    "%zu\r\n\r\n",
	    status, size);

	send_all(fd, head, (size_t)head_size);
	send_all(fd, body ? body : "", size);
}

static void serve(int fd, int n, char **rows)
{
	char head[HEAD_SIZE];

	while (read_head(fd, head)) {
		int i = 0;

		head[strcspn(head, "\r")] = '\0';
		while (i + 2 < n && !strstr(head, rows[i]))
			i += 3;
		if (i + 2 < n)
			answer(fd, rows[i + 1], rows[i + 2]);
		else
			answer(fd, "404", "");
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(LIFE_S);
	if (server < 0 || bind(server, (struct sockaddr *)&address, size) < 0 ||
	    listen(server, 5) < 0 ||
	    getsockname(server, (struct sockaddr *)&address, &size) < 0)
		return 1;
	printf("%u\n", ntohs(address.sin_port));
	(void)fflush(stdout);
	for (;;) {
		CLEANUP_CLOSE int fd = accept4(server, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0)
			serve(fd, argc - 1, argv + 1);
	}
}
