/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/node_rows.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/health/mibstate.h"

#define AT(field)  offsetof(struct mib_node, field)
#define HUNDREDTHS 100.0
#define KIB	   (1 / 1024.0)
#define MIB	   (1 / 1048576.0)

/* A fact's column, and what it is multiplied by there. */
static const struct {
	size_t offset;
	double scale;
} columns[NODE_FACTS] = {
	[NODE_LOAD1] = { AT(load1), HUNDREDTHS },
	[NODE_LOAD5] = { AT(load5), HUNDREDTHS },
	[NODE_LOAD15] = { AT(load15), HUNDREDTHS },
	[NODE_LOAD1_PER_CPU] = { AT(load1_per_cpu), HUNDREDTHS },
	[NODE_LOAD5_PER_CPU] = { AT(load5_per_cpu), HUNDREDTHS },
	[NODE_LOAD15_PER_CPU] = { AT(load15_per_cpu), HUNDREDTHS },
	[NODE_UPTIME] = { AT(uptime), 1 },
	[NODE_CPU] = { AT(cpu), HUNDREDTHS },
	[NODE_IOWAIT] = { AT(iowait), HUNDREDTHS },
	[NODE_STEAL] = { AT(steal), HUNDREDTHS },
	[NODE_IO] = { AT(io), HUNDREDTHS },
	[NODE_MEMORY] = { AT(memory), HUNDREDTHS },
	[NODE_MEMORY_USED] = { AT(memory_used), KIB },
	[NODE_SWAP] = { AT(swap), HUNDREDTHS },
	[NODE_SWAP_USED] = { AT(swap_used), KIB },
	[NODE_HUGEPAGES] = { AT(hugepages), HUNDREDTHS },
	[NODE_CPU_PRESSURE] = { AT(cpu_pressure), HUNDREDTHS },
	[NODE_IO_PRESSURE] = { AT(io_pressure), HUNDREDTHS },
	[NODE_MEMORY_PRESSURE] = { AT(memory_pressure), HUNDREDTHS },
	[NODE_IN] = { AT(in), HUNDREDTHS *KIB },
	[NODE_OUT] = { AT(out), HUNDREDTHS *KIB },
	[NODE_IN_ERRORS] = { AT(in_errors), HUNDREDTHS },
	[NODE_OUT_ERRORS] = { AT(out_errors), HUNDREDTHS },
	[NODE_IN_DROPS] = { AT(in_drops), HUNDREDTHS },
	[NODE_OUT_DROPS] = { AT(out_drops), HUNDREDTHS },
	[NODE_TEMP] = { AT(temp), HUNDREDTHS },
	[NODE_DISK_TOTAL] = { AT(disk_total), HUNDREDTHS },
	[NODE_DISK_TOTAL_USED] = { AT(disk_total_used), MIB },
	[NODE_DISK_MAX] = { AT(disk_max), HUNDREDTHS },
	[NODE_INODES_MAX] = { AT(inodes_max), HUNDREDTHS },
	[NODE_CPUS] = { AT(cpus), 1 },
	[NODE_RUNNING] = { AT(tasks_running), 1 },
	[NODE_TASKS] = { AT(tasks), 1 },
	[NODE_MEMORY_TOTAL] = { AT(memory_total), KIB },
	[NODE_MEMORY_AVAILABLE] = { AT(memory_available), KIB },
	[NODE_SWAP_TOTAL] = { AT(swap_total), KIB },
	[NODE_HUGE_TOTAL] = { AT(hugepages_total), KIB },
	[NODE_INTERFACES] = { AT(interfaces), 1 },
	[NODE_DISK_TOTAL_SIZE] = { AT(disk_total_size), MIB },
	[NODE_DISK_TOTAL_AVAIL] = { AT(disk_total_avail), MIB },
	[NODE_MOUNTS] = { AT(mounts), 1 },
	[NODE_MOUNTS_UNASKED] = { AT(mounts_unasked), 1 },
	[NODE_MOUNTS_DENIED] = { AT(mounts_denied), 1 },
};

static int64_t *number_at(struct mib_node *row, size_t offset)
{
	return (int64_t *)(void *)((char *)row + offset);
}

/* Cut, and not rounded: who rounds what came, to print it, then comes to the same as here. What is
 * whole but for the arithmetic stays whole. */
