/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/collect/diskstuck.h"
#include "t/tap.h"

static const struct fsroot live = FSROOT_LIVE;

static void test_percent(void)
{
	static const struct {
		uint64_t used, avail;
		double want;
	} rows[] = { { 0, 10, 0 }, { 10, 0, 100 }, { 1, 999, 1 }, { 29, 71, 29 },
		{ 900, 100, 90 }, { 901, 99, 91 }, { 1, UINT64_MAX / 2, 1 }, { 0, 0, NAN } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_num(
		    disk_percent(rows[i].used, rows[i].avail), rows[i].want, "df's percentage");
}

static void test_ask(void)
{
	CLEANUP_DISK struct disk disk = DISK_INIT;
	struct statvfs st;
	bool added;

	added = disk_add(&disk, &live, "/", true, NULL) == 0 &&
		disk_add(&disk, &live, "/no/such/folder", true, NULL) == 0 &&
		disk_add(&disk, &live, "/proc", false, NULL) == 0;
	ok(added, "three are added");
	ok(disk_ask(&disk, 5000, NULL) == 0, "they are asked");
	ok(statvfs("/", &st) == 0, "statvfs itself");
	is_num(disk.items[0].space, DISK_ANSWERED, "/ answers");
	is_num(disk.items[0].size_bytes, (double)st.f_blocks * (double)st.f_frsize, "its size");
	is_num(disk.items[0].inodes, st.f_files, "its inodes");
	is_num(disk.items[0].write, st.f_flag & ST_RDONLY ? DISK_FAILED : DISK_ANSWERED,
	    "the write probe answers");
	is_num(disk.items[1].space, DISK_FAILED, "a folder that is not there");
	is_num(disk.items[1].error, ENOENT, "... with its errno");
	is_num(disk.items[1].write, DISK_UNASKED, "... is not probed");
	is_num(disk.items[2].space, DISK_ANSWERED, "/proc answers");
	is_num(disk.items[2].write, DISK_UNASKED, "... and is not probed");
	ok(!disk_hangs(&disk.items[0]), "nothing hangs");
	disk_free(&disk);
	ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "no child is left");
}

static void test_many(void)
{
	CLEANUP_DISK struct disk disk = DISK_INIT;
	size_t n_answered = 0;

	/* More answers than a pipe holds. */
	for (int i = 0; i < 3000; i++) {
		if (disk_add(&disk, &live, "/", false, NULL) < 0)
			break;
	}
	ok(disk_ask(&disk, 20000, NULL) == 0, "3,000 are asked");
	for (size_t i = 0; i < disk.n_items; i++)
		n_answered += disk.items[i].space == DISK_ANSWERED;
	is_num(n_answered, 3000, "... and answer");
}

static void test_skip(void)
{
	CLEANUP_DISK struct disk disk = DISK_INIT;

	ok(disk_ask(&disk, 1000, NULL) == 0, "nobody to ask");
	ok(disk_add(&disk, &live, "/", true, NULL) == 0, "one");
	ok(disk_add(&disk, &live, "/", true, NULL) == 0, "two");
	disk.items[0].space = DISK_SKIPPED;
	disk.items[1].write = DISK_SKIPPED;
	ok(disk_ask(&disk, 5000, NULL) == 0, "some are skipped");
	is_num(disk.items[0].space, DISK_SKIPPED, "not asked at all");
	ok(disk_hangs(&disk.items[0]), "... it hangs");
	is_num(disk.items[1].space, DISK_ANSWERED, "asked for space alone");
	is_num(disk.items[1].write, DISK_SKIPPED, "... not for writes");
}

static void test_no_time(void)
{
	CLEANUP_DISK struct disk disk = DISK_INIT;
	int64_t start = clock_mono_ms();

	ok(disk_add(&disk, &live, "/", true, NULL) == 0, "one");
	ok(disk_ask(&disk, 0, NULL) == 0, "no time at all");
	ok(disk.items[0].space != DISK_FAILED, "no answer is no failure");
	ok(clock_mono_ms() - start < 10000, "it returns at once");
}

static void test_stuck(void)
{
	CLEANUP_DISK struct disk disk = DISK_INIT, next = DISK_INIT;
	CLEANUP_BUF struct buf text = BUF_INIT;
	CLEANUP_BUF struct buf wrong = BUF_INIT;
	pid_t child = fork();

	if (child == 0) {
		(void)pause();
		_exit(0);
	}
	if (disk_add(&disk, &live, "/a b", true, NULL) < 0 ||
	    disk_add(&disk, &live, "/c", true, NULL) < 0 ||
	    disk_add(&disk, &live, "/new\nline", true, NULL) < 0 ||
	    disk_add(&next, &live, "/c", true, NULL) < 0 ||
	    disk_add(&next, &live, "/a b", true, NULL) < 0)
		return;
	is_num(diskstuck_save(&disk, &text), 0, "nobody is stuck");
	disk.items[0].stuck_pid = child;
	disk.items[1].stuck_pid = child;
	disk.items[1].space = DISK_ANSWERED;
	disk.items[2].stuck_pid = child;
	is_num(diskstuck_save(&disk, &text), 2, "two are kept, not the one with a newline");
	diskstuck_load(&next, buf_text(&text), text.size);
	is_num(next.items[0].write, DISK_SKIPPED, "stuck in a write");
	is_num(next.items[0].space, DISK_UNASKED, "... its space is asked");
	is_num(next.items[1].space, DISK_SKIPPED, "stuck in statvfs");
	is_num(next.items[1].stuck_pid, child, "... by whom");

	next.items[1].space = DISK_UNASKED;
	buf_addf(&wrong, "%ld 1 space /a b\n", (long)child);
	diskstuck_load(&next, buf_text(&wrong), wrong.size);
	is_num(next.items[1].space, DISK_UNASKED, "another process has the number now");
	(void)kill(child, SIGKILL);
	ok(waitpid(child, NULL, 0) == child, "the process ends");
	diskstuck_load(&next, buf_text(&text), text.size);
	is_num(next.items[1].space, DISK_UNASKED, "a process that is gone");
	diskstuck_load(&next, "1 2\n\n1\n1 2 space\n0 0 space x\n99999999999 1 write y", 51);
	is_num(next.items[1].space, DISK_UNASKED, "lines that are none");
}

static void test_root(void)
{
	CLEANUP_DISK struct disk disk = DISK_INIT;
	struct fsroot root;

	ok(fsroot_open("/proc/self", &root, NULL) == 0, "a root");
	ok(disk_add(&disk, &root, "/fd", false, NULL) == 0, "a point below it");
	is_str(disk.items[0].path, "/proc/self/fd", "the path has the root in front");
	is_str(disk.items[0].point, "/fd", "the point has not");
	fsroot_close(&root);
}

int main(void)
{
	test_percent();
	test_ask();
	test_many();
	test_skip();
	test_no_time();
	test_stuck();
	test_root();
	return tap_done();
}
