/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>

#include "scheduler/status_private.h"

static void sum(struct status_sums *sums, const struct status_node *node)
{
	const struct status_values *values = &node->values;

	if (sums->n_nodes++ == 0 || node_words[node->state].rank < node_words[sums->worst].rank)
		sums->worst = node->state;
	sums->n_states[node->state]++;
	for (size_t i = 0; i < STATUS_METRICS; i++) {
		if (!values->ms[i])
			continue;
		sums->sums[i] += values->values[i];
		sums->counts[i]++;
	}
	if (values->ms[STATUS_DISK_USED] && values->disk_size > 0) {
		sums->disk_used += values->values[STATUS_DISK_USED];
		sums->disk_size += values->disk_size;
	}
}

int status_sum(struct status *status, struct err *err)
{
	const struct node_groups *groups = &status->groups;

	status->group_sums = calloc(groups->n + 1, sizeof(*status->group_sums));
	if (!status->group_sums)
		return status_no_memory(err);
	for (size_t i = 0; i < status->n_nodes; i++) {
		const struct node_group *at = status->nodes[i].group;

		sum(&status->sums, &status->nodes[i]);
		for (; at; at = node_group_of_id(groups, at->parentid))
			sum(&status->group_sums[at - groups->items], &status->nodes[i]);
	}
	return 0;
}
