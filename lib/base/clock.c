/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/clock.h"

#include <errno.h>
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
