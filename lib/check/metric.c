/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/metric.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"

const struct metric *metric_find(
    const struct metric *metrics, size_t n_metrics, const char *name, size_t name_size)
{
	for (size_t i = 0; i < n_metrics; i++) {
		if (strlen(metrics[i].name) == name_size &&
		    memcmp(metrics[i].name, name, name_size) == 0)
			return &metrics[i];
	}
	return NULL;
}

static int thresholds_push(
    struct thresholds *thresholds, const struct threshold *item, struct err *err)
{
	struct threshold *items;

	if (thresholds->n_items >= THRESHOLDS_MAX)
		return err_set(err, -E2BIG, "more than %d thresholds", THRESHOLDS_MAX);
	items = reallocarray(thresholds->items, thresholds->n_items + 1, sizeof(*items));
	if (!items)
		return err_set(err, -ENOMEM, "out of memory");
	thresholds->items = items;
	thresholds->items[thresholds->n_items++] = *item;
	return 0;
}

static int thresholds_default(struct thresholds *thresholds, const struct metric *metric,
    const char *text, bool critical, struct err *err)
{
	struct threshold item = { .metric = metric, .critical = critical, .is_default = true };
	int r;

	if (!text)
		return 0;
	r = range_parse(text, metric->unit, &item.range, err);
	return r < 0 ? r : thresholds_push(thresholds, &item, err);
}

int thresholds_init(struct thresholds *thresholds, const struct metric *metrics,
    size_t n_metrics, struct err *err)
{
	int r = 0;

	*thresholds = (struct thresholds){ .metrics = metrics, .n_metrics = n_metrics };
	for (size_t i = 0; i < n_metrics && r == 0; i++) {
		r = thresholds_default(thresholds, &metrics[i], metrics[i].warn, false, err);
		if (r == 0)
			r = thresholds_default(
			    thresholds, &metrics[i], metrics[i].crit, true, err);
	}
	return r;
}

void thresholds_free(struct thresholds *thresholds)
{
	for (size_t i = 0; i < thresholds->n_items; i++)
		free(thresholds->items[i].instance);
	free(thresholds->items);
	thresholds->items = NULL;
	thresholds->n_items = 0;
}

static int unknown_metric(
    const struct thresholds *thresholds, const char *name, size_t size, struct err *err)
{
	CLEANUP_BUF struct buf known = BUF_INIT;

	for (size_t i = 0; i < thresholds->n_metrics; i++)
		buf_addf(&known, "%s%s", i ? ", " : "", thresholds->metrics[i].name);
	return err_set(err, -EINVAL, "unknown metric '%.*s': expected one of %s",
	    (int)(size < 40 ? size : 40), name, buf_text(&known));
}

int thresholds_add(
    struct thresholds *thresholds, const char *text, bool critical, struct err *err)
{
	const char *equals = strrchr(text, '=');
	struct threshold item = { .metric = thresholds->metrics, .critical = critical };
	size_t size = strlen(text);
	int r;

	if (thresholds->n_metrics == 0)
		return err_set(err, -EINVAL, "this check has no metrics");
	item.has_unit = size > 0 && !strchr("0123456789.:~", text[size - 1]);
	if (equals) {
		const char *at = memchr(text, '@', (size_t)(equals - text));
		size_t name_size = (size_t)((at ? at : equals) - text);

		item.metric =
		    metric_find(thresholds->metrics, thresholds->n_metrics, text, name_size);
		if (!item.metric)
			return unknown_metric(thresholds, text, name_size, err);
		if (at && !(item.metric->flags & METRIC_INSTANCES))
			return err_set(
			    err, -EINVAL, "metric %s has no instances", item.metric->name);
		if (at && at + 1 == equals)
			return err_set(
			    err, -EINVAL, "no instance behind '%s@'", item.metric->name);
		if (at) {
			item.instance = strndup(at + 1, (size_t)(equals - at - 1));
			if (!item.instance)
				return err_set(err, -ENOMEM, "out of memory");
		}
	}
	r = range_parse(equals ? equals + 1 : text, item.metric->unit, &item.range, err);
	if (r == 0)
		r = thresholds_push(thresholds, &item, err);
	if (r < 0)
		free(item.instance);
	return r;
}

/* How well an item fits: 0 not at all; the highest wins, among equals the last. */
static int threshold_fit(const struct threshold *item, const struct metric *metric,
    const char *instance, bool critical)
{
	if (item->metric != metric || item->critical != critical)
		return 0;
	if (!item->instance) {
		if (instance && (metric->flags & METRIC_TOTAL))
			return 0;
		return item->is_default ? 1 : 2;
	}
	if (!instance)
		return 0;
	if (strcmp(item->instance, instance) == 0)
		return 3;
	return strcmp(item->instance, "*") == 0 ? 2 : 0;
}

const struct range *thresholds_find(struct thresholds *thresholds, const struct metric *metric,
    const char *instance, bool critical)
{
	struct threshold *best = NULL;
	int best_fit = 1;

	for (size_t i = 0; i < thresholds->n_items; i++) {
		struct threshold *item = &thresholds->items[i];
		int fit = threshold_fit(item, metric, instance, critical);

		/* One that is overruled is no absent fact. */
		if (fit > 0)
			item->used = true;
		if (fit >= best_fit) {
			best = item;
			best_fit = fit;
		}
	}
	return best ? &best->range : NULL;
}

void thresholds_excuse(
    struct thresholds *thresholds, const struct metric *metric, const char *instance)
{
	for (size_t i = 0; i < thresholds->n_items; i++) {
		struct threshold *item = &thresholds->items[i];

		if (item->metric == metric &&
		    (!instance || (item->instance && strcmp(item->instance, instance) == 0)))
			item->used = true;
	}
}

bool thresholds_given(const struct thresholds *thresholds, const struct metric *metric)
{
	for (size_t i = 0; i < thresholds->n_items; i++) {
		if (!thresholds->items[i].is_default && thresholds->items[i].metric == metric)
			return true;
	}
	return false;
}
