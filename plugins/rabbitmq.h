/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What check_rabbitmq and check_rabbitmq_snmp share: rabbitmq_metrics.c has the metrics,
 * rabbitmq_choice.c the options that choose, rabbitmq_judge.c judges the facts of
 * lib/health/rabbitmq.h, wherever they come from, with rabbitmq_node.c for members and alarms
 * and rabbitmq_queue.c for queues. rabbitmq_amqp.c sends a message, for check_rabbitmq alone.
 */
#ifndef HAETAE_PLUGINS_RABBITMQ_H
#define HAETAE_PLUGINS_RABBITMQ_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/check/plugin.h"
#include "lib/health/rabbitmq.h"
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
	RABBITMQ_MEMORY_USED,
	RABBITMQ_DISK_FREE,
	RABBITMQ_DISK_LEFT,
	RABBITMQ_DESCRIPTORS,
	RABBITMQ_PROCESSES,
	RABBITMQ_RUN_QUEUE,
	RABBITMQ_UPTIME,
	RABBITMQ_QUEUE_MESSAGES, /* from here to queue_growth: one value a queue */
	RABBITMQ_QUEUE_READY,
	RABBITMQ_QUEUE_UNACKNOWLEDGED,
	RABBITMQ_QUEUE_CONSUMERS,
	RABBITMQ_QUEUE_HEAD_AGE,
	RABBITMQ_QUEUE_GROWTH,
	RABBITMQ_AMQP_CONNECT, /* from here to the end: not by SNMP */
	RABBITMQ_AMQP_LOGIN,
	RABBITMQ_AMQP_DECLARE,
	RABBITMQ_AMQP_PUBLISH,
	RABBITMQ_AMQP_CONSUME,
	RABBITMQ_AMQP_TIME,
	RABBITMQ_N_METRICS
};

struct rabbitmq_patterns {
	struct pattern *items;
	size_t n;
};

extern const struct metric rabbitmq_metrics[RABBITMQ_N_METRICS];

/* What is judged, and which of it. */
struct rabbitmq_choice {
	unsigned checks; /* enum rabbitmq_check */
	struct opt_list nodes, vhosts;
	struct rabbitmq_patterns queue, ignore;
};
/* For option tables of structs whose first member is the choice. */
int rabbitmq_take_checks(void *target, const char *value, struct err *err);
int rabbitmq_take_queue(void *target, const char *value, struct err *err);
int rabbitmq_take_ignore(void *target, const char *value, struct err *err);
void rabbitmq_choice_free(struct rabbitmq_choice *choice);
struct rabbitmq_filter rabbitmq_choice_filter(const struct rabbitmq_choice *choice);

/* Of check_rabbitmq alone. */
struct rabbitmq_options {
	struct rabbitmq_choice choice;
	const char *host, *amqp, *config;
	const char *ca, *cert, *key;
	bool tls, insecure, use_proxy, ipv4, ipv6;
	struct opt_list health;
	struct secret secret;
};

/* A value of the table's, without an instance. NAN is left out. */
void rabbitmq_give(struct check *check, enum rabbitmq_metric metric, double value);
/* Whether a metric from first to last has a threshold, or is printed all the same. */
bool rabbitmq_wants(
    const struct check *check, enum rabbitmq_metric first, enum rabbitmq_metric last);
/* Their thresholds are not to be missed: the result says in its own words why there is no
 * value. */
void rabbitmq_excuse(
    struct check *check, enum rabbitmq_metric first, enum rabbitmq_metric last);
enum address_family rabbitmq_family(const struct rabbitmq_options *given);

/* What is judged, with what. */
struct rabbitmq_judging {
	struct check *check;
	const struct rabbitmq_choice *choice;
	struct rabbitmq_facts *facts;
};

/* Judges what was read, and gives verdicts also on what was not. */
void rabbitmq_judge(
    struct check *check, const struct rabbitmq_choice *choice, struct rabbitmq_facts *facts);
/* Members and alarms, as far as they were asked for. */
void rabbitmq_judge_nodes(const struct rabbitmq_judging *judging);
/* Queues; those that were not asked for are not there any more. */
void rabbitmq_judge_queues(const struct rabbitmq_judging *judging);
/* Queues of which the facts tell that they are there, and not more: says so, and what cannot be
 * judged without them. */
void rabbitmq_judge_unseen(const struct rabbitmq_judging *judging);
/* Sends a message through the broker and takes it back. */
void rabbitmq_try_amqp(struct check *check, int64_t until_ms);

#endif
