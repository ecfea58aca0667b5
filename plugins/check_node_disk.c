/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/base/deadline.h"
#include "lib/check/plugin.h"
#include "lib/collect/disk.h"
#include "lib/health/diskrow.h"
#include "plugins/disk_select.h"

enum { DISK, INODES, DISK_USED, DISK_AVAIL, DISK_TOTAL, DISK_TOTAL_USED };

static const struct metric metrics[] = {
	[DISK] = { .name = "disk",
	    .unit = UNIT_PERCENT,
	    .flags = METRIC_INSTANCES,
	    .warn = "90",
	    .crit = "95",
	    .help = "space used, as df counts it, a mount" },
	[INODES] = { .name = "inodes",
	    .unit = UNIT_PERCENT,
	    .flags = METRIC_INSTANCES,
	    .warn = "90",
	    .crit = "95",
	    .help = "inodes used, a mount; absent where none are counted" },
	[DISK_USED] = { .name = "disk_used",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_INSTANCES,
	    .help = "bytes used, a mount; its size is the maximum" },
	[DISK_AVAIL] = { .name = "disk_avail",
	    .unit = UNIT_BYTES,
	    .flags = METRIC_INSTANCES | METRIC_QUIET,
	    .help = "bytes that users may still write, a mount" },
	[DISK_TOTAL] = { .name = "disk_total",
	    .unit = UNIT_PERCENT,
	    .help = "space used of all local file systems together" },
	[DISK_TOTAL_USED] = { .name = "disk_total_used",
	    .unit = UNIT_BYTES,
	    .help = "bytes used of all local file systems together" },
};

struct disk_options {
	struct disk_select_options select;
	enum state read_only; /* what a read-only mount is */
	bool no_write_probe;
};

static int take_read_only(void *target, const char *value, struct err *err)
{
	struct disk_options *given = target;

	return state_parse(value, &given->read_only, err);
}

#define SELECT(field) offsetof(struct disk_options, select.field)

static const struct opt options[] = {
	{ 'p', "path", "MOUNT", OPT_LIST, SELECT(paths), NULL,
	    "check this mount; CRITICAL if nothing is mounted there" },
	{ 0, "folder", "PATH", OPT_LIST, SELECT(folders), NULL,
	    "check the file system that holds PATH, whichever it is" },
	{ 0, "type", "PATTERN", OPT_LIST, SELECT(types), NULL,
	    "check mounts of these types (nfs4, fuse.*)" },
	{ 0, "regex", "REGEX", OPT_LIST, SELECT(regexes), NULL,
	    "check mounts whose path matches" },
	{ 0, "all", NULL, OPT_FLAG, SELECT(all), NULL,
	    "check network, memory and overlay file systems too" },
	{ 'x', "exclude-path", "PATTERN", OPT_LIST, SELECT(exclude_paths), NULL,
	    "leave out these mounts (/var/lib/docker/*)" },
	{ 0, "exclude-type", "PATTERN", OPT_LIST, SELECT(exclude_types), NULL,
	    "leave out mounts of these types" },
	{ 0, "exclude-regex", "REGEX", OPT_LIST, SELECT(exclude_regexes), NULL,
	    "leave out mounts whose path matches" },
	{ 0, "read-only", "STATE", OPT_CALL, 0, take_read_only,
	    "what a mount that was made read-only is (OK)" },
	{ 0, "no-write-probe", NULL, OPT_FLAG, offsetof(struct disk_options, no_write_probe),
	    NULL, "do not ask whether file systems take writes" },
};

/* --- what is refused ------------------------------------------------------------------ */

/* "-w 10": alert above 10. */
static bool is_plain(const struct threshold *item)
{
	return !item->is_default && item->metric->unit == UNIT_PERCENT && !item->range.inside &&
	       item->range.start <= 0 && !isinf(item->range.end);
}

static bool same_target(const struct threshold *a, const struct threshold *b)
{
	if (a->metric != b->metric || !a->instance != !b->instance)
		return false;
	return !a->instance || strcmp(a->instance, b->instance) == 0;
}

/*
 * Other checks of disks take "-w 10% -c 5%" for free space. Here it would alert on nearly
 * every node, or worse: "-w 40% -c 95%" on none that matters. So what can hardly be meant
 * is refused.
 */
static int validate(struct check *check, struct err *err)
{
	static const char hint[] = "thresholds are of used space, -w 90% -c 95%; "
				   "for free space: -w disk_avail=10G:";
	struct disk_options *given = check->options;
	const struct thresholds *thresholds = &check->thresholds;

	for (size_t i = 0; i < thresholds->n_items; i++) {
		const struct threshold *item = &thresholds->items[i];

		if (!is_plain(item))
			continue;
		if (item->has_unit && item->range.end <= 50)
			return err_set(err, -EINVAL,
			    "option -%c: more than %g%% used is no alarm: %s",
			    item->critical ? 'c' : 'w', item->range.end, hint);
		for (size_t k = 0; k < thresholds->n_items && !item->critical; k++) {
			const struct threshold *other = &thresholds->items[k];

			if (other->critical && is_plain(other) && same_target(item, other) &&
			    item->range.end > other->range.end)
				return err_set(err, -EINVAL,
				    "option -w: WARNING above %g%% would come after CRITICAL "
				    "above %g%%: %s",
				    item->range.end, other->range.end, hint);
		}
	}
	return disk_select_prepare(&given->select, err);
}

