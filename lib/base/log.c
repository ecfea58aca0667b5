/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/base/clock.h"

/* So many call sites may take turns before one of them is taken for new. */
enum { LOG_TEXT_SIZE = 1024, LOG_RECENT = 8 };

/* Threads take turns. A thread is never cancelled, and no signal handler logs. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

/* A line that was written a short while ago. */
struct recent {
	enum log_level level;
	int64_t until_ms; /* 0: free */
	uint64_t number;  /* of the lines that were written */
	unsigned n_more;
	char text[LOG_TEXT_SIZE];
};

static struct {
	const char *program;
	const char *stage;
	bool to_syslog, flushes;
	enum log_level level;
	int64_t (*now_ms)(void);
	uint64_t n_lines;
	struct recent recent[LOG_RECENT];
} target = { .program = "haetae", .level = LOG_LEVEL_INFO };

static const struct {
	int priority;
	const char *word;
} levels[] = {
	[LOG_LEVEL_ERROR] = { LOG_ERR, "error: " },
	[LOG_LEVEL_WARNING] = { LOG_WARNING, "warning: " },
	[LOG_LEVEL_INFO] = { LOG_INFO, "" },
	[LOG_LEVEL_DEBUG] = { LOG_DEBUG, "debug: " },
};

void log_use_clock(int64_t (*now_ms)(void))
{
	target.now_ms = now_ms;
}

void log_open(const char *program, const char *stage, bool to_syslog, enum log_level level)
{
	pthread_mutex_lock(&turn);
	target.program = program;
	target.stage = stage;
	target.to_syslog = to_syslog;
	target.level = level;
	if (to_syslog)
		openlog(program, LOG_PID, LOG_DAEMON);
	if (!target.flushes)
		target.flushes = atexit(log_flush) == 0;
	pthread_mutex_unlock(&turn);
}

static void write_line(enum log_level level, const char *text)
{
	if (target.to_syslog) {
		syslog(levels[level].priority, "%s%s%s%s", target.stage ? target.stage : "",
		    target.stage ? ": " : "", levels[level].word, text);
		return;
	}
	/* One write a line: the stages share stderr. */
	(void)dprintf(STDERR_FILENO, "%s%s%s%s: %s%s\n", target.program,
	    target.stage ? "[" : "", target.stage ? target.stage : "", target.stage ? "]" : "",
	    levels[level].word, text);
}

/* --- repeats -------------------------------------------------------------------------------- */

static void end_recent(struct recent *recent)
{
	char text[LOG_TEXT_SIZE + 64];

	if (recent->until_ms && recent->n_more) {
		(void)snprintf(text, sizeof(text), "%s; %u time%s more within a minute",
		    recent->text, recent->n_more, recent->n_more == 1 ? "" : "s");
		write_line(recent->level, text);
	}
	recent->until_ms = 0;
	recent->n_more = 0;
}

void log_flush(void)
{
	pthread_mutex_lock(&turn);
	for (int i = 0; i < LOG_RECENT; i++)
		end_recent(&target.recent[i]);
	pthread_mutex_unlock(&turn);
}

/* Whether it was written a short while ago; then it is counted. Else it is now. */
static bool is_repeat(enum log_level level, const char *text)
{
	int64_t now_ms = target.now_ms ? target.now_ms() : clock_mono_ms();
	struct recent *oldest = &target.recent[0];

	for (int i = 0; i < LOG_RECENT; i++) {
		struct recent *recent = &target.recent[i];

		if (recent->until_ms && now_ms >= recent->until_ms)
			end_recent(recent);
		if (recent->until_ms && recent->level == level &&
		    strcmp(recent->text, text) == 0) {
			recent->n_more++;
			return true;
		}
		if (recent->number < oldest->number)
			oldest = recent;
	}
	end_recent(oldest);
	oldest->level = level;
	oldest->number = ++target.n_lines;
	oldest->until_ms = now_ms + LOG_REPEAT_MS;
	(void)snprintf(oldest->text, sizeof(oldest->text), "%s", text);
	return false;
}

static void log_text(enum log_level level, const char *fmt, va_list ap) ATTR_PRINTF(2, 0);

static void log_text(enum log_level level, const char *fmt, va_list ap)
{
	char text[LOG_TEXT_SIZE];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	for (char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			*p = '?';
	}
	pthread_mutex_lock(&turn);
	if (level <= target.level && !is_repeat(level, text))
		write_line(level, text);
	pthread_mutex_unlock(&turn);
}

#define LOG_FUNCTION(name, level)         \
	void name(const char *fmt, ...)   \
	{                                 \
		va_list ap;               \
                                          \
		va_start(ap, fmt);        \
		log_text(level, fmt, ap); \
		va_end(ap);               \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
