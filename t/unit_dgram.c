/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/dgram.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "lib/base/clock.h"
#include "t/tap.h"

static void test_split(void)
{
	static const struct {
		const char *address, *host, *port;
	} good[] = {
		{ "ntp1", "ntp1", "123" },
		{ "ntp1:1123", "ntp1", "1123" },
		{ "192.0.2.1:65535", "192.0.2.1", "65535" },
		{ "2001:db8::1", "2001:db8::1", "123" },
		{ "::1", "::1", "123" },
		{ "[::1]", "::1", "123" },
		{ "[::1]:7", "::1", "7" },
	};
	static const char *const bad[] = { "", ":123", "[]", "[::1", "[::1]7",
		"[::1]:", "a:", "a:0", "a:65536", "a:x", "a:-1", "a:123456789012" };
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		is_num(address_split(good[i].address, "123", host, port, NULL), 0,
		    good[i].address);
		is_str(host, good[i].host, "the host");
		is_str(port, good[i].port, "the port");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;

		ok(address_split(bad[i], "123", host, port, &err) == -EINVAL, "refused: '%s'",
		    bad[i]);
		ok(err.text[0] != '\0', "and says why");
	}
}

static bool is_pong(const unsigned char *data, size_t size, const void *context)
{
	(void)context;
	return size == 4 && memcmp(data, "pong", 4) == 0;
}

/* Answers one question, first with something else. */
static pid_t serve(int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct sockaddr_un from;
		socklen_t from_size = sizeof(from);
		char question[64];
		ssize_t got = recvfrom(
		    fd, question, sizeof(question), 0, (struct sockaddr *)&from, &from_size);

		if (got == 4 && memcmp(question, "ping", 4) == 0) {
			(void)sendto(fd, "no", 2, 0, (struct sockaddr *)&from, from_size);
			(void)sendto(fd, "pong", 4, 0, (struct sockaddr *)&from, from_size);
		}
		_exit(0);
	}
	return pid;
}

static void test_unix(void)
{
	char dir[] = "/tmp/haetae-unit-dgram.XXXXXX", path[64];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct dgram dgram = DGRAM_NONE;
	struct err err = ERR_INIT;
	unsigned char answer[64];
	size_t size = 0;
	int64_t start;
	pid_t server;

	if (!mkdtemp(dir))
		return;
	(void)snprintf(path, sizeof(path), "%s/server", dir);
	memcpy(address.sun_path, path, strlen(path) + 1);
	is_num(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0, "a server");
	is_num(dgram_open(path, "1", ADDRESS_ANY, &dgram, &err), 0, "is opened");

	start = clock_mono_ms();
	is_num(dgram_ask(
		   &dgram, "ping", 4, 100, is_pong, NULL, answer, sizeof(answer), &size, &err),
	    -ETIMEDOUT, "it does not answer yet");
	ok(clock_mono_ms() - start >= 100 && clock_mono_ms() - start < 5000,
	    "and is waited for");
	server = serve(fd);
	is_num(dgram_ask(
		   &dgram, "ping", 4, 5000, is_pong, NULL, answer, sizeof(answer), &size, &err),
	    0, "it answers");
	is_num(size, 4, "what is no answer is passed over");
	waitpid(server, NULL, 0);
	ok(access(dgram.own_path, F_OK) == 0, "the own name is there");
	dgram_close(&dgram);
	unlink(path);
	is_num(rmdir(dir), 0, "and gone after the end");
}

static void test_refused(void)
{
	struct dgram dgram = DGRAM_NONE;
	struct err err = ERR_INIT;
	unsigned char answer[64];
	size_t size = 0;

	/* Nobody has port 1 of the loopback interface. */
	is_num(
	    dgram_open("127.0.0.1:1", "1", ADDRESS_ANY, &dgram, &err), 0, "a port is opened");
	is_num(dgram_ask(
		   &dgram, "ping", 4, 5000, is_pong, NULL, answer, sizeof(answer), &size, &err),
	    -ECONNREFUSED, "nobody listens there");
	is_str(err.text, "no answer: Connection refused", "and it says so");
	dgram_close(&dgram);
	is_num(dgram_open("/nonexistent/socket", "1", ADDRESS_ANY, &dgram, &err), -ENOENT,
	    "a socket that is not there");
	is_num(dgram_open("::1", "1", ADDRESS_IPV4, &dgram, &err), -EHOSTUNREACH,
	    "an IPv6 address among IPv4 ones");
}

int main(void)
{
	test_split();
	test_unix();
	test_refused();
	return tap_done();
}
