/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "lib/base/num.h"
#include "lib/check/plugin.h"
#include "lib/collect/passwd.h"
#include "lib/collect/proc_group.h"
#include "plugins/process_report.h"

#define QUIET .flags = METRIC_QUIET

static const struct metric metrics[] = {
	[PROCESS_COUNT] = { .name = "count", .help = "processes found, without zombies" },
	[PROCESS_DEFUNCT] = { .name = "defunct",
	    QUIET,
	    .help = "zombies among them, and their zombie children" },
	[PROCESS_RSS] = { .name = "rss",
	    .unit = UNIT_BYTES,
	    QUIET,
	    .help = "resident memory of all together" },
	[PROCESS_RSS_MAX] = { .name = "rss_max",
	    .unit = UNIT_BYTES,
	    QUIET,
	    .help = "resident memory of the largest" },
	[PROCESS_CPU] = { .name = "cpu",
	    .unit = UNIT_PERCENT,
	    QUIET,
	    .help = "CPU time of all together, in percent of one PROCESS_CPU" },
	[PROCESS_CPU_MAX] = { .name = "cpu_max",
	    .unit = UNIT_PERCENT,
	    QUIET,
	    .help = "CPU time of the busiest, in percent of one PROCESS_CPU" },
	[PROCESS_AGE_MIN] = { .name = "age_min",
	    .unit = UNIT_SECONDS,
	    QUIET,
	    .help = "time since the youngest started" },
	[PROCESS_AGE_MAX] = { .name = "age_max",
	    .unit = UNIT_SECONDS,
	    QUIET,
	    .help = "time since the oldest started" },
	[PROCESS_THREADS] = { .name = "threads", QUIET, .help = "threads of all together" },
	[PROCESS_FDS] = { .name = "fds", QUIET, .help = "open descriptors of all together" },
	[PROCESS_FDS_PCT] = { .name = "fds_pct",
	    .unit = UNIT_PERCENT,
	    QUIET,
	    .help = "open descriptors of the one that is nearest to its soft limit" },
};

/* --- options ---------------------------------------------------------------------- */

static int take_line(void *target, const char *value, struct err *err)
{
	struct process_options *given = target;

	pattern_free(&given->group.match.line);
	return pattern_compile(value, &given->group.match.line, err);
}

static int take_exe(void *target, const char *value, struct err *err)
{
	struct process_options *given = target;

	pattern_free(&given->group.match.exe);
	return pattern_compile(value, &given->group.match.exe, err);
}

static int take_kthread(void *target, const char *value, struct err *err)
{
	struct process_options *given = target;

	pattern_free(&given->group.match.kthread);
	return pattern_compile(value, &given->group.match.kthread, err);
}

static int take_cgroup(void *target, const char *value, struct err *err)
{
	struct process_options *given = target;

	pattern_free(&given->group.match.cgroup);
	return pattern_compile(value, &given->group.match.cgroup, err);
}

/* PID or REGEX */
static int take_parent(void *target, const char *value, struct err *err)
{
	struct process_options *given = target;
	uint64_t pid;
	int r;

	given->parent = value;
	given->group.match.parent = 0;
	pattern_free(&given->group.match.parent_line);
	if (value[strspn(value, "0123456789")] != '\0' || !*value)
		return pattern_compile(value, &given->group.match.parent_line, err);
	r = num_u64(value, &pid, err);
	if (r == 0 && (pid == 0 || pid > INT32_MAX))
		r = err_set(err, -EINVAL, "'%.40s' is not a process id", value);
	if (r == 0)
		given->group.match.parent = (int32_t)pid;
	return r;
}

static int take_state(void *target, const char *value, struct err *err)
{
	/* proc_pid_stat(5), field 3. */
	static const char letters[] = "RSDZTtXI";
	struct process_options *given = target;

	if (!*value || value[strspn(value, letters)] != '\0')
		return err_set(
		    err, -EINVAL, "expected letters of %s, found '%.40s'", letters, value);
	given->group.match.states = value;
	return 0;
}

#define AT(field) offsetof(struct process_options, field)

static const struct opt options[] = {
	{ 'p', "pattern", "REGEX", OPT_CALL, 0, take_line,
	    "the command line has a match of REGEX" },
	{ 'e', "exe", "REGEX", OPT_CALL, 0, take_exe,
	    "the path of the program has a match of REGEX" },
	{ 'u', "user", "USER", OPT_STRING, AT(user), NULL,
	    "it runs as USER, a name or number" },
	{ 's', "state", "LETTERS", OPT_CALL, 0, take_state,
	    "it is in one of these states, as in ps: R, S, D, Z, T, ..." },
	{ 'P', "parent", "PID|REGEX", OPT_CALL, 0, take_parent,
	    "its parent is PID, or has a match of REGEX in its command line" },
	{ 0, "unit", "UNIT", OPT_STRING, AT(group.match.unit), NULL,
	    "it belongs to the systemd unit UNIT; *, ? and [...] match" },
	{ 0, "cgroup", "REGEX", OPT_CALL, 0, take_cgroup,
	    "the path of its cgroup has a match of REGEX" },
	{ 0, "container", NULL, OPT_FLAG, AT(in_container), NULL, "it runs in a container" },
	{ 0, "no-container", NULL, OPT_FLAG, AT(on_host), NULL, "it runs in no container" },
	{ 0, "kthread", "REGEX", OPT_CALL, 0, take_kthread,
	    "kernel threads whose name has a match of REGEX" },
};

