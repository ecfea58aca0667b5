/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The deadline of a plugin, kept whatever blocks. A timer signal writes a line
 * that is kept ready and ends the process; nothing else is needed from code that
 * hangs. Work that can wait for a peer asks deadline_left_ms and gives up a tenth
 * earlier, so that its own verdict is printed.
 *
 * One deadline a process: the signal handler's state is the one global here.
 */
#ifndef HAETAE_BASE_DEADLINE_H
#define HAETAE_BASE_DEADLINE_H

#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* The longest line that can be kept ready. */
enum { DEADLINE_LINE_SIZE = 1024 };

/* Starts the timer: at the end of `ms` the kept line goes to stdout and the process
 * exits with exit_code. */
int deadline_start(int64_t ms, int exit_code, struct err *err) ATTR_MUST_CHECK;

/* Keeps a line ready (with its newline), cut to fit. Safe at any time. */
void deadline_keep(const char *line);

/* From here on the handler is silent: it only exits, with exit_code. For the time after
 * the result is printed, so that nothing is printed twice. */
void deadline_printed(int exit_code);

/* Milliseconds until work that waits for a peer must end: a tenth (at least 200 ms)
 * before the deadline. Never negative. INT64_MAX / 2 when no deadline was started. */
int64_t deadline_left_ms(void);

/* Milliseconds until the deadline itself, for what is done after that work. */
int64_t deadline_rest_ms(void);

#endif
