/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/probe_perf.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { LABEL = 3 };

#define ROW(number, name, syntax, field, unit, help)                                     \
	{                                                                                \
		number, name, syntax, MIB_FIELD(mib_probe_perf, field), unit, NULL, help \
	}

static const struct mib_column columns[] = {
	ROW(LABEL, "Label", MIB_TEXT, label, NULL,
	    "the label of the perfdata, see haetae-metrics(7)"),
	ROW(4, "Value", MIB_INTEGER, value, NULL,
	    "the value times ten to the power of Precision, rounded"),
	ROW(5, "Precision", MIB_INTEGER, precision, NULL,
	    "how many decimals Value has; below 0, how many zeros it lacks"),
	ROW(6, "ValueText", MIB_TEXT, value_text, NULL, "the value as it was printed, exact"),
	ROW(7, "Unit", MIB_TEXT, unit, NULL, "B, s, %, c, or empty"),
	ROW(8, "Age", MIB_AGE, age, "seconds",
	    "since it was printed: values stay while a probe prints none"),
};

const struct mib_table mib_probe_perf = {
	.number = 11,
	.name = "haetaeProbePerf",
	.index = "haetaeProbeIndex haetaeProbePerfIndex",
	.n_index = 2,
	.row_size = sizeof(struct mib_probe_perf),
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.label = LABEL,
	.help = "values that the probes printed last",
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Behind the number at p: "[-]digits[.digits]", with a digit somewhere. NULL if it is none. */
static const char *number_end(const char *p, const char *end)
{
	bool any = false;

	p += p < end && *p == '-';
	for (; p < end && is_digit(*p); p++)
		any = true;
	p += p < end && *p == '.';
	for (; p < end && is_digit(*p); p++)
		any = true;
	return any ? p : NULL;
}

int mib_probe_perf_set(struct mib_probe_perf *row, const char *text, size_t size)
{
	const char *end = text + size;
	bool negative = size > 0 && *text == '-', behind_dot = false, full = false;
	const int64_t limit = negative ? -(int64_t)INT32_MIN : INT32_MAX;
	int64_t value = 0, precision = 0;
	char next = '0'; /* the first digit that found no room */

	if (number_end(text, end) != end)
		return -EBADMSG;
	for (const char *p = text + negative; p < end; p++) {
		if (*p == '.') {
			behind_dot = true;
			continue;
		}
		if (!full &&
		    (value * 10 + (*p - '0') > limit || precision == MIB_PERF_PRECISION_MOST)) {
			full = true;
			next = *p;
		}
		if (!full)
			value = value * 10 + (*p - '0');
		precision += full ? (behind_dot ? 0 : -1) : behind_dot;
	}
	value += next >= '5' && value < limit;
	while (precision > 0 && value % 10 == 0) {
		value /= 10;
		precision--;
	}
	if (precision < MIB_PERF_PRECISION_LEAST) {
		precision = MIB_PERF_PRECISION_LEAST;
		value = limit;
	}
	row->value = negative ? -value : value;
	row->precision = precision;
	if (size < sizeof(row->value_text)) {
		memcpy(row->value_text, text, size);
		row->value_text[size] = '\0';
	} else {
		row->value_text[0] = '\0';
	}
	return 0;
}
