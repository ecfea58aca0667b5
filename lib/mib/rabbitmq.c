/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/rabbitmq.h"

static const struct mib_word parts[] = {
	{ MIB_RABBITMQ_NONE, "none" },
	{ MIB_RABBITMQ_OVERVIEW, "overview" },
	{ MIB_RABBITMQ_NODES, "nodes" },
	{ MIB_RABBITMQ_ALARMS_CHECK, "alarmsCheck" },
	{ MIB_RABBITMQ_VHOSTS_CHECK, "vhostsCheck" },
	{ MIB_RABBITMQ_QUEUES, "queues" },
	{ MIB_RABBITMQ_CONNECTIONS, "connections" },
	{ 0, NULL },
};

static const struct mib_word checks[] = {
	{ MIB_RABBITMQ_CHECK_OK, "ok" },
	{ MIB_RABBITMQ_CHECK_FAILED, "failed" },
	{ MIB_RABBITMQ_CHECK_ABSENT, "absent" },
	{ 0, NULL },
};

/* --- the broker --------------------------------------------------------------------------- */

#define AT(field) MIB_FIELD(mib_rabbitmq, field)

static const struct mib_column columns[] = {
	{ 1, "Name", MIB_TEXT, AT(name), NULL, NULL, "the member of the cluster that answers" },
	{ 2, "State", MIB_STATE, AT(state), NULL, NULL,
	    "the worst of what answers, of members, of queues and of health checks" },
	{ 3, "StateAge", MIB_AGE, AT(state_age), "seconds", NULL, "time in this state" },
	{ 4, "StateText", MIB_TEXT, AT(state_text), NULL, NULL,
	    "what is wrong, or which release answers" },
	{ 5, "Version", MIB_TEXT, AT(version), NULL, NULL, "its release" },
	{ 6, "Cluster", MIB_TEXT, AT(cluster), NULL, NULL, "the name of the cluster" },
	{ 7, "Address", MIB_TEXT, AT(address), NULL, NULL,
	    "the management API that the subagent is told to ask" },
	{ 8, "ApiTime", MIB_GAUGE, AT(api_time), "microseconds", NULL,
	    "time to the end of the first answer of the management API" },
	{ 9, "FailedPart", MIB_ENUM, AT(failed_part), NULL, parts,
	    "the first part that could not be read, after which nothing more was asked" },
	{ 10, "FailedState", MIB_STATE, AT(failed_state), NULL, NULL,
	    "critical: it does not answer; unknown: it may not be asked; ok: nothing failed" },
	{ 11, "FailedText", MIB_TEXT, AT(failed_text), NULL, NULL,
	    "why; empty: nothing failed" },
	{ 12, "Certificate", MIB_DATE, AT(certificate), NULL, NULL,
	    "when the certificate of the management API expires; only with TLS" },
	{ 13, "PublishRate", MIB_HUNDREDTHS, AT(publish_rate), "messages per second", NULL,
	    "messages published, in the whole cluster" },
	{ 14, "DeliverRate", MIB_HUNDREDTHS, AT(deliver_rate), "messages per second", NULL,
	    "messages handed to consumers" },
	{ 15, "AckRate", MIB_HUNDREDTHS, AT(ack_rate), "messages per second", NULL,
	    "messages acknowledged" },
	{ 16, "RedeliverRate", MIB_HUNDREDTHS, AT(redeliver_rate), "messages per second", NULL,
	    "messages handed out again" },
	{ 17, "ConnectionsTotal", MIB_GAUGE, AT(connections_total), "connections", NULL,
	    "connections of clients, as the broker counts them" },
	{ 18, "Connections", MIB_GAUGE, AT(connections), "connections", NULL,
	    "connections of clients that it lists" },
	{ 19, "ConnectionsBlocked", MIB_GAUGE, AT(connections_blocked), "connections", NULL,
	    "of these, those that may not publish, for an alarm" },
	{ 20, "ConnectionBlocked", MIB_TEXT, AT(connection_blocked), NULL, NULL,
	    "the name of one of those" },
	{ 21, "Channels", MIB_GAUGE, AT(channels), "channels", NULL,
	    "channels in all connections" },
	{ 22, "QueuesTotal", MIB_GAUGE, AT(queues_total), "queues", NULL,
	    "queues of all virtual hosts, as the broker counts them" },
	{ 23, "Queues", MIB_GAUGE, AT(queues), "queues", NULL,
	    "queues that it lists to the subagent's user" },
	{ 24, "QueuesDown", MIB_GAUGE, AT(queues_down), "queues", NULL,
	    "of these, those that are down, crashed, or without a majority, unless the "
	    "subagent "
	    "is told to ignore them" },
	{ 25, "QueuesHidden", MIB_GAUGE, AT(queues_hidden), "queues", NULL,
	    "of these, those that have no row in the table of queues" },
	{ 26, "QueuesHiddenMessages", MIB_GAUGE, AT(queues_hidden_messages), "messages", NULL,
	    "the most messages that a queue without a row has" },
	{ 27, "Messages", MIB_GAUGE, AT(messages), "messages", NULL,
	    "messages in all queues that are listed, also in those without a row" },
	{ 28, "Ready", MIB_GAUGE, AT(ready), "messages", NULL,
	    "of them, those that wait for a consumer" },
	{ 29, "Unacknowledged", MIB_GAUGE, AT(unacknowledged), "messages", NULL,
	    "of them, those that a consumer has and did not acknowledge" },
	{ 30, "Consumers", MIB_GAUGE, AT(consumers), "consumers", NULL,
	    "consumers of all these queues" },
	{ 31, "NoConsumers", MIB_GAUGE, AT(no_consumers), "queues", NULL,
	    "queues that nobody consumes" },
	{ 32, "Stranded", MIB_GAUGE, AT(stranded), "messages", NULL,
	    "messages that wait in queues which nobody consumes" },
	{ 33, "HeadAge", MIB_AGE, AT(head_age), "seconds", NULL,
	    "age of the oldest first message of a queue; where publishers set timestamps" },
	{ 34, "Nodes", MIB_GAUGE, AT(nodes), "nodes", NULL, "members of the cluster" },
	{ 35, "NodesRunning", MIB_GAUGE, AT(nodes_running), "nodes", NULL,
	    "members that run and tell of themselves" },
	{ 36, "Partitions", MIB_GAUGE, AT(partitions), "nodes", NULL,
	    "members that say that they do not see another one" },
	{ 37, "Alarms", MIB_GAUGE, AT(alarms), "alarms", NULL,
	    "memory and disk alarms in force, as the members tell" },
	{ 38, "AlarmsCheck", MIB_ENUM, AT(alarms_check), NULL, checks,
	    "the broker's own health check of alarms" },
	{ 39, "AlarmsCheckText", MIB_TEXT, AT(alarms_check_text), NULL, NULL,
	    "the reason that it gives" },
	{ 40, "VhostsCheck", MIB_ENUM, AT(vhosts_check), NULL, checks,
	    "the broker's own health check of virtual hosts" },
	{ 41, "VhostsCheckText", MIB_TEXT, AT(vhosts_check_text), NULL, NULL,
	    "the reason that it gives" },
};

