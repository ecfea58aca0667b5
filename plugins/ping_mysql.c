/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/ping.h"

#include "lib/client/mysql_greeting.h"

/* What the server says instead of a greeting, and what is to be done about it. */
static const struct {
	unsigned code;
	enum state state;
	const char *text;
} errors[] = {
	{ MYSQL_TOO_MANY_CONNECTIONS, STATE_CRITICAL,
	    "has no connection left (max_connections)" },
	{ MYSQL_HOST_BLOCKED, STATE_CRITICAL,
	    "has blocked this host after many interrupted connections: FLUSH HOSTS there" },
	{ MYSQL_HOST_NOT_ALLOWED, STATE_UNKNOWN,
	    "has no user for this host: grant one, or ask it from another host" },
};

static void refused(struct ping *ping, const struct mysql_greeting *greeting)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].code != greeting->error)
			continue;
		ping_problem(ping, errors[i].state, "%s", errors[i].text);
		result_detail(ping->check->result, errors[i].state, "error %u: %s",
		    greeting->error, greeting->message);
		return;
	}
	ping_problem(ping, STATE_CRITICAL, "refuses to serve: error %u: %s", greeting->error,
	    greeting->message);
}

int ping_mysql(struct ping *ping, struct err *err)
{
	CLEANUP_DIALOG struct dialog dialog = DIALOG_INIT;
	struct mysql_greeting greeting;
	char words[PING_WORDS_SIZE];
	int r = mysql_greeting_open(ping->address, ping->family, ping->until_ms, &dialog, err);

	if (r < 0) {
		ping_no_connection(ping, r, err);
		return 0;
	}
	ping_connected(ping);
	r = mysql_greeting_read(&dialog, &greeting, err);
	if (r < 0) {
		ping_no_answer(ping, r, "the connection", &dialog, err);
		return 0;
	}
	ping_took(ping, words);
	if (greeting.error) {
		refused(ping, &greeting);
		return 0;
	}
	result_summary(ping->check->result, "%s greeted in %s; version %s, protocol %u",
	    ping->who, words, greeting.version, greeting.protocol);
	return 0;
}
