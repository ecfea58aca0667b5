/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>

#include "lib/base/num.h"
#include "lib/collect/psi.h"
#include "lib/health/memrow.h"
#include "plugins/node.h"

/* --- what the parts share ------------------------------------------------------------- */

static bool has(const struct node *node, enum node_fact fact)
{
	return node_facts_has(node->facts, fact);
}

enum state node_give(struct node *node, enum node_fact fact)
{
	if (!has(node, fact))
		return STATE_OK;
	return result_metric(
	    node->check->result, &node_metrics[fact], node->facts->value[fact]);
}

static enum state give_each(struct node *node, enum node_fact first, enum node_fact last)
{
	enum state state = STATE_OK;

	for (int i = (int)first; i <= (int)last; i++)
		state = state_worst(state, node_give(node, (enum node_fact)i));
	return state;
}

void node_fail(struct node *node, enum node_source source, int first, int last)
{
	struct check *check = node->check;

	if (!node_facts_failed(node->facts, source))
		return;
	result_problem(
	    check->result, STATE_UNKNOWN, "%s", node->facts->failures[source].err.text);
	for (int i = first; i <= last; i++)
		thresholds_excuse(&check->thresholds, &node_metrics[i], NULL);
}

/* --- uptime and load --------------------------------------------------------------------- */

static void judge_uptime(struct node *node)
{
	node_fail(node, NODE_FROM_UPTIME, NODE_UPTIME, NODE_UPTIME);
	node_give(node, NODE_UPTIME);
}

static bool wants_per_cpu(const struct check *check)
{
	bool wants = false;

	for (int i = NODE_LOAD1_PER_CPU; i <= NODE_LOAD15_PER_CPU; i++)
		wants = wants || thresholds_given(&check->thresholds, &node_metrics[i]);
	return wants;
}

static void judge_load(struct node *node)
{
	const double *value = node->facts->value;

	node_fail(node, NODE_FROM_LOAD, NODE_LOAD1, NODE_LOAD15_PER_CPU);
	if (!has(node, NODE_LOAD1))
		return;
	node->cpu_state = give_each(node, NODE_LOAD1, NODE_LOAD15);
	/* Whoever does not ask for these need not hear of it. */
	if (wants_per_cpu(node->check))
		node_fail(node, NODE_FROM_CPUS, NODE_LOAD1_PER_CPU, NODE_LOAD15_PER_CPU);
	node->cpu_state = state_worst(
	    node->cpu_state, give_each(node, NODE_LOAD1_PER_CPU, NODE_LOAD15_PER_CPU));
	buf_addf(&node->load, "load %.2f, %.2f, %.2f", value[NODE_LOAD1], value[NODE_LOAD5],
	    value[NODE_LOAD15]);
	if (has(node, NODE_CPUS))
		buf_addf(&node->load, " on %.0f CPU%s", value[NODE_CPUS],
		    value[NODE_CPUS] == 1 ? "" : "s");
}

/* --- CPU, busiest disk, network ------------------------------------------------------------ */

static void judge_cpu(struct node *node)
{
	const double *value = node->facts->value;
	enum state state = node->cpu_state;

	if (has(node, NODE_CPU)) {
		state = state_worst(state, give_each(node, NODE_CPU, NODE_STEAL));
		result_detail(node->check->result, state,
		    "cpu %.1f%% busy, %.1f%% iowait, %.1f%% steal%s%s%s", value[NODE_CPU],
		    value[NODE_IOWAIT], value[NODE_STEAL],
		    node->facts->since_boot ? " since boot" : "", node->load.size ? "; " : "",
		    buf_text(&node->load));
	} else if (node->load.size) {
		result_detail(node->check->result, state, "%s", buf_text(&node->load));
	}
}

static void judge_rates(struct node *node)
{
	node_fail(node, NODE_FROM_CPU, NODE_CPU, NODE_STEAL);
	node_fail(node, NODE_FROM_IO, NODE_IO, NODE_IO);
	node_fail(node, NODE_FROM_NET, NODE_IN, NODE_OUT_DROPS);
	judge_cpu(node);
	node->io_state = node_give(node, NODE_IO);
}

static void judge_net(struct node *node)
{
	const double *value = node->facts->value;
	enum state state;
	char in[NUM_TEXT_SIZE], out[NUM_TEXT_SIZE];

	if (!has(node, NODE_IN))
		return;
	state = give_each(node, NODE_IN, NODE_OUT_DROPS);
	num_bytes_text(value[NODE_IN], in);
	num_bytes_text(value[NODE_OUT], out);
	result_detail(node->check->result, state,
	    "net in %s/s, out %s/s, errors %.3g/%.3g per s, drops %.3g/%.3g per s on %.0f "
	    "interface%s",
	    in, out, value[NODE_IN_ERRORS], value[NODE_OUT_ERRORS], value[NODE_IN_DROPS],
	    value[NODE_OUT_DROPS], value[NODE_INTERFACES],
	    value[NODE_INTERFACES] == 1 ? "" : "s");
}

