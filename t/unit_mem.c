/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/mem.h"

#include <errno.h>
#include <stdlib.h>

#include "t/tap.h"

#define MIB ((double)1048576)

/* Parses exactly size bytes, so that a sanitizer sees one byte too many. */
static int parse(const char *text, struct mem *ret, struct err *err)
{
	size_t size = strlen(text);
	char *exact = malloc(size ? size : 1);
	int r;

	memcpy(exact, text, size);
	r = mem_parse(exact, size, ret, err);
	free(exact);
	return r;
}

static void test_zed(void)
{
	CLEANUP_BUF struct buf path = BUF_INIT;
	struct fsroot root;
	struct err err = ERR_INIT;
	struct mem mem;

	buf_addf(&path, "%s/t/data/root-zed", getenv("srcdir") ? getenv("srcdir") : ".");
	is_num(fsroot_open(path.data, &root, &err), 0, "a captured node");
	is_num(mem_read(&root, &mem, &err), 0, "its meminfo is read");
	is_num(mem.total, 24684096.0 * 1024, "total");
	is_num(mem.available, 19130020.0 * 1024, "available");
	ok(!mem.available_estimated, "as the kernel says");
	is_num(mem.free, 18126392.0 * 1024, "free");
	is_num(mem.buffers, 13012.0 * 1024, "buffers");
	is_num(mem.cached, 1093512.0 * 1024, "cached, not SwapCached");
	is_num(mem.shmem, 41064.0 * 1024, "shmem, not ShmemHugePages");
	is_num(mem.slab, 321884.0 * 1024, "slab");
	is_num(mem.slab_reclaimable, 270808.0 * 1024, "reclaimable slab, not KReclaimable");
	is_num(mem.dirty, 5848.0 * 1024, "dirty");
	is_num(mem.committed, 10020336.0 * 1024, "committed");
	is_num(mem.commit_limit, 12342048.0 * 1024, "commit limit");
	is_num(mem.huge_size, 2 * MIB, "size of a huge page");
	is_num(mem.hugetlb, 0, "no huge pages");
	is_num(mem_used_pct(&mem), 100.0 * (24684096 - 19130020) / 24684096, "memory used");
	ok(isnan(mem_swap_used_pct(&mem)), "no swap: no percentage");
	ok(isnan(mem_huge_used_pct(&mem)), "no huge pages: no percentage");
	fsroot_close(&root);
}

static void test_huge(void)
{
	struct mem mem;
	struct err err = ERR_INIT;

	is_num(parse("MemTotal: 100000 kB\nMemFree: 6000 kB\nMemAvailable: 8000 kB\n"
		     "HugePages_Total: 44\nHugePages_Free: 40\nHugePages_Rsvd: 4\n"
		     "HugePages_Surp: 1\nHugepagesize: 2048 kB\nHugetlb: 90112 kB\n",
		   &mem, &err),
	    0, "90 % in huge pages");
	is_num(mem_base(&mem), 9888.0 * 1024, "memory is what they leave");
	is_num(mem_used_pct(&mem), 100.0 * 1888 / 9888, "and its use is of that");
	is_num(mem_huge_used(&mem), 8, "promised pages are used");
	is_num(mem_huge_used_pct(&mem), 100.0 * 8 / 44, "in percent");
	is_num(mem.huge_surplus, 1, "surplus pages");

	is_num(parse("MemTotal: 100000 kB\nMemFree: 6000 kB\nMemAvailable: 8000 kB\n"
		     "HugePages_Total: 44\nHugePages_Free: 50\nHugepagesize: 2048 kB\n",
		   &mem, &err),
	    0, "a kernel without the line Hugetlb");
	is_num(mem.hugetlb, 44 * 2 * MIB, "number times size");
	is_num(mem_huge_used(&mem), 0, "more free than there are: none used");

	is_num(parse("MemTotal: 10 kB\nMemFree: 6 kB\nMemAvailable: 8 kB\nHugetlb: 11 kB\n",
		   &mem, &err),
	    0, "nothing but huge pages");
	is_num(mem_base(&mem), 0, "leaves nothing");
	ok(isnan(mem_used_pct(&mem)), "and no percentage");
}

static void test_old_kernel(void)
{
	struct mem mem;
	struct err err = ERR_INIT;

	is_num(parse("MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 300 kB\n"
		     "Shmem: 50 kB\nSReclaimable: 30 kB\nSwapTotal: 400 kB\nSwapFree: 300 kB\n",
		   &mem, &err),
	    0, "a kernel without MemAvailable");
	ok(mem.available_estimated, "it is estimated");
	is_num(mem.available, 400.0 * 1024, "free + buffers + cached + slab - shmem");
	is_num(mem_swap_used_pct(&mem), 25, "swap used");
}

static void test_hostile(void)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "cannot parse /proc/meminfo: no line MemTotal" },
		{ "MemTotal: 1 kB", "cannot parse /proc/meminfo: no line MemFree" },
		{ "MemTotal: 0 kB\nMemFree: 0 kB\n",
		    "cannot parse /proc/meminfo: MemTotal is 0" },
		{ "MemTotal: x kB\n", "cannot parse /proc/meminfo: bad number in MemTotal" },
		{ "MemTotal: 18446744073709551615 kB\n",
		    "cannot parse /proc/meminfo: bad number in MemTotal" },
		{ "MemTotal:\n1 kB\nMemFree: 1 kB\n",
		    "cannot parse /proc/meminfo: bad number in MemTotal" },
	};
	struct mem mem;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;

		is_num(parse(rows[i].text, &mem, &err), -EBADMSG, "refused");
		is_str(err.text, rows[i].message, "and says why");
	}
	is_num(
	    parse("MemTotal: 10\nMemFree: 99\nMemAvailable: 99\nSwapTotal: 1\nSwapFree: 2\n"
		  "HugePages_Total: 9999999999999999999\nHugepagesize: 9999999999999999 kB\n",
		&mem, NULL),
	    0, "numbers that cannot be");
	ok(mem.available <= mem.total && mem.hugetlb <= mem.total &&
		mem_swap_used_pct(&mem) == 0,
	    "stay within their limits");
}

static void test_live(void)
{
	struct fsroot root = FSROOT_LIVE;
	struct err err = ERR_INIT;
	struct mem mem;

	is_num(mem_read(&root, &mem, &err), 0, "the live /proc/meminfo is read");
	ok(mem_used_pct(&mem) > 0 && mem_used_pct(&mem) <= 100, "some memory is used");
}

/* 100 * used would be rounded up here, and divided to more than 100. */
static void test_rounding(void)
{
	static const char text[] =
	    "MemTotal: 1 kB\nMemFree: 0 kB\nSwapTotal: 999999999999998 kB\n";
	struct mem mem;

	ok(mem_parse(text, sizeof(text) - 1, &mem, NULL) == 0, "a swap of 1 EB, all used");
	ok(mem_swap_used_pct(&mem) == 100, "is 100%% used, not more");
}

int main(void)
{
	test_zed();
	test_huge();
	test_old_kernel();
	test_hostile();
	test_live();
	test_rounding();
	return tap_done();
}
