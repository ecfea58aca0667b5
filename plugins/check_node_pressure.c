/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "lib/check/plugin.h"
#include "lib/collect/psi.h"

/* The metrics of one resource, in this order in the table. */
enum {
	SOME_AVG60,
	SOME_AVG10,
	SOME_AVG300,
	SOME_TOTAL,
	FULL_AVG60,
	FULL_AVG10,
	FULL_AVG300,
	FULL_TOTAL,
	METRICS_PER_RESOURCE,
};

#define PRESSURE_ROWS(resource, what)                                                         \
	{ .name = resource "_pressure",                                                       \
		.unit = UNIT_PERCENT,                                                         \
		.help = "time in which some task waited for " what ", over 60 s" },           \
	    { .name = resource "_pressure_avg10",                                             \
		    .unit = UNIT_PERCENT,                                                     \
		    .flags = METRIC_QUIET,                                                    \
		    .help = "the same over 10 s" },                                           \
	    { .name = resource "_pressure_avg300",                                            \
		    .unit = UNIT_PERCENT,                                                     \
		    .flags = METRIC_QUIET,                                                    \
		    .help = "the same over 300 s" },                                          \
	    { .name = resource "_pressure_total",                                             \
		    .unit = UNIT_COUNTER,                                                     \
		    .flags = METRIC_QUIET,                                                    \
		    .help = "the same since boot, in microseconds" },                         \
	    { .name = resource "_pressure_full",                                              \
		    .unit = UNIT_PERCENT,                                                     \
		    .flags = METRIC_QUIET,                                                    \
		    .help = "time in which every task that was not idle waited, over 60 s" }, \
	    { .name = resource "_pressure_full_avg10",                                        \
		    .unit = UNIT_PERCENT,                                                     \
		    .flags = METRIC_QUIET,                                                    \
		    .help = "the same over 10 s" },                                           \
	    { .name = resource "_pressure_full_avg300",                                       \
		    .unit = UNIT_PERCENT,                                                     \
		    .flags = METRIC_QUIET,                                                    \
		    .help = "the same over 300 s" },                                          \
	{                                                                                     \
		.name = resource "_pressure_full_total", .unit = UNIT_COUNTER,                \
		.flags = METRIC_QUIET, .help = "the same since boot, in microseconds"         \
	}

static const struct metric metrics[PSI_RESOURCES * METRICS_PER_RESOURCE] = {
	PRESSURE_ROWS("cpu", "a CPU"),
	PRESSURE_ROWS("io", "a disk"),
	PRESSURE_ROWS("memory", "memory"),
};

static void give_line(
    struct check *check, const struct metric *first, const struct psi_line *line)
{
	result_metric(check->result, &first[SOME_AVG60], line->avg60);
	result_metric(check->result, &first[SOME_AVG10], line->avg10);
	result_metric(check->result, &first[SOME_AVG300], line->avg300);
	result_metric(check->result, &first[SOME_TOTAL], (double)line->total_us);
}

static void give(struct check *check, enum psi_resource resource, const struct psi *psi)
{
	const struct metric *first = &metrics[(size_t)resource * METRICS_PER_RESOURCE];

	give_line(check, first, &psi->some);
	result_detail(check->result, STATE_OK,
	    "%s: some %.2f%%, %.2f%%, %.2f%% over 10, 60, 300 s", psi_name(resource),
	    psi->some.avg10, psi->some.avg60, psi->some.avg300);
	if (!psi->has_full)
		return;
	give_line(check, first + FULL_AVG60, &psi->full);
	result_detail(check->result, STATE_OK,
	    "%s: full %.2f%%, %.2f%%, %.2f%% over 10, 60, 300 s", psi_name(resource),
	    psi->full.avg10, psi->full.avg60, psi->full.avg300);
}

static int run(struct check *check, struct err *err)
{
	CLEANUP_BUF struct buf summary = BUF_INIT;
	bool switched_off = false;

	for (int i = 0; i < PSI_RESOURCES; i++) {
		enum psi_resource resource = (enum psi_resource)i;
		struct psi psi = { .has_full = false };
		int r = psi_read(&check->root, resource, &psi, err);

		if (r == -ENOENT || r == -EOPNOTSUPP) {
			switched_off |= r == -EOPNOTSUPP;
			continue;
		}
		if (r < 0)
			return r;
		give(check, resource, &psi);
		buf_addf(&summary, "%s%s %.1f%%", summary.size ? ", " : "", psi_name(resource),
		    psi.some.avg60);
	}
	if (summary.size)
		result_summary(
		    check->result, "%s of the last 60 s spent waiting", buf_text(&summary));
	else
		result_summary(check->result, "this kernel has no pressure stall information%s",
		    switched_off ? " (psi=1 at boot switches it on)" : "");
	return 0;
}

static const struct plugin pressure_plugin = {
	.name = "check_node_pressure",
	.title = "PRESSURE",
	.summary = "checks how much of the time tasks wait for CPU, disks and memory",
	PLUGIN_METRICS(metrics),
	.run = run,
};

int main(int argc, char **argv)
{
	return plugin_main(&pressure_plugin, argc, argv);
}
