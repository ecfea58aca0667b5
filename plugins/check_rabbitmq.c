/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/deadline.h"
#include "plugins/rabbitmq.h"

/* --- options ---------------------------------------------------------------------------- */

#define AT(field) offsetof(struct rabbitmq_options, field)

static const struct opt options[] = {
	{ 'H', "host", "HOST[:PORT]", OPT_STRING, AT(host), NULL,
	    "the management API (localhost; port 15672, with --tls 15671)" },
	{ 0, "check", "WHAT", OPT_CALL, 0, rabbitmq_take_checks,
	    "node, cluster, alarms, queues, connections, amqp, with commas between them or "
	    "repeated (all but amqp)" },
	{ 0, "config", "FILE", OPT_STRING, AT(config), NULL,
	    "user and password, in a file that others may not read" },
	{ 0, "amqp", "HOST[:PORT]", OPT_STRING, AT(amqp), NULL,
	    "the broker for --check amqp (the same host; port 5672, with --tls 5671)" },
	{ 0, "tls", NULL, OPT_FLAG, AT(tls), NULL, "HTTPS and AMQPS" },
	{ 0, "ca", "FILE", OPT_STRING, AT(ca), NULL, "the authorities (those of the system)" },
	{ 0, "cert", "FILE", OPT_STRING, AT(cert), NULL, "our own certificate, in PEM" },
	{ 0, "key", "FILE", OPT_STRING, AT(key), NULL, "its key (in the same file)" },
	{ 0, "insecure", NULL, OPT_FLAG, AT(insecure), NULL, "take any certificate" },
	{ 0, "node", "NAME", OPT_LIST, AT(choice.nodes), NULL,
	    "a member that must be there; may be repeated" },
	{ 0, "vhost", "NAME", OPT_LIST, AT(choice.vhosts), NULL,
	    "queues of this virtual host only; may be repeated; the first is also that of "
	    "--check amqp (/)" },
	{ 0, "queue", "REGEX", OPT_CALL, 0, rabbitmq_take_queue,
	    "queues whose name has a match; may be repeated" },
	{ 0, "ignore", "REGEX", OPT_CALL, 0, rabbitmq_take_ignore,
	    "not those whose name has a match; may be repeated" },
	{ 0, "health", "CHECK", OPT_LIST, AT(health), NULL,
	    "also a health check of the broker's own, port-listener/5672 or "
	    "node-is-quorum-critical; may be repeated" },
	{ 0, "proxy", NULL, OPT_FLAG, AT(use_proxy), NULL,
	    "ask through the proxy that the environment names" },
	{ '4', "ipv4", NULL, OPT_FLAG, AT(ipv4), NULL, "look up IPv4 addresses only" },
	{ '6', "ipv6", NULL, OPT_FLAG, AT(ipv6), NULL, "look up IPv6 addresses only" },
};

static const char notes[] =
    "The management API wants a user with the tag monitoring, --check amqp one who\n"
    "may configure and read '^haetae-check' and write to '^amq\\.default$'. Both come\n"
    "from --config or from HAETAE_RABBITMQ_USER and HAETAE_RABBITMQ_PASSWORD.\n"
    "queue_* are values of one queue each, QUEUE or VHOST/QUEUE; messages, ready and\n"
    "so on are sums. If --queue finds none, that is CRITICAL unless queues has a\n"
    "threshold.\n";

static int check_health_names(const struct opt_list *list, struct err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-./";

	if (list->n_items + 2 > RABBITMQ_HEALTH_MAX)
		return err_set(
		    err, -EINVAL, "option --health: at most %d", RABBITMQ_HEALTH_MAX - 2);
	for (size_t i = 0; i < list->n_items; i++)
		if (list->items[i][strspn(list->items[i], allowed)] != '\0' ||
		    strstr(list->items[i], ".."))
			return err_set(err, -EINVAL, "option --health: '%.60s' names no check",
			    list->items[i]);
	return 0;
}

static int check_address(
    const char *option, const char *address, const char *port, struct err *err)
{
	char host[ADDRESS_HOST_SIZE], given_port[ADDRESS_PORT_SIZE];
	int r = address_split(address, port, host, given_port, err);

	if (r < 0)
		err_prefix(err, "option %s", option);
	return r;
}

