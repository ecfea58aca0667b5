/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/ovsdb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lib/base/clock.h"
#include "lib/client/unixctl.h"
#include "t/tap.h"

/* A connection whose peer has said `says` before it is asked: ids count from 1. */
struct talk {
	struct jsonrpc rpc;
	int peer;
	int64_t until_ms;
};

static void talk_start(struct talk *talk, const char *says)
{
	int fds[2] = { -1, -1 };

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0 ||
	    write(fds[1], says, strlen(says)) < 0)
		exit(1);
	talk->rpc = (struct jsonrpc)JSONRPC_INIT;
	talk->rpc.stream.fd = fds[0];
	talk->peer = fds[1];
	talk->until_ms = clock_mono_ms() + 200;
}

/* What the peer has been sent. */
static void talk_end(struct talk *talk, char *heard, size_t room)
{
	ssize_t got = read(talk->peer, heard, room - 1);

	heard[got > 0 ? got : 0] = '\0';
	jsonrpc_close(&talk->rpc);
	close(talk->peer);
}

static const char *const columns[] = { "_uuid", "name", "error", NULL };
static const struct ovsdb_table tables[] = { { "Interface", columns }, { "Gone", columns } };

static void test_old_schema(void)
{
	struct json *answer = NULL;
	struct talk talk;
	struct err err = ERR_INIT;
	char heard[2000];

	talk_start(&talk,
	    "{\"id\":\"echo\",\"method\":\"echo\",\"params\":[]}"
	    "{\"id\":1,\"error\":null,\"result\":[{\"error\":\"unknown "
	    "column\",\"details\":\"No "
	    "column error in table Interface.\"},null]}\n{\"method\":\"update\",\"id\":null,"
	    "\"params\":[]}{\"result\":{\"tables\":{\"Interface\":{\"columns\":{\"name\":{}}}}}"
	    ","
	    "\"error\":null,\"id\":2}{\"id\":3,\"result\":[{\"rows\":[{\"name\":\"p1\"}]},{}]"
	    "}");
	is_num(ovsdb_select(&talk.rpc, "db", tables, 2, talk.until_ms, &answer, &err), 0,
	    "a database without a column");
	is_str(ovsdb_text(json_at(ovsdb_rows(answer, 0), 0), "name"), "p1", "gives the others");
	ok(ovsdb_rows(answer, 1) == NULL, "and no table that it does not have");
	json_free(answer);
	talk_end(&talk, heard, sizeof(heard));
	is_str(heard,
	    "{\"method\":\"transact\",\"params\":[\"db\",{\"op\":\"select\",\"table\":"
	    "\"Interface\","
	    "\"where\":[],\"columns\":[\"_uuid\",\"name\",\"error\"]},{\"op\":\"select\","
	    "\"table\":"
	    "\"Gone\",\"where\":[],\"columns\":[\"_uuid\",\"name\",\"error\"]}],\"id\":1}"
	    "{\"result\":[],\"error\":null,\"id\":\"echo\"}"
	    "{\"method\":\"get_schema\",\"params\":[\"db\"],\"id\":2}"
	    "{\"method\":\"transact\",\"params\":[\"db\",{\"op\":\"select\",\"table\":"
	    "\"Interface\","
	    "\"where\":[],\"columns\":[\"_uuid\",\"name\"]},{\"op\":\"comment\",\"comment\":"
	    "\"\"}],"
	    "\"id\":3}",
	    "what was asked, and the echo that was answered");
}

