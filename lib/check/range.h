/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threshold ranges, "[@][start:]end", the one parser for every threshold.
 * Both ends are inclusive; start defaults to 0, an empty end is infinity, "~" is
 * minus infinity. A value outside alerts; with "@" a value inside alerts.
 *
 * Source: Monitoring Plugins Development Guidelines, "Threshold and Ranges"; what
 * that text leaves open is refused, never guessed.
 */
#ifndef HAETAE_CHECK_RANGE_H
#define HAETAE_CHECK_RANGE_H

#include <stdbool.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/check/unit.h"

struct range {
	double start; /* -INFINITY for "~" */
	double end;   /* INFINITY when left out */
	bool inside;  /* "@": alert inside */
};

/* Numbers may carry the unit. -EINVAL with a text that says what is wrong. */
int range_parse(
    const char *text, enum unit unit, struct range *ret, struct err *err) ATTR_MUST_CHECK;

/* Whether the value alerts. The value is a number, not nan. */
bool range_alerts(const struct range *range, double value);

/* As perfdata prints it, without units. `positive` says that the metric cannot be
 * negative: "0:n" and "~:n" are then written "n", which every consumer reads. */
void range_format(const struct range *range, bool positive, struct buf *buf);

/* Why the value alerts, for people: "5.2 > 5", "0 < 1", "12 inside 10:20". The value and the
 * bound that it is beyond never look the same. */
void range_reason(const struct range *range, enum unit unit, double value, struct buf *buf);

#endif