/* --- memory, pressure, temperature ------------------------------------------------------- */

static void judge_memory(struct node *node)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	const double *value = node->facts->value;
	const struct memrow row = {
		.percent = value[NODE_MEMORY],
		.used = value[NODE_MEMORY_USED],
		.base = value[NODE_MEMORY_USED] + value[NODE_MEMORY_AVAILABLE],
		.estimated = node->facts->memory_estimated,
		.swap_percent = value[NODE_SWAP],
		.swap_used = value[NODE_SWAP_USED],
		.swap_total = value[NODE_SWAP_TOTAL],
		.hugetlb = value[NODE_HUGE_TOTAL],
		.hugepages_percent = value[NODE_HUGEPAGES],
	};
	enum state state;

	node_fail(node, NODE_FROM_MEMORY, NODE_MEMORY, NODE_HUGEPAGES);
	if (!has(node, NODE_MEMORY_USED))
		return;
	/* Where huge pages are all there is, a percentage is no number, and that is said. */
	state = result_metric(node->check->result, &node_metrics[NODE_MEMORY], row.percent);
	state = state_worst(state, give_each(node, NODE_MEMORY_USED, NODE_HUGEPAGES));
	memrow_text(&row, &text);
	result_detail(node->check->result, state, "memory %s", buf_text(&text));
}

static void judge_pressure(struct node *node)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = STATE_OK;

	for (int i = 0; i < PSI_RESOURCES; i++) {
		enum node_fact fact = (enum node_fact)(NODE_CPU_PRESSURE + i);

		node_fail(
		    node, (enum node_source)(NODE_FROM_CPU_PRESSURE + i), (int)fact, (int)fact);
		if (!has(node, fact))
			continue;
		state = state_worst(state, node_give(node, fact));
		buf_addf(&text, "%s%s %.1f%%", text.size ? ", " : "",
		    psi_name((enum psi_resource)i), node->facts->value[fact]);
	}
	if (text.size)
		result_detail(node->check->result, state, "pressure %s of the last 60 s",
		    buf_text(&text));
}

static void judge_temp(struct node *node)
{
	double celsius = node->facts->value[NODE_TEMP];
	enum state state;

	node_fail(node, NODE_FROM_TEMP, NODE_TEMP, NODE_TEMP);
	if (isnan(celsius))
		return;
	state = result_value(node->check->result, &node_metrics[NODE_TEMP], NULL, celsius,
	    RESULT_NONE, RESULT_NONE);
	result_detail(node->check->result, state, "temp %.1f degrees at %s", celsius,
	    node->facts->temp_sensor);
}

/* --- processes -------------------------------------------------------------------------------- */

static void judge_processes(struct node *node)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	const struct node_counts *counts = node->counts;
	struct result *result = node->check->result;
	enum state state = STATE_OK;

	if (counts->failure.code < 0) {
		if (counts->failure.code == -ENOENT)
			return;
		result_problem(result, STATE_UNKNOWN, "%s", counts->failure.err.text);
		thresholds_excuse(
		    &node->check->thresholds, &node_metrics[NODE_PROCESSES], NULL);
		return;
	}
	for (size_t i = 0; i < counts->n; i++) {
		const struct node_count *count = &counts->items[i];

		if (isnan(count->n))
			continue;
		state = state_worst(state, result_value(result, &node_metrics[NODE_PROCESSES],
					       count->name, count->n, 0, RESULT_NONE));
		buf_addf(&text, "%s %s %.0f", text.size ? "," : "", count->name, count->n);
	}
	if (text.size)
		result_detail(result, state, "processes%s", buf_text(&text));
}

/* --- all --------------------------------------------------------------------------------------- */

bool node_judge(
    struct check *check, const struct node_facts *facts, const struct node_counts *counts)
{
	CLEANUP_BUF struct buf summary = BUF_INIT;
	struct node node = {
		.check = check, .facts = facts, .counts = counts, .load = BUF_INIT
	};

	judge_uptime(&node);
	judge_load(&node);
	judge_rates(&node);
	judge_memory(&node);
	judge_pressure(&node);
	judge_net(&node);
	judge_temp(&node);
	judge_processes(&node);
	node_judge_mounts(&node);
	node_facts_text(facts, &summary);
	result_summary(check->result, "%s", buf_text(&summary));
	buf_free(&node.load);
	return node_facts_has(facts, NODE_UPTIME) || node_facts_has(facts, NODE_LOAD1) ||
	       node_facts_has(facts, NODE_CPU) || node_facts_has(facts, NODE_MEMORY_USED);
}
