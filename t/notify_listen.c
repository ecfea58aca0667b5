/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A service manager's ear, for t/notify.t: prints what comes to a datagram socket, a message a
 * line (newlines inside as ' '). "notify_listen PATH" or "notify_listen @NAME". */
#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	size_t size = argc == 2 ? strlen(argv[1]) : 0;
	char text[4096];
	ssize_t n;

	if (size == 0 || size >= sizeof(address.sun_path))
		return 2;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	memcpy(address.sun_path, argv[1], size);
	if (argv[1][0] == '@')
		address.sun_path[0] = '\0';
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address,
			  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)) < 0) {
		perror("notify_listen");
		return 1;
	}
	while ((n = recv(fd, text, sizeof(text) - 1, 0)) >= 0) {
		text[n] = '\0';
		for (char *p = text; (p = strchr(p, '\n'));)
			*p = ' ';
		(void)puts(text);
		(void)fflush(stdout);
	}
	return 1;
}
