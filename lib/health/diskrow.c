/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/diskrow.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
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

static enum diskrow_condition condition_of_writes(
    const struct diskrow *row, const struct disk_fs *fs, bool trusts_writes)
{
	const struct mount *mount = row->mount;

	if (fs->write == DISK_HANGS || fs->write == DISK_SKIPPED)
		return DISKROW_WRITES_HANG;
	if (!mount)
		return DISKROW_WELL;
	if (mount->broken)
		return DISKROW_STOPPED;
	if (mount->read_only)
		return DISKROW_READ_ONLY;
	/* The mount was made for writing: an error made the whole file system read-only. Below a
	 * root, or in a sandbox, the write may fail for our own view of it only. */
	if (mount->super_read_only ||
	    (fs->write == DISK_FAILED && fs->write_error == EROFS && trusts_writes))
		return DISKROW_WENT_READ_ONLY;
	if (fs->write == DISK_FAILED && fs->write_error != EROFS)
		return DISKROW_WRITES_FAIL;
	return DISKROW_WELL;
}

enum diskrow_condition diskrow_condition(
    const struct diskrow *row, const struct disk_fs *fs, bool trusts_writes)
{
	if (row->unseen)
		return DISKROW_UNSEEN;
	switch (fs->space) {
	case DISK_HANGS:
	case DISK_SKIPPED:
		return DISKROW_HANGS;
	case DISK_FAILED:
		if (!is_absent(fs))
			return DISKROW_FAILS;
		return fs->error == ENOENT ? DISKROW_GONE : DISKROW_DENIED;
	case DISK_ANSWERED:
		return condition_of_writes(row, fs, trusts_writes);
	case DISK_UNASKED:
		break;
	}
	return DISKROW_UNASKED;
}

enum state diskrow_condition_state(enum diskrow_condition condition)
{
	switch (condition) {
	case DISKROW_HANGS:
	case DISKROW_WRITES_HANG:
	case DISKROW_STOPPED:
	case DISKROW_WENT_READ_ONLY:
	case DISKROW_WRITES_FAIL:
	case DISKROW_FAILS:
		return STATE_CRITICAL;
	case DISKROW_WELL:
	case DISKROW_READ_ONLY:
	case DISKROW_DENIED:
	case DISKROW_UNASKED:
	/* A mount that went away between the list and the question is no fact at all. */
	case DISKROW_GONE:
	case DISKROW_UNSEEN:
		break;
	}
	return STATE_OK;
}

void diskrow_problem_text(
    const struct disk_fs *fs, enum diskrow_condition condition, struct buf *buf)
{
	static const struct {
		const char *before, *after;
	} words[] = {
		[DISKROW_HANGS] = { "", " does not answer" },
		[DISKROW_WRITES_HANG] = { "writes to ", " hang" },
		[DISKROW_STOPPED] = { "", " has stopped after an error" },
		[DISKROW_WENT_READ_ONLY] = { "", " went read-only" },
		[DISKROW_WRITES_FAIL] = { "writes to ", " fail: " },
		[DISKROW_FAILS] = { "", ": " },
		[DISKROW_READ_ONLY] = { "", " is read-only" },
		[DISKROW_DENIED] = { "", " may not be read: this user needs search permission "
					 "on the folders above it" },
		[DISKROW_UNASKED] = { "", " was not asked: no time left" },
		[DISKROW_GONE] = { "", " does not exist" },
		[DISKROW_UNSEEN] = { "", " is hidden from us by a sandbox (systemd unit, "
					 "container)" },
	};
	char reason[128]; /* threads share the one of strerror */

	if (condition == DISKROW_WELL)
		return;
	buf_addf(buf, "%s%s%s", words[condition].before, fs->point, words[condition].after);
	if (condition == DISKROW_WRITES_FAIL)
		buf_adds(buf, strerror_r(fs->write_error, reason, sizeof(reason)));
	if (condition == DISKROW_FAILS)
		buf_adds(buf, strerror_r(fs->error, reason, sizeof(reason)));
}

