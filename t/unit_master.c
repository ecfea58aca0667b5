/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/master.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "t/tap.h"

/* A master that takes one session and answers with these bytes. */
struct fake {
	int fd;
	const unsigned char *answer;
	size_t size;
	unsigned char asked[MASTER_OPEN_SIZE];
};

static void *serve(void *context)
{
	struct fake *fake = context;
	int fd = accept(fake->fd, NULL, NULL);

	(void)!read(fd, fake->asked, sizeof(fake->asked));
	(void)!write(fd, fake->answer, fake->size);
	close(fd);
	return NULL;
}

static void test_answers(void)
{
	static const unsigned char good[MASTER_ANSWER_SIZE] = { 1, 18, 0x10, 0, [19] = 8 };
	static const unsigned char refused[MASTER_ANSWER_SIZE] = { 1, 18, 0x10,
		0, [19] = 8, [24] = 1, [25] = 0 };
	static const unsigned char http[MASTER_ANSWER_SIZE] = "HTTP/1.1 400 Bad Request\r\n";
	static const struct {
		const unsigned char *answer;
		size_t size;
		int want;
		const char *text, *what;
	} rows[] = {
		{ good, sizeof(good), 0, "", "a master that takes the session" },
		{ refused, sizeof(refused), -EACCES, "refuses AgentX sessions (error 256)",
		    "one that refuses it" },
		{ http, sizeof(http), -EPROTO, "does not speak AgentX", "another protocol" },
		{ good, 20, -ECONNRESET, "cannot reach snmpd at",
		    "one that vanishes in its answer" },
		{ good, 0, -ECONNRESET, "cannot reach snmpd at", "one that hangs up" },
	};
	char path[] = "/tmp/haetae-t.XXXXXX", name[64];
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (!mkdtemp(path))
		return;
	(void)snprintf(name, sizeof(name), "%s/agentx", path);
	memcpy(address.sun_path, name, sizeof(name));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake fake = { .fd = socket(AF_UNIX, SOCK_STREAM, 0),
			.answer = rows[i].answer,
			.size = rows[i].size };
		struct err err = ERR_INIT;
		pthread_t thread;
		int r;

		(void)!bind(fake.fd, (struct sockaddr *)&address, sizeof(address));
		(void)!listen(fake.fd, 1);
		pthread_create(&thread, NULL, serve, &fake);
		r = master_probe(name, clock_mono_ms() + 20000, &err);
		pthread_join(thread, NULL);
		ok(r == rows[i].want && strstr(err.text, rows[i].text), "%s: %s", rows[i].what,
		    err.text);
		if (i == 0)
			ok(fake.asked[0] == 1 && fake.asked[1] == 1 && fake.asked[2] == 0x10 &&
				fake.asked[19] == 12,
			    "it was asked to open a session");
		close(fake.fd);
		unlink(name);
	}
	rmdir(path);
}

static void test_silence(void)
{
	char path[] = "/tmp/haetae-t.XXXXXX", name[64];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), failed = 0;
	struct err err = ERR_INIT;

	if (!mkdtemp(path))
		return;
	(void)snprintf(name, sizeof(name), "%s/agentx", path);
	memcpy(address.sun_path, name, sizeof(name));
	ok(master_probe(name, clock_mono_ms() + 50, &err) == -ENOENT &&
		strstr(err.text, "master agentx"),
	    "no socket: %s", err.text);
	(void)!bind(fd, (struct sockaddr *)&address, sizeof(address));
	ok(master_probe(name, clock_mono_ms() + 50, &err) == -ECONNREFUSED &&
		strstr(err.text, "is snmpd running?"),
	    "nobody behind it: %s", err.text);
	(void)!listen(fd, 1);
	/* A stopped master: its queue gets full, and connecting would wait for ever. */
	for (int i = 0; i < 5; i++)
		failed += master_probe(name, clock_mono_ms() + 50, &err) == -ETIMEDOUT;
	is_num(failed, 5, "a master that is silent, and then one whose queue is full");
	ok(strstr(err.text, "hangs, or is very busy") != NULL, "said: %s", err.text);
	is_num(master_probe("somewhere", clock_mono_ms(), &err), 0,
	    "a form that only net-snmp knows is left to it");
	close(fd);
	unlink(name);
	rmdir(path);
}

int main(void)
{
	test_answers();
	test_silence();
	return tap_done();
}
