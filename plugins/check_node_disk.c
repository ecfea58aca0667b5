/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/base/deadline.h"
#include "lib/check/plugin.h"
#include "lib/collect/disk.h"
#include "lib/collect/diskstuck.h"
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

/* What is found about all of them. */
struct sums {
	uint64_t used_bytes, avail_bytes, size_bytes;
	size_t n_shown, n_unasked, n_denied;
	bool complete; /* every local one that can be asked is in the sum */
	const char *fullest;
	double fullest_percent;
};

static void judge_writes(
    struct check *check, const struct disk_choice *choice, const struct disk_fs *fs)
{
	const struct disk_options *given = check->options;
	const struct mount *mount = choice->mount;
	struct result *result = check->result;

	if (fs->write == DISK_HANGS || fs->write == DISK_SKIPPED) {
		result_problem(result, STATE_CRITICAL, "writes to %s hang", fs->point);
		return;
	}
	if (!mount)
		return;
	if (mount->broken)
		result_problem(
		    result, STATE_CRITICAL, "%s has stopped after an error", fs->point);
	else if (mount->read_only)
		result_problem(result, given->read_only, "%s is read-only", fs->point);
	/* The mount was made for writing: an error made the whole file system read-only. Below a
	 * root the write may fail for our own view of it only. */
	else if (mount->super_read_only ||
		 (fs->write == DISK_FAILED && fs->write_error == EROFS && check->root.live))
		result_problem(result, STATE_CRITICAL, "%s went read-only", fs->point);
	else if (fs->write == DISK_FAILED && fs->write_error != EROFS)
		result_problem(result, STATE_CRITICAL, "writes to %s fail: %s", fs->point,
		    strerror(fs->write_error));
}

static void judge_failure(struct check *check, const struct disk_choice *choice,
    const struct disk_fs *fs, struct sums *sums)
{
	struct result *result = check->result;

	/* A mount that went away between the list and the question is no fact at all. */
	if (fs->error == ENOENT && choice->named)
		result_problem(result, STATE_CRITICAL, "%s does not exist", fs->point);
	else if (fs->error != ENOENT && fs->error != EACCES && fs->error != EPERM)
		result_problem(
		    result, STATE_CRITICAL, "%s: %s", fs->point, strerror(fs->error));
	else if (fs->error != ENOENT && choice->named)
		result_problem(result, STATE_UNKNOWN,
		    "%s may not be read: this user needs search permission on the folders "
		    "above it",
		    fs->point);
	else if (fs->error != ENOENT)
		sums->n_denied++;
}

static void judge_space(struct check *check, const struct disk_choice *choice,
    const struct disk_fs *fs, struct sums *sums)
{
	double percent = disk_percent(fs->used_bytes, fs->avail_bytes);
	double inodes = fs->inodes ? disk_percent(fs->inodes_used, fs->inodes_avail) : NAN;
	char used[NUM_TEXT_SIZE], size[NUM_TEXT_SIZE], avail[NUM_TEXT_SIZE];
	char inodes_text[32] = "";
	enum state state = STATE_OK;

	/* Nothing to fill: a file system that only shows something. */
	if (isnan(percent))
		return;
	state = result_value(check->result, &metrics[DISK], fs->point, percent, 0, 100);
	if (!isnan(inodes)) {
		state = state_worst(state,
		    result_value(check->result, &metrics[INODES], fs->point, inodes, 0, 100));
		(void)snprintf(inodes_text, sizeof(inodes_text), ", inodes %g%%", inodes);
	}
	state = state_worst(state, result_value(check->result, &metrics[DISK_USED], fs->point,
				       (double)fs->used_bytes, 0, (double)fs->size_bytes));
	state = state_worst(state, result_value(check->result, &metrics[DISK_AVAIL], fs->point,
				       (double)fs->avail_bytes, 0, (double)fs->size_bytes));
	num_bytes_text((double)fs->used_bytes, used);
	num_bytes_text((double)fs->size_bytes, size);
	num_bytes_text((double)fs->avail_bytes, avail);
	result_detail(check->result, state, "%s %g%%: %s of %s used, %s free%s%s%s%s%s",
	    fs->point, percent, used, size, avail, inodes_text, choice->mount ? ", " : "",
	    choice->mount ? choice->mount->type : "", choice->mount ? " " : "",
	    choice->mount ? choice->mount->source : "");
	sums->n_shown++;
	if (!sums->fullest || percent > sums->fullest_percent) {
		sums->fullest = fs->point;
		sums->fullest_percent = percent;
	}
	if (choice->in_total) {
		sums->used_bytes += fs->used_bytes;
		sums->avail_bytes += fs->avail_bytes;
		sums->size_bytes += fs->size_bytes;
	}
}