static void test_failures(void)
{
	static const struct {
		const char *says;
		int code;
	} rows[] = {
		{ "", -ETIMEDOUT },
		{ "{\"id\":1,\"result\":", -ETIMEDOUT },
		{ "<html>", -EBADMSG },
		{ "[1]", -EBADMSG },
		{ "{\"id\":7,\"result\":[]}", -ETIMEDOUT },
		{ "{\"id\":1,\"error\":\"no\"}", -EREMOTEIO },
		{ "{\"id\":1,\"result\":[{\"error\":\"a\"}]}{\"id\":2,\"error\":\"b\"}",
		    -EREMOTEIO },
		{ "{\"id\":1,\"result\":[{\"error\":\"a\"}]}{\"id\":2,\"result\":{}}{\"id\":3,"
		  "\"result\":[{\"error\":\"a\"}]}",
		    -EREMOTEIO },
	};
	char heard[2000];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct json *answer = NULL;
		struct talk talk;

		talk_start(&talk, rows[i].says);
		is_num(ovsdb_select(&talk.rpc, "db", tables, 2, talk.until_ms, &answer, NULL),
		    rows[i].code, rows[i].says);
		talk_end(&talk, heard, sizeof(heard));
	}
}

/* A peer that only asks is left in the end. */
static void test_asides(void)
{
	CLEANUP_BUF struct buf says = BUF_INIT;
	struct json *answer = NULL;
	struct talk talk;
	char heard[100];

	for (int i = 0; i < 200; i++)
		buf_adds(&says, "{\"id\":9,\"method\":\"echo\",\"params\":[]}");
	talk_start(&talk, buf_text(&says));
	is_num(jsonrpc_receive(&talk.rpc, talk.until_ms, &answer, NULL), -EBADMSG,
	    "nothing but echoes");
	talk_end(&talk, heard, sizeof(heard));
	ok(strncmp(heard, "{\"result\":[],\"error\":null,\"id\":9}{", 34) == 0,
	    "which are answered");
}

static void test_unixctl(void)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct talk talk;
	char heard[200];
	int32_t pid = 0;

	talk_start(&talk,
	    "{\"id\":1,\"result\":\"a\\nb\\u0000c\",\"error\":null}{\"id\":2,\"error\":"
	    "\"\\\"x\\\" is "
	    "no command\\nuse y\",\"result\":null}{\"id\":3,\"result\":[],\"error\":null}");
	is_num(unixctl_call(&talk.rpc, "version", talk.until_ms, &text, NULL), 0, "an answer");
	is_num(text.size, 5, "with all its bytes");
	is_num(unixctl_call(&talk.rpc, "x", talk.until_ms, &text, &err), -EREMOTEIO,
	    "a command that is none");
	is_str(err.text, "\"x\" is no command", "one line of why");
	is_num(unixctl_call(&talk.rpc, "x", talk.until_ms, &text, &err), -EBADMSG, "no text");
	is_str(err.text, "the answer is an array, not a text", "is named");
	talk_end(&talk, heard, sizeof(heard));
	ok(strncmp(heard, "{\"method\":\"version\",\"params\":[],\"id\":1}", 39) == 0,
	    "what was asked");
	ok(unixctl_pid_parse("123\n", 4, &pid, NULL) == 0 && pid == 123, "a pidfile");
	ok(unixctl_pid_parse("", 0, &pid, NULL) < 0 &&
		unixctl_pid_parse("0", 1, &pid, NULL) < 0 &&
		unixctl_pid_parse("-1", 2, &pid, NULL) < 0 &&
		unixctl_pid_parse("12x", 3, &pid, NULL) < 0 &&
		unixctl_pid_parse("99999999999", 11, &pid, NULL) < 0,
	    "what is no pid");
}

static void test_remotes(void)
{
	static const char *const good[] = { "unix:/run/db.sock", "unix:@name", "tcp:host",
		"tcp:127.0.0.1:6640", "ssl:[::1]:6640", "tcp:[::1]", "tcp:::1" };
	static const char *const bad[] = { "", "unix:", "unix:db.sock", "tcp:", "ssl:[::1",
		"ptcp:6640", "host:6640", "tcp:host:0", "tcp:host:x" };
	enum jsonrpc_kind kind;
	const char *address;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(jsonrpc_remote_parse(good[i], &kind, &address, NULL) == 0, "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(jsonrpc_remote_parse(bad[i], &kind, &address, NULL) == -EINVAL, "none: '%s'",
		    bad[i]);
}

int main(void)
{
	test_old_schema();
	test_failures();
	test_asides();
	test_unixctl();
	test_remotes();
	return tap_done();
}
