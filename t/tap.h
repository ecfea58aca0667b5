/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Test Anything Protocol for the unit tests. A test program calls ok() and friends
 * and ends with "return tap_done();". One program, one plan.
 */
#ifndef HAETAE_T_TAP_H
#define HAETAE_T_TAP_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/attr.h"

static int tap_run, tap_failed;

static bool tap_ok(bool good, const char *file, int line, const char *fmt, ...)
    ATTR_PRINTF(4, 5);

static inline bool tap_ok(bool good, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	printf("%s %d - ", good ? "ok" : "not ok", ++tap_run);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (!good) {
		tap_failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	return good;
}

static inline bool tap_is_str(
    const char *got, const char *want, const char *file, int line, const char *name)
{
	bool good = got && want ? strcmp(got, want) == 0 : got == want;

	tap_ok(good, file, line, "%s", name);
	if (!good)
		printf("#      got: '%s'\n# expected: '%s'\n", got ? got : "(null)",
		    want ? want : "(null)");
	return good;
}

static inline bool tap_is_num(
    double got, double want, const char *file, int line, const char *name)
{
	bool good = (isnan(got) && isnan(want)) || got == want ||
		    (got - want < 1e-9 && want - got < 1e-9);

	tap_ok(good, file, line, "%s", name);
	if (!good)
		printf("#      got: %.12g\n# expected: %.12g\n", got, want);
	return good;
}

#define ok(good, ...)	     tap_ok((good), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, want, n) tap_is_str((got), (want), __FILE__, __LINE__, (n))
#define is_num(got, want, n) tap_is_num((double)(got), (double)(want), __FILE__, __LINE__, (n))
#define skip(reason)	     printf("ok %d # SKIP %s\n", ++tap_run, (reason))
#define note(...)	     (printf("# "), printf(__VA_ARGS__), printf("\n"))

static inline int tap_done(void)
{
	printf("1..%d\n", tap_run);
	return tap_failed != 0;
}

#endif