static void judge_one(struct check *check, const struct disk_choice *choice,
    const struct disk_fs *fs, struct sums *sums)
{
	const struct mount *mount = choice->mount;

	/* What is gone, or not ours to see, is no part of the sum today and tomorrow. */
	if (choice->in_total && fs->space != DISK_ANSWERED &&
	    !(fs->space == DISK_FAILED &&
		(fs->error == ENOENT || fs->error == EACCES || fs->error == EPERM)))
		sums->complete = false;
	if (fs->space == DISK_HANGS || fs->space == DISK_SKIPPED) {
		result_problem(check->result, STATE_CRITICAL, "%s does not answer", fs->point);
		result_detail(check->result, STATE_CRITICAL, "%s does not answer: %s %s",
		    fs->point, mount ? mount->type : "", mount ? mount->source : "");
	} else if (fs->space == DISK_FAILED) {
		judge_failure(check, choice, fs, sums);
	} else if (fs->space == DISK_UNASKED) {
		sums->n_unasked++;
	} else {
		judge_writes(check, choice, fs);
		judge_space(check, choice, fs, sums);
	}
}

static void summarize(struct check *check, const struct sums *sums)
{
	double percent = disk_percent(sums->used_bytes, sums->avail_bytes);
	char used[NUM_TEXT_SIZE], size[NUM_TEXT_SIZE];

	if (sums->n_unasked)
		result_problem(check->result, STATE_UNKNOWN, "%zu file system%s left unasked",
		    sums->n_unasked, sums->n_unasked == 1 ? "" : "s");
	if (sums->n_denied)
		result_detail(check->result, STATE_OK,
		    "%zu file system%s may not be read by this user", sums->n_denied,
		    sums->n_denied == 1 ? "" : "s");
	if (sums->complete && !isnan(percent)) {
		result_metric(check->result, &metrics[DISK_TOTAL], percent);
		result_value(check->result, &metrics[DISK_TOTAL_USED], NULL,
		    (double)sums->used_bytes, 0, (double)sums->size_bytes);
	}
	if (!sums->fullest) {
		result_summary(check->result, "no file system with space");
		return;
	}
	num_bytes_text((double)sums->used_bytes, used);
	num_bytes_text((double)sums->size_bytes, size);
	if (sums->n_shown == 1)
		result_summary(
		    check->result, "%s %g%% used", sums->fullest, sums->fullest_percent);
	else if (sums->complete && !isnan(percent))
		result_summary(check->result, "fullest %s %g%%, %s of %s used on %zu mounts",
		    sums->fullest, sums->fullest_percent, used, size, sums->n_shown);
	else
		result_summary(check->result, "fullest %s %g%% of %zu mounts", sums->fullest,
		    sums->fullest_percent, sums->n_shown);
}

/* --- the run ------------------------------------------------------------------------------ */

/* Asks, and remembers who hangs where, so that the next run sends nobody there. */
static int ask(struct check *check, struct disk *disk, struct err *err)
{
	CLEANUP_BUF struct buf before = BUF_INIT_MAX(SAMPLE_SIZE_MAX);
	CLEANUP_BUF struct buf after = BUF_INIT_MAX(SAMPLE_SIZE_MAX);
	double age_s;
	int r = sample_store_read(&check->samples, &check->root, &before, &age_s);

	/* However old: a process is known by its start. */
	if (r == 0 || r == -ETIME)
		diskstuck_load(disk, buf_text(&before), before.size);
	r = disk_ask(disk, deadline_left_ms(), err);
	if (r == 0 && diskstuck_save(disk, &after) > 0)
		(void)sample_store_keep(
		    &check->samples, &check->root, buf_text(&after), after.size);
	return r;
}

static int run(struct check *check, struct err *err)
{
	const struct disk_options *given = check->options;
	CLEANUP_MOUNTS struct mounts mounts = MOUNTS_INIT;
	CLEANUP(disk_choices_free) struct disk_choices choices = DISK_CHOICES_INIT;
	CLEANUP_DISK struct disk disk = DISK_INIT;
	struct sums sums = { .complete = true };
	int r = mounts_read(&check->root, &mounts, err);

	if (r == 0)
		r = disk_select(&given->select, &mounts, &choices, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < choices.n_missing; i++)
		result_problem(
		    check->result, STATE_CRITICAL, "%s is not mounted", choices.missing[i]);
	for (size_t i = 0; i < choices.n_items && r == 0; i++) {
		const struct disk_choice *choice = &choices.items[i];

		r = disk_add(&disk, &check->root, choice->point,
		    choice->mount && disk_may_probe(choice->mount) && !given->no_write_probe,
		    err);
	}
	if (r == 0)
		r = ask(check, &disk, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < choices.n_items; i++)
		judge_one(check, &choices.items[i], &disk.items[i], &sums);
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
