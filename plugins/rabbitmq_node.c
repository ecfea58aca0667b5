/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "plugins/rabbitmq.h"

/* --- cluster ------------------------------------------------------------------------------ */

/* A partition shows in the lists of those who do not see, so all of them are read. */
static size_t judge_partitions(struct check *check, const struct rabbitmq_nodes *nodes)
{
	size_t n = 0;

	for (size_t i = 0; i < nodes->n; i++) {
		const struct rabbitmq_node *node = &nodes->items[i];

		n += node->n_partitions > 0;
		for (size_t k = 0; k < node->n_partitions; k++)
			result_problem(check->result, STATE_CRITICAL,
			    "partition: %s does not see %s", node->name, node->partitions[k]);
	}
	if (n > 0)
		result_detail(check->result, STATE_CRITICAL,
		    "to heal: choose whom to trust, then on each other node rabbitmqctl "
		    "stop_app and start_app");
	return n;
}

static void judge_expected(const struct rabbitmq_judging *judging)
{
	const struct opt_list *expected = &judging->choice->nodes;

	for (size_t i = 0; i < expected->n_items; i++)
		if (!rabbitmq_node_find(&judging->facts->nodes, expected->items[i]))
			result_problem(judging->check->result, STATE_CRITICAL,
			    "%s is no member of the cluster", expected->items[i]);
}

static void judge_members(struct check *check, const struct rabbitmq_nodes *nodes)
{
	struct rabbitmq_verdict verdict;

	for (size_t i = 0; i < nodes->n; i++)
		if (rabbitmq_judge_member(&nodes->items[i], &verdict))
			result_problem(check->result, verdict.state, "%s %s",
			    nodes->items[i].name, verdict.text);
}

static void give_cluster(const struct rabbitmq_judging *judging)
{
	const struct rabbitmq_nodes *nodes = &judging->facts->nodes;
	struct check *check = judging->check;
	size_t running = 0;

	for (size_t i = 0; i < nodes->n; i++)
		running += nodes->items[i].running && !nodes->items[i].silent;
	rabbitmq_give(check, RABBITMQ_NODES, (double)nodes->n);
	rabbitmq_give(check, RABBITMQ_NODES_RUNNING, (double)running);
	rabbitmq_give(check, RABBITMQ_PARTITIONS, (double)judge_partitions(check, nodes));
	judge_expected(judging);
}

/* --- a member --------------------------------------------------------------------------- */

static void give_node(struct check *check, const struct rabbitmq_node *node)
{
	const struct {
		enum rabbitmq_metric metric;
		double value, min, max;
	} rows[] = {
		{ RABBITMQ_MEMORY, rabbitmq_percent(node->memory_used, node->memory_limit), 0,
		    100 },
		{ RABBITMQ_MEMORY_USED, node->memory_used, 0, node->memory_limit },
		{ RABBITMQ_DISK_FREE, node->disk_free, 0, RESULT_NONE },
		{ RABBITMQ_DISK_LEFT, node->disk_free - node->disk_limit, RESULT_NONE,
		    RESULT_NONE },
		{ RABBITMQ_DESCRIPTORS,
		    rabbitmq_percent(node->descriptors_used, node->descriptors), 0, 100 },
		{ RABBITMQ_PROCESSES, rabbitmq_percent(node->processes_used, node->processes),
		    0, 100 },
		{ RABBITMQ_RUN_QUEUE, node->run_queue, 0, RESULT_NONE },
		{ RABBITMQ_UPTIME, node->uptime_s, 0, RESULT_NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!isnan(rows[i].value))
			result_value(check->result, &check->plugin->metrics[rows[i].metric],
			    node->name, rows[i].value, rows[i].min, rows[i].max);
}

static void describe(struct check *check, const struct rabbitmq_node *node)
{
	char used[UNIT_TEXT_SIZE], limit[UNIT_TEXT_SIZE], disk[UNIT_TEXT_SIZE];
	char uptime[CLOCK_TEXT_SIZE];

	if (!node->running || node->silent)
		return;
	unit_value_text(UNIT_BYTES, node->memory_used, used);
	unit_value_text(UNIT_BYTES, node->memory_limit, limit);
	unit_value_text(UNIT_BYTES, node->disk_free, disk);
	clock_age_text(
	    node->uptime_s >= 0 && node->uptime_s < 1e12 ? (int64_t)node->uptime_s : 0, uptime);
	result_detail(check->result, STATE_OK,
	    "%s: up %s, memory %s of %s until publishers are blocked, %s of disk free",
	    node->name, uptime, used, limit, disk);
}

/* --- alarms ------------------------------------------------------------------------------- */

static void judge_alarms(struct check *check, const struct rabbitmq_nodes *nodes)
{
	static bool (*const judges[])(
	    const struct rabbitmq_node *node, struct rabbitmq_verdict *ret) = {
		rabbitmq_judge_memory_alarm,
		rabbitmq_judge_disk_alarm,
	};
	struct rabbitmq_verdict verdict;
	size_t n = 0;

	for (size_t i = 0; i < 2 * nodes->n; i++) {
		const struct rabbitmq_node *node = &nodes->items[i / 2];

		if (!judges[i % 2](node, &verdict))
			continue;
		n++;
		result_problem(check->result, verdict.state, "%s %s", node->name, verdict.text);
	}
	rabbitmq_give(check, RABBITMQ_N_ALARMS, (double)n);
}

void rabbitmq_judge_nodes(const struct rabbitmq_judging *judging)
{
	const struct rabbitmq_nodes *nodes = &judging->facts->nodes;
	unsigned checks = judging->choice->checks;

	/* Behind a partition stand members that are said not to run: it comes first. */
	if (checks & RABBITMQ_CLUSTER)
		give_cluster(judging);
	if (checks & (RABBITMQ_NODE | RABBITMQ_CLUSTER))
		judge_members(judging->check, nodes);
	if (checks & RABBITMQ_ALARMS)
		judge_alarms(judging->check, nodes);
	if (!(checks & RABBITMQ_NODE))
		return;
	for (size_t i = 0; i < nodes->n; i++) {
		give_node(judging->check, &nodes->items[i]);
		describe(judging->check, &nodes->items[i]);
	}
}
