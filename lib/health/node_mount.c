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

static void add_up(const struct diskrow_facts *mount, struct diskrow_sums *sums)
{
	if (diskrow_lacks(mount))
		sums->incomplete = true;
	if (mount->condition == DISKROW_UNASKED)
		sums->n_unasked++;
	if (mount->condition == DISKROW_DENIED || mount->condition == DISKROW_UNSEEN)
		sums->n_denied++;
	if (isnan(mount->percent))
		return;
	sums->n_shown++;
	if (!sums->fullest || mount->percent > sums->fullest_percent) {
		sums->fullest = mount->point;
		sums->fullest_percent = mount->percent;
	}
	if (!mount->in_total)
		return;
	sums->used_bytes += (uint64_t)mount->used_bytes;
	sums->avail_bytes += (uint64_t)mount->avail_bytes;
	sums->size_bytes += (uint64_t)mount->size_bytes;
}

void node_facts_sum(struct node_facts *facts)
{
	struct diskrow_sums sums = { .fullest = NULL };

	facts->inodes_max_point = NULL;
	facts->value[NODE_INODES_MAX] = NAN;
	for (size_t i = 0; i < facts->n_mounts; i++) {
		const struct diskrow_facts *mount = &facts->mounts[i];

		add_up(mount, &sums);
		if (isnan(mount->inodes_percent) ||
		    (facts->inodes_max_point &&
			mount->inodes_percent <= facts->value[NODE_INODES_MAX]))
			continue;
		facts->value[NODE_INODES_MAX] = mount->inodes_percent;
		facts->inodes_max_point = mount->point;
	}
	facts->disk_incomplete = sums.incomplete;
	facts->value[NODE_MOUNTS] = (double)sums.n_shown;
	facts->value[NODE_MOUNTS_UNASKED] = (double)sums.n_unasked;
	facts->value[NODE_MOUNTS_DENIED] = (double)sums.n_denied;
	facts->value[NODE_DISK_TOTAL] = diskrow_total_percent(&sums);
	facts->value[NODE_DISK_TOTAL_USED] = (double)sums.used_bytes;
	facts->value[NODE_DISK_TOTAL_AVAIL] = (double)sums.avail_bytes;
	facts->value[NODE_DISK_TOTAL_SIZE] = (double)sums.size_bytes;
	facts->disk_max_point = sums.fullest;
	facts->value[NODE_DISK_MAX] = sums.fullest ? sums.fullest_percent : NAN;
}

void node_facts_exclude(struct node_facts *facts, const struct node_patterns *paths,
    const struct node_patterns *types)
{
	size_t kept = 0;

	for (size_t i = 0; i < facts->n_mounts; i++) {
		struct diskrow_facts *mount = &facts->mounts[i];

		if (matches(paths, mount->point) || matches(types, mount->type))
			free(mount->problem);
		else
			facts->mounts[kept++] = *mount;
	}
	if (kept == facts->n_mounts)
		return;
	facts->n_mounts = kept;
	node_facts_sum(facts);
}

void node_asking_take(
    struct node_asking *asking, int code, const struct err *err, struct node_facts *facts)
{
	struct node_failure *failure = &facts->failures[NODE_FROM_DISK];

	failure->code = code;
	failure->err = *err;
	if (take_mounts(asking, facts) < 0)
		failure->code = err_sys(&failure->err, -ENOMEM, "cannot judge mounts");
	node_facts_sum(facts);
	/* The points and types are texts of the table. */
	facts->table = asking->mounts;
	asking->mounts = (struct mounts)MOUNTS_INIT;
}
