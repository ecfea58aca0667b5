/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of a broker, wherever they come from: its API, or another node's rows. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/client/rabbitmq.h"

void rabbitmq_nodes_free(struct rabbitmq_nodes *nodes)
{
	for (size_t i = 0; i < nodes->n; i++) {
		for (size_t k = 0; k < nodes->items[i].n_partitions; k++)
			free(nodes->items[i].partitions[k]);
		free(nodes->items[i].partitions);
	}
	free(nodes->items);
	*nodes = (struct rabbitmq_nodes){ .n = 0 };
}

const struct rabbitmq_node *rabbitmq_node_find(
    const struct rabbitmq_nodes *nodes, const char *name)
{
	for (size_t i = 0; i < nodes->n; i++)
		if (strcmp(nodes->items[i].name, name) == 0)
			return &nodes->items[i];
	return NULL;
}

void rabbitmq_queue_free(struct rabbitmq_queue *queue)
{
	free(queue->vhost);
	free(queue->name);
	queue->vhost = queue->name = NULL;
}

void rabbitmq_queues_free(struct rabbitmq_queues *queues)
{
	for (size_t i = 0; i < queues->n; i++)
		rabbitmq_queue_free(&queues->items[i]);
	free(queues->items);
	*queues = (struct rabbitmq_queues){ .n = 0 };
}

bool rabbitmq_filter_takes(const struct rabbitmq_filter *filter, const char *name)
{
	size_t size = strlen(name);
	bool taken = filter->n_queue == 0;

	for (size_t i = 0; !taken && i < filter->n_queue; i++)
		taken = pattern_found(&filter->queue[i], name, size);
	for (size_t i = 0; taken && i < filter->n_ignore; i++)
		taken = !pattern_found(&filter->ignore[i], name, size);
	return taken;
}

bool rabbitmq_queue_is_up(const struct rabbitmq_queue *queue)
{
	static const char *const good[] = { "", "running", "idle", "flow", "live" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (strcmp(queue->state, good[i]) == 0)
			return true;
	return false;
}

bool rabbitmq_queue_is_minority(const struct rabbitmq_queue *queue)
{
	return queue->members > 0 && 2 * queue->online <= queue->members;
}
