/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/clock.h"

#include <stdlib.h>
#include <time.h>

#include "t/tap.h"

static void test_parse(void)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: refused */
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-21 21:04:50+00:00", 1795295090 },
		{ "2026-11-22T06:04:50+09:00", 1795295090 },
		{ "2026-11-21 17:34:50-0330", 1795295090 },
		{ "2026-11-22 06:04:50", 1795295090 }, /* the zone of this test is UTC+9 */
		{ "2026-11-22 06:04", 1795295040 },
		{ "2026-11-22", 1795273200 },
		{ "9999-12-31 23:59:59Z", 253402300799 },
		{ "2028-02-29 00:00Z", 1835395200 },
		{ "2027-02-29 00:00Z", -1 },
		{ "2026-13-01", -1 },
		{ "2026-00-10", -1 },
		{ "2026-01-00", -1 },
		{ "2026-01-01 24:00", -1 },
		{ "2026-01-01 10", -1 },
		{ "2026-01-01 10:60", -1 },
		{ "2026-01-01 10:00+25:00", -1 },
		{ "2026-01-01 10:00+09:00x", -1 },
		{ "2026-01-01Z", -1 },
		{ "2026-1-1", -1 },
		{ "1969-12-31", -1 },
		{ "1970-01-01 00:00+09:00", -1 },
		{ "", -1 },
		{ "now", -1 },
		{ "2026-01-01 10:00 ", -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;
		int64_t ms = -1;
		int r = clock_parse(rows[i].text, &ms, &err);

		is_num(r == 0 ? ms / 1000 : -1, rows[i].seconds, rows[i].text);
		ok((r == 0) == (err.text[0] == '\0'), "and told when it is none");
	}
}

/* What is printed can be read. */
static void test_both_ways(void)
{
	static const int64_t times[] = { 0, 1795295090000, 4102444799000 };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		for (int utc = 0; utc < 2; utc++) {
			char text[CLOCK_TEXT_SIZE];
			int64_t ms = -1;

			clock_text(times[i], utc, text);
			ok(clock_parse(text, &ms, NULL) == 0 && ms == times[i], "%s", text);
		}
	}
}

int main(void)
{
	if (setenv("TZ", "TST-9", 1) == 0)
		tzset();
	test_parse();
	test_both_ways();
	return tap_done();
}
