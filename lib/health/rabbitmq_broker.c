/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scalars of HAETAE-MIB about a broker, there and back. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/health/mibstate.h"
#include "lib/health/rabbitmq_rows.h"

#define COPY(to, from) (void)snprintf(to, sizeof(to), "%.*s", (int)sizeof(to) - 1, from)

/* The health checks that a round asks for, and their columns. */
static const struct {
	const char *name;
	enum mib_rabbitmq_part part;
	size_t check, text;
} checks[] = {
	{ "alarms", MIB_RABBITMQ_ALARMS_CHECK, offsetof(struct mib_rabbitmq, alarms_check),
	    offsetof(struct mib_rabbitmq, alarms_check_text) },
	{ "virtual-hosts", MIB_RABBITMQ_VHOSTS_CHECK,
	    offsetof(struct mib_rabbitmq, vhosts_check),
	    offsetof(struct mib_rabbitmq, vhosts_check_text) },
};
enum { N_CHECKS = sizeof(checks) / sizeof(checks[0]) };

static bool is_there(const struct rabbitmq_part *part)
{
	return part->reading == RABBITMQ_READ || part->reading == RABBITMQ_HIDDEN;
}

static double if_there(const struct rabbitmq_part *part, double value)
{
	return is_there(part) ? value : NAN;
}

static int64_t count(double value)
{
	return mibnumber_of(value, 1);
}

/* --- there -------------------------------------------------------------------------------- */

static void put_failure(
    const struct rabbitmq_part *part, enum mib_rabbitmq_part number, struct mib_rabbitmq *row)
{
	if (row->failed_part != MIB_RABBITMQ_NONE || part->reading == RABBITMQ_NOT_ASKED ||
	    part->reading == RABBITMQ_READ)
		return;
	row->failed_part = number;
	row->failed_state = mibstate_of(part->state);
	COPY(row->failed_text, part->err.text);
}

static void put_check(
    const struct rabbitmq_facts *facts, size_t place, struct mib_rabbitmq *row)
{
	int64_t *check = (int64_t *)((char *)row + checks[place].check);
	char *text = (char *)row + checks[place].text;

	*check = MIB_NONE;
	for (size_t i = 0; i < facts->n_health; i++) {
		const struct rabbitmq_health *health = &facts->health[i];

		if (strcmp(health->name, checks[place].name) != 0)
			continue;
		put_failure(&health->part, checks[place].part, row);
		if (health->part.reading != RABBITMQ_READ)
			continue;
		*check = health->absent ? MIB_RABBITMQ_CHECK_ABSENT
			 : health->well ? MIB_RABBITMQ_CHECK_OK
					: MIB_RABBITMQ_CHECK_FAILED;
		(void)snprintf(text, MIB_TEXT_SIZE, "%s", health->reason);
	}
}

static void put_overview(const struct rabbitmq_facts *facts, struct mib_rabbitmq *row)
{
	const struct rabbitmq_part *part = &facts->overview_part;
	const struct rabbitmq_overview *overview = &facts->overview;

	COPY(row->name, overview->node);
	COPY(row->version, overview->version);
	COPY(row->cluster, overview->cluster);
	row->api_time = mibnumber_of(if_there(part, facts->api_s), 1e-6);
	row->certificate = facts->has_certificate ? facts->certificate_s * 1000 : MIB_NONE;
	row->publish_rate =
	    mibnumber_of(if_there(part, overview->publish_rate), MIBNUMBER_HUNDREDTHS);
	row->deliver_rate =
	    mibnumber_of(if_there(part, overview->deliver_rate), MIBNUMBER_HUNDREDTHS);
	row->ack_rate = mibnumber_of(if_there(part, overview->ack_rate), MIBNUMBER_HUNDREDTHS);
	row->redeliver_rate =
	    mibnumber_of(if_there(part, overview->redeliver_rate), MIBNUMBER_HUNDREDTHS);
	row->connections_total = count(if_there(part, overview->connections));
	row->channels = count(if_there(part, overview->channels));
	row->queues_total = count(if_there(part, overview->queues));
}

