/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/deadline.h"
#include "plugins/rabbitmq.h"

#define A_NODE	.flags = METRIC_INSTANCES
#define A_QUEUE .flags = METRIC_INSTANCES | METRIC_QUIET

static const struct metric metrics[RABBITMQ_N_METRICS] = {
	[RABBITMQ_MEMORY] = { .name = "memory",
	    .unit = UNIT_PERCENT,
	    .warn = "90",
	    .crit = "95",
	    A_NODE,
	    .help = "memory in percent of the watermark at which publishers are blocked" },
	[RABBITMQ_NODES] = { .name = "nodes", .help = "members of the cluster" },
	[RABBITMQ_NODES_RUNNING] = { .name = "nodes_running",
	    .help = "members that run and tell of themselves" },
	[RABBITMQ_PARTITIONS] = { .name = "partitions",
	    .help = "members that say that they do not see another one" },
	[RABBITMQ_N_ALARMS] = { .name = "alarms", .help = "memory and disk alarms in force" },
	[RABBITMQ_API_TIME] = { .name = "api_time",
	    .unit = UNIT_SECONDS,
	    .help = "time to the end of the first answer of the management API" },
	[RABBITMQ_CERTIFICATE] = { .name = "certificate",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_SIGNED,
	    .help = "time until the certificate of the management API expires" },
	[RABBITMQ_PUBLISH_RATE] = { .name = "publish_rate",
	    .help = "messages published a second, in the whole cluster" },
	[RABBITMQ_DELIVER_RATE] = { .name = "deliver_rate",
	    .help = "messages handed to consumers a second" },
	[RABBITMQ_ACK_RATE] = { .name = "ack_rate", .help = "messages acknowledged a second" },
	[RABBITMQ_REDELIVER_RATE] = { .name = "redeliver_rate",
	    .help = "messages handed out again a second" },
	[RABBITMQ_N_CONNECTIONS] = { .name = "connections", .help = "connections of clients" },
	[RABBITMQ_CONNECTIONS_BLOCKED] = { .name = "connections_blocked",
	    .help = "connections that may not publish, for an alarm" },
	[RABBITMQ_CHANNELS] = { .name = "channels", .help = "channels in these connections" },
	[RABBITMQ_N_QUEUES] = { .name = "queues", .help = "queues that were chosen" },
	[RABBITMQ_QUEUES_DOWN] = { .name = "queues_down",
	    .help = "of these, those that are down, crashed, or without a majority" },
	[RABBITMQ_MESSAGES] = { .name = "messages",
	    .help = "messages in the chosen queues, all together" },
	[RABBITMQ_READY] = { .name = "ready", .help = "messages that wait for a consumer" },
	[RABBITMQ_UNACKNOWLEDGED] = { .name = "unacknowledged",
	    .help = "messages that a consumer has and did not acknowledge" },
	[RABBITMQ_CONSUMERS] = { .name = "consumers", .help = "consumers of these queues" },
	[RABBITMQ_NO_CONSUMERS] = { .name = "no_consumers",
	    .help = "queues that nobody consumes" },
	[RABBITMQ_STRANDED] = { .name = "stranded",
	    .help = "messages that wait in queues which nobody consumes" },
	[RABBITMQ_HEAD_AGE] = { .name = "head_age",
	    .unit = UNIT_SECONDS,
	    .help = "age of the oldest first message; where publishers set timestamps" },
	[RABBITMQ_GROWTH] = { .name = "growth",
	    .flags = METRIC_SIGNED,
	    .help = "messages more a second since the last run, all together" },
	[RABBITMQ_AMQP_CONNECT] = { .name = "amqp_connect",
	    .unit = UNIT_SECONDS,
	    .help = "time to connect, with TLS its handshake too" },
	[RABBITMQ_AMQP_LOGIN] = { .name = "amqp_login",
	    .unit = UNIT_SECONDS,
	    .help = "time to log in and open a channel" },
	[RABBITMQ_AMQP_DECLARE] = { .name = "amqp_declare",
	    .unit = UNIT_SECONDS,
	    .help = "time to declare a queue" },
	[RABBITMQ_AMQP_PUBLISH] = { .name = "amqp_publish",
	    .unit = UNIT_SECONDS,
	    .help = "time until a message was confirmed" },
	[RABBITMQ_AMQP_CONSUME] = { .name = "amqp_consume",
	    .unit = UNIT_SECONDS,
	    .help = "time until it came back" },
	[RABBITMQ_AMQP_TIME] = { .name = "amqp_time",
	    .unit = UNIT_SECONDS,
	    .help = "time of all these together" },
	[RABBITMQ_MEMORY_USED] = { .name = "memory_used",
	    .unit = UNIT_BYTES,
	    A_NODE,
	    .help = "memory of the node" },
	[RABBITMQ_DISK_FREE] = { .name = "disk_free",
	    .unit = UNIT_BYTES,
	    A_NODE,
	    .help = "space free where the node keeps its data" },
	[RABBITMQ_DISK_LEFT] = { .name = "disk_left",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_INSTANCES | METRIC_SIGNED,
	    .help = "of this, what is left until publishers are blocked" },
	[RABBITMQ_DESCRIPTORS] = { .name = "descriptors",
	    .unit = UNIT_PERCENT,
	    A_NODE,
	    .help = "file descriptors in percent of the limit" },
	[RABBITMQ_PROCESSES] = { .name = "processes",
	    .unit = UNIT_PERCENT,
	    A_NODE,
	    .help = "Erlang processes in percent of the limit" },
	[RABBITMQ_RUN_QUEUE] = { .name = "run_queue",
	    A_NODE,
	    .help = "Erlang processes that wait for a CPU" },
	[RABBITMQ_UPTIME] = { .name = "uptime",
	    .unit = UNIT_SECONDS,
	    A_NODE,
	    .help = "time since the node started" },
	[RABBITMQ_QUEUE_MESSAGES] = { .name = "queue_messages",
	    A_QUEUE,
	    .help = "messages in each queue" },
	[RABBITMQ_QUEUE_READY] = { .name = "queue_ready",
	    A_QUEUE,
	    .help = "messages that wait, in each queue" },
	[RABBITMQ_QUEUE_UNACKNOWLEDGED] = { .name = "queue_unacknowledged",
	    A_QUEUE,
	    .help = "messages not acknowledged, in each queue" },
	[RABBITMQ_QUEUE_CONSUMERS] = { .name = "queue_consumers",
	    A_QUEUE,
	    .help = "consumers of each queue" },
	[RABBITMQ_QUEUE_HEAD_AGE] = { .name = "queue_head_age",
	    .unit = UNIT_SECONDS,
	    A_QUEUE,
	    .help = "age of the first message of each queue" },
	[RABBITMQ_QUEUE_GROWTH] = { .name = "queue_growth",
	    .flags = METRIC_INSTANCES | METRIC_QUIET | METRIC_SIGNED,
	    .help = "messages more a second in each queue since the last run" },
};

