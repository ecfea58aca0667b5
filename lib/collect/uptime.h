/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long the node has been up, from /proc/uptime (proc(5)). The time in suspend counts.
 */
#ifndef HAETAE_COLLECT_UPTIME_H
#define HAETAE_COLLECT_UPTIME_H

#include <stddef.h>

#include "lib/base/err.h"
#include "lib/base/fsroot.h"

struct uptime {
	double seconds; /* since boot, 0.01 s exact */
	double idle;	/* seconds of all CPUs together */
};

/* -EBADMSG if the text does not begin with two numbers. */
int uptime_parse(
    const char *text, size_t size, struct uptime *ret, struct err *err) ATTR_MUST_CHECK;
int uptime_read(const struct fsroot *root, struct uptime *ret, struct err *err) ATTR_MUST_CHECK;

#endif
