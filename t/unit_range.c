/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/range.h"

#include "t/tap.h"

/* What line 1 says of a value that alerts. */
static void test_reason(void)
{
	static const struct {
		const char *range;
		enum unit unit;
		double value;
		const char *want;
	} rows[] = {
		{ "90", UNIT_PERCENT, 95, "95% > 90%" },
		{ "95", UNIT_PERCENT, 95.04, "95.04% > 95%" },
		{ "0", UNIT_PERCENT, 0.029396, "0.03% > 0%" },
		{ "0", UNIT_PERCENT, 0.0000004, "0.0000004% > 0%" },
		{ "5", UNIT_NONE, 5.0000001, "5.0000001 > 5" },
		{ "3:", UNIT_NONE, 2, "2 < 3" },
		{ "1230000000", UNIT_BYTES, 1230831616, "1230831616B > 1230000000B" },
		{ "1G", UNIT_BYTES, 1073741824.5, "1073741824.5B > 1073741824B" },
		{ "10G", UNIT_BYTES, 12884901888, "12GiB > 10GiB" },
		{ "15.9999", UNIT_SECONDS, 16, "16s > 15.9999s" },
		{ "2h:", UNIT_SECONDS, 7199.5, "1h 59m < 2h 0m" },
		{ "7230:", UNIT_SECONDS, 7210.25, "7210.25s < 7230s" },
		{ "@10:20", UNIT_NONE, 12, "12 inside 10:20" },
		{ "@10:", UNIT_NONE, 10, "10 >= 10" },
		{ "@~:", UNIT_NONE, 1, "1, any value alerts" },
		{ "@5", UNIT_NONE, 5, "5 <= 5" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP_BUF struct buf text = BUF_INIT;
		struct range range;

		ok(range_parse(rows[i].range, rows[i].unit, &range, NULL) == 0 &&
			range_alerts(&range, rows[i].value),
		    "%s alerts", rows[i].range);
		range_reason(&range, rows[i].unit, rows[i].value, &text);
		is_str(buf_text(&text), rows[i].want, rows[i].want);
	}
}

int main(void)
{
	test_reason();
	return tap_done();
}
