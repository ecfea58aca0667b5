/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into haetae-cleanup by its tests: the clock that counts since boot is
 * HAETAE_TEST_AHEAD seconds ahead, so that processes are old without a minute of waiting.
 */
#include "config.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

__attribute__((__visibility__("default"))) int clock_gettime(
    clockid_t clock, struct timespec *ret);

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	const char *ahead = getenv("HAETAE_TEST_AHEAD");
	int r = (int)syscall(SYS_clock_gettime, clock, ret);
	time_t seconds = 0;

	for (; ahead && *ahead >= '0' && *ahead <= '9'; ahead++)
		seconds = seconds * 10 + (*ahead - '0');
	if (r == 0 && clock == CLOCK_BOOTTIME)
		ret->tv_sec += seconds;
	return r;
}
