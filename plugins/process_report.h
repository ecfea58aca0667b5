/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two halves of check_process share: check_process.c reads, process_report.c
 * judges and finds the words.
 */
#ifndef HAETAE_PLUGINS_PROCESS_REPORT_H
#define HAETAE_PLUGINS_PROCESS_REPORT_H

#include <stdbool.h>

#include "lib/check/plugin.h"
#include "lib/collect/proc_group.h"

enum process_metric {
	PROCESS_COUNT,
	PROCESS_DEFUNCT,
	PROCESS_RSS,
	PROCESS_RSS_MAX,
	PROCESS_CPU,
	PROCESS_CPU_MAX,
	PROCESS_AGE_MIN,
	PROCESS_AGE_MAX,
	PROCESS_THREADS,
	PROCESS_FDS,
	PROCESS_FDS_PCT,
	PROCESS_N_METRICS
};

struct process_options {
	struct proc_group group;
	const char *user;
	const char *parent;
	bool in_container;
	bool on_host;
};

/* Whether a metric from first to last has a threshold, or is to be printed all the same. */
bool process_wants(
    const struct check *check, enum process_metric first, enum process_metric last);

/* Gives values, verdicts, summary and details for the group that was read. */
void process_report(struct check *check, struct proc_dir *dir);

#endif
