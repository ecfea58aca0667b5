/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/mem.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/base/num.h"

/* /proc/meminfo has about 1.5 KB, and grows by a line a year. */
enum { MEM_FILE_MAX = 65536 };

/* Stands for a line that is not there, where that is not the same as 0. */
#define MEM_UNSET UINT64_MAX

enum mem_need { MEM_OPTIONAL, MEM_NEEDED };

/* The lines that are read. "kB" of the kernel is 1024 bytes. */
static const struct mem_line {
	const char *name;
	size_t offset;
	enum mem_need need;
} mem_lines[] = {
	{ "MemTotal", offsetof(struct mem, total), MEM_NEEDED },
	{ "MemFree", offsetof(struct mem, free), MEM_NEEDED },
	{ "MemAvailable", offsetof(struct mem, available), MEM_OPTIONAL },
	{ "Buffers", offsetof(struct mem, buffers), MEM_OPTIONAL },
	{ "Cached", offsetof(struct mem, cached), MEM_OPTIONAL },
	{ "SwapCached", offsetof(struct mem, swap_cached), MEM_OPTIONAL },
	{ "SwapTotal", offsetof(struct mem, swap_total), MEM_OPTIONAL },
	{ "SwapFree", offsetof(struct mem, swap_free), MEM_OPTIONAL },
	{ "Dirty", offsetof(struct mem, dirty), MEM_OPTIONAL },
	{ "Shmem", offsetof(struct mem, shmem), MEM_OPTIONAL },
	{ "Slab", offsetof(struct mem, slab), MEM_OPTIONAL },
	{ "SReclaimable", offsetof(struct mem, slab_reclaimable), MEM_OPTIONAL },
	{ "CommitLimit", offsetof(struct mem, commit_limit), MEM_OPTIONAL },
	{ "Committed_AS", offsetof(struct mem, committed), MEM_OPTIONAL },
	{ "HugePages_Total", offsetof(struct mem, huge_total), MEM_OPTIONAL },
	{ "HugePages_Free", offsetof(struct mem, huge_free), MEM_OPTIONAL },
	{ "HugePages_Rsvd", offsetof(struct mem, huge_reserved), MEM_OPTIONAL },
	{ "HugePages_Surp", offsetof(struct mem, huge_surplus), MEM_OPTIONAL },
	{ "Hugepagesize", offsetof(struct mem, huge_size), MEM_OPTIONAL },
	{ "Hugetlb", offsetof(struct mem, hugetlb), MEM_OPTIONAL },
};
enum { MEM_LINES = sizeof(mem_lines) / sizeof(mem_lines[0]) };
_Static_assert(MEM_LINES <= 32, "one bit a line in mem_parse");

/* The row of the line that begins at p, or -1. The kernel's order is nearly that of the
 * table, so the search starts behind the last hit. */
static int line_find(const char *p, const char *end, int after)
{
	for (int i = 0; i < MEM_LINES; i++) {
		int row = (after + i) % MEM_LINES;
		size_t size = strlen(mem_lines[row].name);

		if ((size_t)(end - p) > size && p[size] == ':' &&
		    memcmp(p, mem_lines[row].name, size) == 0)
			return row;
	}
	return -1;
}

/* "NUMBER" or "NUMBER kB" from p to the end of the line. */
static int value_parse(const char *p, const char *end, uint64_t *ret)
{
	uint64_t value;

	if (num_scan_u64(&p, end, &value) < 0)
		return -EBADMSG;
	if (end - p >= 3 && memcmp(p, " kB", 3) == 0 &&
	    __builtin_mul_overflow(value, 1024, &value))
		return -EBADMSG;
	*ret = value;
	return 0;
}

static uint64_t at_most(uint64_t value, uint64_t max)
{
	return value < max ? value : max;
}

/* Fills in what follows from the lines that were there, and puts limits on what cannot be. */
static void mem_complete(struct mem *mem)
{
	uint64_t sum;

	if (mem->available == MEM_UNSET) {
		if (__builtin_add_overflow(mem->free, mem->buffers, &sum) ||
		    __builtin_add_overflow(sum, mem->cached, &sum) ||
		    __builtin_add_overflow(sum, mem->slab_reclaimable, &sum))
			sum = mem->total;
		mem->available = sum - at_most(mem->shmem, sum);
		mem->available_estimated = true;
	}
	/* Before 4.16 only the default size is told. */
	if (mem->hugetlb == MEM_UNSET &&
	    __builtin_mul_overflow(mem->huge_total, mem->huge_size, &mem->hugetlb))
		mem->hugetlb = mem->total;
	mem->hugetlb = at_most(mem->hugetlb, mem->total);
	mem->available = at_most(mem->available, mem->total - mem->hugetlb);
	mem->swap_free = at_most(mem->swap_free, mem->swap_total);
	mem->huge_free = at_most(mem->huge_free, mem->huge_total);
	mem->huge_reserved = at_most(mem->huge_reserved, mem->huge_free);
}

int mem_parse(const char *text, size_t size, struct mem *ret, struct err *err)
{
	const char *p = text, *end = text + size;
	struct mem mem = { .available = MEM_UNSET, .hugetlb = MEM_UNSET };
	uint32_t seen = 0;
	int row = 0;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline ? newline : end;
		int found = line_find(p, stop, row);

		if (found >= 0) {
			const struct mem_line *line = &mem_lines[found];
			uint64_t *to = (uint64_t *)(void *)((char *)&mem + line->offset);

			if (value_parse(p + strlen(line->name) + 1, stop, to) < 0)
				return err_set(err, -EBADMSG,
				    "cannot parse /proc/meminfo: bad number in %s", line->name);
			seen |= UINT32_C(1) << found;
			row = found + 1;
		}
		p = newline ? newline + 1 : end;
	}
	for (int i = 0; i < MEM_LINES; i++) {
		if (mem_lines[i].need == MEM_NEEDED && !(seen & UINT32_C(1) << i))
			return err_set(err, -EBADMSG, "cannot parse /proc/meminfo: no line %s",
			    mem_lines[i].name);
	}
	if (mem.total == 0)
		return err_set(err, -EBADMSG, "cannot parse /proc/meminfo: MemTotal is 0");
	mem_complete(&mem);
	*ret = mem;
	return 0;
}

int mem_read(const struct fsroot *root, struct mem *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(MEM_FILE_MAX);
	int r = fsroot_read(root, "/proc/meminfo", &text, err);

	return r < 0 ? r : mem_parse(buf_text(&text), text.size, ret, err);
}

uint64_t mem_base(const struct mem *mem)
{
	return mem->total - mem->hugetlb;
}

uint64_t mem_used(const struct mem *mem)
{
	return mem_base(mem) - mem->available;
}

static double pct(uint64_t part, uint64_t whole)
{
	/* In this order rounding never leads past 100. */
	return whole ? (double)part / (double)whole * 100 : NAN;
}

double mem_used_pct(const struct mem *mem)
{
	return pct(mem_used(mem), mem_base(mem));
}

double mem_swap_used_pct(const struct mem *mem)
{
	return pct(mem->swap_total - mem->swap_free, mem->swap_total);
}

uint64_t mem_huge_used(const struct mem *mem)
{
	return mem->huge_total - mem->huge_free + mem->huge_reserved;
}

double mem_huge_used_pct(const struct mem *mem)
{
	return pct(mem_huge_used(mem), mem->huge_total);
}
