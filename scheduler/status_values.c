/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "lib/base/num.h"
#include "lib/check/perf.h"
#include "scheduler/status.h"

const char *const status_labels[STATUS_METRICS] = {
	[STATUS_UPTIME] = "uptime",
	[STATUS_LOAD] = "load1",
	[STATUS_CPU] = "cpu",
	[STATUS_IO] = "io",
	[STATUS_MEMORY] = "memory",
	[STATUS_IN] = "in",
	[STATUS_OUT] = "out",
	[STATUS_DISK] = "disk_total",
	[STATUS_DISK_USED] = "disk_total_used",
	[STATUS_MOUNT] = "disk_max",
	[STATUS_TEMP] = "temp",
};

/* A value of the same label in another unit is another program's, and something else. */
static const char *const units[STATUS_METRICS] = {
	[STATUS_UPTIME] = "s",
	[STATUS_LOAD] = "",
	[STATUS_CPU] = "%",
	[STATUS_IO] = "%",
	[STATUS_MEMORY] = "%",
	[STATUS_IN] = "B",
	[STATUS_OUT] = "B",
	[STATUS_DISK] = "%",
	[STATUS_DISK_USED] = "B",
	[STATUS_MOUNT] = "%",
	[STATUS_TEMP] = "",
};

static const char mount_label[] = "disk@", process_label[] = "processes@";

static bool is(const char *text, size_t size, const char *word)
{
	return strncmp(text, word, size) == 0 && word[size] == '\0';
}

static bool begins(const struct perf_item *item, const char *word, size_t word_size)
{
	return item->label_size > word_size && memcmp(item->label, word, word_size) == 0;
}

/* max of "warn;crit;min;max"; 0 when it is not there. */
static double maximum(const struct perf_item *item)
{
	const char *p = item->rest, *end = item->rest + item->rest_size;
	double value;

	for (int i = 0; i < 3; i++) {
		p = p < end ? memchr(p, ';', (size_t)(end - p)) : NULL;
		if (!p)
			return 0;
		p++;
	}
	return num_double_n(p, (size_t)(end - p), &value) < 0 ? 0 : value;
}

static void keep_name(char to[STATUS_NAME_SIZE], const char *text, size_t size)
{
	if (size > STATUS_NAME_SIZE - 1)
		size = STATUS_NAME_SIZE - 1;
	memcpy(to, text, size);
	to[size] = '\0';
}

static void add_process(
    struct status_values *values, const struct perf_item *item, int64_t perf_ms)
{
	char name[STATUS_NAME_SIZE];
	size_t i = 0;

	keep_name(name, item->label + sizeof(process_label) - 1,
	    item->label_size - (sizeof(process_label) - 1));
	while (i < values->n_processes && strcmp(values->processes[i].name, name) != 0)
		i++;
	if (i == STATUS_PROCESSES)
		return;
	if (i == values->n_processes) {
		values->n_processes++;
		memcpy(values->processes[i].name, name, sizeof(name));
		values->processes[i].ms = 0;
	}
	if (values->processes[i].ms >= perf_ms)
		return;
	values->processes[i].count = item->value;
	values->processes[i].ms = perf_ms;
}

static void add_metric(
    struct status_values *values, const struct perf_item *item, int64_t perf_ms)
{
	for (size_t i = 0; i < STATUS_METRICS; i++) {
		if (!is(item->label, item->label_size, status_labels[i]))
			continue;
		if (!is(item->uom, item->uom_size, units[i]) || values->ms[i] >= perf_ms)
			return;
		values->values[i] = item->value;
		values->ms[i] = perf_ms;
		if (i == STATUS_DISK_USED)
			values->disk_size = maximum(item);
		if (i == STATUS_MOUNT)
			values->mount[0] = '\0';
		return;
	}
}

void status_values_add(struct status_values *values, const char *perf, int64_t perf_ms)
{
	const char *end = perf + strlen(perf);
	const char *fullest = NULL;
	size_t fullest_size = 0;
	double percent = -1;
	struct perf_item item;
	int r;

	while ((r = perf_next(&perf, end, &item)) != 0) {
		if (r < 0)
			continue;
		if (!memchr(item.label, '@', item.label_size)) {
			add_metric(values, &item, perf_ms);
		} else if (begins(&item, process_label, sizeof(process_label) - 1)) {
			add_process(values, &item, perf_ms);
		} else if (begins(&item, mount_label, sizeof(mount_label) - 1) &&
			   is(item.uom, item.uom_size, "%") && item.value > percent) {
			fullest = item.label + sizeof(mount_label) - 1;
			fullest_size = item.label_size - (sizeof(mount_label) - 1);
			percent = item.value;
		}
	}
	/* The mount has a name here, which disk_max has not. */
	if (!fullest || perf_ms < values->ms[STATUS_MOUNT])
		return;
	values->values[STATUS_MOUNT] = percent;
	values->ms[STATUS_MOUNT] = perf_ms;
	keep_name(values->mount, fullest, fullest_size);
}

int64_t status_values_oldest(const struct status_values *values)
{
	int64_t oldest = 0;

	for (size_t i = 0; i < STATUS_METRICS; i++) {
		if (values->ms[i] && (oldest == 0 || values->ms[i] < oldest))
			oldest = values->ms[i];
	}
	for (size_t i = 0; i < values->n_processes; i++) {
		if (oldest == 0 || values->processes[i].ms < oldest)
			oldest = values->processes[i].ms;
	}
	return oldest;
}
