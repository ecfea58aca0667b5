/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel knows about its clock: adjtimex(2) without changing anything
 * (Documentation/timers/, kernel/time/ntp.c). It tells what the daemon that keeps the clock
 * has told the kernel; the daemon itself knows more.
 */
#ifndef HAETAE_COLLECT_TIME_H
#define HAETAE_COLLECT_TIME_H

#include <stdbool.h>
#include <sys/timex.h>

#include "lib/base/err.h"
#include "lib/base/fsroot.h"

/* From this maximum error on the kernel takes its clock for not synchronised. */
#define TIME_ERROR_LIMIT_S 16.0

struct time_status {
	/* False where STA_UNSYNC is set and the maximum error is at its limit. The flag alone
	 * says nothing: chronyd without "rtcsync" sets it to keep the kernel from writing the
	 * hardware clock, and the maximum error is then kept small all the same. */
	bool synchronised;
	double offset_s; /* what is left to correct, signed; 0 where the daemon slews itself */
	double max_error_s; /* grows by 500 ppm until a daemon lowers it */
	double est_error_s;
	double frequency_ppm; /* correction of the clock's rate, signed */
	int tai_s;	      /* TAI - UTC; 0 when nobody told the kernel */
	int leap; /* at the end of this day: 1 a second is added, -1 taken, 0 none */
};

/* From what adjtimex() filled in and returned. */
void time_parse(const struct timex *timex, int state, struct time_status *ret);

/* -ENOENT when the tree is that of another kernel, whose clock cannot be asked. A container's
 * view of its host has the host's clock. */
int time_read(
    const struct fsroot *root, struct time_status *ret, struct err *err) ATTR_MUST_CHECK;

#endif
