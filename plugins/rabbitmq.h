/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of check_rabbitmq share: check_rabbitmq.c has the tables and the order of
 * things, rabbitmq_api.c asks, rabbitmq_node.c judges members and alarms, rabbitmq_queue.c queues, rabbitmq_amqp.c
 * sends a message.
 */
#ifndef HAETAE_PLUGINS_RABBITMQ_H
#define HAETAE_PLUGINS_RABBITMQ_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/check/plugin.h"
#include "lib/client/rabbitmq.h"
#include "lib/health/secret.h"

enum rabbitmq_check {
	RABBITMQ_NODE = 1,
	RABBITMQ_CLUSTER = 2,
	RABBITMQ_ALARMS = 4,
	RABBITMQ_QUEUES = 8,
	RABBITMQ_CONNECTIONS = 16,
	RABBITMQ_AMQP = 32,
	RABBITMQ_API = RABBITMQ_AMQP - 1, /* all that ask the management API */
};

/* In the order of the help; a bare threshold is for the first. */
enum rabbitmq_metric {
	RABBITMQ_MEMORY,
	RABBITMQ_NODES,
	RABBITMQ_NODES_RUNNING,
	RABBITMQ_PARTITIONS,
	RABBITMQ_N_ALARMS,
	RABBITMQ_API_TIME,
	RABBITMQ_CERTIFICATE,
	RABBITMQ_PUBLISH_RATE,
	RABBITMQ_DELIVER_RATE,
	RABBITMQ_ACK_RATE,
	RABBITMQ_REDELIVER_RATE,
	RABBITMQ_N_CONNECTIONS,
	RABBITMQ_CONNECTIONS_BLOCKED,
	RABBITMQ_CHANNELS,
	RABBITMQ_N_QUEUES,
	RABBITMQ_QUEUES_DOWN,
	RABBITMQ_MESSAGES,
	RABBITMQ_READY,
	RABBITMQ_UNACKNOWLEDGED,
	RABBITMQ_CONSUMERS,
	RABBITMQ_NO_CONSUMERS,
	RABBITMQ_STRANDED,
	RABBITMQ_HEAD_AGE,
	RABBITMQ_GROWTH,
	RABBITMQ_AMQP_CONNECT,
	RABBITMQ_AMQP_LOGIN,
	RABBITMQ_AMQP_DECLARE,
	RABBITMQ_AMQP_PUBLISH,
	RABBITMQ_AMQP_CONSUME,
	RABBITMQ_AMQP_TIME,
	RABBITMQ_MEMORY_USED,
	RABBITMQ_DISK_FREE,
	RABBITMQ_DISK_LEFT,
	RABBITMQ_DESCRIPTORS,
	RABBITMQ_PROCESSES,
	RABBITMQ_RUN_QUEUE,
	RABBITMQ_UPTIME,
	RABBITMQ_QUEUE_MESSAGES, /* from here to the end: one value a queue */
	RABBITMQ_QUEUE_READY,
	RABBITMQ_QUEUE_UNACKNOWLEDGED,
	RABBITMQ_QUEUE_CONSUMERS,
	RABBITMQ_QUEUE_HEAD_AGE,
	RABBITMQ_QUEUE_GROWTH,
	RABBITMQ_N_METRICS
};

struct rabbitmq_patterns {
	struct pattern *items;
	size_t n;
};

struct rabbitmq_options {
	const char *host, *amqp, *config;
	const char *ca, *cert, *key;
	bool tls, insecure, use_proxy, ipv4, ipv6;
	unsigned checks; /* enum rabbitmq_check */
	struct opt_list nodes, vhosts, health;
	struct rabbitmq_patterns queue, ignore;
	struct secret secret;
};

/* A value of the table's, without an instance. NAN is left out. */
void rabbitmq_give(struct check *check, enum rabbitmq_metric metric, double value);
/* Whether a metric from first to last has a threshold, or is printed all the same. */
bool rabbitmq_wants(
    const struct check *check, enum rabbitmq_metric first, enum rabbitmq_metric last);
enum address_family rabbitmq_family(const struct rabbitmq_options *given);

/* Their thresholds are not to be missed: the result says in its own words why there is no
 * value. */
void rabbitmq_excuse(
    struct check *check, enum rabbitmq_metric first, enum rabbitmq_metric last);

/* Asks what was asked for, and gives verdicts also on what does not answer. Negative for what is
 * wrong with our own files. */
int rabbitmq_ask_api(struct check *check, int64_t until_ms, struct err *err);
/* Judges members and alarms, as far as they were asked for. */
void rabbitmq_judge_nodes(struct check *check, const struct rabbitmq_nodes *nodes);
/* Judges queues; all of those that were asked for are there. */
void rabbitmq_judge_queues(struct check *check, struct rabbitmq_queues *queues);
/* Sends a message through the broker and takes it back. */
void rabbitmq_try_amqp(struct check *check, int64_t until_ms);

#endif
