/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The units that a value may have, in perfdata, SQL and JSON alike. Bytes and
 * seconds are never scaled there; only text for people is.
 */
#ifndef HAETAE_CHECK_UNIT_H
#define HAETAE_CHECK_UNIT_H

#include <stddef.h>

#include "lib/base/num.h"

enum unit {
	UNIT_NONE,    /* a plain number, also a rate of things per second */
	UNIT_SECONDS, /* s */
	UNIT_PERCENT, /* % */
	UNIT_BYTES,   /* B, also a rate of bytes per second */
	UNIT_COUNTER, /* c: only grows */
};

/* The unit of measurement as perfdata writes it: "", "s", "%", "B", "c". */
const char *unit_uom(enum unit unit);

/* A number that may carry the unit: "90%", "10G", "5m". Plain numbers take none. */
int unit_parse(enum unit unit, const char *text, double *ret, struct err *err) ATTR_MUST_CHECK;

/* For people: "92.3%", "1.5GiB", "3d 4h", "0.25s", "12.5". */
enum { UNIT_TEXT_SIZE = 48 };
void unit_value_text(enum unit unit, double value, char out[UNIT_TEXT_SIZE]);
/* Two values that are compared, with the digits that tell them apart: "95.04%" and "95%". */
void unit_pair_text(
    enum unit unit, double a, double b, char a_out[UNIT_TEXT_SIZE], char b_out[UNIT_TEXT_SIZE]);

#endif
