/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/when.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "t/tap.h"

/* 2026-11-21 20:56:29 UTC, which is the 22nd in Seoul. */
static const int64_t now_ms = INT64_C(1795294589000);

static void is_when(const char *text, bool utc, int64_t want_s)
{
	struct err err = ERR_INIT;
	int64_t ms = 0;

	if (when_parse(text, now_ms, utc, &ms, &err) < 0)
		ok(false, "%s", err.text);
	else
		is_num(ms / 1000, want_s, text);
}

static void is_refused(const char *text)
{
	struct err err = ERR_INIT;
	int64_t ms = 4711;

	ok(when_parse(text, now_ms, false, &ms, &err) == -EINVAL && ms == 4711,
	    "'%.70s' is refused", text);
}

static void test_forms(void)
{
	enum { DAY = 1795219200, SEOUL_DAY = DAY + 86400 - 9 * 3600 };

	is_when("now", false, now_ms / 1000);
	is_when("2h", false, now_ms / 1000 - 7200);
	is_when("2 h", false, now_ms / 1000 - 7200);
	is_when("90 m ago", false, now_ms / 1000 - 5400);
	is_when("0s", false, now_ms / 1000);
	is_when("1w ago", false, now_ms / 1000 - 604800);
	is_when("today", true, DAY);
	is_when("today", false, SEOUL_DAY);
	is_when("yesterday", true, DAY - 86400);
	is_when("yesterday", false, SEOUL_DAY - 86400);
	is_when("20:56", true, DAY + 20 * 3600 + 56 * 60);
	is_when("05:06:07", false, SEOUL_DAY + 5 * 3600 + 6 * 60 + 7);
	is_when("2026-11-21", true, DAY);
	is_when("2026-11-21", false, DAY - 9 * 3600);
	is_when("2026-11-21 20:56", true, DAY + 20 * 3600 + 56 * 60);
	is_when("2026-11-21T20:56:29", false, DAY + 11 * 3600 + 56 * 60 + 29);
	is_when("2026-11-21 20:56:29+09:00", true, DAY + 11 * 3600 + 56 * 60 + 29);
	is_when("2026-11-21 20:56Z", false, DAY + 20 * 3600 + 56 * 60);
}

static void test_refused(void)
{
	static const char *const bad[] = { "", " ", "h", "2", "2x", "-2h", "2 h later", "2hago",
		"1.5h", "99999999999999999999h", "9999999999w", "tomorrow", "Today", "24:00",
		"20:60", "2:56", "20:56:", "20:5", "2026-02-30", "2026-13-01", "2026-11-21 ",
		"2026-11-21 25:00", "2026-11-21 20:56:29 +09:00", "20:56 ago", "2h ago ago",
		"1234567890123456789012345678901234567890123456789012345678901h" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_refused(bad[i]);
}

/* A day of 23 hours: the night on which summer time begins. */
static void test_summer_time(void)
{
	struct err err = ERR_INIT;
	int64_t ms = 0, noon_ms = INT64_C(1774778400000); /* 2026-03-29 12:00 in Berlin */

	(void)setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	ok(when_parse("today", noon_ms, false, &ms, &err) == 0, "today %s", err.text);
	is_num((noon_ms - ms) / 3600000, 11, "has begun 11 hours before noon");
	ok(when_parse("yesterday", noon_ms, false, &ms, &err) == 0, "yesterday %s", err.text);
	is_num((noon_ms - ms) / 3600000, 35, "24 hours before that");
}

int main(void)
{
	(void)setenv("TZ", "KST-9", 1);
	tzset();
	test_forms();
	test_refused();
	test_summer_time();
	return tap_done();
}