static const char notes[] =
    "All conditions must hold. REGEX is a POSIX extended regular expression. In a\n"
    "command line one blank is between arguments; its first 128 KiB are searched.\n"
    "If no process is found and there is no threshold on count, that is CRITICAL.\n"
    "This process is never counted, nor any whose command line runs check_process.\n";

static int validate(struct check *check, struct err *err)
{
	struct process_options *given = check->options;
	struct proc_match *match = &given->group.match;

	if (given->in_container && given->on_host)
		return err_set(err, -EINVAL, "option --container: excludes --no-container");
	if (match->kthread.text && (match->line.text || match->exe.text))
		return err_set(err, -EINVAL,
		    "option --kthread: kernel threads have neither command line (-p) nor "
		    "program (-e)");
	if (given->in_container)
		match->place = PROC_IN_CONTAINER;
	else if (given->on_host)
		match->place = PROC_ON_HOST;
	return 0;
}

static void release(struct check *check)
{
	struct process_options *given = check->options;

	proc_group_free(&given->group);
}

/* --- reading ---------------------------------------------------------------------- */

/* Local users first: the name service may have to ask a network. */
static int find_user(struct check *check, const char *user, uint32_t *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	const struct passwd *entry;
	uint64_t number;

	if (num_u64(user, &number, NULL) == 0 && number <= UINT32_MAX) {
		*ret = (uint32_t)number;
		return 0;
	}
	if (fsroot_read(&check->root, "/etc/passwd", &text, NULL) == 0 &&
	    passwd_find_name(buf_text(&text), text.size, user, ret))
		return 0;
	if (check->root.live) {
		check_doing(check, "looking up user %s", user);
		entry = getpwnam(user);
		if (entry) {
			*ret = entry->pw_uid;
			return 0;
		}
	}
	return err_set(err, -ENOENT, "option -u: no user '%s' on this node", user);
}

static unsigned wanted_facts(const struct check *check)
{
	unsigned facts = 0;

	if (process_wants(check, PROCESS_RSS, PROCESS_THREADS) || check->verbose)
		facts |= PROC_WANT_STAT;
	if (process_wants(check, PROCESS_FDS, PROCESS_FDS_PCT))
		facts |= PROC_WANT_FDS;
	if (process_wants(check, PROCESS_DEFUNCT, PROCESS_DEFUNCT))
		facts |= PROC_WANT_ZOMBIES;
	return facts;
}

static int walk(struct proc_group *group, struct proc_dir *dir, struct err *err)
{
	struct proc proc;

	while (proc_next(dir, &proc)) {
		int r = proc_group_take(group, &proc, err);

		if (r < 0)
			return r;
	}
	proc_group_finish(group);
	return 0;
}

/* The two samples of PROCESS_CPU time: the walk has given one, a second one is read if need be. */
struct sampling {
	struct proc_group *group;
	struct proc_dir *dir;
	bool again;
};

static int read_sample(
    const struct fsroot *root, struct buf *buf, void *context, struct err *err)
{
	struct sampling *sampling = context;
	int r = 0;

	(void)root;
	if (sampling->again)
		r = proc_group_resample(sampling->group, sampling->dir, err);
	sampling->again = true;
	if (r == 0) {
		r = proc_group_sample(sampling->group, buf);
		if (r < 0)
			err_sys(err, r, "cannot keep the PROCESS_CPU time of %zu processes",
			    sampling->group->n_rows);
	}
	return r;
}

static int measure_cpu(
    struct check *check, struct proc_group *group, struct proc_dir *dir, struct err *err)
{
	CLEANUP(sample_pair_free) struct sample_pair pair = SAMPLE_PAIR_INIT;
	struct sampling sampling = { .group = group, .dir = dir };
	int r =
	    sample_pair_take(&check->samples, &check->root, read_sample, &sampling, &pair, err);

	if (r == 0)
		proc_group_rates(group, dir, buf_text(&pair.earlier), pair.earlier.size,
		    pair.since_boot ? 0 : pair.seconds);
	return r;
}

/* --- the run -------------------------------------------------------------------------- */

static int run(struct check *check, struct err *err)
{
	struct process_options *given = check->options;
	struct proc_group *group = &given->group;
	CLEANUP(proc_dir_close) struct proc_dir dir = { 0 };
	int r;

	group->wants = wanted_facts(check);
	group->match.asker = check->plugin->name;
	for (int k = 0; k < 2; k++)
		group->match.self[k] = check->root.live ? check->pids[k] : 0;
	if (given->user) {
		r = find_user(check, given->user, &group->match.uid, err);
		if (r < 0)
			return r;
		group->match.has_uid = true;
	}
	check_doing(check, "reading processes");
	r = proc_dir_open(&check->root, &dir, err);
	if (r == 0)
		r = walk(group, &dir, err);
	if (r == 0 && process_wants(check, PROCESS_CPU, PROCESS_CPU_MAX))
		r = measure_cpu(check, group, &dir, err);
	if (r == 0)
		process_report(check, &dir);
	return r;
}

static const struct plugin process_plugin = {
	.name = "check_process",
	.title = "PROCESS",
	.summary = "finds processes and checks how many there are and what they use",
	.notes = notes,
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct process_options),
	.validate = validate,
	.may_sleep = true,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&process_plugin, argc, argv);
}
