/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/collect/load.h"
#include "lib/collect/mem.h"
#include "lib/collect/psi.h"
#include "lib/collect/temp.h"
#include "lib/health/memrow.h"
#include "plugins/node.h"

/* --- what the parts share ------------------------------------------------------------- */

enum state node_give(struct node *node, enum node_metric metric, double value)
{
	return result_metric(node->check->result, &node->check->plugin->metrics[metric], value);
}

void node_tell(struct node *node, const char *fmt, ...)
{
	va_list ap;

	if (node->summary.size)
		buf_adds(&node->summary, ", ");
	va_start(ap, fmt);
	buf_vaddf(&node->summary, fmt, ap);
	va_end(ap);
}

void node_fail(struct node *node, int code, const struct err *err, enum node_metric first,
    enum node_metric last)
{
	struct check *check = node->check;

	/* EOPNOTSUPP is what pressure files give where the kernel was booted without. */
	if (code == -ENOENT || code == -EOPNOTSUPP)
		return;
	result_problem(check->result, STATE_UNKNOWN, "%s", err->text);
	for (int i = (int)first; i <= (int)last; i++)
		thresholds_excuse(&check->thresholds, &check->plugin->metrics[i], NULL);
}

/* --- uptime and load --------------------------------------------------------------------- */

void node_uptime(struct node *node)
{
	struct err err = ERR_INIT;
	char age[CLOCK_TEXT_SIZE];
	double seconds;
	int r = fsroot_uptime(&node->check->root, &seconds, &err);

	if (r == 0 && seconds > 1e12)
		r = err_set(
		    &err, -EBADMSG, "cannot parse /proc/uptime: more than 30,000 years");
	if (r < 0) {
		node_fail(node, r, &err, NODE_UPTIME, NODE_UPTIME);
		return;
	}
	node->any_fact = true;
	node_give(node, NODE_UPTIME, seconds);
	clock_age_text((int64_t)seconds, age);
	node_tell(node, "up %s", age);
}

static bool wants_per_cpu(const struct check *check)
{
	bool wants = false;

	for (int i = NODE_LOAD1_PER_CPU; i <= NODE_LOAD15_PER_CPU; i++)
		wants =
		    wants || thresholds_given(&check->thresholds, &check->plugin->metrics[i]);
	return wants;
}

void node_load(struct node *node)
{
	struct err err = ERR_INIT;
	const double *value[3];
	struct load load;
	uint64_t cpus = 0;
	enum state state = STATE_OK;
	int r = load_read(&node->check->root, &load, &err);

	if (r < 0) {
		node_fail(node, r, &err, NODE_LOAD1, NODE_LOAD15_PER_CPU);
		return;
	}
	node->any_fact = true;
	value[0] = &load.load1;
	value[1] = &load.load5;
	value[2] = &load.load15;
	for (int i = 0; i < 3; i++)
		state = state_worst(
		    state, node_give(node, (enum node_metric)(NODE_LOAD1 + i), *value[i]));
	r = load_cpus_read(&node->check->root, &cpus, &err);
	/* Whoever does not ask for these need not hear of it. */
	if (r < 0 && wants_per_cpu(node->check))
		node_fail(node, r, &err, NODE_LOAD1_PER_CPU, NODE_LOAD15_PER_CPU);
	for (int i = 0; i < 3 && r == 0; i++)
		state = state_worst(
		    state, node_give(node, (enum node_metric)(NODE_LOAD1_PER_CPU + i),
			       *value[i] / (double)cpus));
	node->cpu_state = state;
	buf_addf(&node->load, "load %.2f, %.2f, %.2f", load.load1, load.load5, load.load15);
	if (cpus)
		buf_addf(&node->load, " on %llu CPU%s", (unsigned long long)cpus,
		    cpus == 1 ? "" : "s");
	node_tell(node, "load %.2f", load.load1);
}

/* --- CPU, busiest disk, network ------------------------------------------------------------ */

static int read_sample(
    const struct fsroot *root, struct buf *buf, void *context, struct err *err)
{
	return rates_read(root, buf, context, err);
}

static void give_cpu(struct node *node)
{
	const struct cpu_usage *cpu = &node->rates.cpu;
	enum state state = node->cpu_state;

	if (node->rates.has_cpu) {
		node->any_fact = true;
		state = state_worst(state, node_give(node, NODE_CPU, cpu->busy));
		state = state_worst(state, node_give(node, NODE_IOWAIT, cpu->iowait));
		state = state_worst(state, node_give(node, NODE_STEAL, cpu->steal));
		node_tell(node, "cpu %.0f%%", cpu->busy);
		result_detail(node->check->result, state,
		    "cpu %.1f%% busy, %.1f%% iowait, %.1f%% steal%s%s%s", cpu->busy,
		    cpu->iowait, cpu->steal, node->since_boot ? " since boot" : "",
		    node->load.size ? "; " : "", buf_text(&node->load));
	} else if (node->load.size) {
		result_detail(node->check->result, state, "%s", buf_text(&node->load));
	}
}

