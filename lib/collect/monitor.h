/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The title of a process that watches a daemon of Open vSwitch or OVN and starts it again when
 * it crashes (option --monitor): "ovs-vswitchd: monitoring pid 1234 (healthy)", or, from the
 * first crash on, "(2 crashes: pid 1200 died, killed (Segmentation fault))".
 *
 * Source: daemon-unix.c of Open vSwitch. It says what has happened since the monitor started,
 * and nothing of whether the daemon answers now: a stopped one stays "healthy".
 */
#ifndef HAETAE_COLLECT_MONITOR_H
#define HAETAE_COLLECT_MONITOR_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"

enum { MONITOR_NAME_SIZE = 64, MONITOR_STATUS_SIZE = 160 };

struct monitor {
	char name[MONITOR_NAME_SIZE]; /* the daemon's program */
	int32_t pid;		      /* the daemon's, in the monitor's pid namespace */
	uint64_t crashes;
	char status[MONITOR_STATUS_SIZE]; /* within the outer parentheses; cut to fit */
};

/* A command line as proc_line gives it. -ENOENT if it is no monitor's. */
int monitor_parse(const char *line, size_t size, struct monitor *ret) ATTR_MUST_CHECK;

#endif
