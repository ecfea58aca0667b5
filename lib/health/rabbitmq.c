/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/rabbitmq.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/check/unit.h"

void rabbitmq_facts_free(struct rabbitmq_facts *facts)
{
	rabbitmq_nodes_free(&facts->nodes);
	if (!facts->queues_borrowed)
		rabbitmq_queues_free(&facts->queues);
}

void rabbitmq_sweep_free(struct rabbitmq_sweep *sweep)
{
	rabbitmq_facts_free(&sweep->next);
	rabbitmq_facts_free(&sweep->whole);
}

static bool say(struct rabbitmq_verdict *verdict, enum state state, const char *fmt, ...)
    ATTR_PRINTF(3, 4);
static bool say(struct rabbitmq_verdict *verdict, enum state state, const char *fmt, ...)
{
	va_list list;

	verdict->state = state;
	va_start(list, fmt);
	(void)vsnprintf(verdict->text, sizeof(verdict->text), fmt, list);
	va_end(list);
	return true;
}

/* --- members ------------------------------------------------------------------------------ */

bool rabbitmq_judge_member(const struct rabbitmq_node *node, struct rabbitmq_verdict *ret)
{
	if (!node->running)
		return say(ret, STATE_CRITICAL, "is not running");
	if (node->silent)
		return say(ret, STATE_CRITICAL,
		    "runs but tells nothing of itself: it hangs, or just starts");
	return node->drained &&
	       say(ret, STATE_WARNING, "is in maintenance (rabbitmq-upgrade revive)");
}

static bool judge_alarm(struct rabbitmq_verdict *ret, const char *kind, double value,
    const char *relation, double limit)
{
	char value_text[UNIT_TEXT_SIZE] = "?", limit_text[UNIT_TEXT_SIZE] = "?";

	if (!isnan(value))
		unit_value_text(UNIT_BYTES, value, value_text);
	if (!isnan(limit))
		unit_value_text(UNIT_BYTES, limit, limit_text);
	return say(ret, STATE_CRITICAL, "has a %s alarm (%s %s %s): publishers are blocked",
	    kind, value_text, relation, limit_text);
}

bool rabbitmq_judge_memory_alarm(const struct rabbitmq_node *node, struct rabbitmq_verdict *ret)
{
	return node->memory_alarm &&
	       judge_alarm(ret, "memory", node->memory_used, "used, limit", node->memory_limit);
}

bool rabbitmq_judge_disk_alarm(const struct rabbitmq_node *node, struct rabbitmq_verdict *ret)
{
	return node->disk_alarm &&
	       judge_alarm(ret, "disk", node->disk_free, "free, limit", node->disk_limit);
}

double rabbitmq_percent(double used, double limit)
{
	/* 4.x tells no limit of some things, or 0. */
	return limit > 0 ? used / limit * 100 : NAN;
}

static bool judge_memory(const struct rabbitmq_node *node, struct rabbitmq_verdict *ret)
{
	static const struct {
		enum state state;
		const char *bound;
	} bounds[] = {
		{ STATE_CRITICAL, RABBITMQ_MEMORY_CRIT },
		{ STATE_WARNING, RABBITMQ_MEMORY_WARN },
	};
	double percent = rabbitmq_percent(node->memory_used, node->memory_limit), bound;
	char value_text[UNIT_TEXT_SIZE], bound_text[UNIT_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		if (num_double(bounds[i].bound, &bound, NULL) < 0 || !(percent > bound))
			continue;
		unit_pair_text(UNIT_PERCENT, percent, bound, value_text, bound_text);
		return say(ret, bounds[i].state, "memory %s > %s", value_text, bound_text);
	}
	return false;
}

static bool judge_partition(const struct rabbitmq_node *node, struct rabbitmq_verdict *ret)
{
	if (node->n_partitions == 0)
		return false;
	return say(ret, STATE_CRITICAL, "does not see %.80s%s", node->partitions[0],
	    node->n_partitions > 1 ? " and others" : "");
}

