/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>

#include "lib/health/node.h"

void node_asking_free(struct node_asking *asking)
{
	disk_free(&asking->disk);
	free(asking->rows);
	mounts_free(&asking->mounts);
	*asking = (struct node_asking)NODE_ASKING_INIT;
}

/* --- what is asked ---------------------------------------------------------------------------- */

static bool matches(const struct node_patterns *patterns, const char *text)
{
	for (size_t i = 0; i < patterns->n; i++) {
		if (fnmatch(patterns->items[i], text, 0) == 0)
			return true;
	}
	return false;
}

static int choose(const struct node_mounts_want *want, struct node_asking *asking)
{
	asking->rows = calloc(asking->mounts.n_items + 1, sizeof(*asking->rows));
	if (!asking->rows)
		return -ENOMEM;
	for (size_t i = 0; i < asking->mounts.n_items; i++) {
		const struct mount *mount = &asking->mounts.items[i];

		if (!mounts_by_default(mount) || matches(&want->exclude_paths, mount->point) ||
		    matches(&want->exclude_types, mount->type))
			continue;
		asking->rows[asking->n_rows++] = (struct diskrow){
			.point = mount->point,
			.mount = mount,
			.in_total = mount->kind == FSTYPE_LOCAL,
		};
	}
	return 0;
}

/* What we would ask there must be what is meant. */
static bool is_seen(const struct mounts *own, const struct mount *mount)
{
	const struct mount *at = mounts_at(own, mount->point);

	return at && at->major == mount->major && at->minor == mount->minor;
}

static int hide_unseen(const struct fsroot *root, struct node_asking *asking, struct err *err)
{
	CLEANUP_MOUNTS struct mounts own = MOUNTS_INIT;
	int r = mounts_read(root, &own, err);

	for (size_t i = 0; i < asking->n_rows && r == 0; i++) {
		struct disk_fs *fs = &asking->disk.items[i];

		if (is_seen(&own, asking->rows[i].mount))
			continue;
		asking->rows[i].unseen = true;
		fs->space = DISK_FAILED;
		fs->error = EACCES;
	}
	return r;
}

int node_asking_open(const struct fsroot *root, const struct node_mounts_want *want,
    struct node_asking *ret, struct err *err)
{
	int r = want->of_init ? mounts_read_init(root, &ret->mounts, err)
			      : mounts_read(root, &ret->mounts, err);

	ret->trusts_writes = root->live && !want->of_init;
	if (r < 0)
		return r;
	if (choose(want, ret) < 0)
		return err_sys(err, -ENOMEM, "cannot choose mounts");
	for (size_t i = 0; i < ret->n_rows && r == 0; i++)
		r = disk_add(&ret->disk, root, ret->rows[i].point,
		    disk_may_probe(ret->rows[i].mount) && !want->no_write_probe, err);
	if (r == 0 && root->live && want->of_init)
		r = hide_unseen(root, ret, err);
	return r;
}

/* --- what was answered ------------------------------------------------------------------------- */

static void take_sums(const struct node_asking *asking, struct node_facts *facts)
{
	struct diskrow_sums sums = { .fullest = NULL };

	for (size_t i = 0; i < asking->disk.n_items; i++) {
		const struct disk_fs *fs = &asking->disk.items[i];
		double inodes = diskrow_inodes_percent(fs);

		diskrow_add(&asking->rows[i], fs, &sums);
		if (isnan(inodes) ||
		    (facts->inodes_max_point && inodes <= facts->value[NODE_INODES_MAX]))
			continue;
		facts->value[NODE_INODES_MAX] = inodes;
		facts->inodes_max_point = fs->point;
	}
	facts->disk_incomplete = sums.incomplete;
	facts->value[NODE_MOUNTS] = (double)sums.n_shown;
	facts->value[NODE_MOUNTS_UNKNOWN] = (double)sums.n_unasked;
	facts->value[NODE_MOUNTS_DENIED] = (double)sums.n_denied;
	facts->value[NODE_DISK_TOTAL] = diskrow_total_percent(&sums);
	facts->value[NODE_DISK_TOTAL_USED] = (double)sums.used_bytes;
	facts->value[NODE_DISK_TOTAL_AVAIL] = (double)sums.avail_bytes;
	facts->value[NODE_DISK_TOTAL_SIZE] = (double)sums.size_bytes;
	facts->disk_max_point = sums.fullest;
	if (sums.fullest)
		facts->value[NODE_DISK_MAX] = sums.fullest_percent;
}

static int take_mounts(const struct node_asking *asking, struct node_facts *facts)
{
	size_t n = asking->disk.n_items;

	facts->mounts = calloc(n + 1, sizeof(*facts->mounts));
	if (!facts->mounts)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int r = diskrow_facts(&asking->rows[i], &asking->disk.items[i],
		    asking->trusts_writes, &facts->mounts[i]);

		if (r < 0)
			return r;
		facts->n_mounts++;
	}
	return 0;
}

void node_asking_take(
    struct node_asking *asking, int code, const struct err *err, struct node_facts *facts)
{
	struct node_failure *failure = &facts->failures[NODE_FROM_DISK];

	failure->code = code;
	failure->err = *err;
	take_sums(asking, facts);
	if (code == 0 && take_mounts(asking, facts) < 0)
		failure->code = err_sys(&failure->err, -ENOMEM, "cannot judge mounts");
	/* The points and types are texts of the table. */
	facts->table = asking->mounts;
	asking->mounts = (struct mounts)MOUNTS_INIT;
}