static void put_sums(const struct rabbitmq_facts *facts, const struct mibnumber_now *now,
    struct mib_rabbitmq *row)
{
	const struct rabbitmq_part *part = &facts->queues_part;
	const struct rabbitmq_sums *sums = &facts->sums;

	row->queues = count(if_there(part, sums->queues));
	row->queues_down = count(if_there(part, sums->down));
	row->queues_hidden = count(if_there(part, (double)facts->n_hidden));
	row->queues_hidden_messages = count(if_there(part, facts->hidden_messages));
	row->messages = count(if_there(part, sums->messages));
	row->ready = count(if_there(part, sums->ready));
	row->unacknowledged = count(if_there(part, sums->unacknowledged));
	row->consumers = count(if_there(part, sums->consumers));
	row->no_consumers = count(if_there(part, sums->no_consumers));
	row->stranded = count(if_there(part, sums->stranded));
	row->head_age = mibnumber_instant(if_there(part, sums->head_s), now);
}

static void put_counts(const struct rabbitmq_facts *facts, struct mib_rabbitmq *row)
{
	const struct rabbitmq_part *part = &facts->nodes_part;
	size_t running = 0, partitions = 0, alarms = 0;

	for (size_t i = 0; i < facts->nodes.n; i++) {
		const struct rabbitmq_node *node = &facts->nodes.items[i];

		running += node->running && !node->silent;
		partitions += node->n_partitions > 0;
		alarms += (size_t)node->memory_alarm + node->disk_alarm;
	}
	row->nodes = count(if_there(part, (double)facts->nodes.n));
	row->nodes_running = count(if_there(part, (double)running));
	row->partitions = count(if_there(part, (double)partitions));
	row->alarms = count(if_there(part, (double)alarms));
}

void rabbitmq_broker_put(const struct rabbitmq_facts *facts, const char *address,
    const struct mibnumber_now *now, struct mib_rabbitmq *ret)
{
	const struct rabbitmq_connections *connections = &facts->connections;
	struct rabbitmq_verdict verdict;

	rabbitmq_verdict(facts, &verdict);
	ret->state = mibstate_of(verdict.state);
	ret->state_age = now->mono_ms;
	COPY(ret->state_text, verdict.text);
	COPY(ret->address, address);
	ret->failed_part = MIB_RABBITMQ_NONE;
	ret->failed_state = MIB_OK;
	put_failure(&facts->overview_part, MIB_RABBITMQ_OVERVIEW, ret);
	put_failure(&facts->nodes_part, MIB_RABBITMQ_NODES, ret);
	for (size_t i = 0; i < N_CHECKS; i++)
		put_check(facts, i, ret);
	put_failure(&facts->queues_part, MIB_RABBITMQ_QUEUES, ret);
	put_failure(&facts->connections_part, MIB_RABBITMQ_CONNECTIONS, ret);
	put_overview(facts, ret);
	put_counts(facts, ret);
	put_sums(facts, now, ret);
	ret->connections = count(if_there(&facts->connections_part, (double)connections->n));
	ret->connections_blocked =
	    count(if_there(&facts->connections_part, (double)connections->n_blocked));
	COPY(ret->connection_blocked, connections->blocked);
}

/* --- and back ----------------------------------------------------------------------------- */

static size_t size_of(int64_t number)
{
	return number > 0 ? (size_t)number : 0;
}

/* A part of which there is that number was read, unless it is the one that failed. */
static void take_part(const struct mib_rabbitmq *row, enum mib_rabbitmq_part number,
    int64_t known, struct rabbitmq_part *ret)
{
	*ret = (struct rabbitmq_part){ .reading = RABBITMQ_NOT_ASKED };
	if (known != MIB_NONE)
		ret->reading = RABBITMQ_READ;
	if (row->failed_part != (int64_t)number)
		return;
	ret->reading = known == MIB_NONE ? RABBITMQ_FAILED : RABBITMQ_HIDDEN;
	ret->state = mibstate_back(row->failed_state);
	(void)err_set(&ret->err, 0, "%s", row->failed_text);
}

