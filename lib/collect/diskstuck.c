/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/diskstuck.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/num.h"

/* Fields 3 and 22 of /proc/PID/stat, counted behind the last ')' of its name. */
bool diskstuck_start(uint64_t pid, uint64_t *ret)
{
	const struct fsroot live = FSROOT_LIVE;
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(4096);
	const char *p, *end;
	char path[48];

	(void)snprintf(path, sizeof(path), "/proc/%llu/stat", (unsigned long long)pid);
	if (fsroot_read(&live, path, &text, NULL) < 0)
		return false;
	end = buf_text(&text) + text.size;
	p = strrchr(buf_text(&text), ')');
	if (!p || end - p < 4 || p[2] == 'Z' || p[2] == 'X')
		return false;
	p += 3;
	for (int field = 4; field < 22; field++) {
		p = memchr(p + 1, ' ', (size_t)(end - p - 1));
		if (!p)
			return false;
	}
	return num_scan_u64(&p, end, ret) == 0;
}

size_t diskstuck_save(const struct disk *disk, struct buf *buf)
{
	size_t n = 0;

	for (size_t i = 0; i < disk->n_items; i++) {
		const struct disk_fs *fs = &disk->items[i];
		uint64_t start;

		if (fs->stuck_pid <= 0 || strchr(fs->point, '\n') ||
		    !diskstuck_start((uint64_t)fs->stuck_pid, &start))
			continue;
		buf_addf(buf, "%ld %llu %s %s\n", (long)fs->stuck_pid,
		    (unsigned long long)start, fs->space == DISK_ANSWERED ? "write" : "space",
		    fs->point);
		n++;
	}
	return n;
}

static void skip(struct disk *disk, uint64_t pid, bool write, const char *point, size_t size)
{
	for (size_t i = 0; i < disk->n_items; i++) {
		struct disk_fs *fs = &disk->items[i];

		if (strlen(fs->point) != size || memcmp(fs->point, point, size) != 0)
			continue;
		if (!write)
			fs->space = DISK_SKIPPED;
		else if (fs->probe_write)
			fs->write = DISK_SKIPPED;
		else
			continue;
		fs->stuck_pid = (pid_t)pid;
	}
}

static void load_line(struct disk *disk, const char *p, const char *end)
{
	uint64_t pid, start, now;
	bool write;

	if (num_scan_u64(&p, end, &pid) < 0 || num_scan_u64(&p, end, &start) < 0 ||
	    end - p < 8 || pid == 0 || pid > INT32_MAX)
		return;
	write = memcmp(p, " write ", 7) == 0;
	if (!write && memcmp(p, " space ", 7) != 0)
		return;
	p += 7;
	if (diskstuck_start(pid, &now) && now == start)
		skip(disk, pid, write, p, (size_t)(end - p));
}

void diskstuck_load(struct disk *disk, const char *text, size_t size)
{
	const char *p = text, *end = text + size;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		load_line(disk, p, newline ? newline : end);
		p = newline ? newline + 1 : end;
	}
}
