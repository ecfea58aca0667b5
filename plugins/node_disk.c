/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>

#include "lib/base/deadline.h"
#include "lib/health/diskrow.h"
#include "plugins/node.h"

/* Mounts with a line of their own when something is wrong with them: the others stand in line
 * 1's list, and the perfdata needs the room. */
enum { DETAILS_MAX = 10 };

/* The mounts of one run. */
struct disks {
	struct mounts mounts;
	struct disk_choices choices;
	struct disk disk;
	enum state *states; /* of each choice */
	struct diskrow_sums sums;
	double inodes_percent; /* of the mount with the fewest left; nan without any */
	const char *inodes_point;
};

static void disks_free(struct disks *disks)
{
	disk_free(&disks->disk);
	disk_choices_free(&disks->choices);
	mounts_free(&disks->mounts);
	free(disks->states);
}

/* What is left of the time when the last file system has had its chance: a part of it is for
 * the state folder, which may be on one that hangs. */
static int64_t ask_budget_ms(void)
{
	int64_t left = deadline_left_ms();

	return left - left / 8;
}

/* Who hangs where is kept apart from the samples: it outlives them. */
static int ask(struct node *node, struct disks *disks, struct err *err)
{
	CLEANUP(sample_store_free) struct sample_store hung;
	struct err write_err = ERR_INIT;
	struct check *check = node->check;
	int r;

	sample_store_beside(&check->samples, "hung", &hung);
	r = diskrow_ask(&hung, &check->root, &disks->disk, ask_budget_ms(), err);
	if (sample_store_write(&hung, deadline_rest_ms() / 4, &write_err) == -ETIMEDOUT) {
		/* The samples would sleep in the same folder. */
		buf_reset(&check->samples.pending);
		result_detail(check->result, STATE_UNKNOWN,
		    "no state kept for the next run: %s", write_err.text);
	}
	return r;
}

static int read_disks(struct node *node, struct disks *disks, struct err *err)
{
	const struct node_options *given = node->check->options;
	const struct fsroot *root = &node->check->root;
	int r = mounts_read(root, &disks->mounts, err);

	if (r == 0)
		r = disk_select(&given->select, &disks->mounts, &disks->choices, err);
	for (size_t i = 0; i < disks->choices.n_items && r == 0; i++) {
		const struct diskrow *row = &disks->choices.items[i];

		r = disk_add(&disks->disk, root, row->point,
		    disk_may_probe(row->mount) && !given->no_write_probe, err);
	}
	if (r < 0)
		return r;
	disks->states = calloc(disks->choices.n_items + 1, sizeof(*disks->states));
	if (!disks->states)
		return err_sys(err, -ENOMEM, "cannot judge mounts");
	check_doing(node->check, "asking file systems");
	return ask(node, disks, err);
}

static void add_up(struct disks *disks)
{
	for (size_t i = 0; i < disks->choices.n_items; i++) {
		const struct disk_fs *fs = &disks->disk.items[i];
		double inodes = diskrow_inodes_percent(fs);

		diskrow_add(&disks->choices.items[i], fs, &disks->sums);
		if (isnan(inodes) || (disks->inodes_point && inodes <= disks->inodes_percent))
			continue;
		disks->inodes_percent = inodes;
		disks->inodes_point = fs->point;
	}
}

/* The totals come before the mounts, so that they are never cut away with them. */
static enum state give_totals(struct node *node, const struct disks *disks)
{
	const struct diskrow_sums *sums = &disks->sums;
	double percent = diskrow_total_percent(sums);
	enum state state = STATE_OK;

	if (!isnan(percent)) {
		state = node_give(node, NODE_DISK_TOTAL, percent);
		state = state_worst(
		    state, result_value(node->check->result,
			       &node->check->plugin->metrics[NODE_DISK_TOTAL_USED], NULL,
			       (double)sums->used_bytes, 0, (double)sums->size_bytes));
	} else if (sums->incomplete) {
		struct check *check = node->check;

		thresholds_excuse(
		    &check->thresholds, &check->plugin->metrics[NODE_DISK_TOTAL], NULL);
		thresholds_excuse(
		    &check->thresholds, &check->plugin->metrics[NODE_DISK_TOTAL_USED], NULL);
	}
	if (sums->fullest)
		state =
		    state_worst(state, node_give(node, NODE_DISK_MAX, sums->fullest_percent));
	if (disks->inodes_point)
		state =
		    state_worst(state, node_give(node, NODE_INODES_MAX, disks->inodes_percent));
	return state;
}