void node_rates(struct node *node)
{
	static const struct {
		enum node_metric first, last;
	} metrics_of[RATES_SOURCES] = {
		[RATES_CPU] = { NODE_CPU, NODE_STEAL },
		[RATES_IO] = { NODE_IO, NODE_IO },
		[RATES_NET] = { NODE_IN, NODE_OUT_DROPS },
	};
	CLEANUP(sample_pair_free) struct sample_pair pair = SAMPLE_PAIR_INIT;
	struct check *check = node->check;
	struct rates_sources sources = { .code = { 0 } };
	struct err err = ERR_INIT;
	int r =
	    sample_pair_take(&check->samples, &check->root, read_sample, &sources, &pair, &err);

	if (r == 0)
		r = rates_parse(pair.since_boot ? NULL : &pair.earlier, &pair.later,
		    pair.seconds, &node->rates, &err);
	node->since_boot = pair.since_boot;
	/* Without an uptime there is no time to measure by, which was said then. */
	for (int i = 0; i < RATES_SOURCES; i++) {
		if (r < 0 || sources.code[i] < 0)
			node_fail(node, r < 0 ? -ENOENT : sources.code[i], &sources.err[i],
			    metrics_of[i].first, metrics_of[i].last);
	}
	give_cpu(node);
	if (node->rates.has_io)
		node->io_state = node_give(node, NODE_IO, node->rates.io.busy);
}

void node_net(struct node *node)
{
	const struct net_rate *net = &node->rates.net;
	const double values[] = { net->in, net->out, net->in_errors, net->out_errors,
		net->in_drops, net->out_drops };
	size_t n = node->rates.n_interfaces;
	enum state state = STATE_OK;
	char in[NUM_TEXT_SIZE], out[NUM_TEXT_SIZE];

	if (!node->rates.has_net)
		return;
	for (int i = 0; i < (int)(sizeof(values) / sizeof(values[0])); i++)
		state = state_worst(
		    state, node_give(node, (enum node_metric)(NODE_IN + i), values[i]));
	num_bytes_text(net->in, in);
	num_bytes_text(net->out, out);
	result_detail(node->check->result, state,
	    "net in %s/s, out %s/s, errors %.3g/%.3g per s, drops %.3g/%.3g per s on %zu "
	    "interface%s",
	    in, out, net->in_errors, net->out_errors, net->in_drops, net->out_drops, n,
	    n == 1 ? "" : "s");
}

/* --- memory, pressure, temperature ------------------------------------------------------- */

void node_memory(struct node *node)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct mem mem;
	enum state state;
	int r = mem_read(&node->check->root, &mem, &err);

	if (r < 0) {
		node_fail(node, r, &err, NODE_MEMORY, NODE_HUGEPAGES);
		return;
	}
	node->any_fact = true;
	state = node_give(node, NODE_MEMORY, mem_used_pct(&mem));
	state = state_worst(state, node_give(node, NODE_MEMORY_USED, (double)mem_used(&mem)));
	if (mem.swap_total > 0) {
		state = state_worst(state, node_give(node, NODE_SWAP, mem_swap_used_pct(&mem)));
		state = state_worst(state,
		    node_give(node, NODE_SWAP_USED, (double)(mem.swap_total - mem.swap_free)));
	}
	if (mem.huge_total > 0)
		state = state_worst(
		    state, node_give(node, NODE_HUGEPAGES, mem_huge_used_pct(&mem)));
	if (mem_base(&mem) > 0)
		node_tell(node, "mem %.0f%%", mem_used_pct(&mem));
	memrow_text(&mem, &text);
	result_detail(node->check->result, state, "memory %s", buf_text(&text));
}

void node_pressure(struct node *node)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = STATE_OK;

	for (int i = 0; i < PSI_RESOURCES; i++) {
		enum node_metric metric = (enum node_metric)(NODE_CPU_PRESSURE + i);
		struct err err = ERR_INIT;
		struct psi psi;
		int r = psi_read(&node->check->root, (enum psi_resource)i, &psi, &err);

		if (r < 0) {
			node_fail(node, r, &err, metric, metric);
			continue;
		}
		state = state_worst(state, node_give(node, metric, psi.some.avg60));
		buf_addf(&text, "%s%s %.1f%%", text.size ? ", " : "",
		    psi_name((enum psi_resource)i), psi.some.avg60);
	}
	if (text.size)
		result_detail(node->check->result, state, "pressure %s of the last 60 s",
		    buf_text(&text));
}

void node_temp(struct node *node)
{
	CLEANUP(temp_free) struct temp temp = { 0 };
	struct err err = ERR_INIT;
	const struct temp_sensor *hottest;
	enum state state;
	int r;

	check_doing(node->check, "reading the sensors in /sys/class/hwmon");
	r = temp_read(&node->check->root, &temp, &err);
	if (r < 0)
		node_fail(node, r, &err, NODE_TEMP, NODE_TEMP);
	hottest = temp_hottest(&temp);
	if (!hottest)
		return;
	state = result_value(node->check->result, &node->check->plugin->metrics[NODE_TEMP],
	    NULL, hottest->celsius, RESULT_NONE, RESULT_NONE);
	result_detail(node->check->result, state, "temp %.1f degrees at %s", hottest->celsius,
	    hottest->name);
}
