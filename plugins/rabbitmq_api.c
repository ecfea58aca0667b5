/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "plugins/rabbitmq.h"

struct asking {
	struct check *check;
	struct rabbitmq *rabbitmq;
	int64_t until_ms;
	bool failed;	 /* nothing more is asked */
	double n_queues; /* in all virtual hosts, as the broker counts; NAN where it does not */
};

/* Said where the time is over: the API asks all members. */
#define HANGS "no answer in time (a member that hangs delays it by some 10 s; see -t)"

static void refused(struct check *check, const char *what, const struct err *err)
{
	const struct rabbitmq_options *given = check->options;
	const char *user = given->secret.user;

	if (strstr(err->text, "virtual host"))
		result_problem(check->result, STATE_UNKNOWN,
		    "%s: %s; grant: rabbitmqctl set_permissions -p VHOST %s '^$' '^$' '^$'",
		    what, err->text, user ? user : "USER");
	else if (!user)
		result_problem(check->result, STATE_UNKNOWN,
		    "%s: a login is wanted; give --config or HAETAE_RABBITMQ_USER", what);
	else if (strcasecmp(err->text, "login failed") == 0)
		result_problem(check->result, STATE_UNKNOWN,
		    "%s: user '%s' or its password is wrong: %s", what, user, err->text);
	else
		result_problem(check->result, STATE_UNKNOWN,
		    "%s: user '%s' may not (%s); grant: rabbitmqctl set_user_tags %s "
		    "monitoring",
		    what, user, err->text, user);
}

/* Who was asked about and does not answer is CRITICAL; who may not be asked is UNKNOWN. */
static void failed(struct asking *asking, int code, const char *what, const struct err *err)
{
	const struct rabbitmq_options *given = asking->check->options;
	struct result *result = asking->check->result;
	bool ours = code == -EINVAL || code == -ENOMEM || code == -EOVERFLOW;

	asking->failed = true;
	rabbitmq_excuse(asking->check, RABBITMQ_MEMORY, RABBITMQ_GROWTH);
	rabbitmq_excuse(asking->check, RABBITMQ_MEMORY_USED, RABBITMQ_N_METRICS - 1);
	if (code == -EACCES)
		refused(asking->check, what, err);
	else if (code == -ETIMEDOUT)
		result_problem(result, STATE_CRITICAL, "%s at %s: " HANGS, what, given->host);
	else if (code == -ECONNREFUSED)
		result_problem(result, STATE_CRITICAL,
		    "%s at %s: %s; is the plugin rabbitmq_management on?", what, given->host,
		    err->text);
	else
		result_problem(result, ours ? STATE_UNKNOWN : STATE_CRITICAL, "%s at %s: %s",
		    what, given->host, err->text);
}

static void summarise(struct check *check, const struct rabbitmq_overview *overview)
{
	/* A broker that keeps no statistics does not count. */
	if (isnan(overview->queues) || isnan(overview->connections))
		result_summary(
		    check->result, "RabbitMQ %s at %s", overview->version, overview->node);
	else
		result_summary(check->result,
		    "RabbitMQ %s at %s, %.0f queues, %.0f connections", overview->version,
		    overview->node, overview->queues, overview->connections);
}