static void release(struct check *check)
{
	struct disk_options *given = check->options;

	disk_select_free(&given->select);
}

/* --- the verdicts ---------------------------------------------------------------------- */

static void judge_space(
    struct check *check, const struct diskrow *row, const struct disk_fs *fs, enum state state)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	const struct {
		int metric;
		double value, max;
	} values[] = { { DISK, diskrow_percent(fs), 100 },
		{ INODES, diskrow_inodes_percent(fs), 100 },
		{ DISK_USED, (double)fs->used_bytes, (double)fs->size_bytes },
		{ DISK_AVAIL, (double)fs->avail_bytes, (double)fs->size_bytes } };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (!isnan(values[i].value))
			state = state_worst(
			    state, result_value(check->result, &metrics[values[i].metric],
				       fs->point, values[i].value, 0, values[i].max));
	}
	diskrow_text(row, fs, &text);
	result_detail(check->result, state, "%s", buf_text(&text));
}

/* Its silence is the problem, not that there is no number. */
static void excuse(struct check *check, const char *point)
{
	static const int each[] = { DISK, INODES, DISK_USED, DISK_AVAIL };

	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++)
		thresholds_excuse(&check->thresholds, &metrics[each[i]], point);
}

static void judge_one(struct check *check, const struct diskrow *row, const struct disk_fs *fs)
{
	const struct disk_options *given = check->options;
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state =
	    diskrow_judge(row, fs, check->root.live, given->read_only, check->result);

	/* Nothing to fill: a file system that only shows something. */
	if (!isnan(diskrow_percent(fs))) {
		judge_space(check, row, fs, state);
	} else if (fs->space == DISK_HANGS || fs->space == DISK_SKIPPED) {
		diskrow_text(row, fs, &text);
		result_detail(check->result, state, "%s", buf_text(&text));
		excuse(check, fs->point);
	}
}

/* Before the mounts, so that they are never cut away with them. */
static void give_totals(struct check *check, const struct diskrow_sums *sums)
{
	double percent = diskrow_total_percent(sums);

	if (!isnan(percent)) {
		result_metric(check->result, &metrics[DISK_TOTAL], percent);
		result_value(check->result, &metrics[DISK_TOTAL_USED], NULL,
		    (double)sums->used_bytes, 0, (double)sums->size_bytes);
	} else if (sums->incomplete) {
		thresholds_excuse(&check->thresholds, &metrics[DISK_TOTAL], NULL);
		thresholds_excuse(&check->thresholds, &metrics[DISK_TOTAL_USED], NULL);
	}
}

static void summarize(struct check *check, const struct diskrow_sums *sums)
{
	double percent = diskrow_total_percent(sums);
	char used[NUM_TEXT_SIZE], size[NUM_TEXT_SIZE];

	diskrow_judge_sums(sums, check->result);
	if (!sums->fullest) {
		result_summary(check->result, "no file system with space");
		return;
	}
	num_bytes_text((double)sums->used_bytes, used);
	num_bytes_text((double)sums->size_bytes, size);
	if (sums->n_shown == 1)
		result_summary(
		    check->result, "%s %g%% used", sums->fullest, sums->fullest_percent);
	else if (!isnan(percent))
		result_summary(check->result, "fullest %s %g%%, %s of %s used on %zu mounts",
		    sums->fullest, sums->fullest_percent, used, size, sums->n_shown);
	else
		result_summary(check->result, "fullest %s %g%% of %zu mounts", sums->fullest,
		    sums->fullest_percent, sums->n_shown);
}

/* --- the run ------------------------------------------------------------------------------ */

static int run(struct check *check, struct err *err)
{
	const struct disk_options *given = check->options;
	CLEANUP_MOUNTS struct mounts mounts = MOUNTS_INIT;
	CLEANUP(disk_choices_free) struct disk_choices choices = DISK_CHOICES_INIT;
	CLEANUP_DISK struct disk disk = DISK_INIT;
	struct diskrow_sums sums = { .fullest = NULL };
	int r = mounts_read(&check->root, &mounts, err);

	if (r == 0)
		r = disk_select(&given->select, &mounts, &choices, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < choices.n_missing; i++) {
		result_problem(
		    check->result, STATE_CRITICAL, "%s is not mounted", choices.missing[i]);
		excuse(check, choices.missing[i]);
	}
	for (size_t i = 0; i < choices.n_items && r == 0; i++) {
		const struct diskrow *row = &choices.items[i];

		r = disk_add(&disk, &check->root, row->point,
		    row->mount && disk_may_probe(row->mount) && !given->no_write_probe, err);
	}
	if (r == 0)
		r = diskrow_ask(&check->samples, &check->root, &disk, deadline_left_ms(), err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < choices.n_items; i++)
		diskrow_add(&choices.items[i], &disk.items[i], &sums);
	give_totals(check, &sums);
	for (size_t i = 0; i < choices.n_items; i++)
		judge_one(check, &choices.items[i], &disk.items[i]);
	summarize(check, &sums);
	return 0;
}

static const struct plugin disk_plugin = {
	.name = "check_node_disk",
	.title = "DISK",
	.summary = "checks space and inodes of file systems, and whether they answer",
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct disk_options),
	.validate = validate,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&disk_plugin, argc, argv);
}
