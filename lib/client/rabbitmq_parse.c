/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/client/json.h"
#include "lib/client/rabbitmq.h"

static double number(const struct json *value, const char *path)
{
	double result = NAN;

	(void)json_double(json_find(value, path), &result);
	return result;
}

static bool truth(const struct json *value, const char *name)
{
	bool result = false;

	(void)json_bool(json_get(value, name), &result);
	return result;
}

static void copy_text(const struct json *value, const char *name, char *ret, size_t size)
{
	const char *text = json_text(json_get(value, name), NULL);

	(void)snprintf(ret, size, "%s", text ? text : "");
}

/* Parses, and wants that kind: anything else is no answer of this API. */
static int parse_as(
    enum json_kind kind, const char *text, size_t size, struct json **ret, struct err *err)
{
	CLEANUP_JSON struct json *json = NULL;
	const struct json *self;
	int r = json_parse(text, size, &json, err);

	if (r == 0)
		r = json_need(json, "", kind, &self, err);
	if (r < 0)
		return r;
	*ret = json;
	json = NULL;
	return 0;
}

/* --- the broker ------------------------------------------------------------------------- */

int rabbitmq_parse_overview(
    const char *text, size_t size, struct rabbitmq_overview *ret, struct err *err)
{
	CLEANUP_JSON struct json *json = NULL;
	int r = parse_as(JSON_KIND_OBJECT, text, size, &json, err);

	if (r < 0)
		return r;
	if (json_kind(json_get(json, "rabbitmq_version")) != JSON_KIND_TEXT)
		return err_set(err, -EBADMSG, "the answer has no rabbitmq_version");
	*ret = (struct rabbitmq_overview){
		.connections = number(json, "object_totals/connections"),
		.channels = number(json, "object_totals/channels"),
		.queues = number(json, "object_totals/queues"),
		.consumers = number(json, "object_totals/consumers"),
		.publish_rate = number(json, "message_stats/publish_details/rate"),
		.deliver_rate = number(json, "message_stats/deliver_get_details/rate"),
		.ack_rate = number(json, "message_stats/ack_details/rate"),
		.redeliver_rate = number(json, "message_stats/redeliver_details/rate"),
	};
	copy_text(json, "rabbitmq_version", ret->version, sizeof(ret->version));
	copy_text(json, "cluster_name", ret->cluster, sizeof(ret->cluster));
	copy_text(json, "node", ret->node, sizeof(ret->node));
	return 0;
}

/* --- members ------------------------------------------------------------------------------ */

static int take_partitions(const struct json *list, struct rabbitmq_node *ret, struct err *err)
{
	size_t n = json_kind(list) == JSON_KIND_ARRAY ? json_count(list) : 0;

	if (n == 0)
		return 0;
	ret->partitions = calloc(n, sizeof(*ret->partitions));
	for (size_t i = 0; ret->partitions && i < n; i++) {
		const char *name = json_text(json_at(list, i), NULL);

		ret->partitions[i] = strdup(name ? name : "?");
		if (!ret->partitions[i])
			break;
		ret->n_partitions++;
	}
	if (ret->n_partitions < n)
		return err_set(err, -ENOMEM, "cannot keep the partitions: out of memory");
	return 0;
}

static int take_node(const struct json *json, struct rabbitmq_node *ret, struct err *err)
{
	*ret = (struct rabbitmq_node){
		.running = truth(json, "running"),
		.memory_alarm = truth(json, "mem_alarm"),
		.disk_alarm = truth(json, "disk_free_alarm"),
		.drained = truth(json, "being_drained"),
		.memory_used = number(json, "mem_used"),
		.memory_limit = number(json, "mem_limit"),
		.disk_free = number(json, "disk_free"),
		.disk_limit = number(json, "disk_free_limit"),
		.descriptors_used = number(json, "fd_used"),
		.descriptors = number(json, "fd_total"),
		.processes_used = number(json, "proc_used"),
		.processes = number(json, "proc_total"),
		.run_queue = number(json, "run_queue"),
		.uptime_s = number(json, "uptime") / 1000,
	};
	copy_text(json, "name", ret->name, sizeof(ret->name));
	/* What it says of itself comes from itself; that it runs comes from the others. */
	ret->silent = ret->running && isnan(ret->memory_used) && isnan(ret->uptime_s);
	return take_partitions(json_get(json, "partitions"), ret, err);
}

int rabbitmq_parse_nodes(
    const char *text, size_t size, struct rabbitmq_nodes *ret, struct err *err)
{
	CLEANUP_RABBITMQ_NODES struct rabbitmq_nodes nodes = { .n = 0 };
	CLEANUP_JSON struct json *json = NULL;
	int r = parse_as(JSON_KIND_ARRAY, text, size, &json, err);
	size_t n = json_count(json);

	if (r < 0)
		return r;
	if (n == 0 || n > RABBITMQ_NODES_MAX)
		return err_set(err, -EBADMSG, "a list of %zu nodes, not of 1 to %d", n,
		    RABBITMQ_NODES_MAX);
	nodes.items = calloc(n, sizeof(*nodes.items));
	if (!nodes.items)
		return err_set(err, -ENOMEM, "cannot keep %zu nodes: out of memory", n);
	for (; r == 0 && nodes.n < n; nodes.n++)
		r = take_node(json_at(json, nodes.n), &nodes.items[nodes.n], err);
	if (r < 0)
		return r;
	*ret = nodes;
	nodes = (struct rabbitmq_nodes){ .n = 0 };
	return 0;
}