static int64_t scaled(double value, double scale)
{
	double number = value * scale;

	if (isnan(number) || number > 1e18 || number < -1e18)
		return MIB_NONE;
	return (int64_t)(number < 0 ? number - 1e-6 : number + 1e-6);
}

/* The largest Gauge32 says "at least so much", which is nothing to judge. */
static double unscaled(int64_t number, double scale)
{
	return number == MIB_NONE || number >= UINT32_MAX ? NAN : (double)number / scale;
}

static void copy(const char *from, char *to, size_t size)
{
	if (!memccpy(to, from ? from : "", '\0', size))
		to[size - 1] = '\0';
}

/* --- the node ------------------------------------------------------------------------------- */

static enum state full_state(double percent)
{
	if (isnan(percent) || percent <= NODE_FULL_WARN)
		return STATE_OK;
	return percent > NODE_FULL_CRIT ? STATE_CRITICAL : STATE_WARNING;
}

static void put_failures(const struct node_facts *facts, struct mib_node *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	for (int i = 0; i < NODE_SOURCES; i++) {
		if (node_facts_failed(facts, (enum node_source)i))
			buf_addf(
			    &text, "%s%s", text.size ? ", " : "", facts->failures[i].err.text);
	}
	copy(buf_text(&text), ret->error_text, sizeof(ret->error_text));
}

static void put_state(const struct node_facts *facts, struct mib_node *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	CLEANUP_BUF struct buf row = BUF_INIT;
	double memory = facts->value[NODE_MEMORY];
	enum state state = full_state(memory);

	if (state != STATE_OK)
		buf_addf(&text, "memory %.1f%% > %d%%; ", memory,
		    state == STATE_CRITICAL ? NODE_FULL_CRIT : NODE_FULL_WARN);
	if (ret->error_text[0]) {
		state = state_worst(state, STATE_UNKNOWN);
		buf_addf(&text, "%.100s; ", ret->error_text);
	}
	node_facts_text(facts, &row);
	buf_adds(&text, buf_text(&row));
	ret->state = mibstate_of(state);
	copy(buf_text(&text), ret->state_text, sizeof(ret->state_text));
}

void node_row_put(const struct node_facts *facts, struct mib_node *ret)
{
	for (int i = 0; i < NODE_FACTS; i++)
		*number_at(ret, columns[i].offset) = scaled(facts->value[i], columns[i].scale);
	ret->since_boot = facts->since_boot;
	copy(facts->io_disk, ret->io_disk, sizeof(ret->io_disk));
	copy(facts->temp_sensor, ret->temp_sensor, sizeof(ret->temp_sensor));
	copy(facts->disk_max_point, ret->disk_max_mount, sizeof(ret->disk_max_mount));
	copy(facts->inodes_max_point, ret->inodes_max_mount, sizeof(ret->inodes_max_mount));
	put_failures(facts, ret);
	put_state(facts, ret);
}

/* KiB are what the kernel counts in, and so exact. */
static void take_exact(struct node_facts *facts)
{
	double *value = facts->value;
	double memory =
	    value[NODE_MEMORY_USED] / (value[NODE_MEMORY_USED] + value[NODE_MEMORY_AVAILABLE]);
	double swap = value[NODE_SWAP_USED] / value[NODE_SWAP_TOTAL];

	if (!isnan(memory))
		value[NODE_MEMORY] = memory * 100;
	if (!isnan(swap))
		value[NODE_SWAP] = swap * 100;
}

void node_row_take(const struct mib_node *row, struct node_facts *facts)
{
	struct node_failure *failure = &facts->failures[NODE_FROM_UPTIME];

	for (int i = 0; i < NODE_FACTS; i++) {
		const char *field = (const char *)row + columns[i].offset;
		int64_t number;

		memcpy(&number, field, sizeof(number));
		facts->value[i] = unscaled(number, columns[i].scale);
	}
	facts->since_boot = row->since_boot == 1;
	copy(row->io_disk, facts->io_disk, sizeof(facts->io_disk));
	copy(row->temp_sensor, facts->temp_sensor, sizeof(facts->temp_sensor));
	facts->disk_max_point = row->disk_max_mount[0] ? row->disk_max_mount : NULL;
	facts->inodes_max_point = row->inodes_max_mount[0] ? row->inodes_max_mount : NULL;
	take_exact(facts);
	node_facts_derive(facts);
	/* One text for whatever failed there. */
	if (row->error_text[0])
		failure->code = err_set(&failure->err, -EIO, "%s", row->error_text);
}

