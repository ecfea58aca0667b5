/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/diskio.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"

enum { SECTOR_SIZE = 512 };

static const struct {
	const char *pattern;
	enum diskio_kind kind;
} kinds[] = {
	{ "dm-*", DISKIO_LAYER },
	{ "md[0-9_]*", DISKIO_LAYER },
	{ "bcache*", DISKIO_LAYER },
	{ "drbd*", DISKIO_LAYER },
	{ "loop*", DISKIO_OTHER },
	{ "ram[0-9]*", DISKIO_OTHER },
	{ "zram*", DISKIO_OTHER },
	{ "fd[0-9]*", DISKIO_OTHER },
	{ "sr[0-9]*", DISKIO_OTHER },
	{ "mtdblock*", DISKIO_OTHER },
};

static enum diskio_kind kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (fnmatch(kinds[i].pattern, name, 0) == 0)
			return kinds[i].kind;
	}
	return DISKIO_DISK;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whether name is disk's name with a partition's number: sda1 of sda, nvme0n1p2 of nvme0n1
 * (a 'p' stands between two digits). The kernel lists partitions behind their disk, so names
 * such as xvda1 are whole disks when no xvda is there. */
static bool is_partition_of(const char *name, const char *disk)
{
	size_t size = strlen(disk);
	const char *p = name + size;

	if (size == 0 || strncmp(name, disk, size) != 0)
		return false;
	if (is_digit(disk[size - 1]) && *p++ != 'p')
		return false;
	return is_digit(*p) && p[strspn(p, "0123456789")] == '\0';
}

static bool parse_line(const char *p, const char *end, struct diskio_device *device)
{
	uint64_t number, in_flight;
	uint64_t *const fields[] = { &device->reads, &number, &device->read_sectors,
		&device->read_ms, &device->writes, &number, &device->write_sectors,
		&device->write_ms, &in_flight, &device->busy_ms, &device->weighted_ms };
	size_t size;

	if (num_scan_u64(&p, end, &number) < 0 || num_scan_u64(&p, end, &number) < 0)
		return false;
	while (p < end && *p == ' ')
		p++;
	for (size = 0; p + size < end && p[size] != ' ' && p[size] != '\0';)
		size++;
	if (size == 0 || size >= DISKIO_NAME_SIZE)
		return false;
	memcpy(device->name, p, size);
	device->name[size] = '\0';
	p += size;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (num_scan_u64(&p, end, fields[i]) < 0)
			return false;
	}
	return true;
}

static struct diskio_device *add_device(struct diskio *diskio, size_t *room)
{
	if (diskio->n_devices == *room) {
		size_t more = *room ? *room * 2 : 32;
		struct diskio_device *devices =
		    realloc(diskio->devices, more * sizeof(*devices));

		if (!devices)
			return NULL;
		diskio->devices = devices;
		*room = more;
	}
	return &diskio->devices[diskio->n_devices++];
}

int diskio_parse(const char *text, size_t size, struct diskio *ret, struct err *err)
{
	CLEANUP_DISKIO struct diskio diskio = DISKIO_INIT;
	const char *p = text, *end = text + size;
	size_t room = 0;
	size_t disk = 0; /* the last whole device is devices[disk - 1] */

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *line_end = newline ? newline : end;
		struct diskio_device device = { .name = "" }, *added;

		if (parse_line(p, line_end, &device)) {
			if (diskio.n_devices == DISKIO_MAX)
				return err_set(err, -E2BIG,
				    "cannot read block devices: more than %d", DISKIO_MAX);
			device.kind = kind_of(device.name);
			if (disk > 0 &&
			    is_partition_of(device.name, diskio.devices[disk - 1].name))
				device.kind = DISKIO_PARTITION;
			added = add_device(&diskio, &room);
			if (!added)
				return err_sys(err, -ENOMEM, "cannot read block devices");
			*added = device;
			if (device.kind != DISKIO_PARTITION)
				disk = diskio.n_devices;
		}
		p = newline ? newline + 1 : end;
	}
	*ret = diskio;
	diskio = (struct diskio)DISKIO_INIT;
	return 0;
}

void diskio_free(struct diskio *diskio)
{
	free(diskio->devices);
	*diskio = (struct diskio)DISKIO_INIT;
}

void diskio_format(const struct diskio_device *device, struct buf *buf)
{
	const uint64_t fields[] = { device->reads, 0, device->read_sectors, device->read_ms,
		device->writes, 0, device->write_sectors, device->write_ms, 0, device->busy_ms,
		device->weighted_ms };

	/* Device numbers, merges and requests in flight are not looked at. */
	buf_addf(buf, " 0 0 %s", device->name);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		buf_addf(buf, " %llu", (unsigned long long)fields[i]);
	buf_addc(buf, '\n');
}

const struct diskio_device *diskio_find(
    const struct diskio *diskio, const char *name, size_t hint)
{
	if (hint < diskio->n_devices && strcmp(diskio->devices[hint].name, name) == 0)
		return &diskio->devices[hint];
	for (size_t i = 0; i < diskio->n_devices; i++) {
		if (strcmp(diskio->devices[i].name, name) == 0)
			return &diskio->devices[i];
	}
	return NULL;
}

int diskio_rate(const struct diskio_device *earlier, const struct diskio_device *later,
    double seconds, struct diskio_rate *ret)
{
	static const struct diskio_device zero = { .name = "" };
	const struct diskio_device *from = earlier ? earlier : &zero;
	uint64_t reads, writes, read_sectors, write_sectors, read_ms, write_ms, busy, weighted;

	if (num_counter_delta(from->reads, later->reads, &reads) < 0 ||
	    num_counter_delta(from->writes, later->writes, &writes) < 0 ||
	    num_counter_delta(from->read_sectors, later->read_sectors, &read_sectors) < 0 ||
	    num_counter_delta(from->write_sectors, later->write_sectors, &write_sectors) < 0 ||
	    num_counter_delta(from->read_ms, later->read_ms, &read_ms) < 0 ||
	    num_counter_delta(from->write_ms, later->write_ms, &write_ms) < 0 ||
	    num_counter_delta(from->busy_ms, later->busy_ms, &busy) < 0 ||
	    num_counter_delta(from->weighted_ms, later->weighted_ms, &weighted) < 0)
		return -ERANGE;
	ret->busy = (double)busy / (seconds * 10);
	/* The kernel counts busy time in ticks, which may overshoot a short time. */
	if (ret->busy > 100)
		ret->busy = 100;
	ret->read_bytes = (double)read_sectors * SECTOR_SIZE / seconds;
	ret->write_bytes = (double)write_sectors * SECTOR_SIZE / seconds;
	ret->reads = (double)reads / seconds;
	ret->writes = (double)writes / seconds;
	ret->wait = NAN;
	if (reads + writes > 0)
		ret->wait = ((double)read_ms + (double)write_ms) /
			    ((double)reads + (double)writes) / 1000;
	ret->queue = (double)weighted / (seconds * 1000);
	return 0;
}
