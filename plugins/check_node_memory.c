/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/plugin.h"
#include "lib/collect/mem.h"
#include "lib/health/memrow.h"

enum {
	MEMORY,
	MEMORY_USED,
	MEMORY_AVAILABLE,
	MEMORY_TOTAL,
	SWAP,
	SWAP_USED,
	HUGEPAGES,
	HUGEPAGES_USED,
	HUGEPAGES_TOTAL,
	SWAP_TOTAL,
	SWAP_CACHED,
	HUGEPAGES_SURPLUS,
	COMMIT,
	COMMITTED,
	COMMIT_LIMIT,
	MEMORY_FREE,
	MEMORY_BUFFERS,
	MEMORY_CACHED,
	MEMORY_SHMEM,
	MEMORY_SLAB,
	MEMORY_DIRTY,
};

static const struct metric metrics[] = {
	[MEMORY] = { .name = "memory",
	    .unit = UNIT_PERCENT,
	    .warn = "90",
	    .crit = "95",
	    .help = "memory that is not available, of what huge pages leave" },
	[MEMORY_USED] = { .name = "memory_used",
	    .unit = UNIT_BYTES,
	    .help = "the same in bytes" },
	[MEMORY_AVAILABLE] = { .name = "memory_available",
	    .unit = UNIT_BYTES,
	    .help = "what new programs can have without swapping" },
	[MEMORY_TOTAL] = { .name = "memory_total",
	    .unit = UNIT_BYTES,
	    .help = "all memory, with huge pages" },
	[SWAP] = { .name = "swap", .unit = UNIT_PERCENT, .help = "swap space in use" },
	[SWAP_USED] = { .name = "swap_used", .unit = UNIT_BYTES, .help = "the same in bytes" },
	[HUGEPAGES] = { .name = "hugepages",
	    .unit = UNIT_PERCENT,
	    .help = "huge pages of the default size in use or promised" },
	[HUGEPAGES_USED] = { .name = "hugepages_used",
	    .unit = UNIT_BYTES,
	    .help = "the same in bytes" },
	[HUGEPAGES_TOTAL] = { .name = "hugepages_total",
	    .unit = UNIT_BYTES,
	    .help = "in huge pages of every size, used or free" },
	[SWAP_TOTAL] = { .name = "swap_total",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_QUIET,
	    .help = "all swap space" },
	[SWAP_CACHED] = { .name = "swap_cached",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_QUIET,
	    .help = "in swap and in memory alike" },
	[HUGEPAGES_SURPLUS] = { .name = "hugepages_surplus",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_QUIET,
	    .help = "huge pages above the configured number" },
	[COMMIT] = { .name = "commit",
	    .unit = UNIT_PERCENT,
	    .flags = METRIC_QUIET,
	    .help = "memory_committed of memory_commit_limit; can be above 100" },
	[COMMITTED] = { .name = "memory_committed",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_QUIET,
	    .help = "what all programs were promised" },
	[COMMIT_LIMIT] = { .name = "memory_commit_limit",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_QUIET,
	    .help = "what can be promised where vm.overcommit_memory is 2" },
	[MEMORY_FREE] = { .name = "memory_free",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_QUIET,
	    .help = "memory that holds nothing" },
	[MEMORY_BUFFERS] = { .name = "memory_buffers",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_QUIET,
	    .help = "cache of block devices" },
	[MEMORY_CACHED] = { .name = "memory_cached",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_QUIET,
	    .help = "cache of files, with shared memory" },
	[MEMORY_SHMEM] = { .name = "memory_shmem",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_QUIET,
	    .help = "shared memory and tmpfs" },
	[MEMORY_SLAB] = { .name = "memory_slab",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_QUIET,
	    .help = "the kernel's own objects" },
	[MEMORY_DIRTY] = { .name = "memory_dirty",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_QUIET,
	    .help = "waits to be written to disk" },
};

/* An amount with its maximum in perfdata. */
static void give(struct check *check, int metric, uint64_t bytes, uint64_t max)
{
	result_value(check->result, &metrics[metric], NULL, (double)bytes, 0, (double)max);
}

static void give_memory(struct check *check, const struct mem *mem)
{
	result_metric(check->result, &metrics[MEMORY], mem_used_pct(mem));
	give(check, MEMORY_USED, mem_used(mem), mem_base(mem));
	give(check, MEMORY_AVAILABLE, mem->available, mem_base(mem));
	result_metric(check->result, &metrics[MEMORY_TOTAL], (double)mem->total);
}

static void give_swap(struct check *check, const struct mem *mem)
{
	if (mem->swap_total == 0)
		return;
	result_metric(check->result, &metrics[SWAP], mem_swap_used_pct(mem));
	give(check, SWAP_USED, mem->swap_total - mem->swap_free, mem->swap_total);
	result_metric(check->result, &metrics[SWAP_TOTAL], (double)mem->swap_total);
	result_metric(check->result, &metrics[SWAP_CACHED], (double)mem->swap_cached);
}

static void give_huge(struct check *check, const struct mem *mem)
{
	double size = (double)mem->huge_size;

	if (mem->huge_total > 0) {
		result_metric(check->result, &metrics[HUGEPAGES], mem_huge_used_pct(mem));
		result_value(check->result, &metrics[HUGEPAGES_USED], NULL,
		    (double)mem_huge_used(mem) * size, 0, (double)mem->huge_total * size);
		result_metric(check->result, &metrics[HUGEPAGES_SURPLUS],
		    (double)mem->huge_surplus * size);
	}
	if (mem->hugetlb > 0)
		give(check, HUGEPAGES_TOTAL, mem->hugetlb, mem->total);
}

static void give_lesser(struct check *check, const struct mem *mem)
{
	const struct {
		int metric;
		uint64_t bytes;
	} rows[] = { { COMMITTED, mem->committed }, { COMMIT_LIMIT, mem->commit_limit },
		{ MEMORY_FREE, mem->free }, { MEMORY_BUFFERS, mem->buffers },
		{ MEMORY_CACHED, mem->cached }, { MEMORY_SHMEM, mem->shmem },
		{ MEMORY_SLAB, mem->slab }, { MEMORY_DIRTY, mem->dirty } };

	if (mem->commit_limit > 0)
		result_value(check->result, &metrics[COMMIT], NULL,
		    100 * (double)mem->committed / (double)mem->commit_limit, 0, RESULT_NONE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		result_metric(check->result, &metrics[rows[i].metric], (double)rows[i].bytes);
}

static int run(struct check *check, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct memrow row;
	struct mem mem;
	int r = mem_read(&check->root, &mem, err);

	if (r < 0)
		return r;
	give_memory(check, &mem);
	give_swap(check, &mem);
	give_huge(check, &mem);
	give_lesser(check, &mem);
	memrow_of(&mem, &row);
	memrow_text(&row, &text);
	result_summary(check->result, "%s", buf_text(&text));
	return 0;
}

static const struct plugin memory_plugin = {
	.name = "check_node_memory",
	.title = "MEMORY",
	.summary = "checks memory, swap and huge pages of this node",
	.notes = "Huge pages are set aside on purpose: memory is judged without them.\n",
	PLUGIN_METRICS(metrics),
	.run = run,
};

int main(int argc, char **argv)
{
	return plugin_main(&memory_plugin, argc, argv);
}
