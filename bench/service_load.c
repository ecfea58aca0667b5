/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service_load SERVICES PROCESSES CONNECTIONS PORT WORD: keeps so many services until standard input
 * ends, each with so many processes ("service_load serve WORD-I") and a listener on PORT + I, and each
 * process with so many connections to one broker on PORT. Prints a line when all are there. All die
 * with their parent, however it dies.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/num.h"

enum { NUMBERS = 4, NUMBER_MAX = 60000 };
enum { SERVICES, PROCESSES, CONNECTIONS, PORT };

static struct sockaddr_in address_of(uint64_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int listen_on(uint64_t port)
{
	struct sockaddr_in address = address_of(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 4096) < 0) {
		perror("listen");
		_exit(1);
	}
	return fd;
}

static void connect_all(uint64_t n, uint64_t port)
{
	struct sockaddr_in address = address_of(port);

	for (uint64_t i = 0; i < n; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
			perror("connect");
			_exit(1);
		}
	}
}

/* One service: this process and its workers. A byte a process goes to standard output. */
static void serve(const uint64_t *numbers, uint64_t index)
{
	(void)listen_on(numbers[PORT] + index);
	for (uint64_t i = 1; i < numbers[PROCESSES]; i++) {
		if (fork() == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			break;
		}
	}
	connect_all(numbers[CONNECTIONS], numbers[PORT]);
	if (write(STDOUT_FILENO, ".", 1) != 1)
		_exit(1);
	for (;;)
		(void)pause();
}

static void broker(const uint64_t *numbers)
{
	struct rlimit limit;
	int fd = listen_on(numbers[PORT]);

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (write(STDOUT_FILENO, ".", 1) != 1)
		_exit(1);
	for (;;)
		(void)!accept(fd, NULL, NULL);
}

static bool wait_for(int fd, uint64_t n)
{
	char c;

	while (n > 0 && read(fd, &c, 1) == 1)
		n--;
	return n == 0;
}

static int start_all(char **argv, const uint64_t *numbers)
{
	int ends[2];
	char c;

	if (pipe(ends) < 0)
		return 1;
	if (fork() == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)dup2(ends[1], STDOUT_FILENO);
		broker(numbers);
	}
	if (!wait_for(ends[0], 1))
		return 1;
	for (uint64_t i = 1; i <= numbers[SERVICES]; i++) {
		char name[64], index[16];

		if (fork() > 0)
			continue;
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)snprintf(
		    name, sizeof(name), "%.40s-%llu", argv[5], (unsigned long long)i);
		(void)snprintf(index, sizeof(index), "%llu", (unsigned long long)i);
		(void)execl("/proc/self/exe", argv[0], "serve", name, index, argv[1], argv[2],
		    argv[3], argv[4], (char *)NULL);
		_exit(1);
	}
	if (!wait_for(ends[0], numbers[SERVICES] * numbers[PROCESSES]))
		return 1;
	printf("ready\n");
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t numbers[NUMBERS], index = 0;
	bool serves = argc == 8 && strcmp(argv[1], "serve") == 0;

	if (argc != 6 && !serves)
		return 2;
	for (int i = 0; i < NUMBERS; i++) {
		if (num_u64(argv[i + (serves ? 4 : 1)], &numbers[i], NULL) < 0 ||
		    numbers[i] > NUMBER_MAX)
			return 2;
	}
	(void)signal(SIGCHLD, SIG_IGN);
	if (!serves)
		return start_all(argv, numbers);
	if (num_u64(argv[3], &index, NULL) < 0)
		return 2;
	serve(numbers, index);
}
