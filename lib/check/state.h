/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The four states of monitoring, as exit codes, as words and by severity.
 * Severity is another order: ok < unknown < warning < critical.
 */
#ifndef HAETAE_CHECK_STATE_H
#define HAETAE_CHECK_STATE_H

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* The values are the exit codes of the Nagios plugin interface. */
enum state { STATE_OK = 0, STATE_WARNING = 1, STATE_CRITICAL = 2, STATE_UNKNOWN = 3 };
enum { STATE_COUNT = 4 };

/* "OK", "WARNING", "CRITICAL", "UNKNOWN". */
const char *state_text(enum state state);
/* 0 ok, 1 unknown, 2 warning, 3 critical. */
int state_severity(enum state state);
/* The one of higher severity. */
enum state state_worst(enum state a, enum state b);
/* A state's word in any case, or its number 0 to 3. */
int state_parse(const char *text, enum state *ret, struct err *err) ATTR_MUST_CHECK;

#endif