/* One metric of every mount, then the next: what is cut at the end is the lesser. */
static void give_mounts(struct node *node, struct disks *disks, enum node_metric metric)
{
	struct check *check = node->check;

	for (size_t i = 0; i < disks->choices.n_items; i++) {
		const struct disk_fs *fs = &disks->disk.items[i];
		double value = diskrow_percent(fs), max = 100;

		if (metric == NODE_INODES)
			value = diskrow_inodes_percent(fs);
		if (metric == NODE_DISK_USED && !isnan(value)) {
			value = (double)fs->used_bytes;
			max = (double)fs->size_bytes;
		}
		/* Its silence is the problem, not that there is no number. */
		if (disk_hangs(fs))
			thresholds_excuse(
			    &check->thresholds, &check->plugin->metrics[metric], fs->point);
		if (!isnan(value))
			disks->states[i] = state_worst(disks->states[i],
			    result_value(check->result, &check->plugin->metrics[metric],
				fs->point, value, 0, max));
	}
}

static void add_detail(struct node *node, const struct disks *disks, enum state state)
{
	const struct rates *rates = &node->rates;
	const struct diskrow_sums *sums = &disks->sums;
	CLEANUP_BUF struct buf text = BUF_INIT;
	char used[NUM_TEXT_SIZE], avail[NUM_TEXT_SIZE];

	num_bytes_text((double)sums->used_bytes, used);
	num_bytes_text((double)sums->avail_bytes, avail);
	if (!isnan(diskrow_total_percent(sums)))
		buf_addf(&text, "%g%%, %s used, %s free, ", diskrow_total_percent(sums), used,
		    avail);
	if (sums->fullest)
		buf_addf(&text, "fullest %s %g%%", sums->fullest, sums->fullest_percent);
	if (disks->inodes_point)
		buf_addf(&text, ", inodes %s %g%%", disks->inodes_point, disks->inodes_percent);
	if (sums->fullest)
		buf_addf(&text, ", %zu mount%s", sums->n_shown, sums->n_shown == 1 ? "" : "s");
	if (rates->has_io)
		buf_addf(&text, "%sio %.1f%% at %s%s", text.size ? "; " : "", rates->io.busy,
		    rates->busiest, node->since_boot ? " since boot" : "");
	if (text.size)
		result_detail(node->check->result, state_worst(state, node->io_state),
		    "disk %s", buf_text(&text));
}

static void add_mount_details(struct node *node, const struct disks *disks)
{
	size_t n = 0;

	for (size_t i = 0; i < disks->choices.n_items; i++) {
		CLEANUP_BUF struct buf text = BUF_INIT;
		const struct disk_fs *fs = &disks->disk.items[i];

		if (disks->states[i] == STATE_OK &&
		    (!node->check->verbose || isnan(diskrow_percent(fs))))
			continue;
		if (++n > DETAILS_MAX && !node->check->verbose)
			return;
		diskrow_text(&disks->choices.items[i], fs, &text);
		result_detail(node->check->result, disks->states[i], "%s", buf_text(&text));
	}
}

void node_disk(struct node *node)
{
	CLEANUP(disks_free) struct disks disks = { .disk = DISK_INIT };
	struct err err = ERR_INIT;
	enum state state;
	int r = read_disks(node, &disks, &err);

	if (r < 0) {
		node_fail(node, r, &err, NODE_DISK_TOTAL, NODE_INODES_MAX);
		node_fail(node, -ENOENT, &err, NODE_DISK, NODE_DISK_USED);
	}
	add_up(&disks);
	for (size_t i = 0; i < disks.choices.n_items && r == 0; i++)
		disks.states[i] = diskrow_judge(&disks.choices.items[i], &disks.disk.items[i],
		    node->check->root.live, STATE_OK, node->check->result);
	diskrow_judge_sums(&disks.sums, node->check->result);
	state = give_totals(node, &disks);
	for (int metric = NODE_DISK; metric <= NODE_DISK_USED && r == 0; metric++)
		give_mounts(node, &disks, (enum node_metric)metric);
	if (disks.sums.fullest)
		node_tell(node, "disk %s %g%%", disks.sums.fullest, disks.sums.fullest_percent);
	add_detail(node, &disks, state);
	if (r == 0)
		add_mount_details(node, &disks);
}