enum state diskrow_judge(const struct diskrow *row, const struct disk_fs *fs, bool live,
    enum state read_only, struct result *result)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum diskrow_condition condition = diskrow_condition(row, fs, live);
	enum state state = diskrow_condition_state(condition);

	if (condition == DISKROW_READ_ONLY)
		state = read_only;
	if (row->named && condition == DISKROW_GONE)
		state = STATE_CRITICAL;
	if (row->named && condition == DISKROW_DENIED)
		state = STATE_UNKNOWN;
	if (state == STATE_OK)
		return state;
	diskrow_problem_text(fs, condition, &text);
	result_problem(result, state, "%s", buf_text(&text));
	return state;
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

int diskrow_facts(const struct diskrow *row, const struct disk_fs *fs, bool trusts_writes,
    struct diskrow_facts *ret)
{
	CLEANUP_BUF struct buf problem = BUF_INIT;
	struct diskrow_facts facts = {
		.point = row->point,
		.type = row->mount ? row->mount->type : NULL,
		.source = row->mount ? row->mount->source : NULL,
		.mount = row->mount,
		.condition = diskrow_condition(row, fs, trusts_writes),
		.percent = diskrow_percent(fs),
		.inodes_percent = diskrow_inodes_percent(fs),
		.used_bytes = (double)fs->used_bytes,
		.avail_bytes = (double)fs->avail_bytes,
		.size_bytes = (double)fs->size_bytes,
		.in_total = row->in_total,
	};

	diskrow_problem_text(fs, facts.condition, &problem);
	if (problem.error)
		return problem.error;
	facts.problem = problem.data;
	problem.data = NULL;
	*ret = facts;
	return 0;
}

bool diskrow_hangs(const struct diskrow_facts *facts)
{
	return facts->condition == DISKROW_HANGS || facts->condition == DISKROW_WRITES_HANG;
}

bool diskrow_lacks(const struct diskrow_facts *facts)
{
	return facts->in_total &&
	       (facts->condition == DISKROW_HANGS || facts->condition == DISKROW_FAILS ||
		   facts->condition == DISKROW_UNASKED);
}

/* Whether its space is known, though it may have none. */
static bool tells_space(enum diskrow_condition condition)
{
	return condition != DISKROW_HANGS && condition != DISKROW_FAILS &&
	       condition != DISKROW_DENIED && condition != DISKROW_GONE &&
	       condition != DISKROW_UNASKED && condition != DISKROW_UNSEEN;
}

void diskrow_facts_text(const struct diskrow_facts *facts, struct buf *buf)
{
	char used[NUM_TEXT_SIZE], size[NUM_TEXT_SIZE], avail[NUM_TEXT_SIZE];

	buf_adds(buf, facts->point);
	if (tells_space(facts->condition)) {
		num_bytes_text(facts->used_bytes, used);
		num_bytes_text(facts->size_bytes, size);
		num_bytes_text(facts->avail_bytes, avail);
		buf_addf(
		    buf, " %g%%: %s of %s used, %s free", facts->percent, used, size, avail);
		if (!isnan(facts->inodes_percent))
			buf_addf(buf, ", inodes %g%%", facts->inodes_percent);
	} else {
		bool silent =
		    facts->condition == DISKROW_HANGS || facts->condition == DISKROW_UNASKED;

		buf_adds(buf, silent ? " does not answer" : " cannot be read");
	}
	if (facts->type)
		buf_addf(buf, ", %s %s", facts->type, facts->source);
}

void diskrow_text(const struct diskrow *row, const struct disk_fs *fs, struct buf *buf)
{
	struct diskrow_facts facts;

	if (diskrow_facts(row, fs, false, &facts) < 0)
		return;
	diskrow_facts_text(&facts, buf);
	free(facts.problem);
}
