/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/news.h"

#include <stdarg.h>
#include <stdio.h>

#include "scheduler/event.h"

static void write_event(const struct news *news, enum event_level level, const char *text)
{
	const struct db_event event = { .level = level,
		.tag = "stage",
		.user = "",
		.host = news->host,
		.object = news->object,
		.new_value = text };

	event_say(news->spool, &event);
}

static void write_unsaid(struct news *news, enum news_kind kind)
{
	char text[NEWS_TEXT_SIZE + 64];
	unsigned n = news->kinds[kind].n_unsaid;

	if (n == 0)
		return;
	(void)snprintf(text, sizeof(text), n > 1 ? "%s; %u times within a minute" : "%s",
	    news->kinds[kind].text, n);
	news->kinds[kind].n_unsaid = 0;
	write_event(news, news->kinds[kind].level, text);
}

void news_say(struct news *news, enum news_kind kind, enum event_level level, int64_t mono_ms,
    const char *fmt, ...)
{
	va_list ap;

	(void)news_tick(news, mono_ms);
	va_start(ap, fmt);
	(void)vsnprintf(news->kinds[kind].text, NEWS_TEXT_SIZE, fmt, ap);
	va_end(ap);
	news->kinds[kind].level = level;
	if (news->kinds[kind].quiet) {
		news->kinds[kind].n_unsaid++;
		return;
	}
	write_event(news, level, news->kinds[kind].text);
	news->kinds[kind].quiet = true;
	news->kinds[kind].until_ms = mono_ms + NEWS_QUIET_MS;
}

bool news_tick(struct news *news, int64_t mono_ms)
{
	bool waits = false;

	for (int kind = 0; kind < NEWS_KINDS; kind++) {
		if (!news->kinds[kind].quiet)
			continue;
		if (mono_ms < news->kinds[kind].until_ms) {
			waits = true;
			continue;
		}
		/* Another quiet minute follows what is said now. */
		news->kinds[kind].quiet = news->kinds[kind].n_unsaid > 0;
		news->kinds[kind].until_ms = mono_ms + NEWS_QUIET_MS;
		write_unsaid(news, (enum news_kind)kind);
		waits |= news->kinds[kind].quiet;
	}
	return waits;
}

void news_flush(struct news *news)
{
	for (int kind = 0; kind < NEWS_KINDS; kind++)
		write_unsaid(news, (enum news_kind)kind);
}
