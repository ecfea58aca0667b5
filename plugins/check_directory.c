/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/deadline.h"
#include "lib/check/plugin.h"
#include "lib/collect/dirtest.h"
#include "lib/collect/mounts.h"
#include "lib/collect/passwd.h"

enum { TIME, STEP };

static const struct metric metrics[] = {
	[TIME] = { .name = "time",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_INSTANCES | METRIC_TOTAL,
	    .help = "all steps together, a directory; the slowest without @" },
	[STEP + DIRTEST_OPEN] = { .name = "open",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_INSTANCES | METRIC_QUIET,
	    .help = "opening the directory" },
	[STEP + DIRTEST_LIST] = { .name = "list",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_INSTANCES | METRIC_QUIET,
	    .help = "reading its first name" },
	[STEP + DIRTEST_CREATE] = { .name = "create",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_INSTANCES | METRIC_QUIET,
	    .help = "making a file" },
	[STEP + DIRTEST_WRITE] = { .name = "write",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_INSTANCES | METRIC_QUIET,
	    .help = "writing 4 KiB" },
	[STEP + DIRTEST_SYNC] = { .name = "fsync",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_INSTANCES | METRIC_QUIET,
	    .help = "until they are on the storage" },
	[STEP + DIRTEST_READ] = { .name = "read",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_INSTANCES | METRIC_QUIET,
	    .help = "reading them back, past the page cache where that is possible" },
	[STEP + DIRTEST_UNLINK] = { .name = "unlink",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_INSTANCES | METRIC_QUIET,
	    .help = "removing the file" },
};

struct directory_options {
	struct opt_list paths;
	struct opt_list types;
	bool no_write;
	bool mounted;
};

static const struct opt options[] = {
	{ 'p', "path", "DIRECTORY", OPT_LIST, offsetof(struct directory_options, paths), NULL,
	    "the directory, may repeat (at most 64)" },
	{ 0, "type", "PATTERN", OPT_LIST, offsetof(struct directory_options, types), NULL,
	    "CRITICAL when its file system is of another type (nfs4, fuse.*)" },
	{ 0, "mounted", NULL, OPT_FLAG, offsetof(struct directory_options, mounted), NULL,
	    "CRITICAL when the directory itself is no mount point" },
	{ 0, "no-write", NULL, OPT_FLAG, offsetof(struct directory_options, no_write), NULL,
	    "open and list it only" },
};

/* What a run works with, an item a directory. */
struct work {
	struct dirtest items[DIRTEST_MAX];
	char *paths[DIRTEST_MAX]; /* root and path, owned */
	struct mounts mounts;
};

static void work_free(struct work *work)
{
	for (size_t i = 0; i < DIRTEST_MAX; i++)
		free(work->paths[i]);
	mounts_free(&work->mounts);
}

static int validate(struct check *check, struct err *err)
{
	const struct directory_options *given = check->options;

	if (given->paths.n_items == 0)
		return err_set(err, -EINVAL, "option -p: expected a directory to look at");
	if (given->paths.n_items > DIRTEST_MAX)
		return err_set(err, -EINVAL, "option -p: %zu directories, expected at most %d",
		    given->paths.n_items, DIRTEST_MAX);
	for (size_t i = 0; i < given->paths.n_items; i++) {
		if (given->paths.items[i][0] != '/')
			return err_set(err, -EINVAL,
			    "option -p: '%.200s' is not a path from / on",
			    given->paths.items[i]);
	}
	return 0;
}

static void release(struct check *check)
{
	struct directory_options *given = check->options;

	opt_list_free(&given->paths);
	opt_list_free(&given->types);
}

/* --- what the mounts tell ------------------------------------------------------------------ */

static bool is_type(const struct opt_list *types, const char *type)
{
	for (size_t i = 0; i < types->n_items; i++) {
		if (fnmatch(types->items[i], type, 0) == 0)
			return true;
	}
	return types->n_items == 0;
}

