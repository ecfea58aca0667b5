/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/client/amqp.h"
#include "plugins/rabbitmq.h"

enum { MESSAGE_MAX = 4096, HERE_SIZE = 65 };

struct trial {
	struct check *check;
	struct amqp *amqp;
	struct amqp_settings settings;
	const char *address;
	int64_t until_ms;
	char queue[160], message[200];
	struct buf answer;
};

/* --- the steps ---------------------------------------------------------------------------- */

static int step_connect(struct trial *trial, struct err *err)
{
	return amqp_connect(
	    &trial->settings, trial->address, trial->until_ms, &trial->amqp, err);
}

static int step_log_in(struct trial *trial, struct err *err)
{
	return amqp_log_in(trial->amqp, &trial->settings, trial->until_ms, err);
}

static int step_declare(struct trial *trial, struct err *err)
{
	return amqp_declare(trial->amqp, trial->queue, trial->until_ms, err);
}

static int step_publish(struct trial *trial, struct err *err)
{
	return amqp_publish(
	    trial->amqp, trial->message, strlen(trial->message), trial->until_ms, err);
}

static int step_consume(struct trial *trial, struct err *err)
{
	int r = amqp_consume(trial->amqp, &trial->answer, trial->until_ms, err);

	if (r == 0 && strcmp(buf_text(&trial->answer), trial->message) != 0)
		r = err_set(err, -EPROTO, "another message came back than was sent");
	return r;
}

static const struct {
	const char *words;
	enum rabbitmq_metric metric;
	int (*run)(struct trial *trial, struct err *err);
} steps[] = {
	{ "connect", RABBITMQ_AMQP_CONNECT, step_connect },
	{ "log in", RABBITMQ_AMQP_LOGIN, step_log_in },
	{ "declare a queue", RABBITMQ_AMQP_DECLARE, step_declare },
	{ "publish", RABBITMQ_AMQP_PUBLISH, step_publish },
	{ "consume", RABBITMQ_AMQP_CONSUME, step_consume },
};

/* --- verdicts ------------------------------------------------------------------------------ */

static void failed(const struct trial *trial, size_t step, int code, const struct err *err)
{
	const struct rabbitmq_options *given = trial->check->options;
	const char *user = given->secret.user ? given->secret.user : "";
	struct result *result = trial->check->result;

	rabbitmq_excuse(trial->check, RABBITMQ_AMQP_CONNECT, RABBITMQ_AMQP_TIME);
	if (code != -EACCES) {
		/* The words for a connection that failed say so themselves. */
		result_problem(result,
		    code == -EINVAL || code == -ENOMEM ? STATE_UNKNOWN : STATE_CRITICAL,
		    "AMQP at %s: %s%s%s%s", trial->address, step > 0 ? "cannot " : "",
		    step > 0 ? steps[step].words : "", step > 0 ? ": " : "", err->text);
		return;
	}
	result_problem(result, STATE_UNKNOWN, "AMQP at %s: user '%s' may not %s: %s",
	    trial->address, user, steps[step].words, err->text);
	result_detail(result, STATE_UNKNOWN,
	    "grant: rabbitmqctl set_permissions -p %s %s '^haetae-check' '^amq\\.default$' "
	    "'^haetae-check'",
	    trial->settings.vhost, *user ? user : "USER");
}

/* A broker nearby answers in less than a millisecond. */
static double now_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool run_steps(struct trial *trial)
{
	double start_s = now_s(), before_s = start_s;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int r;

		check_doing(
		    trial->check, "asking AMQP at %s to %s", trial->address, steps[i].words);
		r = steps[i].run(trial, &err);
		if (r < 0) {
			failed(trial, i, r, &err);
			return false;
		}
		rabbitmq_give(trial->check, steps[i].metric, now_s() - before_s);
		before_s = now_s();
	}
	rabbitmq_give(trial->check, RABBITMQ_AMQP_TIME, now_s() - start_s);
	return true;
}

static void describe(struct trial *trial, bool passed)
{
	const struct rabbitmq_options *given = trial->check->options;
	char product[AMQP_PRODUCT_SIZE] = "";

	if (trial->amqp)
		amqp_product(trial->amqp, product);
	if (*product && passed && given->choice.checks == RABBITMQ_AMQP)
		result_summary(trial->check->result, "%s passes messages on", product);
	else if (*product)
		result_detail(trial->check->result, STATE_OK, "AMQP at %s is %s",
		    trial->address, product);
}

/* The host of the management API, at AMQP's own port. */
static const char *default_address(
    const struct rabbitmq_options *given, char ret[ADDRESS_HOST_SIZE + 2])
{
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];

	if (address_split(given->host, RABBITMQ_PORT, host, port, NULL) < 0)
		return given->host;
	(void)snprintf(ret, ADDRESS_HOST_SIZE + 2, strchr(host, ':') ? "[%s]" : "%s", host);
	return ret;
}

void rabbitmq_try_amqp(struct check *check, int64_t until_ms)
{
	const struct rabbitmq_options *given = check->options;
	char host[ADDRESS_HOST_SIZE + 2], here[HERE_SIZE] = "?";
	struct trial trial = {
		.check = check,
		.settings = {
			.family = rabbitmq_family(given),
			.user = given->secret.user,
			.password = given->secret.password,
			.vhost = given->choice.vhosts.n_items ? given->choice.vhosts.items[0] : "/",
			.tls = given->tls,
			.ca = given->ca,
			.cert = given->cert,
			.key = given->key,
			.insecure = given->insecure,
		},
		.address = given->amqp ? given->amqp : default_address(given, host),
		.until_ms = until_ms,
		.answer = BUF_INIT_MAX(MESSAGE_MAX),
	};

	(void)gethostname(here, sizeof(here) - 1);
	(void)snprintf(trial.queue, sizeof(trial.queue), "haetae-check.%.64s.%d.%lld", here,
	    (int)getpid(), (long long)clock_mono_ms());
	(void)snprintf(
	    trial.message, sizeof(trial.message), "haetae checks %.150s", trial.queue);
	describe(&trial, run_steps(&trial));
	amqp_close(trial.amqp, until_ms);
	buf_free(&trial.answer);
}
