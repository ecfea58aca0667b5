/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check/plugin.h"
#include "lib/collect/diskio.h"

enum { IO, READ_BYTES, WRITE_BYTES, WAIT, READS, WRITES, QUEUE };

static const struct metric metrics[] = {
	[IO] = { .name = "io",
	    .unit = UNIT_PERCENT,
	    .flags = METRIC_INSTANCES | METRIC_TOTAL,
	    .help = "time in which a request was in flight; of the busiest disk" },
	[READ_BYTES] = { .name = "read",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_INSTANCES | METRIC_TOTAL,
	    .help = "bytes read per second" },
	[WRITE_BYTES] = { .name = "write",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_INSTANCES | METRIC_TOTAL,
	    .help = "bytes written per second" },
	[WAIT] = { .name = "wait",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_INSTANCES | METRIC_TOTAL,
	    .help = "mean time that a request took; of the slowest disk" },
	[READS] = { .name = "reads",
	    .flags = METRIC_INSTANCES | METRIC_TOTAL,
	    .help = "reads completed per second" },
	[WRITES] = { .name = "writes",
	    .flags = METRIC_INSTANCES | METRIC_TOTAL,
	    .help = "writes completed per second" },
	[QUEUE] = { .name = "queue",
	    .flags = METRIC_INSTANCES | METRIC_TOTAL | METRIC_QUIET,
	    .help = "mean number of requests in flight" },
};
enum { N_METRICS = sizeof(metrics) / sizeof(metrics[0]) };

struct diskio_options {
	struct opt_list devices;
	struct opt_list excluded;
	bool layers;
};

static const struct opt options[] = {
	{ 0, "device", "PATTERN", OPT_LIST, offsetof(struct diskio_options, devices), NULL,
	    "check these devices (sd*, dm-0), of any kind; CRITICAL if there is none" },
	{ 0, "exclude-device", "PATTERN", OPT_LIST, offsetof(struct diskio_options, excluded),
	    NULL, "leave out these devices" },
	{ 0, "layers", NULL, OPT_FLAG, offsetof(struct diskio_options, layers), NULL,
	    "check dm, md, bcache and drbd devices too, outside the totals" },
};

/* What was measured of one device. */
struct row {
	const char *name; /* borrowed from the sample */
	enum diskio_kind kind;
	double values[N_METRICS];
	enum state state; /* the worst verdict on them */
};

struct rows {
	struct row *items;
	size_t n_items;
	bool any_disk;
};

static void rows_free(struct rows *rows)
{
	free(rows->items);
}

static bool matches(const struct opt_list *patterns, const char *name)
{
	for (size_t i = 0; i < patterns->n_items; i++) {
		if (fnmatch(patterns->items[i], name, 0) == 0)
			return true;
	}
	return false;
}

static bool is_chosen(const struct diskio_options *given, const struct diskio_device *device)
{
	if (matches(&given->excluded, device->name))
		return false;
	if (given->devices.n_items)
		return matches(&given->devices, device->name);
	return device->kind == DISKIO_DISK || (given->layers && device->kind == DISKIO_LAYER);
}

static int read_sample(
    const struct fsroot *root, struct buf *buf, void *context, struct err *err)
{
	(void)context;
	return fsroot_read(root, "/proc/diskstats", buf, err);
}

static void add_row(
    struct rows *rows, const struct diskio_device *device, const struct diskio_rate *rate)
{
	rows->items[rows->n_items++] = (struct row){
		.name = device->name,
		.kind = device->kind,
		.values = { [IO] = rate->busy,
		    [READ_BYTES] = rate->read_bytes,
		    [WRITE_BYTES] = rate->write_bytes,
		    [WAIT] = rate->wait,
		    [READS] = rate->reads,
		    [WRITES] = rate->writes,
		    [QUEUE] = rate->queue },
	};
	rows->any_disk = rows->any_disk || device->kind == DISKIO_DISK;
}

/* A device that came, or whose counters were reset, since the earlier sample has no rate. */
static void measure(struct check *check, const struct diskio *earlier,
    const struct diskio *later, double seconds, struct rows *rows)
{
	for (size_t i = 0; i < later->n_devices; i++) {
		const struct diskio_device *device = &later->devices[i], *before = NULL;
		struct diskio_rate rate;

		if (!is_chosen(check->options, device))
			continue;
		if (earlier)
			before = diskio_find(earlier, device->name, i);
		if ((earlier && !before) || diskio_rate(before, device, seconds, &rate) < 0)
			result_detail(check->result, STATE_OK,
			    "%s is new since the last sample", device->name);
		else
			add_row(rows, device, &rate);
	}
}

/* Totals are of whole disks, where the work is done; of all that were chosen if none is. */
static bool in_total(const struct rows *rows, const struct row *row)
{
	return row->kind == DISKIO_DISK || !rows->any_disk;
}