static const uint32_t told[] = { 1, 2, 4, 0 };

const struct mib_table mib_rabbitmq = {
	.number = 21,
	.name = "haetaeRabbitmq",
	.row_size = sizeof(struct mib_rabbitmq),
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.state = 2,
	.state_age = 3,
	.state_text = 4,
	.label = 1,
	.notification = 21,
	.notification_name = "haetaeRabbitmqStateChange",
	.told = told,
	.help =
	    "a RabbitMQ broker by its management API: its cluster, and sums over its queues",
};

/* --- members ------------------------------------------------------------------------------ */

#undef AT
#define AT(field) MIB_FIELD(mib_rabbitmq_node, field)

static const struct mib_column node_columns[] = {
	{ 2, "Name", MIB_TEXT, AT(name), NULL, NULL, "its name, rabbit@HOST" },
	{ 3, "State", MIB_STATE, AT(state), NULL, NULL,
	    "critical: it does not run or tells nothing of itself, has an alarm, does not see "
	    "another member, or memory is above 95 percent; warning: maintenance, or above "
	    "90" },
	{ 4, "StateAge", MIB_AGE, AT(state_age), "seconds", NULL, "time in this state" },
	{ 5, "StateText", MIB_TEXT, AT(state_text), NULL, NULL,
	    "what is wrong, the worst, or that it runs" },
	{ 6, "Running", MIB_TRUTH, AT(running), NULL, NULL, "the others see that it runs" },
	{ 7, "Silent", MIB_TRUTH, AT(silent), NULL, NULL,
	    "it is said to run, but tells nothing of itself: it hangs, or just starts" },
	{ 8, "Drained", MIB_TRUTH, AT(drained), NULL, NULL, "it is in maintenance" },
	{ 9, "MemoryAlarm", MIB_TRUTH, AT(memory_alarm), NULL, NULL,
	    "publishers are blocked, for want of memory" },
	{ 10, "DiskAlarm", MIB_TRUTH, AT(disk_alarm), NULL, NULL,
	    "publishers are blocked, for want of disk space" },
	{ 11, "Partitions", MIB_GAUGE, AT(partitions), "nodes", NULL,
	    "members that it does not see" },
	{ 12, "PartitionsText", MIB_TEXT, AT(partitions_text), NULL, NULL,
	    "their names, with blanks between" },
	{ 13, "Memory", MIB_HUNDREDTHS, AT(memory), "percent", NULL,
	    "memory in percent of the watermark at which publishers are blocked" },
	{ 14, "MemoryUsed", MIB_GAUGE, AT(memory_used), "KiB", NULL, "memory of the node" },
	{ 15, "MemoryLimit", MIB_GAUGE, AT(memory_limit), "KiB", NULL, "that watermark" },
	{ 16, "DiskFree", MIB_GAUGE, AT(disk_free), "MiB", NULL,
	    "space free where the node keeps its data" },
	{ 17, "DiskLimit", MIB_GAUGE, AT(disk_limit), "MiB", NULL,
	    "with less than this, publishers are blocked" },
	{ 18, "Descriptors", MIB_HUNDREDTHS, AT(descriptors), "percent", NULL,
	    "file descriptors in percent of the limit" },
	{ 19, "DescriptorsUsed", MIB_GAUGE, AT(descriptors_used), "descriptors", NULL,
	    "file descriptors in use" },
	{ 20, "DescriptorsLimit", MIB_GAUGE, AT(descriptors_limit), "descriptors", NULL,
	    "as many may be in use" },
	{ 21, "Processes", MIB_HUNDREDTHS, AT(processes), "percent", NULL,
	    "Erlang processes in percent of the limit" },
	{ 22, "ProcessesUsed", MIB_GAUGE, AT(processes_used), "processes", NULL,
	    "Erlang processes" },
	{ 23, "ProcessesLimit", MIB_GAUGE, AT(processes_limit), "processes", NULL,
	    "as many may be" },
	{ 24, "RunQueue", MIB_GAUGE, AT(run_queue), "processes", NULL,
	    "Erlang processes that wait for a CPU" },
	{ 25, "Uptime", MIB_AGE, AT(uptime), "seconds", NULL, "time since it started" },
	{ 26, "Missing", MIB_MISSING, 0, 0, NULL, NULL, "columns that are not known" },
};

