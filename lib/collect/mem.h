/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory, from /proc/meminfo (Documentation/filesystems/proc.rst, "meminfo"). All amounts are
 * bytes; a line that the kernel does not have is 0.
 *
 * Huge pages that were set aside, used or free, are neither free nor available to anything
 * else, and nothing is wrong with that: a compute node may give 90 % of its memory to its
 * guests so. They are facts of their own, and the use of memory is that of the rest.
 */
#ifndef HAETAE_COLLECT_MEM_H
#define HAETAE_COLLECT_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/fsroot.h"

struct mem {
	uint64_t total;
	uint64_t free;
	/* What new programs can have without swapping, never above total. Where the kernel does
	 * not say (before 3.14, and some that imitate /proc): free + buffers + cached +
	 * reclaimable slab - shmem, which is too much by what page cache is in use. */
	uint64_t available;
	bool available_estimated;
	uint64_t buffers;
	uint64_t cached; /* with shmem, without swap_cached */
	uint64_t shmem;	 /* shared memory and tmpfs: cannot be dropped */
	uint64_t slab;
	uint64_t slab_reclaimable;
	uint64_t dirty;
	uint64_t committed;    /* what all programs were promised */
	uint64_t commit_limit; /* binds only with vm.overcommit_memory = 2 */
	uint64_t swap_total;   /* 0: no swap */
	uint64_t swap_free;    /* never above swap_total */
	uint64_t swap_cached;
	uint64_t hugetlb; /* in huge pages of every size; never above total */
	/* Pages of the default size. */
	uint64_t huge_total;
	uint64_t huge_free;	/* never above huge_total */
	uint64_t huge_reserved; /* promised, inside huge_free */
	uint64_t huge_surplus;	/* above the configured number, inside huge_total */
	uint64_t huge_size;	/* bytes */
};

/* -EBADMSG if the text has no MemTotal above 0 and no MemFree, or a number that is none. */
int mem_parse(const char *text, size_t size, struct mem *ret, struct err *err) ATTR_MUST_CHECK;
int mem_read(const struct fsroot *root, struct mem *ret, struct err *err) ATTR_MUST_CHECK;

/* What is there without huge pages: used + available. 0 if huge pages are all there is. */
uint64_t mem_base(const struct mem *mem);
/* Of mem_base: what is not available. */
uint64_t mem_used(const struct mem *mem);
/* used of base in percent, nan where base is 0. */
double mem_used_pct(const struct mem *mem);
double mem_swap_used_pct(const struct mem *mem);
/* Huge pages that nobody else can have: in use or promised, in percent; nan without any. */
double mem_huge_used_pct(const struct mem *mem);
/* The same in pages. */
uint64_t mem_huge_used(const struct mem *mem);

#endif