void rabbitmq_node_verdict(const struct rabbitmq_node *node, struct rabbitmq_verdict *ret)
{
	/* Behind a partition stand members that are said not to run: it comes first. */
	static bool (*const judges[])(
	    const struct rabbitmq_node *node, struct rabbitmq_verdict *ret) = {
		judge_partition,
		rabbitmq_judge_member,
		rabbitmq_judge_memory_alarm,
		rabbitmq_judge_disk_alarm,
		judge_memory,
	};
	struct rabbitmq_verdict verdict;

	(void)say(ret, STATE_OK, "%.80s runs", node->name);
	for (size_t i = 0; i < sizeof(judges) / sizeof(judges[0]); i++)
		if (judges[i](node, &verdict) &&
		    state_severity(verdict.state) > state_severity(ret->state))
			(void)say(ret, verdict.state, "%.80s %s", node->name, verdict.text);
}

/* --- queues ------------------------------------------------------------------------------- */

bool rabbitmq_judge_queue(const struct rabbitmq_queue *queue, struct rabbitmq_verdict *ret)
{
	if (rabbitmq_queue_is_minority(queue))
		return say(ret, STATE_CRITICAL, "has no majority (%u of %u members online)",
		    queue->online, queue->members);
	return !rabbitmq_queue_is_up(queue) && say(ret, STATE_CRITICAL, "is %s", queue->state);
}

static double or_zero(double value)
{
	return isnan(value) ? 0 : value;
}

void rabbitmq_sums_add(struct rabbitmq_sums *sums, const struct rabbitmq_queue *queue)
{
	struct rabbitmq_verdict verdict;

	sums->queues++;
	sums->messages += or_zero(queue->messages);
	sums->ready += or_zero(queue->ready);
	sums->unacknowledged += or_zero(queue->unacknowledged);
	sums->consumers += or_zero(queue->consumers);
	if (isnan(sums->head_s) || queue->head_s < sums->head_s)
		sums->head_s = queue->head_s;
	if (queue->consumers == 0) {
		sums->no_consumers++;
		sums->stranded += or_zero(queue->ready);
	}
	sums->down += rabbitmq_judge_queue(queue, &verdict);
}

static bool is_in(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return n == 0;
}

void rabbitmq_facts_choose(struct rabbitmq_facts *facts, const char *const *vhosts,
    size_t n_vhosts, const struct rabbitmq_filter *filter)
{
	struct rabbitmq_queues *queues = &facts->queues;
	struct rabbitmq_sums sums = RABBITMQ_SUMS_INIT;
	size_t n = 0, n_seen = 0;

	if (n_vhosts == 0 && filter->n_queue == 0 && filter->n_ignore == 0)
		return;
	for (size_t i = 0; i < queues->n; i++) {
		struct rabbitmq_queue *queue = &queues->items[i];
		bool seen = is_in(queue->vhost, vhosts, n_vhosts);

		n_seen += seen;
		if (!seen || !rabbitmq_filter_takes(filter, queue->name)) {
			rabbitmq_queue_free(queue);
			continue;
		}
		rabbitmq_sums_add(&sums, queue);
		queues->items[n++] = *queue;
	}
	queues->n = n;
	if (n_vhosts > 0)
		queues->n_seen = n_seen;
	facts->sums = sums;
	facts->has_sums = facts->has_sums && facts->n_hidden == 0;
}

/* --- who is kept -------------------------------------------------------------------------- */

/* What nobody wants to see has rank 0. */
static unsigned rank_of(const struct rabbitmq_queue *queue, const struct rabbitmq_filter *first)
{
	const struct rabbitmq_filter ignore = { .ignore = first->ignore,
		.n_ignore = first->n_ignore };
	struct rabbitmq_verdict verdict;

	if (!rabbitmq_filter_takes(&ignore, queue->name))
		return 0;
	if (first->n_queue > 0 && rabbitmq_filter_takes(first, queue->name))
		return 3;
	return rabbitmq_judge_queue(queue, &verdict) ? 2 : 1;
}

/* Names decide last, so that the same queues are kept round after round. */
static int compare_importance(const void *left, const void *right)
{
	const struct rabbitmq_queue *a = left, *b = right;
	double more = or_zero(b->messages) - or_zero(a->messages);
	int r;

	if (a->rank != b->rank)
		return a->rank < b->rank ? 1 : -1;
	if (more != 0)
		return more > 0 ? 1 : -1;
	r = strcmp(a->vhost, b->vhost);
	return r ? r : strcmp(a->name, b->name);
}

void rabbitmq_facts_keep(
    struct rabbitmq_facts *facts, const struct rabbitmq_question *question, size_t from)
{
	struct rabbitmq_queues *queues = &facts->queues;
	size_t n = 0;