static const uint32_t node_told[] = { 2, 3, 5, 0 };

const struct mib_table mib_rabbitmq_node = {
	.number = 7,
	.name = "haetaeRabbitmqNode",
	.index = "haetaeRabbitmqNodeIndex",
	.n_index = 1,
	.row_size = sizeof(struct mib_rabbitmq_node),
	.columns = node_columns,
	.n_columns = sizeof(node_columns) / sizeof(node_columns[0]),
	.state = 3,
	.state_age = 4,
	.state_text = 5,
	.label = 2,
	.notification = 7,
	.notification_name = "haetaeRabbitmqNodeStateChange",
	.told = node_told,
	.help = "members of the RabbitMQ cluster",
};

/* --- queues ------------------------------------------------------------------------------- */

#undef AT
#define AT(field) MIB_FIELD(mib_rabbitmq_queue, field)

static const struct mib_column queue_columns[] = {
	{ 2, "Name", MIB_TEXT, AT(name), NULL, NULL, "its name" },
	{ 3, "State", MIB_STATE, AT(state), NULL, NULL,
	    "critical: down, crashed, or without a majority of its members" },
	{ 4, "StateAge", MIB_AGE, AT(state_age), "seconds", NULL, "time in this state" },
	{ 5, "StateText", MIB_TEXT, AT(state_text), NULL, NULL,
	    "what is wrong, or how many messages wait" },
	{ 6, "Vhost", MIB_TEXT, AT(vhost), NULL, NULL, "its virtual host" },
	{ 7, "Type", MIB_TEXT, AT(type), NULL, NULL, "classic, quorum, stream" },
	{ 8, "Status", MIB_TEXT, AT(status), NULL, NULL,
	    "the broker's own word for its state, as running" },
	{ 9, "Messages", MIB_GAUGE, AT(messages), "messages", NULL, "messages in it" },
	{ 10, "Ready", MIB_GAUGE, AT(ready), "messages", NULL,
	    "messages that wait for a consumer" },
	{ 11, "Unacknowledged", MIB_GAUGE, AT(unacknowledged), "messages", NULL,
	    "messages that a consumer has and did not acknowledge" },
	{ 12, "Consumers", MIB_GAUGE, AT(consumers), "consumers", NULL, "consumers of it" },
	{ 13, "HeadAge", MIB_AGE, AT(head_age), "seconds", NULL,
	    "age of its first message; where publishers set timestamps" },
	{ 14, "Members", MIB_GAUGE, AT(members), "nodes", NULL,
	    "members of a quorum queue or stream; 0 for others" },
	{ 15, "Online", MIB_GAUGE, AT(online), "nodes", NULL,
	    "of these, those that are there" },
	{ 16, "Memory", MIB_GAUGE, AT(memory), "KiB", NULL, "memory of its process" },
	{ 17, "Published", MIB_COUNTER64, AT(published), "messages", NULL,
	    "messages that came in, as the broker's statistics have it" },
	{ 18, "Delivered", MIB_COUNTER64, AT(delivered), "messages", NULL,
	    "messages that went out, likewise" },
	{ 19, "Missing", MIB_MISSING, 0, 0, NULL, NULL, "columns that are not known" },
};

static const uint32_t queue_told[] = { 2, 3, 5, 6, 0 };

const struct mib_table mib_rabbitmq_queue = {
	.number = 8,
	.name = "haetaeRabbitmqQueue",
	.index = "haetaeRabbitmqQueueIndex",
	.n_index = 1,
	.row_size = sizeof(struct mib_rabbitmq_queue),
	.columns = queue_columns,
	.n_columns = sizeof(queue_columns) / sizeof(queue_columns[0]),
	.state = 3,
	.state_age = 4,
	.state_text = 5,
	.label = 2,
	.notification = 8,
	.notification_name = "haetaeRabbitmqQueueStateChange",
	.told = queue_told,
	.help =
	    "queues of the broker: those that the subagent is told to show first, then what is "
	    "not well, then the deepest, up to a limit",
};