/* A directory whose mount is missing takes writes, too: onto the disk below. */
static void judge_mount(struct check *check, const char *path, const struct mounts *mounts)
{
	const struct directory_options *given = check->options;
	const struct mount *mount = mounts_holding(mounts, path);

	if (given->mounted && !mounts_at(mounts, path))
		result_problem(check->result, STATE_CRITICAL, "%s is not mounted%s%s", path,
		    mount ? ", it lies on " : "", mount ? mount->point : "");
	if (!mount)
		return;
	if (!is_type(&given->types, mount->type))
		result_problem(check->result, STATE_CRITICAL, "%s is %s (on %s), expected %s",
		    path, mount->type, mount->point, given->types.items[0]);
	if (!given->no_write && (mount->read_only || mount->super_read_only || mount->broken))
		result_problem(check->result, STATE_CRITICAL, "%s is on a read-only mount, %s",
		    path, mount->point);
}

/* --- the verdicts ------------------------------------------------------------------------ */

/* "nova (uid 64060)". */
static const char *user_name(const struct check *check, uint32_t uid, struct buf *buf)
{
	CLEANUP_BUF struct buf passwd = BUF_INIT;
	char name[PASSWD_NAME_SIZE];

	if (fsroot_read(&check->root, "/etc/passwd", &passwd, NULL) == 0 &&
	    passwd_find_uid(buf_text(&passwd), passwd.size, uid, name))
		buf_addf(buf, "%s (uid %u)", name, uid);
	else
		buf_addf(buf, "uid %u", uid);
	return buf_text(buf);
}

/* Who lacks the right to look cannot tell whether the owner's service has it. */
static bool is_denied(const struct dirtest *item)
{
	return (item->error == EACCES || item->error == EPERM) && geteuid() != 0 &&
	       !(item->has_owner && item->owner == geteuid());
}

static void judge_failed(struct check *check, const char *path, const struct dirtest *item)
{
	CLEANUP_BUF struct buf own = BUF_INIT, owner = BUF_INIT;
	const char *step = dirtest_step_text(item->step);

	if (item->error == EBADMSG)
		result_problem(check->result, STATE_CRITICAL,
		    "%s: other bytes were read back than were written", path);
	else if (is_denied(item))
		result_problem(check->result, STATE_UNKNOWN,
		    "%s: cannot %s as %s: %s; run this as %s", path, step,
		    user_name(check, geteuid(), &own), strerror(item->error),
		    item->has_owner ? user_name(check, item->owner, &owner)
				    : "the user whose files these are");
	else if (item->error == EEXIST && item->step == DIRTEST_CREATE)
		result_problem(check->result, STATE_UNKNOWN,
		    "%s: cannot create: files of others have all the names of ours; remove "
		    ".haetae-check.* there",
		    path);
	else if (item->error == ECANCELED)
		result_problem(check->result, STATE_UNKNOWN,
		    "%s: the process that looked was killed (%s)", path, step);
	else
		result_problem(check->result, STATE_CRITICAL, "%s: cannot %s: %s", path, step,
		    strerror(item->error));
}

static int n_steps_done(const struct dirtest *item)
{
	return item->answer == DIRTEST_DONE ? (int)item->step + 1 : (int)item->step;
}

static void describe(struct check *check, const char *path, const struct dirtest *item,
    const struct mount *mount, enum state state)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	char seconds[UNIT_TEXT_SIZE];

	buf_addf(&text, "%s:", path);
	for (int i = 0; i < n_steps_done(item); i++) {
		unit_value_text(UNIT_SECONDS, item->seconds[i], seconds);
		buf_addf(&text, " %s %s,", dirtest_step_text((enum dirtest_step)i), seconds);
	}
	if (mount)
		buf_addf(&text, " %s from %s on %s%s", mount->type, mount->source, mount->point,
		    mount->read_only || mount->super_read_only ? ", read-only" : "");
	else
		buf_adds(&text, " no mount is known");
	result_detail(check->result, state, "%s", buf_text(&text));
}

/* Its silence is the problem, not that there is no number. */
static void excuse(struct check *check, const char *path)
{
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
		thresholds_excuse(&check->thresholds, &metrics[i], path);
}

