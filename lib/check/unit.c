/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/unit.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"

/* Two doubles below 1000 differ within so many. */
enum { UNIT_MORE_DECIMALS = 14 };

const char *unit_uom(enum unit unit)
{
	switch (unit) {
	case UNIT_NONE:
		return "";
	case UNIT_SECONDS:
		return "s";
	case UNIT_PERCENT:
		return "%";
	case UNIT_BYTES:
		return "B";
	case UNIT_COUNTER:
		return "c";
	}
	return "";
}

int unit_parse(enum unit unit, const char *text, double *ret, struct err *err)
{
	switch (unit) {
	case UNIT_SECONDS:
		return num_seconds(text, ret, err);
	case UNIT_PERCENT:
		return num_percent(text, ret, err);
	case UNIT_BYTES:
		return num_bytes(text, ret, err);
	case UNIT_NONE:
	case UNIT_COUNTER:
		break;
	}
	return num_double(text, ret, err);
}

static void unit_seconds_text(double value, char out[UNIT_TEXT_SIZE])
{
	/* Below two minutes the fraction matters: offsets, latencies. */
	if (value > -120 && value < 120) {
		char number[NUM_TEXT_SIZE];

		num_text(value, value > -1 && value < 1 ? 6 : 2, number);
		(void)snprintf(out, UNIT_TEXT_SIZE, "%.30ss", number);
		return;
	}
	if (value > 1e15 || value < 0) {
		(void)snprintf(out, UNIT_TEXT_SIZE, "%.0fs", value);
		return;
	}
	clock_age_text((int64_t)value, out);
}

/* A number with its unit, not scaled. */
static void unit_plain_text(
    enum unit unit, double value, int decimals, char out[UNIT_TEXT_SIZE])
{
	char number[NUM_TEXT_SIZE];

	num_text(value, decimals, number);
	(void)snprintf(
	    out, UNIT_TEXT_SIZE, "%.40s%s", number, unit == UNIT_COUNTER ? "" : unit_uom(unit));
}

/* Decimals of what is not scaled. */
static int unit_decimals(enum unit unit)
{
	return unit == UNIT_PERCENT ? 1 : unit == UNIT_BYTES ? 0 : 2;
}

void unit_value_text(enum unit unit, double value, char out[UNIT_TEXT_SIZE])
{
	char number[NUM_TEXT_SIZE];

	switch (unit) {
	case UNIT_SECONDS:
		unit_seconds_text(value, out);
		return;
	case UNIT_BYTES:
		num_bytes_text(value, number);
		(void)snprintf(out, UNIT_TEXT_SIZE, "%s", number);
		return;
	case UNIT_PERCENT:
	case UNIT_NONE:
	case UNIT_COUNTER:
		break;
	}
	unit_plain_text(unit, value, unit_decimals(unit), out);
}

void unit_pair_text(
    enum unit unit, double a, double b, char a_out[UNIT_TEXT_SIZE], char b_out[UNIT_TEXT_SIZE])
{
	unit_value_text(unit, a, a_out);
	unit_value_text(unit, b, b_out);
	if (a == b)
		return;
	for (int more = 0; more < UNIT_MORE_DECIMALS && strcmp(a_out, b_out) == 0; more++) {
		unit_plain_text(unit, a, unit_decimals(unit) + more, a_out);
		unit_plain_text(unit, b, unit_decimals(unit) + more, b_out);
	}
}
