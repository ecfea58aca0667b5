/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugin contract, built once. A plugin is a struct plugin and a run function:
 * read the facts, give values and verdicts to the result. Options, help, thresholds,
 * deadline, state between runs, output forms and the exit code are done here.
 *
 *   int main(int argc, char **argv) { return plugin_main(&load_plugin, argc, argv); }
 */
#ifndef HAETAE_CHECK_PLUGIN_H
#define HAETAE_CHECK_PLUGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/check/metric.h"
#include "lib/check/opt.h"
#include "lib/check/result.h"
#include "lib/check/sample.h"

/* What a run function works with. */
struct check {
	const struct plugin *plugin;
	struct fsroot root; /* --root */
	struct result *result;
	struct thresholds thresholds;
	struct sample_store samples; /* state between runs */
	unsigned verbose;
	bool all_perf;
	pid_t pids[2]; /* our own processes, which nobody counts; while running */
	void *options; /* the plugin's own struct, filled from its table */
	char **argv;   /* of the program; getopt may have changed its order */
};

struct plugin {
	const char *name;    /* "check_node_load" */
	const char *title;   /* the word in line 1, "LOAD" */
	const char *summary; /* one sentence for the help, without full stop */
	const char *notes;   /* further help, lines of at most 80 columns, or NULL */
	const struct metric *metrics;
	size_t n_metrics;
	const struct opt *options; /* may be NULL */
	size_t n_options;
	size_t options_size; /* bytes of the options struct, starts zeroed */
	/* Its run asks what can sleep uninterruptibly, also on a live node: a child does it, for
	 * some 0.1 ms. With --root or --state-dir a child always does. */
	bool may_sleep;
	/* Optional: what the table cannot tell, before anything is read. Negative with err is
	 * a usage error; err begins with the option's name. */
	int (*validate)(struct check *check, struct err *err);
	/* Gives values and verdicts to check->result. Negative with err: UNKNOWN with that
	 * text, what was given before stays. */
	int (*run)(struct check *check, struct err *err);
	/* Optional: releases what the options hold. */
	void (*release)(struct check *check);
};

/* Runs the plugin; returns the exit code 0 to 3. */
int plugin_main(const struct plugin *plugin, int argc, char **argv);

/* Says what is being done now, for the line that is kept ready in case it hangs:
 * "NAME STATE - no answer after 8 s while DOING". */
void check_doing(struct check *check, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* For the metrics table of the plugin: n_metrics from the array. */
#define PLUGIN_METRICS(table) \
	.metrics = (table), .n_metrics = sizeof(table) / sizeof((table)[0])
#define PLUGIN_OPTIONS(table, type)                                          \
	.options = (table), .n_options = sizeof(table) / sizeof((table)[0]), \
	.options_size = sizeof(type)

#endif
