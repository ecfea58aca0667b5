/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Performance data: 'label'=value[UOM];warn;crit;min;max. Written so that Nagios,
 * Naemon, Icinga 2 and pnp4nagios read the same; parsed strictly enough that what
 * other plugins print is read, or skipped item by item.
 */
#ifndef HAETAE_CHECK_PERF_H
#define HAETAE_CHECK_PERF_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/check/metric.h"

struct perf {
	char *label; /* owned; already safe to print */
	double value;
	enum unit unit;
	bool positive; /* cannot be negative */
	bool has_warn, has_crit, has_min, has_max;
	struct range warn, crit;
	double min, max;
};

/* Decimals that are kept: microseconds, and a millionth of a percent. */
enum { PERF_DECIMALS = 6 };

/* Appends one item without a blank. A value that is not a number is left out. */
void perf_format(const struct perf *perf, struct buf *buf);
/* The same as a JSON object. */
void perf_json(const struct perf *perf, struct buf *buf);

/* Makes a label safe: no quote, '=', '|', control character, invalid UTF-8 or "::". */
void perf_label(const char *text, struct buf *buf);

/* An item as it was read from a plugin's output. Texts point into the input. */
struct perf_item {
	const char *label; /* without quotes */
	size_t label_size;
	double value;
	const char *uom;
	size_t uom_size;
	const char *rest; /* "warn;crit;min;max" as it stands, without the first ';' */
	size_t rest_size;
};

/* Reads the next item from *text and moves it on. Returns 1 with an item, 0 at the end,
 * -EBADMSG for something that is no item: *text is then behind it, so that the caller can
 * count it and go on. */
int perf_next(const char **text, const char *end, struct perf_item *ret) ATTR_MUST_CHECK;

#endif