static void ask_overview(struct asking *asking)
{
	struct check *check = asking->check;
	const struct rabbitmq_options *given = check->options;
	const struct http_answer *answer = rabbitmq_answer(asking->rabbitmq);
	struct rabbitmq_overview overview;
	struct err err = ERR_INIT;
	int r;

	check_doing(check, "asking the management API at %s", given->host);
	r = rabbitmq_ask_overview(asking->rabbitmq, asking->until_ms, &overview, &err);
	if (answer->certificate.known)
		rabbitmq_give(check, RABBITMQ_CERTIFICATE,
		    (double)answer->certificate.expires_s - (double)clock_real_ms() / 1000);
	if (r < 0) {
		failed(asking, r, "management API", &err);
		return;
	}
	rabbitmq_give(check, RABBITMQ_API_TIME, answer->times.total_s);
	asking->n_queues = overview.queues;
	summarise(check, &overview);
	if (given->checks & RABBITMQ_CLUSTER) {
		rabbitmq_give(check, RABBITMQ_PUBLISH_RATE, overview.publish_rate);
		rabbitmq_give(check, RABBITMQ_DELIVER_RATE, overview.deliver_rate);
		rabbitmq_give(check, RABBITMQ_ACK_RATE, overview.ack_rate);
		rabbitmq_give(check, RABBITMQ_REDELIVER_RATE, overview.redeliver_rate);
	}
	if (given->checks & RABBITMQ_CONNECTIONS)
		rabbitmq_give(check, RABBITMQ_CHANNELS, overview.channels);
}

static void ask_nodes(struct asking *asking)
{
	CLEANUP_RABBITMQ_NODES struct rabbitmq_nodes nodes = { .n = 0 };
	struct err err = ERR_INIT;
	int r = rabbitmq_ask_nodes(asking->rabbitmq, asking->until_ms, &nodes, &err);

	if (r < 0)
		failed(asking, r, "list of nodes", &err);
	else
		rabbitmq_judge_nodes(asking->check, &nodes);
}

/* Of these a failure asks for care, not for help. */
static enum state health_state(const char *name)
{
	static const char *const careful[] = { "node-is-quorum-critical",
		"node-is-mirror-sync-critical", "certificate-expiration/" };

	for (size_t i = 0; i < sizeof(careful) / sizeof(careful[0]); i++)
		if (strncmp(name, careful[i], strlen(careful[i])) == 0)
			return STATE_WARNING;
	return STATE_CRITICAL;
}

static void ask_health(struct asking *asking, const char *name)
{
	struct result *result = asking->check->result;
	char reason[RABBITMQ_NAME_SIZE], what[80];
	struct err err = ERR_INIT;
	bool well = false;
	int r;

	if (asking->failed)
		return;
	r = rabbitmq_ask_health(asking->rabbitmq, name, asking->until_ms, &well, reason, &err);
	(void)snprintf(what, sizeof(what), "health check %.60s", name);
	if (r == -ENOENT)
		result_detail(result, STATE_OK, "%s: this broker does not have it", what);
	else if (r < 0)
		failed(asking, r, what, &err);
	else if (!well)
		result_problem(
		    result, health_state(name), "%s: %s", what, *reason ? reason : "failed");
	else
		result_detail(
		    result, STATE_OK, "%s: ok%s%s", what, *reason ? ", " : "", reason);
}

static int ask_vhosts(struct asking *asking, const struct rabbitmq_filter *filter,
    struct rabbitmq_queues *queues, struct err *err)
{
	const struct rabbitmq_options *given = asking->check->options;
	int r = 0;

	if (given->vhosts.n_items == 0)
		return rabbitmq_ask_queues(
		    asking->rabbitmq, NULL, filter, asking->until_ms, queues, err);
	for (size_t i = 0; r == 0 && i < given->vhosts.n_items; i++) {
		r = rabbitmq_ask_queues(asking->rabbitmq, given->vhosts.items[i], filter,
		    asking->until_ms, queues, err);
		if (r == -ENOENT)
			err_set(err, r, "there is no virtual host '%.100s'",
			    given->vhosts.items[i]);
	}
	return r;
}

