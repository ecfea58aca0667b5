/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/diskrow.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/collect/diskstuck.h"

int diskrow_ask(struct sample_store *store, const struct fsroot *root, struct disk *disk,
    int64_t budget_ms, struct err *err)
{
	CLEANUP_BUF struct buf before = BUF_INIT_MAX(SAMPLE_SIZE_MAX);
	CLEANUP_BUF struct buf after = BUF_INIT_MAX(SAMPLE_SIZE_MAX);
	double age_s;
	int r = sample_store_read(store, root, &before, &age_s);

	/* However old: a process is known by its start. */
	if (r == 0 || r == -ETIME)
		diskstuck_load(disk, buf_text(&before), before.size);
	r = disk_ask(disk, budget_ms, err);
	if (r == 0 && diskstuck_save(disk, &after) > 0)
		(void)sample_store_keep(store, root, buf_text(&after), after.size);
	return r;
}

/* --- sums -------------------------------------------------------------------------------- */

/* Gone since it was listed, or not ours to see: no fact at all, today and tomorrow. */
static bool is_absent(const struct disk_fs *fs)
{
	return fs->space == DISK_FAILED &&
	       (fs->error == ENOENT || fs->error == EACCES || fs->error == EPERM);
}

void diskrow_add(const struct diskrow *row, const struct disk_fs *fs, struct diskrow_sums *sums)
{
	double percent;

	if (row->in_total && fs->space != DISK_ANSWERED && !is_absent(fs))
		sums->incomplete = true;
	if (fs->space == DISK_UNASKED)
		sums->n_unasked++;
	if (is_absent(fs) && fs->error != ENOENT && !row->named)
		sums->n_denied++;
	percent = diskrow_percent(fs);
	if (isnan(percent))
		return;
	sums->n_shown++;
	if (!sums->fullest || percent > sums->fullest_percent) {
		sums->fullest = fs->point;
		sums->fullest_percent = percent;
	}
	if (row->in_total) {
		sums->used_bytes += fs->used_bytes;
		sums->avail_bytes += fs->avail_bytes;
		sums->size_bytes += fs->size_bytes;
	}
}

double diskrow_total_percent(const struct diskrow_sums *sums)
{
	return sums->incomplete ? NAN : disk_percent(sums->used_bytes, sums->avail_bytes);
}

void diskrow_judge_sums(const struct diskrow_sums *sums, struct result *result)
{
	if (sums->n_unasked)
		result_problem(result, STATE_UNKNOWN, "no time left to ask %zu file system%s",
		    sums->n_unasked, sums->n_unasked == 1 ? "" : "s");
	if (sums->n_denied)
		result_detail(result, STATE_OK,
		    "%zu file system%s may not be read by this user", sums->n_denied,
		    sums->n_denied == 1 ? "" : "s");
}

/* --- verdicts ------------------------------------------------------------------------------ */

static enum state judge_writes(const struct diskrow *row, const struct disk_fs *fs, bool live,
    enum state read_only, struct result *result)
{
	const struct mount *mount = row->mount;

	if (fs->write == DISK_HANGS || fs->write == DISK_SKIPPED) {
		result_problem(result, STATE_CRITICAL, "writes to %s hang", fs->point);
		return STATE_CRITICAL;
	}
	if (!mount)
		return STATE_OK;
	if (mount->broken) {
		result_problem(
		    result, STATE_CRITICAL, "%s has stopped after an error", fs->point);
		return STATE_CRITICAL;
	}
	if (mount->read_only) {
		result_problem(result, read_only, "%s is read-only", fs->point);
		return read_only;
	}
	/* The mount was made for writing: an error made the whole file system read-only. Below a
	 * root the write may fail for our own view of it only. */
	if (mount->super_read_only ||
	    (fs->write == DISK_FAILED && fs->write_error == EROFS && live)) {
		result_problem(result, STATE_CRITICAL, "%s went read-only", fs->point);
		return STATE_CRITICAL;
	}
	if (fs->write == DISK_FAILED && fs->write_error != EROFS) {
		result_problem(result, STATE_CRITICAL, "writes to %s fail: %s", fs->point,
		    strerror(fs->write_error));
		return STATE_CRITICAL;
	}
	return STATE_OK;
}

static enum state judge_failure(
    const struct diskrow *row, const struct disk_fs *fs, struct result *result)
{
	if (!is_absent(fs)) {
		result_problem(
		    result, STATE_CRITICAL, "%s: %s", fs->point, strerror(fs->error));
		return STATE_CRITICAL;
	}
	/* A mount that went away between the list and the question is no fact at all. */
	if (!row->named)
		return STATE_OK;
	if (fs->error == ENOENT) {
		result_problem(result, STATE_CRITICAL, "%s does not exist", fs->point);
		return STATE_CRITICAL;
	}
	result_problem(result, STATE_UNKNOWN,
	    "%s may not be read: this user needs search permission on the folders above it",
	    fs->point);
	return STATE_UNKNOWN;
}

enum state diskrow_judge(const struct diskrow *row, const struct disk_fs *fs, bool live,
    enum state read_only, struct result *result)
{
	switch (fs->space) {
	case DISK_HANGS:
	case DISK_SKIPPED:
		result_problem(result, STATE_CRITICAL, "%s does not answer", fs->point);
		return STATE_CRITICAL;
	case DISK_FAILED:
		return judge_failure(row, fs, result);
	case DISK_ANSWERED:
		return judge_writes(row, fs, live, read_only, result);
	case DISK_UNASKED:
		break;
	}
	return STATE_OK;
}

/* --- words ----------------------------------------------------------------------------------- */

double diskrow_percent(const struct disk_fs *fs)
{
	return fs->space == DISK_ANSWERED ? disk_percent(fs->used_bytes, fs->avail_bytes) : NAN;
}

double diskrow_inodes_percent(const struct disk_fs *fs)
{
	return fs->space == DISK_ANSWERED && fs->inodes
		   ? disk_percent(fs->inodes_used, fs->inodes_avail)
		   : NAN;
}

void diskrow_text(const struct diskrow *row, const struct disk_fs *fs, struct buf *buf)
{
	double inodes = diskrow_inodes_percent(fs);
	char used[NUM_TEXT_SIZE], size[NUM_TEXT_SIZE], avail[NUM_TEXT_SIZE];

	buf_adds(buf, fs->point);
	if (fs->space == DISK_ANSWERED) {
		num_bytes_text((double)fs->used_bytes, used);
		num_bytes_text((double)fs->size_bytes, size);
		num_bytes_text((double)fs->avail_bytes, avail);
		buf_addf(buf, " %g%%: %s of %s used, %s free", diskrow_percent(fs), used, size,
		    avail);
		if (!isnan(inodes))
			buf_addf(buf, ", inodes %g%%", inodes);
	} else {
		buf_adds(
		    buf, fs->space == DISK_FAILED ? " cannot be read" : " does not answer");
	}
	if (row->mount)
		buf_addf(buf, ", %s %s", row->mount->type, row->mount->source);
}