static int validate(struct check *check, struct err *err)
{
	struct rabbitmq_options *given = check->options;

	if (given->ipv4 && given->ipv6)
		return err_set(err, -EINVAL, "option -4: excludes -6");
	if (!given->host)
		given->host = "localhost";
	if (!given->choice.checks)
		given->choice.checks = RABBITMQ_API;
#ifndef HAVE_RABBITMQ
	if (given->choice.checks & RABBITMQ_AMQP)
		return err_set(
		    err, -EINVAL, "option --check: amqp was left out, for want of librabbitmq");
#endif
	if (check_address("-H", given->host, RABBITMQ_PORT, err) < 0 ||
	    (given->amqp && check_address("--amqp", given->amqp, RABBITMQ_PORT, err) < 0))
		return -EINVAL;
	if (given->key && !given->cert)
		return err_set(err, -EINVAL, "option --key: needs --cert");
	if (!given->tls && (given->ca || given->cert || given->insecure))
		return err_set(err, -EINVAL, "option --%s: needs --tls",
		    given->ca	  ? "ca"
		    : given->cert ? "cert"
				  : "insecure");
	return check_health_names(&given->health, err);
}

static void release(struct check *check)
{
	struct rabbitmq_options *given = check->options;

	rabbitmq_choice_free(&given->choice);
	opt_list_free(&given->health);
	secret_free(&given->secret);
}

enum address_family rabbitmq_family(const struct rabbitmq_options *given)
{
	return given->ipv4 ? ADDRESS_IPV4 : given->ipv6 ? ADDRESS_IPV6 : ADDRESS_ANY;
}

/* --- the run -------------------------------------------------------------------------------- */

static void tell_doing(void *context, const char *what)
{
	struct check *check = context;
	const struct rabbitmq_options *given = check->options;

	check_doing(check, "%s at %s", what, given->host);
}

static void add_health(struct rabbitmq_question *question, const char *name)
{
	if (question->n_health < RABBITMQ_HEALTH_MAX)
		question->health[question->n_health++] = name;
}

static int ask_api(struct check *check, int64_t until_ms, struct err *err)
{
	const struct rabbitmq_options *given = check->options;
	const struct rabbitmq_choice *choice = &given->choice;
	CLEANUP_RABBITMQ_FACTS struct rabbitmq_facts facts = { .n_health = 0 };
	const struct http_settings http = {
		.family = rabbitmq_family(given),
		.user = given->secret.user,
		.password = given->secret.password,
		.ca = given->ca,
		.cert = given->cert,
		.key = given->key,
		.insecure = given->insecure,
		.use_proxy = given->use_proxy,
	};
	struct rabbitmq_question question = {
		.http = &http,
		.host = given->host,
		.tls = given->tls,
		.nodes = choice->checks & (RABBITMQ_NODE | RABBITMQ_CLUSTER | RABBITMQ_ALARMS),
		.queues = choice->checks & RABBITMQ_QUEUES,
		.connections = choice->checks & RABBITMQ_CONNECTIONS,
		.vhosts = (const char *const *)choice->vhosts.items,
		.n_vhosts = choice->vhosts.n_items,
		.filter = rabbitmq_choice_filter(choice),
		.slow_hint = "see -t",
		.doing = tell_doing,
		.context = check,
	};
	int r;

	if (choice->checks & RABBITMQ_ALARMS)
		add_health(&question, "alarms");
	if (choice->checks & RABBITMQ_NODE)
		add_health(&question, "virtual-hosts");
	for (size_t i = 0; i < given->health.n_items; i++)
		add_health(&question, given->health.items[i]);
	r = rabbitmq_facts_read(&question, until_ms, &facts, err);
	if (r == 0)
		rabbitmq_judge(check, choice, &facts);
	return r;
}

static int run(struct check *check, struct err *err)
{
	struct rabbitmq_options *given = check->options;
	int64_t left_ms = deadline_left_ms(), start_ms = clock_mono_ms();
	/* What one cannot tell must not keep the other from being asked. */
	int64_t api_ms = given->choice.checks & RABBITMQ_AMQP ? left_ms / 2 : left_ms;
	int r = secret_read(given->config, "HAETAE_RABBITMQ", &given->secret, err);

	if (r == 0 && (given->choice.checks & RABBITMQ_API))
		r = ask_api(check, start_ms + api_ms, err);
	if (r < 0)
		return r;
#ifdef HAVE_RABBITMQ
	if (given->choice.checks & RABBITMQ_AMQP)
		rabbitmq_try_amqp(check, start_ms + left_ms);
#endif
	return 0;
}

static const struct plugin rabbitmq_plugin = {
	.name = "check_rabbitmq",
	.title = "RABBITMQ",
	.summary = "checks a RabbitMQ broker, its cluster and its queues",
	.notes = notes,
	PLUGIN_METRICS(rabbitmq_metrics),
	PLUGIN_OPTIONS(options, struct rabbitmq_options),
	.validate = validate,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&rabbitmq_plugin, argc, argv);
}
