/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The load averages: runnable and uninterruptible tasks, averaged over 1, 5 and 15
 * minutes (proc(5), /proc/loadavg), and the number of CPUs to set them against.
 */
#ifndef HAETAE_COLLECT_LOAD_H
#define HAETAE_COLLECT_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/fsroot.h"

struct load {
	double load1, load5, load15;
	uint64_t running; /* scheduling entities that can run now */
	uint64_t tasks;	  /* scheduling entities that exist */
};

/* The text of /proc/loadavg. 0, or -EBADMSG with what was expected. */
int load_parse(
    const char *text, size_t size, struct load *ret, struct err *err) ATTR_MUST_CHECK;
int load_read(const struct fsroot *root, struct load *ret, struct err *err) ATTR_MUST_CHECK;

/* Online CPUs from the text of /sys/devices/system/cpu/online ("0-3,8"). 0 or -EBADMSG. */
int load_cpus_parse(
    const char *text, size_t size, uint64_t *ret, struct err *err) ATTR_MUST_CHECK;
/* Online CPUs; where /sys is missing they are counted in /proc/stat. */
int load_cpus_read(const struct fsroot *root, uint64_t *ret, struct err *err) ATTR_MUST_CHECK;

#endif
