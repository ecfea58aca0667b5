/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/mibnumber.h"

#include <math.h>

/* What fits into any integer, and no counter reaches. */
#define LARGEST	   1e18
/* Seconds since 1970 that are a date. */
#define REAL_S_MAX 1e12

int64_t mibnumber_of(double value, double unit)
{
	if (isnan(value))
		return MIB_NONE;
	value = value / unit + 0.5;
	return value < 0 ? 0 : value > LARGEST ? (int64_t)LARGEST : (int64_t)value;
}

double mibnumber_back(int64_t number, double unit)
{
	return number == MIB_NONE ? NAN : (double)number * unit;
}

int64_t mibnumber_instant(double real_s, const struct mibnumber_now *now)
{
	/* False for NAN. */
	if (!(real_s > -REAL_S_MAX && real_s < REAL_S_MAX))
		return MIB_NONE;
	return now->mono_ms - (now->real_ms - (int64_t)(real_s * 1000));
}

double mibnumber_real_s(int64_t instant_ms, const struct mibnumber_now *now)
{
	return instant_ms == MIB_NONE
		   ? NAN
		   : ((double)now->real_ms - (double)now->mono_ms + (double)instant_ms) / 1000;
}
