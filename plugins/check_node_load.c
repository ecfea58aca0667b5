/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/plugin.h"
#include "lib/collect/load.h"

enum { LOAD1, LOAD5, LOAD15, LOAD1_PER_CPU, LOAD5_PER_CPU, LOAD15_PER_CPU };

static const struct metric metrics[] = {
	[LOAD1] = { .name = "load1", .help = "load average over 1 minute" },
	[LOAD5] = { .name = "load5", .help = "load average over 5 minutes" },
	[LOAD15] = { .name = "load15", .help = "load average over 15 minutes" },
	[LOAD1_PER_CPU] = { .name = "load1_per_cpu",
	    .flags = METRIC_QUIET,
	    .help = "load1 divided by the number of online CPUs" },
	[LOAD5_PER_CPU] = { .name = "load5_per_cpu",
	    .flags = METRIC_QUIET,
	    .help = "load5 divided by the number of online CPUs" },
	[LOAD15_PER_CPU] = { .name = "load15_per_cpu",
	    .flags = METRIC_QUIET,
	    .help = "load15 divided by the number of online CPUs" },
};

struct load_options {
	bool per_cpu;
};

static const struct opt options[] = {
	{ 0, "per-cpu", NULL, OPT_FLAG, offsetof(struct load_options, per_cpu), NULL,
	    "also print the averages per CPU" },
};

static int run(struct check *check, struct err *err)
{
	const struct load_options *given = check->options;
	struct load load;
	uint64_t cpus;
	double per_cpu;
	int r;

	r = load_read(&check->root, &load, err);
	if (r == 0)
		r = load_cpus_read(&check->root, &cpus, err);
	if (r < 0)
		return r;
	per_cpu = 1 / (double)cpus;
	if (given->per_cpu)
		result_all_perf(check->result, true);
	result_metric(check->result, &metrics[LOAD1], load.load1);
	result_metric(check->result, &metrics[LOAD5], load.load5);
	result_metric(check->result, &metrics[LOAD15], load.load15);
	result_metric(check->result, &metrics[LOAD1_PER_CPU], load.load1 * per_cpu);
	result_metric(check->result, &metrics[LOAD5_PER_CPU], load.load5 * per_cpu);
	result_metric(check->result, &metrics[LOAD15_PER_CPU], load.load15 * per_cpu);
	result_summary(check->result, "load %.2f, %.2f, %.2f on %llu CPU%s", load.load1,
	    load.load5, load.load15, (unsigned long long)cpus, cpus == 1 ? "" : "s");
	return 0;
}

static const struct plugin load_plugin = {
	.name = "check_node_load",
	.title = "LOAD",
	.summary = "checks the load averages of this node, whole and per CPU",
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct load_options),
	.run = run,
};

int main(int argc, char **argv)
{
	return plugin_main(&load_plugin, argc, argv);
}
