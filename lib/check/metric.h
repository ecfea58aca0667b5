/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a plugin measures: a constant table of metrics, and the thresholds that an
 * operator set on them with -w and -c. A metric's name is its perfdata label, its
 * name in SQL and in -w NAME=RANGE. A metric of several things (mounts, interfaces)
 * has instances; its label is NAME@INSTANCE.
 */
#ifndef HAETAE_CHECK_METRIC_H
#define HAETAE_CHECK_METRIC_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"
#include "lib/check/range.h"
#include "lib/check/unit.h"

enum metric_flag {
	METRIC_SIGNED = 1,    /* can be negative */
	METRIC_INSTANCES = 2, /* one value an instance, label NAME@INSTANCE */
	METRIC_QUIET = 4,     /* in perfdata only with a threshold on it, or --perfdata all */
	/* Has a value without instance too, the sum or worst of them. A threshold that names no
	 * instance is for that value alone; one for "@*" is for each instance. */
	METRIC_TOTAL = 8,
};

struct metric {
	const char *name; /* [a-z0-9_]+ */
	enum unit unit;
	unsigned flags;	  /* enum metric_flag */
	const char *warn; /* default range, or NULL for silent */
	const char *crit;
	const char *help; /* one line, with what is counted and its unit */
};

/* One -w or -c that was given. */
struct threshold {
	const struct metric *metric;
	char *instance; /* NULL: every instance; owned */
	bool critical;
	bool is_default;
	bool used;     /* a value was judged by it */
	bool has_unit; /* the range ends with a unit: "10%" */
	struct range range;
};

struct thresholds {
	const struct metric *metrics;
	size_t n_metrics;
	struct threshold *items; /* in the order given; a later one wins */
	size_t n_items;
};

/* Starts with the defaults of the table; they must parse (a failure is our bug). */
int thresholds_init(struct thresholds *thresholds, const struct metric *metrics,
    size_t n_metrics, struct err *err) ATTR_MUST_CHECK;
void thresholds_free(struct thresholds *thresholds);

/* Adds "[METRIC[@INSTANCE]=]RANGE"; without METRIC it is for the first metric. The last '='
 * separates, so an instance may contain one. An unknown metric is an error that lists the
 * known ones. At most THRESHOLDS_MAX. */
enum { THRESHOLDS_MAX = 4096 };
int thresholds_add(struct thresholds *thresholds, const char *text, bool critical,
    struct err *err) ATTR_MUST_CHECK;

/* The range for a metric's instance, or NULL: one that names the instance wins over one
 * for all ("@*" or none, see METRIC_TOTAL), a given one over a default. Marks it as used. */
const struct range *thresholds_find(struct thresholds *thresholds, const struct metric *metric,
    const char *instance, bool critical);

/* Marks what was given for the metric, or for one instance of it, as thought of: its value
 * cannot be had, and the result says so in its own words. */
void thresholds_excuse(
    struct thresholds *thresholds, const struct metric *metric, const char *instance);

/* Whether -w or -c was given for the metric (a default does not count). */
bool thresholds_given(const struct thresholds *thresholds, const struct metric *metric);

const struct metric *metric_find(
    const struct metric *metrics, size_t n_metrics, const char *name, size_t name_size);

#endif
