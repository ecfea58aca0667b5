/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What check_rabbitmq and check_rabbitmq_snmp measure. */
#include "config.h"

#include <math.h>

#include "plugins/rabbitmq.h"

#define A_NODE	.flags = METRIC_INSTANCES
#define A_QUEUE .flags = METRIC_INSTANCES | METRIC_QUIET

const struct metric rabbitmq_metrics[RABBITMQ_N_METRICS] = {
	[RABBITMQ_MEMORY] = { .name = "memory",
	    .unit = UNIT_PERCENT,
	    .warn = RABBITMQ_MEMORY_WARN,
	    .crit = RABBITMQ_MEMORY_CRIT,
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
};

void rabbitmq_give(struct check *check, enum rabbitmq_metric metric, double value)
{
	if (!isnan(value))
		result_metric(check->result, &rabbitmq_metrics[metric], value);
}

void rabbitmq_excuse(struct check *check, enum rabbitmq_metric first, enum rabbitmq_metric last)
{
	for (enum rabbitmq_metric i = first; i <= last; i++)
		thresholds_excuse(&check->thresholds, &rabbitmq_metrics[i], NULL);
}

bool rabbitmq_wants(
    const struct check *check, enum rabbitmq_metric first, enum rabbitmq_metric last)
{
	for (enum rabbitmq_metric i = first; i <= last; i++)
		if (thresholds_given(&check->thresholds, &rabbitmq_metrics[i]))
			return true;
	return check->all_perf;
}
