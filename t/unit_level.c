/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/level.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "t/tap.h"

static struct err err;

static void test_percent(void)
{
	static const uint64_t gib = (uint64_t)1 << 30;

	is_num(level_percent(0, 0, 0), 0, "nothing there, no room: no alarm");
	is_num(level_percent(1, 0, 0), 100, "something, and no room left");
	is_num(level_percent(gib, 100 * gib, 0), 0,
	    "a disk that others have filled, with 100 GiB left");
	is_num(level_percent(3 * gib, gib, 0), 75, "three of four");
	is_num(level_percent(4 * gib, 100 * gib, 5 * gib), 80, "four of five that it may have");
	is_num(level_percent(5 * gib, 100 * gib, 5 * gib), 100, "all that it may have");
	is_num(level_percent(9 * gib, 100 * gib, 5 * gib), 100, "and more");
	is_num(level_percent(gib, gib, 100 * gib), 50, "a disk with less than it may have");
	is_num(level_percent(UINT64_MAX / 2, UINT64_MAX / 2, 0), 50, "huge");
}

static bool add_file(const struct spool *spool, enum spool_dir dir, const char *name, size_t n)
{
	static char bytes[65536];
	CLEANUP_CLOSE int fd =
	    openat(spool->dirs[dir], name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	memset(bytes, 'x', sizeof(bytes));
	return fd >= 0 && write(fd, bytes, n) == (ssize_t)n && fsync(fd) == 0;
}

static void test_measure(const struct spool *spool)
{
	struct settings settings = { .spool_max = 400000 };
	struct level level = { .refused = 7, .time_ms = 5 };
	struct statvfs fs;

	ok(level_measure(spool, &settings, &level, &err) == 0 && level.bytes == 0 &&
		level.files == 0,
	    "an empty spool %s", err.text);
	ok(add_file(spool, SPOOL_READY, "1", 65536) &&
		add_file(spool, SPOOL_DATA, ".2", 65536) &&
		add_file(spool, SPOOL_SEGMENTS, "3", 65536) &&
		add_file(spool, SPOOL_EVENTS, "4", 4096) &&
		add_file(spool, SPOOL_BAD, "5", 65536) &&
		add_file(spool, SPOOL_LOADED, "6", 65536),
	    "files in its folders");
	ok(level_measure(spool, &settings, &level, &err) == 0 && level.files == 4 &&
		level.bytes >= 3 * 65536 + 4096 && level.bytes < 300000,
	    "those that are not loaded count: %llu bytes", (unsigned long long)level.bytes);
	ok(level.percent >= 50 && level.percent < 75, "of 400,000: %u %%", level.percent);
	ok(level.refused == 7 && level.time_ms == 5, "the rest is left alone");
	settings.spool_max = 0;
	ok(level_measure(spool, &settings, &level, &err) == 0 && level.percent < 50,
	    "of all there is: %u %%", level.percent);
	if (fstatvfs(spool->dirs[SPOOL_TOP], &fs) == 0)
		settings.spool_reserve = (uint64_t)fs.f_bavail * fs.f_frsize * 2;
	ok(level_measure(spool, &settings, &level, &err) == 0 && level.percent == 100,
	    "with all of it in reserve: %u %%", level.percent);
}

static void test_file(const struct spool *spool)
{
	struct level level = { 0 }, wrote = { 1800000000000, 123456789012, 77, 83, 9 };
	CLEANUP_CLOSE int fd = -1;

	ok(level_read(spool, &level, &err) == -ENOENT, "no file yet");
	ok(level_write(spool, &wrote, &err) == 0 && level_read(spool, &level, &err) == 0 &&
		level.time_ms == wrote.time_ms && level.bytes == wrote.bytes &&
		level.files == wrote.files && level.percent == 83 && level.refused == 9,
	    "what is written is read %s", err.text);
	wrote.percent = 84;
	ok(level_write(spool, &wrote, &err) == 0 && level_read(spool, &level, &err) == 0 &&
		level.percent == 84,
	    "and again, in its place");
	wrote.percent = 101;
	ok(level_write(spool, &wrote, &err) == 0 && level_read(spool, &level, &err) == -EBADMSG,
	    "what cannot be is refused: %s", err.text);
	fd = openat(spool->dirs[SPOOL_TOP], "level", O_WRONLY | O_TRUNC | O_CLOEXEC);
	ok(fd >= 0 && level_read(spool, &level, &err) == -EBADMSG && level.percent == 84,
	    "and so is what is cut: %s", err.text);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int main(void)
{
	char path[] = "/tmp/haetae-unit.XXXXXX";
	struct spool spool;

	test_percent();
	if (!mkdtemp(path) || spool_open(path, &spool, &err) < 0) {
		ok(false, "a spool: %s", err.text);
		return tap_done();
	}
	test_measure(&spool);
	test_file(&spool);
	spool_close(&spool);
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return tap_done();
}
