/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/ovs_sample.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/client/lines.h"

enum { INTERFACE = 'i', DATAPATH = 'd', SUMS = 's', TIME = 't' };

void ovs_sample_free(struct ovs_sample *sample)
{
	free(sample->items);
	*sample = (struct ovs_sample)OVS_SAMPLE_INIT;
}

static int compare(const void *a, const void *b)
{
	const struct ovs_counters *one = a, *other = b;

	if (one->kind != other->kind)
		return one->kind < other->kind ? -1 : 1;
	if (one->name_size != other->name_size)
		return one->name_size < other->name_size ? -1 : 1;
	return memcmp(one->name, other->name, one->name_size);
}

static bool parse_line(const struct lines *line, struct ovs_counters *ret)
{
	const char *at = line->text + 1, *end = line->text + line->size;

	if (line->size < 2 || !strchr("idst", line->text[0]))
		return false;
	ret->kind = line->text[0];
	for (size_t i = 0; i < OVS_COUNTERS; i++) {
		if (num_scan_u64(&at, end, &ret->values[i]) < 0)
			return false;
	}
	if (end - at < 2 || *at != ' ')
		return false;
	ret->name = at + 1;
	ret->name_size = (size_t)(end - ret->name);
	return true;
}

int ovs_sample_parse(const char *text, size_t size, struct ovs_sample *ret, struct err *err)
{
	CLEANUP_OVS_SAMPLE struct ovs_sample found = OVS_SAMPLE_INIT;
	struct lines line = lines_of(text, size);
	size_t n = 0;

	while (lines_next(&line))
		n++;
	found.items = calloc(n ? n : 1, sizeof(*found.items));
	if (!found.items)
		return err_sys(err, -ENOMEM, "cannot keep the last counters");
	line = lines_of(text, size);
	while (lines_next(&line))
		found.n_items += parse_line(&line, &found.items[found.n_items]);
	if (found.n_items > 1)
		qsort(found.items, found.n_items, sizeof(*found.items), compare);
	*ret = found;
	found = (struct ovs_sample)OVS_SAMPLE_INIT;
	return 0;
}

static struct ovs_counters of_counters(
    char kind, const char *name, const struct vswitch_counters *counters)
{
	return (struct ovs_counters){
		.kind = kind,
		.name = name,
		.name_size = strlen(name),
		.values = { counters->in_errors, counters->out_errors, counters->in_drops,
		    counters->out_drops },
	};
}

static struct ovs_counters of_interface(const struct vswitch_interface *interface)
{
	return of_counters(INTERFACE, interface->name, &interface->counters);
}

static struct ovs_counters of_time(int64_t read_at_ms)
{
	return (struct ovs_counters){
		.kind = TIME,
		.name = "read",
		.name_size = strlen("read"),
		.values = { (uint64_t)read_at_ms },
	};
}

static struct ovs_counters of_datapath(const struct datapath *datapath)
{
	return (struct ovs_counters){
		.kind = DATAPATH,
		.name = datapath->name,
		.name_size = strlen(datapath->name),
		.values = { datapath->lost, datapath->missed, datapath->hit },
	};
}

static void add(const struct ovs_counters *counters, struct buf *buf)
{
	if (counters->name_size == 0 || memchr(counters->name, '\n', counters->name_size))
		return;
	buf_addc(buf, counters->kind);
	for (size_t i = 0; i < OVS_COUNTERS; i++)
		buf_addf(buf, " %llu", (unsigned long long)counters->values[i]);
	buf_addc(buf, ' ');
	buf_add(buf, counters->name, counters->name_size);
	buf_addc(buf, '\n');
}

void ovs_sample_add_interface(const struct vswitch_interface *interface, struct buf *buf)
{
	const struct ovs_counters counters = of_interface(interface);

	if (interface->counters.known)
		add(&counters, buf);
}

void ovs_sample_add_datapath(const struct datapath *datapath, struct buf *buf)
{
	const struct ovs_counters counters = of_datapath(datapath);

	add(&counters, buf);
}

void ovs_sample_add_sums(const struct vswitch_counters *counters, struct buf *buf)
{
	const struct ovs_counters sums = of_counters(SUMS, "all", counters);

	add(&sums, buf);
}

void ovs_sample_add_time(int64_t read_at_ms, struct buf *buf)
{
	const struct ovs_counters time = of_time(read_at_ms);

	add(&time, buf);
}

/* Of the same kind and name. */
static const struct ovs_counters *find(
    const struct ovs_sample *sample, const struct ovs_counters *now)
{
	return sample->n_items ? bsearch(now, sample->items, sample->n_items,
				     sizeof(*sample->items), compare)
			       : NULL;
}

int64_t ovs_sample_time(const struct ovs_sample *sample)
{
	const struct ovs_counters time = of_time(0), *found = find(sample, &time);

	return found && found->values[0] <= INT64_MAX ? (int64_t)found->values[0] : 0;
}

static bool rate(const struct ovs_sample *sample, double seconds,
    const struct ovs_counters *now, double ret[OVS_COUNTERS])
{
	const struct ovs_counters *then = find(sample, now);
	uint64_t delta[OVS_COUNTERS];

	if (!then)
		return false;
	for (size_t i = 0; i < OVS_COUNTERS; i++) {
		if (num_counter_delta(then->values[i], now->values[i], &delta[i]) < 0)
			return false;
	}
	for (size_t i = 0; i < OVS_COUNTERS; i++)
		ret[i] = (double)delta[i] / seconds;
	return true;
}

bool ovs_sample_interface_rate(const struct ovs_sample *sample, double seconds,
    const struct vswitch_interface *now, double ret[OVS_COUNTERS])
{
	const struct ovs_counters counters = of_interface(now);

	return now->counters.known && rate(sample, seconds, &counters, ret);
}

bool ovs_sample_datapath_rate(const struct ovs_sample *sample, double seconds,
    const struct datapath *now, double ret[OVS_COUNTERS])
{
	const struct ovs_counters counters = of_datapath(now);

	return rate(sample, seconds, &counters, ret);
}

bool ovs_sample_sums_rate(const struct ovs_sample *sample, double seconds,
    const struct vswitch_counters *now, double ret[OVS_COUNTERS])
{
	const struct ovs_counters counters = of_counters(SUMS, "all", now);

	return now->known && rate(sample, seconds, &counters, ret);
}
