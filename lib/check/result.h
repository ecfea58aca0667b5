/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A check's result: verdicts, details and values, and how they are printed.
 *
 *   NAME STATE - what is wrong, worst first; summary
 *   detail line
 *   detail line | perfdata
 *
 * The state is the worst of all verdicts. Text from outside may be passed as it is:
 * every text is cleaned here.
 */
#ifndef HAETAE_CHECK_RESULT_H
#define HAETAE_CHECK_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/check/metric.h"
#include "lib/check/perf.h"
#include "lib/check/state.h"

struct result;

/* name is the word in line 1 ("LOAD"), plugin the program's name; both borrowed, as are the
 * thresholds. NULL without memory. Later on a lack of memory makes the state UNKNOWN. */
struct result *result_new(const char *name, const char *plugin, struct thresholds *thresholds);
void result_free(struct result *result);

/* A verdict of the plugin's own: its text goes to line 1. OK verdicts are not printed. */
void result_problem(struct result *result, enum state state, const char *fmt, ...)
    ATTR_PRINTF(3, 4);

/* The sentence that closes line 1, "3.2 of 7.8GiB used"; the first detail when the problems
 * leave it no room there. One a check. */
void result_summary(struct result *result, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* Says that the details tell every problem: what line 1 has no room for is then only counted, and
 * not listed before them. */
void result_details_tell(struct result *result);

/* A detail line. Its state says how soon it is dropped when the output is too long. */
void result_detail(struct result *result, enum state state, const char *fmt, ...)
    ATTR_PRINTF(3, 4);

/* A value: judged by the thresholds, added to perfdata, and, if it alerts, named in line 1
 * as "[INSTANCE ]NAME VALUE > BOUND". instance is NULL for a metric without instances. min
 * and max go to perfdata; RESULT_NONE leaves them out. Returns the verdict. */
#define RESULT_NONE __builtin_nan("")
enum state result_value(struct result *result, const struct metric *metric,
    const char *instance, double value, double min, double max);
/* The usual case: no instance, min 0 unless METRIC_SIGNED, max 100 for percent. */
enum state result_metric(struct result *result, const struct metric *metric, double value);

/* A value that was judged elsewhere: to perfdata alone, with these ranges (NULL: none). */
void result_datum(struct result *result, const struct metric *metric, const char *instance,
    double value, const struct range *warn, const struct range *crit);

/* All perfdata, also that of METRIC_QUIET metrics. */
void result_all_perf(struct result *result, bool all);

enum state result_state(const struct result *result);

enum result_form { RESULT_TEXT, RESULT_ONE_LINE, RESULT_JSON, RESULT_PROMETHEUS };

/* Adds an UNKNOWN verdict for each given threshold that judged nothing: a fact that was
 * asked for and is absent. */
void result_finish(struct result *result);

/* Writes the whole output, at most max bytes (healthy details go first, then whole perfdata
 * items from the last). RESULT_JSON and RESULT_PROMETHEUS are never cut. */
void result_render(
    const struct result *result, enum result_form form, size_t max, struct buf *buf);

#endif
