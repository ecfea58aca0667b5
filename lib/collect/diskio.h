/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Block devices: counters of /proc/diskstats, and rates between two samples.
 *
 * Source: Documentation/admin-guide/iostats.rst. Sectors are 512 bytes on every device.
 * Times are in milliseconds and printed as 32-bit numbers, so they wrap every 49 days.
 */
#ifndef HAETAE_COLLECT_DISKIO_H
#define HAETAE_COLLECT_DISKIO_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"

enum diskio_kind {
	DISKIO_DISK,	  /* a whole disk: the only kind that work is counted on once */
	DISKIO_PARTITION, /* a part of the disk that is listed before it */
	DISKIO_LAYER,	  /* device-mapper, md, bcache, drbd: work of disks below, seen again */
	DISKIO_OTHER,	  /* loop, ram, zram, floppy, CD */
};

enum { DISKIO_NAME_SIZE = 64, DISKIO_MAX = 16384 };

struct diskio_device {
	char name[DISKIO_NAME_SIZE];
	enum diskio_kind kind;
	uint64_t reads, read_sectors, read_ms; /* completed; time summed over requests */
	uint64_t writes, write_sectors, write_ms;
	uint64_t busy_ms;     /* in which at least one request was in flight */
	uint64_t weighted_ms; /* busy_ms times requests in flight */
};

struct diskio {
	struct diskio_device *devices; /* in the kernel's order */
	size_t n_devices;
};

#define DISKIO_INIT             \
	{                       \
		.devices = NULL \
	}
#define CLEANUP_DISKIO CLEANUP(diskio_free)

/* The text of /proc/diskstats. A line that has not all the counters is left out. -ENOMEM, or
 * -E2BIG past DISKIO_MAX. */
int diskio_parse(
    const char *text, size_t size, struct diskio *ret, struct err *err) ATTR_MUST_CHECK;
void diskio_free(struct diskio *diskio);
/* Appends a line that diskio_parse reads, for a sample that is kept. */
void diskio_format(const struct diskio_device *device, struct buf *buf);

/* The device of that name, or NULL. hint is where it is looked for first: its place in
 * another sample. */
const struct diskio_device *diskio_find(
    const struct diskio *diskio, const char *name, size_t hint);

struct diskio_rate {
	double busy;			/* %, 0 to 100 */
	double read_bytes, write_bytes; /* per second */
	double reads, writes;		/* completed per second */
	double wait;			/* mean seconds a request took; nan if there was none */
	double queue;			/* mean requests in flight */
};

/* What happened in `seconds` (above 0). earlier is NULL for "since boot". -ERANGE when a
 * counter was reset: another device has the name now. */
int diskio_rate(const struct diskio_device *earlier, const struct diskio_device *later,
    double seconds, struct diskio_rate *ret) ATTR_MUST_CHECK;

#endif
