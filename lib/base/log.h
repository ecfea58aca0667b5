/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of the daemons: "PROGRAM[STAGE]: text" on stderr, or syslog. The target is one
 * of the few globals; threads may share it. Texts have no newline; control characters in them are
 * replaced.
 *
 * A line that was written within the last minute is counted instead, and said again at its end:
 * "TEXT; 12 times more within a minute". That end is noticed by the next line, or at exit.
 */
#ifndef HAETAE_BASE_LOG_H
#define HAETAE_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/attr.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum { LOG_REPEAT_MS = 60000 };

/* program and stage (or NULL) are borrowed. May be called again. */
void log_open(const char *program, const char *stage, bool to_syslog, enum log_level level);

void log_error(const char *fmt, ...) ATTR_PRINTF(1, 2);
void log_warning(const char *fmt, ...) ATTR_PRINTF(1, 2);
void log_info(const char *fmt, ...) ATTR_PRINTF(1, 2);
void log_debug(const char *fmt, ...) ATTR_PRINTF(1, 2);

/* Says what was counted so far: of itself at exit. */
void log_flush(void);

/* For tests: the time that counts, in ms; NULL is the monotonic clock. */
void log_use_clock(int64_t (*now_ms)(void));

#endif
