/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

enum { LOG_TEXT_SIZE = 1024 };

static struct {
	const char *program;
	const char *stage;
	bool to_syslog;
	enum log_level level;
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

void log_open(const char *program, const char *stage, bool to_syslog, enum log_level level)
{
	target.program = program;
	target.stage = stage;
	target.to_syslog = to_syslog;
	target.level = level;
	if (to_syslog)
		openlog(program, LOG_PID, LOG_DAEMON);
}

static void log_text(enum log_level level, const char *fmt, va_list ap) ATTR_PRINTF(2, 0);

static void log_text(enum log_level level, const char *fmt, va_list ap)
{
	char text[LOG_TEXT_SIZE];

	if (level > target.level)
		return;
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	for (char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			*p = '?';
	}
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
