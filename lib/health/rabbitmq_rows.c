/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/rabbitmq_rows.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/health/mibstate.h"

#define KIB MIBNUMBER_KIB
#define MIB MIBNUMBER_MIB

#define COPY(to, from) (void)snprintf(to, sizeof(to), "%s", from)

static int64_t count(double value)
{
	return mibnumber_of(value, 1);
}

static int64_t hundredths(double value)
{
	return mibnumber_of(value, MIBNUMBER_HUNDREDTHS);
}

/* --- members ------------------------------------------------------------------------------ */

static void put_partitions(const struct rabbitmq_node *node, struct mib_rabbitmq_node *row)
{
	size_t at = 0;

	row->partitions = (int64_t)node->n_partitions;
	for (size_t i = 0; i < node->n_partitions; i++) {
		const char *name = node->partitions[i];

		/* One that does not fit is not there at all. */
		if (at + strlen(name) + 2 > sizeof(row->partitions_text))
			return;
		at += (size_t)snprintf(row->partitions_text + at,
		    sizeof(row->partitions_text) - at, "%s%s", at ? " " : "", name);
	}
}

static void put_node(const struct rabbitmq_node *node, const struct mibnumber_now *now,
    struct mib_rabbitmq_node *row)
{
	struct rabbitmq_verdict verdict;

	rabbitmq_node_verdict(node, &verdict);
	COPY(row->name, node->name);
	row->state = mibstate_of(verdict.state);
	row->state_age = now->mono_ms;
	COPY(row->state_text, verdict.text);
	row->running = node->running;
	row->silent = node->silent;
	row->drained = node->drained;
	row->memory_alarm = node->memory_alarm;
	row->disk_alarm = node->disk_alarm;
	put_partitions(node, row);
	row->memory = hundredths(rabbitmq_percent(node->memory_used, node->memory_limit));
	row->memory_used = mibnumber_of(node->memory_used, KIB);
	row->memory_limit = mibnumber_of(node->memory_limit, KIB);
	row->disk_free = mibnumber_of(node->disk_free, MIB);
	row->disk_limit = mibnumber_of(node->disk_limit, MIB);
	row->descriptors =
	    hundredths(rabbitmq_percent(node->descriptors_used, node->descriptors));
	row->descriptors_used = count(node->descriptors_used);
	row->descriptors_limit = count(node->descriptors);
	row->processes = hundredths(rabbitmq_percent(node->processes_used, node->processes));
	row->processes_used = count(node->processes_used);
	row->processes_limit = count(node->processes);
	row->run_queue = count(node->run_queue);
	row->uptime = isnan(node->uptime_s)
			  ? MIB_NONE
			  : now->mono_ms - mibnumber_of(node->uptime_s, 0.001);
}

static int put_nodes(
    const struct rabbitmq_nodes *nodes, const struct mibnumber_now *now, struct mib_rows *rows)
{
	for (size_t i = 0; i < nodes->n; i++) {
		struct mib_rabbitmq_node *row = mib_rows_add(rows, nodes->items[i].name);

		if (row)
			put_node(&nodes->items[i], now, row);
		else if (rows->n < rows->cap)
			return -ENOMEM;
	}
	return 0;
}

static int take_partitions(const struct mib_rabbitmq_node *row, struct rabbitmq_node *ret)
{
	const char *name = row->partitions_text;

	while (*name) {
		size_t size = strcspn(name, " ");
		char **names = reallocarray(
		    ret->partitions, ret->n_partitions + 1, sizeof(*ret->partitions));

		if (!names)
			return -ENOMEM;
		ret->partitions = names;
		names[ret->n_partitions] = strndup(name, size);
		if (!names[ret->n_partitions])
			return -ENOMEM;
		ret->n_partitions++;
		name += size;
		name += strspn(name, " ");
	}
	return 0;
}

static int take_node(const struct mib_rabbitmq_node *row, const struct mibnumber_now *now,
    struct rabbitmq_node *ret)
{
	*ret = (struct rabbitmq_node){
		.running = row->running == 1,
		.silent = row->silent == 1,
		.drained = row->drained == 1,
		.memory_alarm = row->memory_alarm == 1,
		.disk_alarm = row->disk_alarm == 1,
		.memory_used = mibnumber_back(row->memory_used, KIB),
		.memory_limit = mibnumber_back(row->memory_limit, KIB),
		.disk_free = mibnumber_back(row->disk_free, MIB),
		.disk_limit = mibnumber_back(row->disk_limit, MIB),
		.descriptors_used = mibnumber_back(row->descriptors_used, 1),
		.descriptors = mibnumber_back(row->descriptors_limit, 1),
		.processes_used = mibnumber_back(row->processes_used, 1),
		.processes = mibnumber_back(row->processes_limit, 1),
		.run_queue = mibnumber_back(row->run_queue, 1),
		.uptime_s =
		    row->uptime == MIB_NONE ? NAN : (double)(now->mono_ms - row->uptime) / 1000,
	};
	COPY(ret->name, row->name);
	return take_partitions(row, ret);
}

