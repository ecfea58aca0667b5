/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/range.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { RANGE_NUMBER_SIZE = 64, RANGE_DECIMALS = 6 };

/* One end of a range. part is not empty. */
static int range_number(
    const char *part, size_t size, enum unit unit, double *ret, struct err *err)
{
	char number[RANGE_NUMBER_SIZE];

	if (size >= sizeof(number))
		return err_set(err, -EINVAL, "number of %zu characters is too long", size);
	memcpy(number, part, size);
	number[size] = '\0';
	return unit_parse(unit, number, ret, err);
}

static int range_fail(struct err *err, const char *text, const char *reason)
{
	return err_set(err, -EINVAL, "range '%.60s': %s", text, reason);
}

int range_parse(const char *text, enum unit unit, struct range *ret, struct err *err)
{
	struct range range = { .start = 0, .end = INFINITY, .inside = false };
	const char *p = text, *colon;
	int r = 0;

	if (strchr(text, '/'))
		return range_fail(err, text,
		    "a '/' is no part of a range; the shell replaced an unquoted '~': quote "
		    "it");
	if (*p == '@') {
		range.inside = true;
		p++;
	}
	colon = strchr(p, ':');
	if (*p == '\0' || strcmp(p, ":") == 0)
		return range_fail(err, text, "expected [@][start:]end, found no number");
	if (colon && strchr(colon + 1, ':'))
		return range_fail(err, text, "more than one ':'");
	if (!colon && *p == '~')
		return range_fail(err, text, "'~' stands for a start: write '~:END'");
	if (!colon) {
		r = range_number(p, strlen(p), unit, &range.end, err);
	} else {
		if (colon == p + 1 && *p == '~')
			range.start = -INFINITY;
		else if (colon != p)
			r = range_number(p, (size_t)(colon - p), unit, &range.start, err);
		if (r == 0 && colon[1] != '\0')
			r = range_number(colon + 1, strlen(colon + 1), unit, &range.end, err);
	}
	if (r < 0) {
		err_prefix(err, "range '%.60s'", text);
		return -EINVAL;
	}
	if (range.start > range.end)
		return range_fail(err, text,
		    colon ? "start is above end" : "end is below the start, which is 0");
	*ret = range;
	return 0;
}

bool range_alerts(const struct range *range, double value)
{
	bool inside = value >= range->start && value <= range->end;

	return inside == range->inside;
}

static void range_add_number(struct buf *buf, double value)
{
	char number[NUM_TEXT_SIZE];

	num_text(value, RANGE_DECIMALS, number);
	buf_adds(buf, number);
}

void range_format(const struct range *range, bool positive, struct buf *buf)
{
	bool endless = isinf(range->end);
	/* A lone number means "0:number". */
	bool alone = !endless && (range->start == 0 || (positive && isinf(range->start)));

	if (range->inside)
		buf_addc(buf, '@');
	if (!alone) {
		if (isinf(range->start))
			buf_addc(buf, '~');
		else
			range_add_number(buf, range->start);
		buf_addc(buf, ':');
	}
	if (!endless)
		range_add_number(buf, range->end);
}

void range_reason(const struct range *range, enum unit unit, double value, struct buf *buf)
{
	bool above = value > range->end;
	char text[UNIT_TEXT_SIZE], start[UNIT_TEXT_SIZE], end[UNIT_TEXT_SIZE];

	if (!range->inside) {
		unit_pair_text(unit, value, above ? range->end : range->start, text, end);
		buf_addf(buf, "%s %c %s", text, above ? '>' : '<', end);
		return;
	}
	unit_value_text(unit, value, text);
	unit_value_text(unit, range->start, start);
	unit_value_text(unit, range->end, end);
	if (isinf(range->start) && isinf(range->end))
		buf_addf(buf, "%s, any value alerts", text);
	else if (isinf(range->end))
		buf_addf(buf, "%s >= %s", text, start);
	else if (isinf(range->start) || (range->start == 0 && value >= 0))
		buf_addf(buf, "%s <= %s", text, end);
	else
		buf_addf(buf, "%s inside %s:%s", text, start, end);
}
