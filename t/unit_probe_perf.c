/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/probe_perf.h"

#include <stdio.h>
#include <string.h>

#include "t/tap.h"

static void is_value(const char *text, int64_t value, int64_t precision)
{
	struct mib_probe_perf row = { .value = 77 };
	int r = mib_probe_perf_set(&row, text, strlen(text));

	is_num(r, 0, text);
	is_num(row.value, value, "value");
	is_num(row.precision, precision, "precision");
	ok(strlen(text) >= sizeof(row.value_text) || strcmp(row.value_text, text) == 0,
	    "and exact as text");
}

static void is_refused(const char *text)
{
	struct mib_probe_perf row = { .value = 77 };

	ok(mib_probe_perf_set(&row, text, strlen(text)) < 0 && row.value == 77, "'%s' is none",
	    text);
}

int main(void)
{
	static const struct {
		const char *text;
		int64_t value, precision;
	} values[] = {
		{ "0", 0, 0 },
		{ "-0", 0, 0 },
		{ "42", 42, 0 },
		{ "-1.5", -15, 1 },
		{ ".5", 5, 1 },
		{ "5.", 5, 0 },
		{ "1.500", 15, 1 },
		{ "0.000000001", 1, 9 },
		{ "0.0000000016", 2, 9 },
		{ "0.00000000001", 0, 0 },
		{ "2147483647", 2147483647, 0 },
		{ "2147483648", 214748365, -1 },
		{ "-2147483648", -2147483648LL, 0 },
		{ "-2147483649", -214748365, -1 },
		{ "123456789012345", 1234567890, -5 },
		{ "99999999999999", 1000000000, -5 },
		{ "1234567.891234", 1234567891, 3 },
		{ "214748364700000000", 2147483647, -8 },
		{ "1234567890123456789012345", INT32_MAX, -8 },
		{ "-1234567890123456789012345", INT32_MIN, -8 },
		{ "0000000000000000000000000000000000000000000000000001", 1, 0 },
	};
	static const char *const refused[] = { "", "-", ".", "-.", "1e3", "+1", " 1", "1 ",
		"0x1", "1.2.3", "U", "nan", "--1", "1-" };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		is_value(values[i].text, values[i].value, values[i].precision);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		is_refused(refused[i]);
	return tap_done();
}
