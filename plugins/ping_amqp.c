/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/ping.h"

#include <errno.h>

#ifdef PING_WITH_AMQP
#include "lib/client/amqp.h"
#endif
#include "lib/client/amqp_start.h"

/* What the broker says before a login. False when it says nothing good. */
static bool start(struct ping *ping, struct amqp_start *ret)
{
	CLEANUP_DIALOG struct dialog dialog = DIALOG_INIT;
	struct err err = ERR_INIT;
	int r = amqp_start_open(ping->address, ping->family, ping->until_ms, &dialog, &err);

	if (r < 0) {
		ping_no_connection(ping, r, &err);
		return false;
	}
	ping_connected(ping);
	r = amqp_start_ask(&dialog, ret, &err);
	if (r == -EPROTONOSUPPORT)
		ping_problem(ping, STATE_CRITICAL, "speaks %s", err.text);
	else if (r < 0)
		ping_no_answer(ping, r, "the AMQP header", &dialog, &err);
	return r == 0;
}

#ifdef PING_WITH_AMQP
static bool log_in(struct ping *ping)
{
	const struct amqp_settings settings = {
		.family = ping->family,
		.user = ping->secret.user,
		.password = ping->secret.password,
		.vhost = ping->given->vhost ? ping->given->vhost : "/",
	};
	struct amqp *amqp = NULL;
	struct err err = ERR_INIT;
	int r = amqp_connect(&settings, ping->address, ping->until_ms, &amqp, &err);

	if (r == 0)
		r = amqp_log_in(amqp, &settings, ping->until_ms, &err);
	amqp_close(amqp, ping->until_ms);
	if (r == -EACCES)
		ping_problem(ping, STATE_UNKNOWN, "refuses this user: %s", err.text);
	else if (r < 0)
		ping_problem(
		    ping, STATE_CRITICAL, "answered, but does not let in: %s", err.text);
	return r == 0;
}
#endif

int ping_amqp(struct ping *ping, struct err *err)
{
	const char *did = "answered";
	struct amqp_start said;
	char words[PING_WORDS_SIZE];

	(void)err;
#ifdef PING_WITH_AMQP
	if ((ping->given->vhost || ping->given->config) &&
	    (!ping->secret.user || !ping->secret.password))
		return err_set(err, -EINVAL, "a login needs both a user and a password");
#endif
	if (!start(ping, &said))
		return 0;
#ifdef PING_WITH_AMQP
	if (ping->secret.user && ping->secret.password) {
		if (!log_in(ping))
			return 0;
		did = "let this user in";
	}
#endif
	ping_took(ping, words);
	result_summary(ping->check->result, "%s %s in %s; %s %s%s%s", ping->who, did, words,
	    said.product[0] ? said.product : "a broker", said.version,
	    said.cluster[0] ? ", cluster " : "", said.cluster);
	result_detail(ping->check->result, STATE_OK, "mechanisms: %s", said.mechanisms);
	return 0;
}
