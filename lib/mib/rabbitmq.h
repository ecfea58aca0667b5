/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * haetaeRabbitmq, haetaeRabbitmqNodeTable and haetaeRabbitmqQueueTable: the broker that the
 * subagent is told to ask, the members of its cluster, and its queues, of which a broker with
 * very many shows the most important ones.
 */
#ifndef HAETAE_MIB_RABBITMQ_H
#define HAETAE_MIB_RABBITMQ_H

#include "lib/mib/mib.h"

/* A part that could not be read; the first one, after which nothing more is asked. */
enum mib_rabbitmq_part {
	MIB_RABBITMQ_NONE = 1,
	MIB_RABBITMQ_OVERVIEW = 2,
	MIB_RABBITMQ_NODES = 3,
	MIB_RABBITMQ_ALARMS_CHECK = 4,
	MIB_RABBITMQ_VHOSTS_CHECK = 5,
	MIB_RABBITMQ_QUEUES = 6,
	MIB_RABBITMQ_CONNECTIONS = 7,
};

/* What a health check of the broker's own says. */
enum mib_rabbitmq_check {
	MIB_RABBITMQ_CHECK_OK = 1,
	MIB_RABBITMQ_CHECK_FAILED = 2,
	MIB_RABBITMQ_CHECK_ABSENT = 3, /* this broker does not have it */
};

/* Scalars. */
struct mib_rabbitmq {
	char name[MIB_TEXT_SIZE]; /* the member that answers */
	int64_t state;
	int64_t state_age; /* since when, clock_mono_ms */
	char state_text[MIB_TEXT_SIZE];
	char version[MIB_WORD_SIZE];
	char cluster[MIB_TEXT_SIZE];
	char address[MIB_TEXT_SIZE]; /* of its API, as the subagent was told */
	int64_t api_time;	     /* us */
	int64_t failed_part;	     /* enum mib_rabbitmq_part */
	int64_t failed_state;
	char failed_text[MIB_TEXT_SIZE];
	int64_t certificate; /* when it expires, ms since 1970 */
	/* Messages a second, in hundredths. */
	int64_t publish_rate, deliver_rate, ack_rate, redeliver_rate;
	int64_t connections_total; /* as the broker counts */
	int64_t connections;	   /* that it lists */
	int64_t connections_blocked;
	char connection_blocked[MIB_TEXT_SIZE]; /* one of them */
	int64_t channels;
	int64_t queues_total;		   /* as the broker counts */
	int64_t queues;			   /* that it lists to the subagent's user */
	int64_t queues_down, no_consumers; /* queues */
	int64_t queues_hidden;		   /* that have no row */
	int64_t queues_hidden_messages;	   /* the most that one of them has */
	int64_t messages, ready, unacknowledged, consumers, stranded;
	int64_t head_age; /* of the oldest first message, clock_mono_ms */
	int64_t nodes, nodes_running, partitions, alarms;
	int64_t alarms_check, vhosts_check; /* enum mib_rabbitmq_check */
	char alarms_check_text[MIB_TEXT_SIZE], vhosts_check_text[MIB_TEXT_SIZE];
};

struct mib_rabbitmq_node {
	uint32_t index[1]; /* of the name */
	char name[MIB_TEXT_SIZE];
	int64_t state;
	int64_t state_age; /* since when, clock_mono_ms */
	char state_text[MIB_TEXT_SIZE];
	int64_t running, silent, drained, memory_alarm, disk_alarm; /* 0 or 1 */
	int64_t partitions;		     /* members that it does not see */
	char partitions_text[MIB_TEXT_SIZE]; /* their names, with blanks between */
	int64_t memory;			     /* hundredths of percent of the watermark */
	int64_t memory_used, memory_limit;   /* KiB */
	int64_t disk_free, disk_limit;	     /* MiB */
	int64_t descriptors;		     /* hundredths of percent */
	int64_t descriptors_used, descriptors_limit;
	int64_t processes; /* hundredths of percent */
	int64_t processes_used, processes_limit;
	int64_t run_queue;
	int64_t uptime; /* its start, clock_mono_ms */
};

struct mib_rabbitmq_queue {
	uint32_t index[1]; /* of virtual host and name */
	char name[MIB_TEXT_SIZE];
	int64_t state;
	int64_t state_age; /* since when, clock_mono_ms */
	char state_text[MIB_TEXT_SIZE];
	char vhost[MIB_TEXT_SIZE];
	char type[MIB_WORD_SIZE];
	char status[MIB_WORD_SIZE]; /* the broker's word for its state */
	int64_t messages, ready, unacknowledged, consumers;
	int64_t head_age;	 /* when its first message was made, clock_mono_ms */
	int64_t members, online; /* 0: it has none */
	int64_t memory;		 /* KiB */
	int64_t published, delivered;
};

extern const struct mib_table mib_rabbitmq, mib_rabbitmq_node, mib_rabbitmq_queue;

#endif