/* --- options ---------------------------------------------------------------------------- */

static const struct {
	const char *name;
	enum rabbitmq_check check;
} checks[] = {
	{ "node", RABBITMQ_NODE },
	{ "cluster", RABBITMQ_CLUSTER },
	{ "alarms", RABBITMQ_ALARMS },
	{ "queues", RABBITMQ_QUEUES },
	{ "connections", RABBITMQ_CONNECTIONS },
	{ "amqp", RABBITMQ_AMQP },
};

static int take_checks(void *target, const char *value, struct err *err)
{
	struct rabbitmq_options *given = target;

	for (;;) {
		size_t size = strcspn(value, ","), i = 0,
		       n = sizeof(checks) / sizeof(checks[0]);

		while (i < n && (strlen(checks[i].name) != size ||
				    strncmp(checks[i].name, value, size) != 0))
			i++;
		if (i == n)
			return err_set(err, -EINVAL,
			    "'%.*s' is none of node, cluster, alarms, queues, connections, "
			    "amqp",
			    (int)(size < 40 ? size : 40), value);
		given->checks |= checks[i].check;
		if (value[size] == '\0')
			return 0;
		value += size + 1;
	}
}

static int take_pattern(struct rabbitmq_patterns *patterns, const char *value, struct err *err)
{
	struct pattern *items = reallocarray(patterns->items, patterns->n + 1, sizeof(*items));
	int r;

	if (!items)
		return err_set(err, -ENOMEM, "out of memory");
	patterns->items = items;
	items[patterns->n] = (struct pattern){ .text = NULL };
	r = pattern_compile(value, &items[patterns->n], err);
	if (r == 0)
		patterns->n++;
	return r;
}

