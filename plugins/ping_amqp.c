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

static void ask_start(struct ping *ping)
{
	struct amqp_start said;
	char words[PING_WORDS_SIZE];

	if (!start(ping, &said))
		return;
	ping_took(ping, words);
	result_summary(ping->check->result, "%s answered in %s; %s %s%s%s", ping->who, words,
	    said.product[0] ? said.product : "a broker", said.version,
	    said.cluster[0] ? ", cluster " : "", said.cluster);
	result_detail(ping->check->result, STATE_OK, "mechanisms: %s", said.mechanisms);
}

#ifdef PING_WITH_AMQP
static void tell_login(struct ping *ping, int code, const struct err *err)
{
	switch (code) {
	case -EACCES:
		ping_problem(ping, STATE_UNKNOWN, "refuses this user: %s", err->text);
		break;
	case -ETIMEDOUT:
		ping_problem(ping, STATE_CRITICAL,
		    "took the connection, but did not answer the login in time");
		break;
	case -ECONNRESET:
		ping_problem(ping, STATE_CRITICAL, "broke the connection off: %s", err->text);
		break;
	default:
		ping_problem(ping, STATE_CRITICAL, "does not let this user in: %s", err->text);
		break;
	}
}

/* One connection, which the broker sees end as it should. */
static void log_in(struct ping *ping)
{
	const struct amqp_settings settings = {
		.family = ping->family,
		.user = ping->secret.user,
		.password = ping->secret.password,
		.vhost = ping->given->vhost ? ping->given->vhost : "/",
	};
	char words[PING_WORDS_SIZE], product[AMQP_PRODUCT_SIZE];
	struct amqp *amqp = NULL;
	struct err err = ERR_INIT;
	int r = amqp_connect(&settings, ping->address, ping->until_ms, &amqp, &err);

	if (r < 0) {
		ping_no_connection(ping, r, &err);
		return;
	}
	ping_connected(ping);
	r = amqp_log_in(amqp, &settings, ping->until_ms, &err);
	if (r < 0) {
		tell_login(ping, r, &err);
	} else {
		ping_took(ping, words);
		amqp_product(amqp, product);
		result_summary(ping->check->result, "%s let this user in after %s; %s",
		    ping->who, words, product[0] ? product : "a broker");
	}
	amqp_close(amqp, ping->until_ms);
}
#endif

int ping_amqp(struct ping *ping, struct err *err)
{
#ifdef PING_WITH_AMQP
	bool has_secret = ping->secret.user && ping->secret.password;

	if (!has_secret && (ping->given->vhost || ping->given->config))
		return err_set(err, -EINVAL, "a login needs both a user and a password");
	if (has_secret) {
		log_in(ping);
		return 0;
	}
#endif
	(void)err;
	ask_start(ping);
	return 0;
}
