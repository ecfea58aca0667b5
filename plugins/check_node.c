/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "plugins/node.h"

#define PERCENT .unit = UNIT_PERCENT
#define BYTES	.unit = UNIT_BYTES
#define QUIET	.flags = METRIC_QUIET
#define EACH	.flags = METRIC_INSTANCES
#define FULL	.warn = "90", .crit = "95"

static const struct metric metrics[NODE_METRICS] = {
	[NODE_LOAD1] = { .name = "load1", .help = "load average over 1 minute" },
	[NODE_LOAD5] = { .name = "load5", .help = "load average over 5 minutes" },
	[NODE_LOAD15] = { .name = "load15", .help = "load average over 15 minutes" },
	[NODE_LOAD1_PER_CPU] = { .name = "load1_per_cpu",
	    QUIET,
	    .help = "load1 divided by the number of online CPUs" },
	[NODE_LOAD5_PER_CPU] = { .name = "load5_per_cpu",
	    QUIET,
	    .help = "load5 divided by the number of online CPUs" },
	[NODE_LOAD15_PER_CPU] = { .name = "load15_per_cpu",
	    QUIET,
	    .help = "load15 divided by the number of online CPUs" },
	[NODE_UPTIME] = { .name = "uptime",
	    .unit = UNIT_SECONDS,
	    .help = "time since the node booted" },
	[NODE_CPU] = { .name = "cpu",
	    PERCENT,
	    .help = "time of all CPUs not idle and not in iowait" },
	[NODE_IOWAIT] = { .name = "iowait",
	    PERCENT,
	    .help = "time idle while a task waits for a disk" },
	[NODE_STEAL] = { .name = "steal",
	    PERCENT,
	    .help = "time that the hypervisor gave to others" },
	[NODE_IO] = { .name = "io",
	    PERCENT,
	    .help = "time in which a request was in flight, of the busiest disk" },
	[NODE_MEMORY] = { .name = "memory",
	    PERCENT,
	    FULL,
	    .help = "memory that is not available, of what huge pages leave" },
	[NODE_MEMORY_USED] = { .name = "memory_used",
	    BYTES,
	    QUIET,
	    .help = "the same in bytes" },
	[NODE_SWAP] = { .name = "swap", PERCENT, .help = "swap space in use" },
	[NODE_SWAP_USED] = { .name = "swap_used", BYTES, QUIET, .help = "the same in bytes" },
	[NODE_HUGEPAGES] = { .name = "hugepages",
	    PERCENT,
	    .help = "huge pages of the default size in use or promised" },
	[NODE_CPU_PRESSURE] = { .name = "cpu_pressure",
	    PERCENT,
	    .help = "time in which some task waited for a CPU, over 60 s" },
	[NODE_IO_PRESSURE] = { .name = "io_pressure",
	    PERCENT,
	    .help = "time in which some task waited for a disk, over 60 s" },
	[NODE_MEMORY_PRESSURE] = { .name = "memory_pressure",
	    PERCENT,
	    .help = "time in which some task waited for memory, over 60 s" },
	[NODE_IN] = { .name = "in",
	    BYTES,
	    .help = "bytes received per second by interfaces of hardware" },
	[NODE_OUT] = { .name = "out", BYTES, .help = "bytes sent per second by the same" },
	[NODE_IN_ERRORS] = { .name = "in_errors",
	    .help = "packets received with errors per second" },
	[NODE_OUT_ERRORS] = { .name = "out_errors",
	    .help = "packets not sent for errors per second" },
	[NODE_IN_DROPS] = { .name = "in_drops",
	    .help = "packets received and dropped per second" },
	[NODE_OUT_DROPS] = { .name = "out_drops",
	    .help = "packets dropped before they were sent per second" },
	[NODE_TEMP] = { .name = "temp",
	    .flags = METRIC_SIGNED,
	    .help = "degrees Celsius of the hottest CPU sensor, else of the hottest of all" },
	[NODE_DISK_TOTAL] = { .name = "disk_total",
	    PERCENT,
	    .help = "space used of all local file systems together" },
	[NODE_DISK_TOTAL_USED] = { .name = "disk_total_used",
	    BYTES,
	    .help = "bytes used of all local file systems together" },
	[NODE_DISK_MAX] = { .name = "disk_max",
	    PERCENT,
	    .help = "disk of the fullest mount, which line 1 names" },
	[NODE_INODES_MAX] = { .name = "inodes_max",
	    PERCENT,
	    .help = "inodes of the mount that has used most of them" },
	[NODE_PROCESSES] = { .name = "processes",
	    EACH,
	    .help = "processes that a --process finds, without zombies" },
	[NODE_DISK] = { .name = "disk",
	    PERCENT,
	    EACH,
	    FULL,
	    .help = "space used, as df counts it, a mount" },
	[NODE_INODES] = { .name = "inodes",
	    PERCENT,
	    EACH,
	    FULL,
	    .help = "inodes used, a mount; absent where none are counted" },
	[NODE_DISK_USED] = { .name = "disk_used",
	    BYTES,
	    .flags = METRIC_INSTANCES | METRIC_QUIET,
	    .help = "bytes used, a mount; its size is the maximum" },
};

static int take_process(void *target, const char *value, struct err *err)
{
	return node_process_add(target, value, err);
}

#define SELECT(field) offsetof(struct node_options, select.field)

static const struct opt options[] = {
	{ 0, "process", "NAME=REGEX", OPT_CALL, 0, take_process,
	    "count processes whose command line matches, as processes@NAME; may be repeated" },
	{ 'x', "exclude-path", "PATTERN", OPT_LIST, SELECT(exclude_paths), NULL,
	    "leave out these mounts (/var/lib/docker/*)" },
	{ 0, "exclude-type", "PATTERN", OPT_LIST, SELECT(exclude_types), NULL,
	    "leave out mounts of these types" },
	{ 0, "no-write-probe", NULL, OPT_FLAG, offsetof(struct node_options, no_write_probe),
	    NULL, "do not ask whether file systems take writes" },
};

static int run(struct check *check, struct err *err)
{
	struct node node = { .check = check, .summary = BUF_INIT, .load = BUF_INIT };

	node_uptime(&node);
	node_load(&node);
	node_rates(&node);
	node_memory(&node);
	node_pressure(&node);
	node_net(&node);
	node_temp(&node);
	node_processes(&node);
	node_disk(&node);
	result_summary(check->result, "%s", buf_text(&node.summary));
	buf_free(&node.summary);
	buf_free(&node.load);
	return node.any_fact
		   ? 0
		   : err_set(err, -ENOENT, "no facts about a node: is %s%sproc there?",
			 check->root.path, check->root.live ? "" : "/");
}

static void release(struct check *check)
{
	struct node_options *given = check->options;

	if (!given)
		return;
	disk_select_free(&given->select);
	node_processes_free(given);
}

static const struct plugin node_plugin = {
	.name = "check_node",
	.title = "NODE",
	.summary = "checks a whole node in one call: load, CPU, memory, disks, network",
	.notes =
	    "The rates are those since the last run, or over 0.5 s if there was none in the\n"
	    "last 15 minutes. For the details of one thing see check_node_cpu and the "
	    "others.\n",
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct node_options),
	.may_sleep = true,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&node_plugin, argc, argv);
}
