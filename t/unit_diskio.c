/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/diskio.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "t/tap.h"

static const char text[] = "   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
			   " 254       0 vda 100 6647 2000 300 50 10207 4000 700 2 3808 8245 "
			   "7301 44 403224 269 2957 58\n"
			   " 254       1 vda1 90 6647 2000 300 50 10207 4000 700 2 3808 8245\n"
			   " 202       1 xvda1 1 2 3 4 5 6 7 8 9 10 11\n"
			   " 259       0 nvme0n1 1 2 3 4 5 6 7 8 9 10 11\n"
			   " 259       1 nvme0n1p1 1 2 3 4 5 6 7 8 9 10 11\n"
			   " 259       2 nvme0n12 1 2 3 4 5 6 7 8 9 10 11\n"
			   " 253       0 dm-0 1 2 3 4 5 6 7 8 9 10 11\n"
			   "   9       0 md0 1 2 3 4 5 6 7 8 9 10 11\n"
			   "   9       1 md0p1 1 2 3 4 5 6 7 8 9 10 11\n"
			   "   8       1 sda1 1 2 3 4\n"
			   "   8       0 sdb 1 2 3 4 5 6 7 8 9 10 x\n"
			   "nonsense\n"
			   "   8      32 sdc 1 2 3 4 5 6 7 8 9 10 18446744073709551615";

static void test_parse(void)
{
	static const struct {
		const char *name;
		enum diskio_kind kind;
	} rows[] = { { "loop0", DISKIO_OTHER }, { "vda", DISKIO_DISK },
		{ "vda1", DISKIO_PARTITION }, { "xvda1", DISKIO_DISK },
		{ "nvme0n1", DISKIO_DISK }, { "nvme0n1p1", DISKIO_PARTITION },
		{ "nvme0n12", DISKIO_DISK }, { "dm-0", DISKIO_LAYER }, { "md0", DISKIO_LAYER },
		{ "md0p1", DISKIO_PARTITION }, { "sdc", DISKIO_DISK } };
	CLEANUP_DISKIO struct diskio diskio = DISKIO_INIT;

	ok(diskio_parse(text, sizeof(text) - 1, &diskio, NULL) == 0, "diskstats parses");
	is_num(diskio.n_devices, sizeof(rows) / sizeof(rows[0]), "bad lines are left out");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && i < diskio.n_devices; i++) {
		is_str(diskio.devices[i].name, rows[i].name, "name");
		ok(diskio.devices[i].kind == rows[i].kind, "kind of %s", rows[i].name);
	}
	ok(diskio_find(&diskio, "vda", 0) == &diskio.devices[1], "found behind the hint");
	ok(diskio_find(&diskio, "vda", 1) == &diskio.devices[1], "found at the hint");
	ok(!diskio_find(&diskio, "sdz", 99), "not found");
	is_num(diskio.devices[1].reads, 100, "reads");
	is_num(diskio.devices[1].write_ms, 700, "write time");
	is_num(diskio.devices[1].busy_ms, 3808, "busy time");
	is_num(diskio.devices[1].weighted_ms, 8245, "weighted time");
}

static void test_rate(void)
{
	struct diskio_device a = { .name = "a",
		.reads = 100,
		.read_sectors = 200,
		.read_ms = 4294967290,
		.writes = 10,
		.busy_ms = 4294967000,
		.weighted_ms = 1000 };
	struct diskio_device b = a;
	struct diskio_rate rate;

	ok(diskio_rate(&a, &b, 2, &rate) == 0, "an idle device");
	is_num(rate.busy, 0, "not busy");
	ok(isnan(rate.wait), "no request, no wait");

	b.reads += 20;
	b.read_sectors += 8;
	b.read_ms = 14;	 /* 20 ms on, across the 32-bit end */
	b.busy_ms = 704; /* 1000 ms on */
	b.weighted_ms += 3000;
	ok(diskio_rate(&a, &b, 2, &rate) == 0, "32-bit wraps");
	is_num(rate.busy, 50, "busy half the time");
	is_num(rate.read_bytes, 2048, "sectors are 512 bytes");
	is_num(rate.reads, 10, "reads per second");
	is_num(rate.writes, 0, "no writes");
	is_num(rate.wait, 0.001, "mean wait");
	is_num(rate.queue, 1.5, "queue");
	ok(diskio_rate(&a, &b, 0.5, &rate) == 0, "a short time");
	is_num(rate.busy, 100, "never above 100 %");
	ok(diskio_rate(NULL, &a, 1e6, &rate) == 0, "since boot");

	b.reads = 0;
	ok(diskio_rate(&a, &b, 2, &rate) == -ERANGE, "a reset counter is no rate");
}

static void test_limits(void)
{
	CLEANUP_DISKIO struct diskio diskio = DISKIO_INIT;
	CLEANUP_BUF struct buf many = BUF_INIT;

	ok(diskio_parse("", 0, &diskio, NULL) == 0 && diskio.n_devices == 0, "nothing");
	ok(diskio_parse("8 0 s\0a 1", 9, &diskio, NULL) == 0, "a NUL inside");
	diskio_free(&diskio);
	for (int i = 0; i <= DISKIO_MAX; i++)
		buf_addf(&many, "8 0 s%d 1 2 3 4 5 6 7 8 9 10 11\n", i);
	ok(diskio_parse(buf_text(&many), many.size, &diskio, NULL) == -E2BIG,
	    "too many are refused");
}

int main(void)
{
	test_parse();
	test_rate();
	test_limits();
	return tap_done();
}
