/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/base/num.h"
#include "plugins/node.h"

/* Mounts with a line of their own when something is wrong with them: the others stand in line
 * 1's list, and the perfdata needs the room. */
enum { DETAILS_MAX = 10 };

static enum state judge_condition(struct node *node, const struct diskrow_facts *mount)
{
	enum state state = diskrow_condition_state(mount->condition);

	if (state != STATE_OK)
		result_problem(node->check->result, state, "%s", mount->problem);
	return state;
}

/* Those that may not be read, or for which there was no time. */
static void judge_unknown(struct node *node)
{
	const double *value = node->facts->value;
	struct diskrow_sums sums = { .fullest = NULL };

	if (node_facts_has(node->facts, NODE_MOUNTS_UNASKED))
		sums.n_unasked = (size_t)value[NODE_MOUNTS_UNASKED];
	if (node_facts_has(node->facts, NODE_MOUNTS_DENIED))
		sums.n_denied = (size_t)value[NODE_MOUNTS_DENIED];
	diskrow_judge_sums(&sums, node->check->result);
}

/* The totals come before the mounts, so that they are never cut away with them. */
static enum state give_totals(struct node *node)
{
	const struct node_facts *facts = node->facts;
	struct check *check = node->check;
	enum state state = STATE_OK;

	if (node_facts_has(facts, NODE_DISK_TOTAL)) {
		state = node_give(node, NODE_DISK_TOTAL);
		state = state_worst(
		    state, result_value(check->result, &node_metrics[NODE_DISK_TOTAL_USED],
			       NULL, facts->value[NODE_DISK_TOTAL_USED], 0,
			       facts->value[NODE_DISK_TOTAL_SIZE]));
	} else if (facts->disk_incomplete) {
		thresholds_excuse(&check->thresholds, &node_metrics[NODE_DISK_TOTAL], NULL);
		thresholds_excuse(
		    &check->thresholds, &node_metrics[NODE_DISK_TOTAL_USED], NULL);
	}
	state = state_worst(state, node_give(node, NODE_DISK_MAX));
	return state_worst(state, node_give(node, NODE_INODES_MAX));
}

/* One metric of every mount, then the next: what is cut at the end is the lesser. */
static void give_mounts(struct node *node, enum node_metric metric, enum state *states)
{
	struct check *check = node->check;

	for (size_t i = 0; i < node->facts->n_mounts; i++) {
		const struct diskrow_facts *mount = &node->facts->mounts[i];
		double value = mount->percent, max = 100;

		if (metric == NODE_INODES)
			value = mount->inodes_percent;
		if (metric == NODE_DISK_USED && !isnan(value)) {
			value = mount->used_bytes;
			max = mount->size_bytes;
		}
		/* Its silence is the problem, not that there is no number. */
		if (diskrow_hangs(mount))
			thresholds_excuse(
			    &check->thresholds, &node_metrics[metric], mount->point);
		if (!isnan(value))
			states[i] = state_worst(
			    states[i], result_value(check->result, &node_metrics[metric],
					   mount->point, value, 0, max));
	}
}

static void add_detail(struct node *node, enum state state)
{
	const struct node_facts *facts = node->facts;
	const double *value = facts->value;
	CLEANUP_BUF struct buf text = BUF_INIT;
	char used[NUM_TEXT_SIZE], avail[NUM_TEXT_SIZE];

	if (node_facts_has(facts, NODE_DISK_TOTAL)) {
		num_bytes_text(value[NODE_DISK_TOTAL_USED], used);
		num_bytes_text(value[NODE_DISK_TOTAL_AVAIL], avail);
		buf_addf(
		    &text, "%g%%, %s used, %s free, ", value[NODE_DISK_TOTAL], used, avail);
	}
	if (facts->disk_max_point)
		buf_addf(&text, "fullest %s %g%%", facts->disk_max_point, value[NODE_DISK_MAX]);
	if (facts->inodes_max_point)
		buf_addf(
		    &text, ", inodes %s %g%%", facts->inodes_max_point, value[NODE_INODES_MAX]);
	if (facts->disk_max_point)
		buf_addf(&text, ", %.0f mount%s", value[NODE_MOUNTS],
		    value[NODE_MOUNTS] == 1 ? "" : "s");
	if (node_facts_has(facts, NODE_IO))
		buf_addf(&text, "%sio %.1f%% at %s%s", text.size ? "; " : "", value[NODE_IO],
		    facts->io_disk, facts->since_boot ? " since boot" : "");
	if (text.size)
		result_detail(node->check->result, state_worst(state, node->io_state),
		    "disk %s", buf_text(&text));
}

static void add_mount_details(struct node *node, const enum state *states)
{
	size_t n = 0;

	for (size_t i = 0; i < node->facts->n_mounts; i++) {
		const struct diskrow_facts *mount = &node->facts->mounts[i];
		CLEANUP_BUF struct buf text = BUF_INIT;

		if (states[i] == STATE_OK && (!node->check->verbose || isnan(mount->percent)))
			continue;
		if (++n > DETAILS_MAX && !node->check->verbose)
			return;
		diskrow_facts_text(mount, &text);
		result_detail(node->check->result, states[i], "%s", buf_text(&text));
	}
}

void node_judge_mounts(struct node *node)
{
	const struct node_facts *facts = node->facts;
	CLEANUP_FREE enum state *states = calloc(facts->n_mounts + 1, sizeof(*states));
	enum state state;

	node_fail(node, NODE_FROM_DISK, NODE_DISK_TOTAL, NODE_INODES_MAX);
	if (!states) {
		result_problem(node->check->result, STATE_UNKNOWN, "cannot judge mounts");
		return;
	}
	for (size_t i = 0; i < facts->n_mounts; i++)
		states[i] = judge_condition(node, &facts->mounts[i]);
	judge_unknown(node);
	state = give_totals(node);
	for (int metric = NODE_DISK; metric <= NODE_DISK_USED; metric++)
		give_mounts(node, (enum node_metric)metric, states);
	add_detail(node, state);
	add_mount_details(node, states);
}
