/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of one stage, as events: each kind once a minute at most. What comes in between is
 * counted, and said at the end of that minute, so that a stage that dies in a loop is a few rows.
 */
#ifndef HAETAE_SCHEDULER_NEWS_H
#define HAETAE_SCHEDULER_NEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/store/db_event.h"

/* What ends because it was asked to is no repeat of what dies. */
enum news_kind { NEWS_START, NEWS_END, NEWS_STOP };
enum { NEWS_KINDS = NEWS_STOP + 1, NEWS_TEXT_SIZE = 200, NEWS_QUIET_MS = 60000 };

struct news {
	const char *spool, *host; /* borrowed */
	const char *object;	  /* the stage; borrowed */
	struct {
		bool quiet;	  /* said something a short while ago */
		int64_t until_ms; /* monotonic: the end of that while */
		unsigned n_unsaid;
		enum event_level level; /* of the last that was not said */
		char text[NEWS_TEXT_SIZE];
	} kinds[NEWS_KINDS];
};

void news_say(struct news *news, enum news_kind kind, enum event_level level, int64_t mono_ms,
    const char *fmt, ...) ATTR_PRINTF(5, 6);
/* Says what was counted where the minute is over. Returns whether something still waits. */
bool news_tick(struct news *news, int64_t mono_ms);
/* Says it at once: nobody will be there later. */
void news_flush(struct news *news);

#endif