	for (size_t i = from; i < queues->n; i++)
		queues->items[i].rank = rank_of(&queues->items[i], &question->first);
	if (queues->n > 0)
		qsort(queues->items, queues->n, sizeof(*queues->items), compare_importance);
	for (size_t i = 0; i < queues->n; i++) {
		struct rabbitmq_queue *queue = &queues->items[i];

		if (queue->rank > 0 && n < question->keep) {
			n++;
			continue;
		}
		facts->n_hidden++;
		facts->n_dropped += queue->rank > 0;
		if (queue->messages > facts->hidden_messages)
			facts->hidden_messages = queue->messages;
		rabbitmq_queue_free(queue);
	}
	queues->n = n;
}

void rabbitmq_hidden_text(const struct rabbitmq_facts *facts, struct err *ret)
{
	const char *user = facts->user ? facts->user : "USER";

	(void)err_set(ret, 0,
	    "%s%s%s sees none of %.0f queues; grant: rabbitmqctl set_permissions -p VHOST %s "
	    "'^$' '^$' '^$'",
	    facts->user ? "user '" : "the agent's user", facts->user ? user : "",
	    facts->user ? "'" : "", facts->overview.queues, user);
}

/* --- all together ------------------------------------------------------------------------- */

enum state rabbitmq_health_state(const char *name)
{
	/* Of these a failure asks for care, not for help. */
	static const char *const careful[] = { "node-is-quorum-critical",
		"node-is-mirror-sync-critical", "certificate-expiration/" };

	for (size_t i = 0; i < sizeof(careful) / sizeof(careful[0]); i++)
		if (strncmp(name, careful[i], strlen(careful[i])) == 0)
			return STATE_WARNING;
	return STATE_CRITICAL;
}

/* The first of the worst is told, the others of that severity are counted. */
struct telling {
	struct rabbitmq_verdict *verdict;
	size_t n;
};

static void tell(struct telling *telling, enum state state, const char *name, const char *text)
{
	if (state_severity(state) > state_severity(telling->verdict->state)) {
		(void)say(telling->verdict, state, "%.80s%s%s", name, *name ? " " : "", text);
		telling->n = 0;
	} else if (state != STATE_OK && state == telling->verdict->state) {
		telling->n++;
	}
}

static void tell_part(struct telling *telling, const struct rabbitmq_part *part)
{
	if (part->reading == RABBITMQ_FAILED || part->reading == RABBITMQ_HIDDEN)
		tell(telling, part->state, "", part->err.text);
}

static void tell_health(struct telling *telling, const struct rabbitmq_health *health)
{
	char name[80];

	tell_part(telling, &health->part);
	if (health->part.reading != RABBITMQ_READ || health->absent || health->well)
		return;
	(void)snprintf(name, sizeof(name), "health check %.60s:", health->name);
	tell(telling, rabbitmq_health_state(health->name), name,
	    *health->reason ? health->reason : "failed");
}

void rabbitmq_verdict(const struct rabbitmq_facts *facts, struct rabbitmq_verdict *ret)
{
	struct telling telling = { .verdict = ret };
	struct rabbitmq_verdict verdict;
	char more[40], name[80];

	(void)say(ret, STATE_OK, "RabbitMQ %s at %.80s", facts->overview.version,
	    facts->overview.node);
	tell_part(&telling, &facts->overview_part);
	tell_part(&telling, &facts->nodes_part);
	for (size_t i = 0; i < facts->nodes.n; i++) {
		rabbitmq_node_verdict(&facts->nodes.items[i], &verdict);
		tell(&telling, verdict.state, "", verdict.text);
	}
	for (size_t i = 0; i < facts->n_health; i++)
		tell_health(&telling, &facts->health[i]);
	tell_part(&telling, &facts->queues_part);
	for (size_t i = 0; i < facts->queues.n; i++) {
		if (!rabbitmq_judge_queue(&facts->queues.items[i], &verdict))
			continue;
		(void)snprintf(name, sizeof(name), "queue %.70s", facts->queues.items[i].name);
		tell(&telling, verdict.state, name, verdict.text);
	}
	tell_part(&telling, &facts->connections_part);
	if (telling.n == 0)
		return;
	(void)snprintf(more, sizeof(more), "; %zu more", telling.n);
	if (strlen(ret->text) + strlen(more) < sizeof(ret->text))
		(void)memcpy(ret->text + strlen(ret->text), more, strlen(more) + 1);
}