/* Returns the time of all steps; negative when they were not all done. */
static double judge(struct check *check, const char *path, const struct dirtest *item,
    const struct mount *mount)
{
	enum state state = STATE_OK;
	double sum = 0;

	if (item->answer == DIRTEST_STUCK)
		result_problem(check->result, STATE_CRITICAL, "%s is stuck: %s does not return",
		    path, dirtest_step_text(item->step));
	else if (item->answer == DIRTEST_SKIPPED)
		result_problem(check->result, STATE_CRITICAL,
		    "%s is stuck: process %ld of an earlier check still waits there", path,
		    (long)item->stuck_pid);
	else if (item->answer == DIRTEST_FAILED)
		judge_failed(check, path, item);
	for (int i = 0; i < n_steps_done(item); i++) {
		sum += item->seconds[i];
		state = state_worst(state, result_value(check->result, &metrics[STEP + i], path,
					       item->seconds[i], 0, RESULT_NONE));
	}
	if (item->answer != DIRTEST_DONE) {
		describe(check, path, item, mount, STATE_CRITICAL);
		excuse(check, path);
		return -1;
	}
	state = state_worst(
	    state, result_value(check->result, &metrics[TIME], path, sum, 0, RESULT_NONE));
	describe(check, path, item, mount, state);
	return sum;
}

static void judge_all(struct check *check, const struct work *work)
{
	const struct directory_options *given = check->options;
	double slowest = -1;
	size_t n_done = 0, n = given->paths.n_items;
	char text[UNIT_TEXT_SIZE];

	for (size_t i = 0; i < n; i++) {
		const char *path = given->paths.items[i];
		double seconds;

		judge_mount(check, path, &work->mounts);
		seconds =
		    judge(check, path, &work->items[i], mounts_holding(&work->mounts, path));
		n_done += seconds >= 0;
		slowest = seconds > slowest ? seconds : slowest;
	}
	if (slowest < 0) {
		thresholds_excuse(&check->thresholds, &metrics[TIME], NULL);
		return;
	}
	result_metric(check->result, &metrics[TIME], slowest);
	unit_value_text(UNIT_SECONDS, slowest, text);
	if (n == 1)
		result_summary(check->result, "%s %s in %s", given->paths.items[0],
		    given->no_write ? "can be read" : "takes files and gives them back", text);
	else
		result_summary(check->result, "%zu of %zu directories %s, the slowest in %s",
		    n_done, n,
		    given->no_write ? "can be read" : "take files and give them back", text);
}

/* --- the run ------------------------------------------------------------------------------- */

static int prepare(struct check *check, struct work *work, struct err *err)
{
	const struct directory_options *given = check->options;

	for (size_t i = 0; i < given->paths.n_items; i++) {
		CLEANUP_BUF struct buf path = BUF_INIT;

		if (fsroot_path(&check->root, given->paths.items[i], &path) < 0)
			return err_set(err, -ENOMEM, "out of memory");
		work->paths[i] = strdup(buf_text(&path));
		if (!work->paths[i])
			return err_set(err, -ENOMEM, "out of memory");
		work->items[i] =
		    (struct dirtest){ .path = work->paths[i], .no_write = given->no_write };
	}
	return mounts_read(&check->root, &work->mounts, err);
}

static int run(struct check *check, struct err *err)
{
	const struct directory_options *given = check->options;
	CLEANUP(work_free) struct work work = { .mounts = MOUNTS_INIT };
	CLEANUP_BUF struct buf before = BUF_INIT_MAX(SAMPLE_SIZE_MAX);
	CLEANUP_BUF struct buf after = BUF_INIT_MAX(SAMPLE_SIZE_MAX);
	size_t n = given->paths.n_items;
	double age_s;
	int r = prepare(check, &work, err);

	if (r < 0)
		return r;
	r = sample_store_read(&check->samples, &check->root, &before, &age_s);
	/* However old: a process is known by its start. */
	if (r == 0 || r == -ETIME)
		dirtest_load(work.items, n, buf_text(&before), before.size);
	check_doing(check, "testing %s", given->paths.items[0]);
	r = dirtest_run(work.items, n, deadline_left_ms(), err);
	if (r < 0)
		return r;
	if (dirtest_save(work.items, n, &after) > 0)
		(void)sample_store_keep(
		    &check->samples, &check->root, buf_text(&after), after.size);
	judge_all(check, &work);
	return 0;
}

static const struct plugin directory_plugin = {
	.name = "check_directory",
	.title = "DIRECTORY",
	.summary = "checks whether directories really take files and give them back",
	.notes = "Run it as the user whose service needs the directory (nova).\n",
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct directory_options),
	.validate = validate,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&directory_plugin, argc, argv);
}