static int take_queue(void *target, const char *value, struct err *err)
{
	struct rabbitmq_options *given = target;

	return take_pattern(&given->queue, value, err);
}

static int take_ignore(void *target, const char *value, struct err *err)
{
	struct rabbitmq_options *given = target;

	return take_pattern(&given->ignore, value, err);
}

#define AT(field) offsetof(struct rabbitmq_options, field)

static const struct opt options[] = {
	{ 'H', "host", "HOST[:PORT]", OPT_STRING, AT(host), NULL,
	    "the management API (localhost; port 15672, with --tls 15671)" },
	{ 0, "check", "WHAT", OPT_CALL, 0, take_checks,
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
	{ 0, "node", "NAME", OPT_LIST, AT(nodes), NULL,
	    "a member that must be there; may be repeated" },
	{ 0, "vhost", "NAME", OPT_LIST, AT(vhosts), NULL,
	    "queues of this virtual host only; may be repeated; the first is also that of "
	    "--check amqp (/)" },
	{ 0, "queue", "REGEX", OPT_CALL, 0, take_queue,
	    "queues whose name has a match; may be repeated" },
	{ 0, "ignore", "REGEX", OPT_CALL, 0, take_ignore,
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
	if (!given->checks)
		given->checks = RABBITMQ_API;
#ifndef HAVE_RABBITMQ
	if (given->checks & RABBITMQ_AMQP)
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

static void patterns_free(struct rabbitmq_patterns *patterns)
{
	for (size_t i = 0; i < patterns->n; i++)
		pattern_free(&patterns->items[i]);
	free(patterns->items);
}

static void release(struct check *check)
{
	struct rabbitmq_options *given = check->options;

	opt_list_free(&given->nodes);
	opt_list_free(&given->vhosts);
	opt_list_free(&given->health);
	patterns_free(&given->queue);
	patterns_free(&given->ignore);
	secret_free(&given->secret);
}

/* --- what the parts share ----------------------------------------------------------------- */

void rabbitmq_give(struct check *check, enum rabbitmq_metric metric, double value)
{
	if (!isnan(value))
		result_metric(check->result, &metrics[metric], value);
}

void rabbitmq_excuse(struct check *check, enum rabbitmq_metric first, enum rabbitmq_metric last)
{
	for (enum rabbitmq_metric i = first; i <= last; i++)
		thresholds_excuse(&check->thresholds, &metrics[i], NULL);
}

bool rabbitmq_wants(
    const struct check *check, enum rabbitmq_metric first, enum rabbitmq_metric last)
{
	for (enum rabbitmq_metric i = first; i <= last; i++)
		if (thresholds_given(&check->thresholds, &metrics[i]))
			return true;
	return check->all_perf;
}

enum address_family rabbitmq_family(const struct rabbitmq_options *given)
{
	return given->ipv4 ? ADDRESS_IPV4 : given->ipv6 ? ADDRESS_IPV6 : ADDRESS_ANY;
}

/* --- the run -------------------------------------------------------------------------------- */

static int run(struct check *check, struct err *err)
{
	struct rabbitmq_options *given = check->options;
	int64_t left_ms = deadline_left_ms(), start_ms = clock_mono_ms();
	/* What one cannot tell must not keep the other from being asked. */
	int64_t api_ms = given->checks & RABBITMQ_AMQP ? left_ms / 2 : left_ms;
	int r = secret_read(given->config, "HAETAE_RABBITMQ", &given->secret, err);

	if (r == 0 && (given->checks & RABBITMQ_API))
		r = rabbitmq_ask_api(check, start_ms + api_ms, err);
	if (r < 0)
		return r;
#ifdef HAVE_RABBITMQ
	if (given->checks & RABBITMQ_AMQP)
		rabbitmq_try_amqp(check, start_ms + left_ms);
#endif
	return 0;
}

static const struct plugin rabbitmq_plugin = {
	.name = "check_rabbitmq",
	.title = "RABBITMQ",
	.summary = "checks a RabbitMQ broker, its cluster and its queues",
	.notes = notes,
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct rabbitmq_options),
	.validate = validate,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&rabbitmq_plugin, argc, argv);
}