/* Queues in a virtual host where the user has no rights at all are left out without a word. */
static bool sees_queues(struct asking *asking, size_t n_seen)
{
	const struct rabbitmq_options *given = asking->check->options;
	const char *user = given->secret.user ? given->secret.user : "";
	struct result *result = asking->check->result;

	if (given->vhosts.n_items > 0 || !((double)n_seen < asking->n_queues))
		return true;
	if (n_seen > 0) {
		result_detail(result, STATE_OK, "user '%s' sees %zu of %.0f queues", user,
		    n_seen, asking->n_queues);
		return true;
	}
	rabbitmq_excuse(asking->check, RABBITMQ_N_QUEUES, RABBITMQ_GROWTH);
	rabbitmq_excuse(asking->check, RABBITMQ_QUEUE_MESSAGES, RABBITMQ_N_METRICS - 1);
	result_problem(result, STATE_UNKNOWN,
	    "user '%s' sees none of %.0f queues; grant: rabbitmqctl set_permissions -p VHOST "
	    "%s "
	    "'^$' '^$' '^$'",
	    user, asking->n_queues, user);
	return false;
}

static void ask_queues(struct asking *asking)
{
	const struct rabbitmq_options *given = asking->check->options;
	CLEANUP_RABBITMQ_QUEUES struct rabbitmq_queues queues = { .n = 0 };
	const struct rabbitmq_filter filter = {
		.queue = given->queue.items,
		.n_queue = given->queue.n,
		.ignore = given->ignore.items,
		.n_ignore = given->ignore.n,
	};
	struct err err = ERR_INIT;
	int r;

	check_doing(asking->check, "reading the queues at %s", given->host);
	r = ask_vhosts(asking, &filter, &queues, &err);
	if (r < 0)
		failed(asking, r, "list of queues", &err);
	else if (sees_queues(asking, queues.n_seen))
		rabbitmq_judge_queues(asking->check, &queues);
}

static void ask_connections(struct asking *asking)
{
	struct rabbitmq_connections connections = { .n = 0 };
	struct check *check = asking->check;
	struct err err = ERR_INIT;
	int r =
	    rabbitmq_ask_connections(asking->rabbitmq, asking->until_ms, &connections, &err);

	if (r < 0) {
		failed(asking, r, "list of connections", &err);
		return;
	}
	rabbitmq_give(check, RABBITMQ_N_CONNECTIONS, (double)connections.n);
	rabbitmq_give(check, RABBITMQ_CONNECTIONS_BLOCKED, (double)connections.n_blocked);
	if (connections.n_blocked > 0)
		result_detail(check->result, STATE_WARNING,
		    "%zu of %zu connections are blocked, one is %s", connections.n_blocked,
		    connections.n, connections.blocked);
}

static void ask_api(struct asking *asking)
{
	const struct rabbitmq_options *given = asking->check->options;

	ask_overview(asking);
	if (!asking->failed &&
	    (given->checks & (RABBITMQ_NODE | RABBITMQ_CLUSTER | RABBITMQ_ALARMS)))
		ask_nodes(asking);
	if (given->checks & RABBITMQ_ALARMS)
		ask_health(asking, "alarms");
	if (given->checks & RABBITMQ_NODE)
		ask_health(asking, "virtual-hosts");
	for (size_t i = 0; i < given->health.n_items; i++)
		ask_health(asking, given->health.items[i]);
	if (!asking->failed && (given->checks & RABBITMQ_QUEUES))
		ask_queues(asking);
	if (!asking->failed && (given->checks & RABBITMQ_CONNECTIONS))
		ask_connections(asking);
}

static int open_api(struct check *check, struct rabbitmq **ret, struct err *err)
{
	const struct rabbitmq_options *given = check->options;
	const struct http_settings settings = {
		.family = rabbitmq_family(given),
		.user = given->secret.user,
		.password = given->secret.password,
		.ca = given->ca,
		.cert = given->cert,
		.key = given->key,
		.insecure = given->insecure,
		.use_proxy = given->use_proxy,
	};

	return rabbitmq_open(&settings, given->host, given->tls, ret, err);
}

int rabbitmq_ask_api(struct check *check, int64_t until_ms, struct err *err)
{
	struct asking asking = { .check = check, .until_ms = until_ms };
	int r = open_api(check, &asking.rabbitmq, err);

	if (r < 0)
		return r;
	ask_api(&asking);
	rabbitmq_close(asking.rabbitmq);
	return 0;
}