static int compare_nodes(const void *left, const void *right)
{
	const struct rabbitmq_node *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static int take_nodes(
    const struct mib_rows *rows, const struct mibnumber_now *now, struct rabbitmq_nodes *ret)
{
	int r = 0;

	ret->items = calloc(rows->n + 1, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	for (; r == 0 && ret->n < rows->n; ret->n++)
		r = take_node(mib_rows_at(rows, ret->n), now, &ret->items[ret->n]);
	/* As the broker tells them. */
	qsort(ret->items, ret->n, sizeof(*ret->items), compare_nodes);
	return r;
}

/* --- queues ------------------------------------------------------------------------------- */

static void put_queue(const struct rabbitmq_queue *queue, const struct mibnumber_now *now,
    struct mib_rabbitmq_queue *row)
{
	struct rabbitmq_verdict verdict = { .state = STATE_OK };

	COPY(row->name, queue->name);
	if (rabbitmq_judge_queue(queue, &verdict))
		COPY(row->state_text, verdict.text);
	else
		(void)snprintf(row->state_text, sizeof(row->state_text),
		    "%.0f ready, %.0f unacknowledged", queue->ready > 0 ? queue->ready : 0,
		    queue->unacknowledged > 0 ? queue->unacknowledged : 0);
	row->state = mibstate_of(verdict.state);
	row->state_age = now->mono_ms;
	COPY(row->vhost, queue->vhost);
	COPY(row->type, queue->type);
	COPY(row->status, queue->state);
	row->messages = count(queue->messages);
	row->ready = count(queue->ready);
	row->unacknowledged = count(queue->unacknowledged);
	row->consumers = count(queue->consumers);
	row->head_age = mibnumber_instant(queue->head_s, now);
	row->members = queue->members;
	row->online = queue->online;
	row->memory = mibnumber_of(queue->memory, KIB);
	row->published = count(queue->published);
	row->delivered = count(queue->delivered);
}

static int put_queues(const struct rabbitmq_queues *queues, const struct mibnumber_now *now,
    struct mib_rows *rows)
{
	for (size_t i = 0; i < queues->n; i++) {
		const struct rabbitmq_queue *queue = &queues->items[i];
		CLEANUP_BUF struct buf key = BUF_INIT;
		struct mib_rabbitmq_queue *row;

		/* No name of AMQP's has a line end in practice, and a blank they may have. */
		if (buf_addf(&key, "%s\n%s", queue->vhost, queue->name) < 0)
			return -ENOMEM;
		row = mib_rows_add(rows, buf_text(&key));
		if (row)
			put_queue(queue, now, row);
		else if (rows->n < rows->cap)
			return -ENOMEM;
	}
	return 0;
}

static int take_queue(const struct mib_rabbitmq_queue *row, const struct mibnumber_now *now,
    struct rabbitmq_queue *ret)
{
	*ret = (struct rabbitmq_queue){
		.vhost = strdup(row->vhost),
		.name = strdup(row->name),
		.messages = mibnumber_back(row->messages, 1),
		.ready = mibnumber_back(row->ready, 1),
		.unacknowledged = mibnumber_back(row->unacknowledged, 1),
		.consumers = mibnumber_back(row->consumers, 1),
		.head_s = mibnumber_real_s(row->head_age, now),
		.memory = mibnumber_back(row->memory, KIB),
		.published = mibnumber_back(row->published, 1),
		.delivered = mibnumber_back(row->delivered, 1),
		.members = row->members > 0 ? (unsigned)row->members : 0,
		.online = row->online > 0 ? (unsigned)row->online : 0,
	};
	(void)snprintf(ret->type, sizeof(ret->type), "%.*s", RABBITMQ_WORD_SIZE - 1, row->type);
	(void)snprintf(
	    ret->state, sizeof(ret->state), "%.*s", RABBITMQ_WORD_SIZE - 1, row->status);
	return ret->vhost && ret->name ? 0 : -ENOMEM;
}

static int compare_queues(const void *left, const void *right)
{
	const struct rabbitmq_queue *a = left, *b = right;
	int r = strcmp(a->vhost, b->vhost);

	return r ? r : strcmp(a->name, b->name);
}

static int take_queues(
    const struct mib_rows *rows, const struct mibnumber_now *now, struct rabbitmq_queues *ret)
{
	int r = 0;

	ret->items = calloc(rows->n + 1, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	for (; r == 0 && ret->n < rows->n; ret->n++)
		r = take_queue(mib_rows_at(rows, ret->n), now, &ret->items[ret->n]);
	if (r == 0)
		qsort(ret->items, ret->n, sizeof(*ret->items), compare_queues);
	return r;
}

/* --- all together ------------------------------------------------------------------------- */

int rabbitmq_rows_put(const struct rabbitmq_facts *facts, const char *address,
    const struct mibnumber_now *now, struct mib_rows *nodes, struct mib_rows *queues,
    struct mib_rows *broker)
{
	struct mib_rabbitmq *row = mib_rows_add_indexed(broker);
	int r = row ? put_nodes(&facts->nodes, now, nodes) : -ENOMEM;

	if (r == 0)
		r = put_queues(&facts->queues, now, queues);
	if (r < 0)
		return r;
	queues->n_dropped += facts->n_dropped;
	rabbitmq_broker_put(facts, address, now, row);
	return 0;
}

int rabbitmq_rows_take(const struct mib_rabbitmq *broker, const struct mib_rows *nodes,
    const struct mib_rows *queues, const struct mibnumber_now *now, struct rabbitmq_facts *ret)
{
	int r;

	*ret = (struct rabbitmq_facts){ .n_health = 0 };
	rabbitmq_broker_take(broker, now, ret);
	r = take_nodes(nodes, now, &ret->nodes);
	if (r == 0)
		r = take_queues(queues, now, &ret->queues);
	ret->queues.n_seen = broker->queues > 0 ? (size_t)broker->queues : 0;
	if (r < 0) {
		rabbitmq_facts_free(ret);
		*ret = (struct rabbitmq_facts){ .n_health = 0 };
	}
	return r;
}