/* --- its mounts ------------------------------------------------------------------------------- */

static void put_mount(const struct diskrow_facts *mount, struct mib_filesystem *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	bool told = mount->condition == DISKROW_WELL || mount->condition == DISKROW_READ_ONLY;
	enum state state = diskrow_condition_state(mount->condition);

	state = state_worst(state, full_state(mount->percent));
	state = state_worst(state, full_state(mount->inodes_percent));
	if (mount->condition == DISKROW_UNASKED)
		state = STATE_UNKNOWN;
	diskrow_facts_text(mount, &text);
	ret->state = mibstate_of(state);
	ret->condition = (int64_t)mount->condition;
	copy(mount->point, ret->name, sizeof(ret->name));
	copy(told ? buf_text(&text) : mount->problem, ret->state_text, sizeof(ret->state_text));
	copy(mount->type, ret->type, sizeof(ret->type));
	copy(mount->source, ret->source, sizeof(ret->source));
	if (mount->mount) {
		(void)snprintf(ret->device, sizeof(ret->device), "%u:%u", mount->mount->major,
		    mount->mount->minor);
		ret->read_only = mount->mount->read_only;
	}
	ret->local = mount->in_total;
	ret->disk = scaled(mount->percent, HUNDREDTHS);
	ret->inodes = scaled(mount->inodes_percent, HUNDREDTHS);
	ret->disk_used = isnan(mount->percent) ? MIB_NONE : scaled(mount->used_bytes, MIB);
	ret->disk_avail = isnan(mount->percent) ? MIB_NONE : scaled(mount->avail_bytes, MIB);
	ret->disk_size = isnan(mount->percent) ? MIB_NONE : scaled(mount->size_bytes, MIB);
}

int node_mounts_put(const struct node_facts *facts, struct mib_rows *rows)
{
	for (size_t i = 0; i < facts->n_mounts; i++) {
		const struct diskrow_facts *mount = &facts->mounts[i];
		struct mib_filesystem *row;
		size_t dropped = rows->n_dropped;

		if (mount->condition == DISKROW_GONE)
			continue;
		row = mib_rows_add(rows, mount->point);
		if (!row && rows->n_dropped == dropped)
			return -ENOMEM;
		if (row)
			put_mount(mount, row);
	}
	return 0;
}

static int take_mount(const struct mib_filesystem *row, struct diskrow_facts *ret)
{
	bool known = row->condition >= DISKROW_WELL && row->condition <= DISKROW_UNSEEN;

	*ret = (struct diskrow_facts){
		.point = row->name,
		.type = row->type,
		.source = row->source,
		.condition = known ? (enum diskrow_condition)row->condition : DISKROW_UNASKED,
		.percent = unscaled(row->disk, HUNDREDTHS),
		.inodes_percent = unscaled(row->inodes, HUNDREDTHS),
		.used_bytes = unscaled(row->disk_used, MIB),
		.avail_bytes = unscaled(row->disk_avail, MIB),
		.size_bytes = unscaled(row->disk_size, MIB),
		.in_total = row->local == 1,
	};
	if (ret->condition == DISKROW_WELL)
		return 0;
	ret->problem = strdup(row->state_text);
	return ret->problem ? 0 : -ENOMEM;
}

static int by_point(const void *a, const void *b)
{
	return strcmp(
	    ((const struct diskrow_facts *)a)->point, ((const struct diskrow_facts *)b)->point);
}

int node_mounts_take(const struct mib_rows *rows, struct node_facts *facts)
{
	facts->mounts = calloc(rows->n + 1, sizeof(*facts->mounts));
	if (!facts->mounts)
		return -ENOMEM;
	for (size_t i = 0; i < rows->n; i++) {
		int r = take_mount(mib_rows_at(rows, i), &facts->mounts[i]);

		if (r < 0)
			return r;
		facts->disk_incomplete =
		    facts->disk_incomplete || diskrow_lacks(&facts->mounts[i]);
		facts->n_mounts++;
	}
	qsort(facts->mounts, facts->n_mounts, sizeof(*facts->mounts), by_point);
	return 0;
}