static const struct row *give_totals(struct check *check, const struct rows *rows)
{
	double totals[N_METRICS] = { [IO] = -1, [WAIT] = NAN };
	const struct row *busiest = NULL;

	for (size_t i = 0; i < rows->n_items; i++) {
		const struct row *row = &rows->items[i];

		if (!in_total(rows, row))
			continue;
		for (int m = 0; m < N_METRICS; m++) {
			bool worst = m == IO || m == WAIT;

			if (!worst)
				totals[m] += row->values[m];
			else if (isnan(totals[m]) || row->values[m] > totals[m])
				totals[m] = row->values[m];
		}
		if (!busiest || row->values[IO] > busiest->values[IO])
			busiest = row;
	}
	for (int m = 0; m < N_METRICS && busiest; m++) {
		/* Nothing was asked of the disks, so nobody waited. */
		if (m == WAIT && isnan(totals[m]))
			totals[m] = 0;
		result_value(check->result, &metrics[m], NULL, totals[m], 0,
		    m == IO ? 100 : RESULT_NONE);
	}
	return busiest;
}

static void give_each(struct check *check, struct rows *rows)
{
	for (int m = 0; m < N_METRICS; m++) {
		for (size_t i = 0; i < rows->n_items; i++) {
			struct row *row = &rows->items[i];
			double value = row->values[m];

			row->state = state_worst(
			    row->state, result_value(check->result, &metrics[m], row->name,
					    m == WAIT && isnan(value) ? 0 : value, 0,
					    m == IO ? 100 : RESULT_NONE));
		}
	}
	for (size_t i = 0; i < rows->n_items; i++) {
		const struct row *row = &rows->items[i];
		char read[NUM_TEXT_SIZE], written[NUM_TEXT_SIZE];

		num_bytes_text(row->values[READ_BYTES], read);
		num_bytes_text(row->values[WRITE_BYTES], written);
		result_detail(check->result, row->state,
		    "%s %.1f%% busy: %s/s in %.1f reads/s, %s/s in %.1f writes/s, %.1f ms a "
		    "request, queue %.2f",
		    row->name, row->values[IO], read, row->values[READS], written,
		    row->values[WRITES],
		    isnan(row->values[WAIT]) ? 0 : row->values[WAIT] * 1000,
		    row->values[QUEUE]);
	}
}

/* A pattern that fits nothing is a disk that is gone. */
static void miss(struct check *check, const struct diskio *diskio)
{
	const struct diskio_options *given = check->options;

	for (size_t i = 0; i < given->devices.n_items; i++) {
		bool found = false;

		for (size_t k = 0; k < diskio->n_devices && !found; k++)
			found =
			    fnmatch(given->devices.items[i], diskio->devices[k].name, 0) == 0;
		if (!found)
			result_problem(check->result, STATE_CRITICAL, "no device %s",
			    given->devices.items[i]);
	}
}

static void summarize(struct check *check, const struct row *busiest, bool since_boot)
{
	char read[NUM_TEXT_SIZE], written[NUM_TEXT_SIZE];

	if (!busiest) {
		result_summary(check->result, "no disks");
		return;
	}
	num_bytes_text(busiest->values[READ_BYTES], read);
	num_bytes_text(busiest->values[WRITE_BYTES], written);
	result_summary(check->result, "busiest %s %.1f%%, %s/s read, %s/s written%s",
	    busiest->name, busiest->values[IO], read, written, since_boot ? " since boot" : "");
}

static int run(struct check *check, struct err *err)
{
	CLEANUP(sample_pair_free) struct sample_pair pair = SAMPLE_PAIR_INIT;
	CLEANUP_DISKIO struct diskio earlier = DISKIO_INIT;
	CLEANUP_DISKIO struct diskio later = DISKIO_INIT;
	CLEANUP(rows_free) struct rows rows = { .items = NULL };
	int r = sample_pair_take(&check->samples, &check->root, read_sample, NULL, &pair, err);

	if (r == 0)
		r = diskio_parse(buf_text(&pair.earlier), pair.earlier.size, &earlier, err);
	if (r == 0)
		r = diskio_parse(buf_text(&pair.later), pair.later.size, &later, err);
	if (r < 0)
		return r;
	rows.items = calloc(later.n_devices + 1, sizeof(*rows.items));
	if (!rows.items)
		return err_sys(err, -ENOMEM, "cannot measure disks");
	miss(check, &later);
	measure(check, pair.since_boot ? NULL : &earlier, &later, pair.seconds, &rows);
	summarize(check, give_totals(check, &rows), pair.since_boot);
	give_each(check, &rows);
	return 0;
}

static void release(struct check *check)
{
	struct diskio_options *given = check->options;

	opt_list_free(&given->devices);
	opt_list_free(&given->excluded);
}

static const struct plugin diskio_plugin = {
	.name = "check_node_diskio",
	.title = "DISKIO",
	.summary = "checks how busy disks are and how long they take",
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct diskio_options),
	.may_sleep = true,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&diskio_plugin, argc, argv);
}
