/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a round of disk_ask leaves behind: processes that sleep in a file system that hangs
 * and cannot be killed. A check that runs every minute must not leave one a minute, so they
 * are remembered, and where one still sleeps nobody is sent again.
 */
#ifndef HAETAE_COLLECT_DISKSTUCK_H
#define HAETAE_COLLECT_DISKSTUCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/collect/disk.h"

/* A line "PID START space|write POINT" for each file system that has somebody stuck. START is
 * the process's start time in clock ticks since boot, as in proc(5). A point with a newline
 * in it is not remembered. Returns how many there are. */
size_t diskstuck_save(const struct disk *disk, struct buf *buf);

/* Marks with DISK_SKIPPED what such lines name, if that very process is still there. Lines
 * that cannot be read are left out. To be called before disk_ask. */
void diskstuck_load(struct disk *disk, const char *text, size_t size);

/* The start time, in clock ticks since boot, of a process of this node that is there and no
 * zombie; false for any other. */
bool diskstuck_start(uint64_t pid, uint64_t *ret);

#endif
