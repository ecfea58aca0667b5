/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time as numbers of milliseconds. Durations and deadlines use the monotonic
 * clock; the wall clock is for slots and for what people read.
 */
#ifndef HAETAE_BASE_CLOCK_H
#define HAETAE_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* CLOCK_MONOTONIC: never steps, stands still in suspend. */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
/* CLOCK_BOOTTIME: as /proc/uptime, with suspend. */
int64_t clock_boot_ms(void);
/* CLOCK_REALTIME: since 1970-01-01 UTC; may step. */
int64_t clock_real_ms(void);
/* Sleeps, also across signals. ms <= 0 returns at once. */
void clock_sleep_ms(int64_t ms);

/* "2026-11-21 21:04:50+00:00" in local time with its offset, or UTC. */
enum { CLOCK_TEXT_SIZE = 40 };
void clock_text(int64_t real_ms, int utc, char out[CLOCK_TEXT_SIZE]);
/* The way back: "2026-11-21 21:04:50+00:00", with 'T' or a blank; seconds and the time of day
 * may be left out; the offset may be Z, +HH:MM or +HHMM, and without one it is local time. From
 * 1970 to 9999. -EINVAL with a text that names the form. */
int clock_parse(const char *text, int64_t *ret_real_ms, struct err *err) ATTR_MUST_CHECK;
/* "3d 4h", "5m 12s", "42s": the two largest units. Negative gives "0s". */
void clock_age_text(int64_t age_s, char out[CLOCK_TEXT_SIZE]);

#endif
