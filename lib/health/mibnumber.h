/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of lib/client, which are NAN where they are not known, and those of HAETAE-MIB's rows,
 * which are whole, in units of their own, and MIB_NONE.
 */
#ifndef HAETAE_HEALTH_MIBNUMBER_H
#define HAETAE_HEALTH_MIBNUMBER_H

#include <stdint.h>

#include "lib/mib/mib.h"

/* Units in which a value that has none, or is in bytes, is told. */
#define MIBNUMBER_HUNDREDTHS 0.01
#define MIBNUMBER_KIB	     1024.0
#define MIBNUMBER_MIB	     (1024.0 * 1024)

/* Both clocks at the moment that ages are reckoned from. */
struct mibnumber_now {
	int64_t mono_ms, real_ms;
};

/* Rounded; below 0 is 0. */
int64_t mibnumber_of(double value, double unit);
double mibnumber_back(int64_t number, double unit);

/* Seconds since 1970, and the instant of clock_mono_ms that an age is reckoned from. */
int64_t mibnumber_instant(double real_s, const struct mibnumber_now *now);
double mibnumber_real_s(int64_t instant_ms, const struct mibnumber_now *now);

#endif
