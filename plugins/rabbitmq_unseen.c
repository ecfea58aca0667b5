/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subagent shows the deepest queues of a broker with many, and sums of all. What is asked of
 * the others is answered where it can be, and UNKNOWN where it cannot.
 */
#include "config.h"

#include <string.h>

#include "plugins/rabbitmq.h"

#define ADVICE "name them there in rabbitmq_queue, or raise rabbitmq_queues"

static bool is_seen(const struct rabbitmq_facts *facts, const char *instance)
{
	for (size_t i = 0; i < facts->queues.n; i++) {
		const struct rabbitmq_queue *queue = &facts->queues.items[i];
		size_t size = strlen(queue->vhost);

		if (strcmp(queue->vhost, "/") == 0) {
			if (strcmp(queue->name, instance) == 0)
				return true;
			continue;
		}
		if (strncmp(queue->vhost, instance, size) == 0 && instance[size] == '/' &&
		    strcmp(queue->name, instance + size + 1) == 0)
			return true;
	}
	return false;
}

/* Whether a queue with anything from 0 to the most messages could alert. */
static bool may_alert(const struct threshold *threshold, const struct rabbitmq_facts *facts)
{
	const struct metric *metric = threshold->metric;
	const struct range *range = &threshold->range;

	if (metric != &rabbitmq_metrics[RABBITMQ_QUEUE_MESSAGES] &&
	    metric != &rabbitmq_metrics[RABBITMQ_QUEUE_READY] &&
	    metric != &rabbitmq_metrics[RABBITMQ_QUEUE_UNACKNOWLEDGED])
		return true;
	if (range->inside)
		return range->start <= facts->hidden_messages && range->end >= 0;
	return range_alerts(range, 0) || range_alerts(range, facts->hidden_messages);
}

static bool is_of_queues(const struct threshold *threshold)
{
	return threshold->metric >= &rabbitmq_metrics[RABBITMQ_QUEUE_MESSAGES] &&
	       threshold->metric <= &rabbitmq_metrics[RABBITMQ_QUEUE_GROWTH];
}

static bool is_of_sums(const struct threshold *threshold)
{
	return threshold->metric >= &rabbitmq_metrics[RABBITMQ_N_QUEUES] &&
	       threshold->metric <= &rabbitmq_metrics[RABBITMQ_GROWTH];
}

/* The metric that is asked for and not known, or NULL. */
static const char *find_unknown(const struct rabbitmq_judging *judging)
{
	const struct thresholds *thresholds = &judging->check->thresholds;
	const struct rabbitmq_facts *facts = judging->facts;

	for (size_t i = 0; i < thresholds->n_items; i++) {
		const struct threshold *threshold = &thresholds->items[i];

		if (is_of_sums(threshold) && !facts->has_sums)
			return threshold->metric->name;
		if (!is_of_queues(threshold) || !may_alert(threshold, facts))
			continue;
		if (!threshold->instance || !is_seen(facts, threshold->instance))
			return threshold->metric->name;
	}
	return NULL;
}

void rabbitmq_judge_unseen(const struct rabbitmq_judging *judging)
{
	const struct rabbitmq_facts *facts = judging->facts;
	const struct rabbitmq_patterns *wanted = &judging->choice->queue;
	struct result *result = judging->check->result;
	const char *unknown = find_unknown(judging);

	if (facts->n_hidden == 0)
		return;
	if (unknown)
		result_problem(result, STATE_UNKNOWN,
		    "%s of %zu queues that the agent does not show is not known: " ADVICE,
		    unknown, facts->n_hidden);
	else if (wanted->n > 0 && facts->queues.n == 0)
		result_problem(result, STATE_UNKNOWN,
		    "no queue that the agent shows matches '%s', but %zu are not "
		    "shown: " ADVICE,
		    wanted->items[0].text, facts->n_hidden);
	if (!facts->has_sums)
		rabbitmq_excuse(judging->check, RABBITMQ_N_QUEUES, RABBITMQ_GROWTH);
	result_detail(result, STATE_OK,
	    "%zu queues are not shown by the agent; none of them has more than %.0f messages",
	    facts->n_hidden, facts->hidden_messages);
}
