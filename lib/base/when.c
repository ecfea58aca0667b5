/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/when.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

/* 10,000 years ago is before all times. */
enum { TEXT_MAX = 60, AGO_MAX_DAYS = 3652500 };

static const struct {
	const char *unit;
	int64_t ms;
} units[] = { { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
	{ "w", 7 * INT64_C(86400000) } };

/* "2 h", "2h", with or without "ago". Returns false for another form. */
static bool parse_ago(const char *text, int64_t now_ms, int64_t *ret_ms)
{
	char number[TEXT_MAX + 1];
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits + strspn(text + digits, " ");
	size_t size = strcspn(unit, " ");
	const char *rest = unit + size + strspn(unit + size, " ");
	uint64_t n;

	if (digits == 0 || (*rest && strcmp(rest, "ago") != 0))
		return false;
	(void)snprintf(number, sizeof(number), "%.*s", (int)digits, text);
	if (num_u64(number, &n, NULL) < 0)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strlen(units[i].unit) != size || memcmp(units[i].unit, unit, size) != 0)
			continue;
		if (n > (uint64_t)AGO_MAX_DAYS * 86400000 / (uint64_t)units[i].ms)
			return false;
		*ret_ms = now_ms - (int64_t)n * units[i].ms;
		return true;
	}
	return false;
}

/* The calendar day of now, moved by some days, as "2026-11-21". Noon is on every day, also on
 * those that an hour is missing of. */
static void day_text(int64_t now_ms, int days, bool utc, char *out, size_t size)
{
	time_t seconds = (time_t)(now_ms / 1000);
	struct tm tm;

	memset(&tm, 0, sizeof(tm));
	if (utc)
		(void)gmtime_r(&seconds, &tm);
	else
		(void)localtime_r(&seconds, &tm);
	tm.tm_mday += days;
	tm.tm_hour = 12;
	tm.tm_isdst = -1;
	if (utc)
		(void)timegm(&tm);
	else
		(void)mktime(&tm);
	(void)strftime(out, size, "%Y-%m-%d", &tm);
}

/* clock_parse takes local time where no offset stands behind the time of day. */
static int parse_clock(const char *text, bool utc, int64_t *ret_ms)
{
	char whole[2 * TEXT_MAX];
	size_t size = strlen(text);
	bool has_time = size > 11;
	/* Behind "2026-11-21 20:56": a day has '-' as well. */
	bool has_offset = size > 16 && strpbrk(text + 16, "+-Z");

	if (!utc || has_offset)
		return clock_parse(text, ret_ms, NULL);
	(void)snprintf(whole, sizeof(whole), "%s%sZ", text, has_time ? "" : " 00:00");
	return clock_parse(whole, ret_ms, NULL);
}

static bool is_time_of_day(const char *text)
{
	return strlen(text) >= 5 && text[2] == ':' &&
	       strspn(text, "0123456789:") == strlen(text);
}

static int parse_day(const char *text, int64_t now_ms, bool utc, int64_t *ret_ms)
{
	char whole[TEXT_MAX + 32];
	size_t size;

	day_text(now_ms, strcmp(text, "yesterday") == 0 ? -1 : 0, utc, whole, sizeof(whole));
	size = strlen(whole);
	if (is_time_of_day(text))
		(void)snprintf(whole + size, sizeof(whole) - size, " %s", text);
	return parse_clock(whole, utc, ret_ms);
}

int when_parse(const char *text, int64_t now_ms, bool utc, int64_t *ret_ms, struct err *err)
{
	int r = -EINVAL;

	if (strlen(text) > TEXT_MAX)
		r = -EINVAL;
	else if (strcmp(text, "now") == 0)
		r = (*ret_ms = now_ms, 0);
	else if (strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0 ||
		 is_time_of_day(text))
		r = parse_day(text, now_ms, utc, ret_ms);
	else if (parse_ago(text, now_ms, ret_ms))
		r = 0;
	else
		r = parse_clock(text, utc, ret_ms);
	if (r == 0)
		return 0;
	return err_set(err, -EINVAL,
	    "expected a time like 2026-11-21, '2026-11-21 20:56', 20:56, today, yesterday or "
	    "2h (ago), found '%.60s'",
	    text);
}
