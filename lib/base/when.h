/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A moment as an operator types it behind --since:
 *   2026-11-21, 2026-11-21 20:56, 2026-11-21 20:56:29+09:00    as clock_parse
 *   20:56, 20:56:29          today
 *   today, yesterday, now    the first two: 00:00 of that day
 *   2h, "2 h", "90 m ago"    so long ago: s, m, h, d, w
 * Local time where no offset is given. Nothing else is guessed.
 */
#ifndef HAETAE_BASE_WHEN_H
#define HAETAE_BASE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* utc: days and times of day without an offset are UTC. -EINVAL with a text that names the
 * forms. */
int when_parse(const char *text, int64_t now_ms, bool utc, int64_t *ret_ms,
    struct err *err) ATTR_MUST_CHECK;

#endif