static void take_check(
    const struct mib_rabbitmq *row, size_t place, struct rabbitmq_facts *facts)
{
	int64_t check = *(const int64_t *)((const char *)row + checks[place].check);
	struct rabbitmq_health *health = &facts->health[facts->n_health++];

	*health = (struct rabbitmq_health){
		.name = checks[place].name,
		.absent = check == MIB_RABBITMQ_CHECK_ABSENT,
		.well = check == MIB_RABBITMQ_CHECK_OK,
	};
	take_part(row, checks[place].part, check, &health->part);
	COPY(health->reason, (const char *)row + checks[place].text);
}

static void take_overview(const struct mib_rabbitmq *row, struct rabbitmq_facts *facts)
{
	struct rabbitmq_overview *overview = &facts->overview;

	COPY(overview->node, row->name);
	COPY(overview->version, row->version);
	COPY(overview->cluster, row->cluster);
	overview->connections = mibnumber_back(row->connections_total, 1);
	overview->channels = mibnumber_back(row->channels, 1);
	overview->queues = mibnumber_back(row->queues_total, 1);
	overview->consumers = mibnumber_back(row->consumers, 1);
	overview->publish_rate = mibnumber_back(row->publish_rate, MIBNUMBER_HUNDREDTHS);
	overview->deliver_rate = mibnumber_back(row->deliver_rate, MIBNUMBER_HUNDREDTHS);
	overview->ack_rate = mibnumber_back(row->ack_rate, MIBNUMBER_HUNDREDTHS);
	overview->redeliver_rate = mibnumber_back(row->redeliver_rate, MIBNUMBER_HUNDREDTHS);
	facts->api_s = mibnumber_back(row->api_time, 1e-6);
	facts->has_certificate = row->certificate != MIB_NONE;
	facts->certificate_s = facts->has_certificate ? row->certificate / 1000 : 0;
}

static void take_sums(const struct mib_rabbitmq *row, const struct mibnumber_now *now,
    struct rabbitmq_facts *facts)
{
	facts->has_sums = row->queues != MIB_NONE;
	facts->sums = (struct rabbitmq_sums){
		.queues = mibnumber_back(row->queues, 1),
		.down = mibnumber_back(row->queues_down, 1),
		.messages = mibnumber_back(row->messages, 1),
		.ready = mibnumber_back(row->ready, 1),
		.unacknowledged = mibnumber_back(row->unacknowledged, 1),
		.consumers = mibnumber_back(row->consumers, 1),
		.no_consumers = mibnumber_back(row->no_consumers, 1),
		.stranded = mibnumber_back(row->stranded, 1),
		.head_s = mibnumber_real_s(row->head_age, now),
	};
	facts->n_hidden = size_of(row->queues_hidden);
	facts->hidden_messages = (double)size_of(row->queues_hidden_messages);
}

void rabbitmq_broker_take(const struct mib_rabbitmq *broker, const struct mibnumber_now *now,
    struct rabbitmq_facts *ret)
{
	take_part(broker, MIB_RABBITMQ_OVERVIEW, broker->api_time, &ret->overview_part);
	take_part(broker, MIB_RABBITMQ_NODES, broker->nodes, &ret->nodes_part);
	for (size_t i = 0; i < N_CHECKS; i++)
		take_check(broker, i, ret);
	take_part(broker, MIB_RABBITMQ_QUEUES, broker->queues, &ret->queues_part);
	take_part(
	    broker, MIB_RABBITMQ_CONNECTIONS, broker->connections, &ret->connections_part);
	take_overview(broker, ret);
	take_sums(broker, now, ret);
	ret->connections.n = size_of(broker->connections);
	ret->connections.n_blocked = size_of(broker->connections_blocked);
	COPY(ret->connections.blocked, broker->connection_blocked);
}