/* --- pages -------------------------------------------------------------------------------- */

/* The items of a page, or of an answer that has none. */
static const struct json *page_items(const struct json *json, unsigned *ret_pages)
{
	double pages = number(json, "page_count");

	*ret_pages = pages >= 1 && pages <= RABBITMQ_QUEUES_MAX ? (unsigned)pages : 1;
	return json_kind(json) == JSON_KIND_ARRAY ? json : json_get(json, "items");
}

static int parse_page(const char *text, size_t size, struct json **ret,
    const struct json **ret_items, unsigned *ret_pages, struct err *err)
{
	CLEANUP_JSON struct json *json = NULL;
	int r = json_parse(text, size, &json, err);

	if (r < 0)
		return r;
	*ret_items = page_items(json, ret_pages);
	if (json_kind(*ret_items) != JSON_KIND_ARRAY)
		return err_set(err, -EBADMSG, "the answer is no list");
	*ret = json;
	json = NULL;
	return 0;
}

/* --- queues ------------------------------------------------------------------------------- */

static unsigned count_of(const struct json *json, const char *name)
{
	const struct json *list = json_get(json, name);

	return json_kind(list) == JSON_KIND_ARRAY ? (unsigned)json_count(list) : 0;
}

static int take_queue(const struct json *json, struct rabbitmq_queues *ret, struct err *err)
{
	const char *name = json_text(json_get(json, "name"), NULL);
	const char *vhost = json_text(json_get(json, "vhost"), NULL);
	struct rabbitmq_queue *items = ret->items, *queue;

	if (ret->n >= RABBITMQ_QUEUES_MAX)
		return err_set(err, -EOVERFLOW, "more than %d queues; choose by --vhost",
		    RABBITMQ_QUEUES_MAX);
	if ((ret->n & (ret->n - 1)) == 0)
		items = reallocarray(items, ret->n ? 2 * ret->n : 1, sizeof(*items));
	if (!items)
		return err_set(err, -ENOMEM, "cannot keep %zu queues: out of memory", ret->n);
	ret->items = items;
	queue = &items[ret->n];
	*queue = (struct rabbitmq_queue){
		.vhost = strdup(vhost ? vhost : ""),
		.name = strdup(name),
		.messages = number(json, "messages"),
		.ready = number(json, "messages_ready"),
		.unacknowledged = number(json, "messages_unacknowledged"),
		.consumers = number(json, "consumers"),
		.head_s = number(json, "head_message_timestamp"),
		.memory = number(json, "memory"),
		.published = number(json, "message_stats/publish"),
		.delivered = number(json, "message_stats/deliver_get"),
		.members = count_of(json, "members"),
		.online = count_of(json, "online"),
	};
	copy_text(json, "type", queue->type, sizeof(queue->type));
	copy_text(json, "state", queue->state, sizeof(queue->state));
	ret->n++;
	if (!queue->vhost || !queue->name)
		return err_set(err, -ENOMEM, "cannot keep %zu queues: out of memory", ret->n);
	return 0;
}

int rabbitmq_parse_queues(const char *text, size_t size, const struct rabbitmq_filter *filter,
    struct rabbitmq_queues *ret, unsigned *ret_pages, struct err *err)
{
	CLEANUP_JSON struct json *json = NULL;
	const struct json *items = NULL;
	int r = parse_page(text, size, &json, &items, ret_pages, err);

	for (size_t i = 0; r == 0 && i < json_count(items); i++) {
		const struct json *item = json_at(items, i);
		const char *name = json_text(json_get(item, "name"), NULL);

		if (!name)
			continue;
		ret->n_seen++;
		if (rabbitmq_filter_takes(filter, name))
			r = take_queue(item, ret, err);
	}
	return r;
}

/* --- connections, health -------------------------------------------------------------------- */

int rabbitmq_parse_connections(const char *text, size_t size, struct rabbitmq_connections *ret,
    unsigned *ret_pages, struct err *err)
{
	CLEANUP_JSON struct json *json = NULL;
	const struct json *items = NULL;
	int r = parse_page(text, size, &json, &items, ret_pages, err);

	for (size_t i = 0; r == 0 && i < json_count(items); i++) {
		const struct json *item = json_at(items, i);
		const char *state = json_text(json_get(item, "state"), NULL);

		ret->n++;
		/* "blocking" would be blocked as soon as it publishes. */
		if (!state || strcmp(state, "blocked") != 0)
			continue;
		if (ret->n_blocked++ == 0)
			copy_text(item, "name", ret->blocked, sizeof(ret->blocked));
	}
	return r;
}

void rabbitmq_parse_reason(const char *text, size_t size, char ret[RABBITMQ_NAME_SIZE])
{
	CLEANUP_JSON struct json *json = NULL;

	*ret = '\0';
	if (json_parse(text, size, &json, NULL) == 0)
		copy_text(json, "reason", ret, RABBITMQ_NAME_SIZE);
}
