/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/result.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check/result_private.h"
#include "lib/check/text.h"

enum { RESULT_ITEMS_MAX = 200000 };

struct result *result_new(const char *name, const char *plugin, struct thresholds *thresholds)
{
	struct result *result = calloc(1, sizeof(*result));

	if (result) {
		result->name = name;
		result->plugin = plugin;
		result->thresholds = thresholds;
	}
	return result;
}

static void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		free(lines->items[i].text);
	free(lines->items);
}

void result_free(struct result *result)
{
	if (!result)
		return;
	lines_free(&result->problems);
	lines_free(&result->details);
	for (size_t i = 0; i < result->n_data; i++) {
		free(result->data[i].perf.label);
		free(result->data[i].instance);
	}
	free(result->data);
	free(result->summary.text);
	free(result);
}

/* Room for one more item, doubling. Returns the new array or NULL with the flag set. */
static void *grow(struct result *result, void *items, size_t n, size_t size)
{
	void *grown = items;

	if (n >= RESULT_ITEMS_MAX) {
		result->out_of_memory = true;
		return NULL;
	}
	if ((n & (n - 1)) == 0)
		grown = reallocarray(items, n ? 2 * n : 1, size);
	if (!grown)
		result->out_of_memory = true;
	return grown;
}

static char *format_clean(struct result *result, const char *fmt, va_list ap) ATTR_PRINTF(2, 0);

static char *format_clean(struct result *result, const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0) {
		result->out_of_memory = true;
		return NULL;
	}
	text_clean_in_place(text);
	return text;
}

static void lines_add(struct result *result, struct lines *lines, enum state state, char *text)
{
	struct line *items;

	if (!text)
		return;
	items = grow(result, lines->items, lines->n, sizeof(*items));
	if (!items) {
		free(text);
		return;
	}
	lines->items = items;
	items[lines->n++] = (struct line){ .state = state, .text = text };
}

void result_problem(struct result *result, enum state state, const char *fmt, ...)
{
	va_list ap;

	if (state == STATE_OK)
		return;
	result->state = state_worst(result->state, state);
	va_start(ap, fmt);
	lines_add(result, &result->problems, state, format_clean(result, fmt, ap));
	va_end(ap);
}

void result_detail(struct result *result, enum state state, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	lines_add(result, &result->details, state, format_clean(result, fmt, ap));
	va_end(ap);
}

void result_details_tell(struct result *result)
{
	result->details_tell = true;
}

void result_summary(struct result *result, const char *fmt, ...)
{
	va_list ap;

	free(result->summary.text);
	va_start(ap, fmt);
	result->summary.text = format_clean(result, fmt, ap);
	va_end(ap);
}

void result_all_perf(struct result *result, bool all)
{
	result->all_perf = all;
}

enum state result_state(const struct result *result)
{
	return result->out_of_memory ? STATE_UNKNOWN : result->state;
}

/* --- values -------------------------------------------------------------------- */

static void value_problem(struct result *result, const struct metric *metric,
    const char *instance, double value, enum state state, const struct range *range)
{
	CLEANUP_BUF struct buf reason = BUF_INIT;

	range_reason(range, metric->unit, value, &reason);
	result_problem(result, state, "%s%s%s %s", instance ? instance : "",
	    instance ? " " : "", metric->name, buf_text(&reason));
}

static void add_datum(struct result *result, const struct metric *metric, const char *instance,
    const struct perf *perf)
{
	CLEANUP_BUF struct buf label = BUF_INIT;
	struct datum *data = grow(result, result->data, result->n_data, sizeof(*data));
	struct datum *datum;

	if (!data)
		return;
	result->data = data;
	buf_adds(&label, metric->name);
	if (instance) {
		buf_addc(&label, '@');
		perf_label(instance, &label);
	}
	datum = &data[result->n_data];
	*datum = (struct datum){ .perf = *perf, .metric = metric };
	datum->perf.label = strdup(buf_text(&label));
	datum->instance = instance ? strdup(instance) : NULL;
	if (label.error || !datum->perf.label || (instance && !datum->instance)) {
		free(datum->perf.label);
		free(datum->instance);
		result->out_of_memory = true;
		return;
	}
	result->n_data++;
}

void result_datum(struct result *result, const struct metric *metric, const char *instance,
    double value, const struct range *warn, const struct range *crit)
{
	struct perf perf = {
		.value = value,
		.unit = metric->unit,
		.positive = !(metric->flags & METRIC_SIGNED),
		.has_warn = warn != NULL,
		.has_crit = crit != NULL,
		.has_min = !(metric->flags & METRIC_SIGNED),
		.has_max = false,
	};

	if (isnan(value) || isinf(value))
		return;
	if ((metric->flags & METRIC_QUIET) && !result->all_perf &&
	    !thresholds_given(result->thresholds, metric))
		return;
	if (warn)
		perf.warn = *warn;
	if (crit)
		perf.crit = *crit;
	add_datum(result, metric, instance, &perf);
}

enum state result_value(struct result *result, const struct metric *metric,
    const char *instance, double value, double min, double max)
{
	const struct range *warn = thresholds_find(result->thresholds, metric, instance, false);
	const struct range *crit = thresholds_find(result->thresholds, metric, instance, true);
	bool given = thresholds_given(result->thresholds, metric);
	enum state state = STATE_OK;
	struct perf perf = {
		.value = value,
		.unit = metric->unit,
		.positive = !(metric->flags & METRIC_SIGNED),
		.has_warn = warn != NULL,
		.has_crit = crit != NULL,
		.has_min = !isnan(min),
		.has_max = !isnan(max),
		.min = min,
		.max = max,
	};

	if (isnan(value) || isinf(value)) {
		if (!warn && !crit)
			return STATE_OK;
		result_problem(result, STATE_UNKNOWN, "%s%s%s is not a number",
		    instance ? instance : "", instance ? " " : "", metric->name);
		return STATE_UNKNOWN;
	}
	if (crit && range_alerts(crit, value))
		state = STATE_CRITICAL;
	else if (warn && range_alerts(warn, value))
		state = STATE_WARNING;
	if (state != STATE_OK)
		value_problem(result, metric, instance, value, state,
		    state == STATE_CRITICAL ? crit : warn);
	if (warn)
		perf.warn = *warn;
	if (crit)
		perf.crit = *crit;
	if (!(metric->flags & METRIC_QUIET) || result->all_perf || given)
		add_datum(result, metric, instance, &perf);
	return state;
}

enum state result_metric(struct result *result, const struct metric *metric, double value)
{
	double min = metric->flags & METRIC_SIGNED ? RESULT_NONE : 0;

	return result_value(
	    result, metric, NULL, value, min, metric->unit == UNIT_PERCENT ? 100 : RESULT_NONE);
}

void result_finish(struct result *result)
{
	for (size_t i = 0; i < result->thresholds->n_items; i++) {
		const struct threshold *item = &result->thresholds->items[i];

		if (item->is_default || item->used)
			continue;
		result_problem(result, STATE_UNKNOWN, "no %s%s%s on this node, -%c asks for it",
		    item->metric->name, item->instance ? "@" : "",
		    item->instance ? item->instance : "", item->critical ? 'c' : 'w');
	}
}
