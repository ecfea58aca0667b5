/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t clock_ms(clockid_t id)
{
	struct timespec ts;

	/* The three clocks exist on every kernel that is supported. */
	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_mono_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

int64_t clock_mono_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_boot_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}

int64_t clock_real_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

void clock_sleep_ms(int64_t ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000 };

	if (ms <= 0)
		return;
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, &ts) == EINTR)
		;
}

void clock_text(int64_t real_ms, int utc, char out[CLOCK_TEXT_SIZE])
{
	time_t seconds = (time_t)(real_ms / 1000);
	struct tm tm;
	size_t size;

	memset(&tm, 0, sizeof(tm));
	if (utc)
		(void)gmtime_r(&seconds, &tm);
	else
		(void)localtime_r(&seconds, &tm);
	size = strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%d %H:%M:%S%z", &tm);
	if (size < 6) {
		out[0] = '\0';
		return;
	}
	/* %z prints +0900; ISO 8601's extended form has a colon. */
	if (size + 1 < CLOCK_TEXT_SIZE) {
		memmove(out + size - 1, out + size - 2, 3);
		out[size - 2] = ':';
	}
}

/* Reads exactly n digits; -1 when they are none. */
static int read_digits(const char **text, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if ((*text)[i] < '0' || (*text)[i] > '9')
			return -1;
		value = value * 10 + ((*text)[i] - '0');
	}
	*text += n;
	return value;
}

/* Reads 'before' and two digits that are at most most. *good becomes false otherwise. */
static int read_part(const char **text, char before, int most, bool *good)
{
	int value = -1;

	if (**text == before) {
		++*text;
		value = read_digits(text, 2);
	}
	if (value < 0 || value > most)
		*good = false;
	return value;
}

/* "Z", "+09:00", "-0330": seconds east of Greenwich. */
static bool read_offset(const char **text, int *ret_s)
{
	int sign = **text == '-' ? -1 : 1, hours, minutes;

	if (**text == 'Z') {
		++*text;
		*ret_s = 0;
		return true;
	}
	if (**text != '+' && **text != '-')
		return false;
	++*text;
	hours = read_digits(text, 2);
	*text += hours >= 0 && **text == ':';
	minutes = hours < 0 ? -1 : read_digits(text, 2);
	*ret_s = sign * (hours * 3600 + minutes * 60);
	return hours >= 0 && hours <= 14 && minutes >= 0 && minutes <= 59;
}

/* The library takes the 31st of February for the 3rd of March. */
static bool to_seconds(const struct tm *given, bool local, time_t *ret)
{
	struct tm tm = *given;

	tm.tm_isdst = -1;
	*ret = local ? mktime(&tm) : timegm(&tm);
	return tm.tm_mday == given->tm_mday && tm.tm_mon == given->tm_mon &&
	       tm.tm_year == given->tm_year;
}

int clock_parse(const char *text, int64_t *ret_real_ms, struct err *err)
{
	const char *p = text;
	struct tm tm;
	bool good, local = true;
	int offset_s = 0;
	time_t seconds;

	memset(&tm, 0, sizeof(tm));
	tm.tm_year = read_digits(&p, 4) - 1900;
	good = tm.tm_year >= 70;
	if (good)
		tm.tm_mon = read_part(&p, '-', 12, &good) - 1;
	if (good)
		tm.tm_mday = read_part(&p, '-', 31, &good);
	if (good && (*p == ' ' || *p == 'T')) {
		tm.tm_hour = read_part(&p, *p, 23, &good);
		if (good)
			tm.tm_min = read_part(&p, ':', 59, &good);
		if (good && *p == ':')
			tm.tm_sec = read_part(&p, ':', 60, &good);
		local = !*p;
		if (good && !local)
			good = read_offset(&p, &offset_s);
	}
	if (good && *p == '\0' && tm.tm_mon >= 0 && to_seconds(&tm, local, &seconds) &&
	    seconds - offset_s >= 0) {
		*ret_real_ms = ((int64_t)seconds - offset_s) * 1000;
		return 0;
	}
	return err_set(err, -EINVAL,
	    "expected a time like 2026-11-21, 2026-11-21 21:04 or 2026-11-21T21:04:50Z, found "
	    "'%.60s'",
	    text);
}

void clock_age_text(int64_t age_s, char out[CLOCK_TEXT_SIZE])
{
	static const struct {
		int64_t seconds;
		char unit;
		int64_t next_seconds;
		char next;
	} rows[] = { { 86400, 'd', 3600, 'h' }, { 3600, 'h', 60, 'm' }, { 60, 'm', 1, 's' } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (age_s < rows[i].seconds)
			continue;
		(void)snprintf(out, CLOCK_TEXT_SIZE, "%lld%c %lld%c",
		    (long long)(age_s / rows[i].seconds), rows[i].unit,
		    (long long)(age_s % rows[i].seconds / rows[i].next_seconds), rows[i].next);
		return;
	}
	(void)snprintf(out, CLOCK_TEXT_SIZE, "%llds", (long long)(age_s > 0 ? age_s : 0));
}
