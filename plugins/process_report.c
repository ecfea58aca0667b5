/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/process_report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/collect/passwd.h"

enum { DETAILS_MAX = 20, DETAIL_LINE_SIZE = 120 };

static bool is_judged(
    const struct check *check, enum process_metric first, enum process_metric last)
{
	for (enum process_metric i = first; i <= last; i++) {
		if (thresholds_given(&check->thresholds, &check->plugin->metrics[i]))
			return true;
	}
	return false;
}

bool process_wants(
    const struct check *check, enum process_metric first, enum process_metric last)
{
	return check->all_perf || is_judged(check, first, last);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "es";
}

/* --- words ------------------------------------------------------------------------ */

/* " matching 'nova-api' of user 'nova'", for line 1. */
static void describe(const struct process_options *given, struct buf *buf)
{
	const struct proc_match *match = &given->group.match;
	const struct {
		const char *words, *value;
	} rows[] = {
		{ " named '", match->kthread.text },
		{ " matching '", match->line.text },
		{ " running '", match->exe.text },
		{ " of user '", given->user },
		{ " in state '", match->states },
		{ " with parent '", given->parent },
		{ " in unit '", match->unit },
		{ " in cgroup '", match->cgroup.text },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].value)
			buf_addf(buf, "%s%.60s'", rows[i].words, rows[i].value);
	}
	if (match->place == PROC_IN_CONTAINER)
		buf_adds(buf, " in a container");
	if (match->place == PROC_ON_HOST)
		buf_adds(buf, " outside containers");
}

static void add_row_detail(struct check *check, struct proc_dir *dir, size_t row_index,
    const struct buf *users, enum state state)
{
	struct process_options *given = check->options;
	const struct proc_row *row = &given->group.rows[row_index];
	char age[CLOCK_TEXT_SIZE], rss[NUM_TEXT_SIZE], user[PASSWD_NAME_SIZE];
	struct proc proc;

	proc_at(dir, row->pid, &proc);
	if (proc_group_read_row(&given->group, dir, row_index, NULL) < 0 ||
	    proc_uid(&proc, NULL) < 0 || proc_line(&proc, NULL) < 0) {
		result_detail(
		    check->result, state, "pid %d %s, gone meanwhile", row->pid, row->comm);
		return;
	}
	if (!passwd_find_uid(buf_text(users), users->size, proc.uid, user))
		(void)snprintf(user, sizeof(user), "%u", proc.uid);
	proc_cmdline_mask(dir->line, proc.line_size);
	clock_age_text((int64_t)proc_age_s(dir, row->start_ticks), age);
	num_bytes_text((double)row->rss_pages * dir->page_bytes, rss);
	result_detail(check->result, state, "pid %d %s %c, age %s, rss %s: %.*s%s", row->pid,
	    user, row->state, age, rss, DETAIL_LINE_SIZE,
	    proc.line_size ? proc.line : row->comm,
	    proc.line_size > DETAIL_LINE_SIZE ? "..." : "");
}

/* --- the verdict -------------------------------------------------------------------- */

/* One metric's value; for the value of a single process also which one that is. */
struct judgement {
	enum process_metric metric;
	bool is_known;
	double value;
	bool is_single;
	size_t row;
	enum state state; /* the verdict */
};

enum { N_JUDGEMENTS = PROCESS_FDS_PCT };

static void fill_judgements(const struct proc_group *group, const struct proc_dir *dir,
    struct judgement rows[N_JUDGEMENTS])
{
	struct proc_totals totals;
	bool stat = group->wants & PROC_WANT_STAT, fds = group->wants & PROC_WANT_FDS;
	bool some = group->n_rows > 0;

	proc_group_totals(group, dir, &totals);
	const struct judgement filled[N_JUDGEMENTS] = {
		{ PROCESS_DEFUNCT, group->wants & PROC_WANT_ZOMBIES, (double)group->n_zombies },
		{ PROCESS_RSS, stat, totals.rss_bytes },
		{ PROCESS_RSS_MAX, stat, totals.rss_max_bytes, some, totals.rss_row },
		{ PROCESS_CPU, stat, totals.cpu_percent },
		{ PROCESS_CPU_MAX, stat, totals.cpu_max_percent, some, totals.cpu_row },
		{ PROCESS_AGE_MIN, stat && some, totals.age_min_s, some, totals.young_row },
		{ PROCESS_AGE_MAX, stat && some, totals.age_max_s, some, totals.old_row },
		{ PROCESS_THREADS, stat, totals.threads },
		/* A sum of some is not the sum, but the nearest to its limit may be among them. */
		{ PROCESS_FDS, fds && group->n_fds_denied == 0, totals.fds },
		{ PROCESS_FDS_PCT, fds && (totals.n_fds > 0 || !some), totals.fds_max_percent,
		    some, totals.fds_row },
	};
	memcpy(rows, filled, sizeof(filled));
}

/* For a value that there cannot be: its thresholds have been thought of. */
static void excuse(struct check *check, const struct metric *metric)
{
	(void)thresholds_find(&check->thresholds, metric, NULL, false);
	(void)thresholds_find(&check->thresholds, metric, NULL, true);
}

static void judge(struct check *check, const struct proc_group *group,
    struct judgement rows[N_JUDGEMENTS], struct buf *summary)
{
	for (size_t i = 0; i < N_JUDGEMENTS; i++) {
		struct judgement *row = &rows[i];
		const struct metric *metric = &check->plugin->metrics[row->metric];

		if (!row->is_known) {
			excuse(check, metric);
			continue;
		}
		row->state =
		    result_value(check->result, metric, NULL, row->value, 0, RESULT_NONE);
		if (row->state != STATE_OK && row->is_single)
			buf_addf(summary, "; %s is pid %d %s", metric->name,
			    group->rows[row->row].pid, group->rows[row->row].comm);
	}
	if (group->n_zombies > 0 && rows[0].state != STATE_OK)
		buf_addf(summary, "; pid %d %s is a zombie of %d", group->zombies[0].pid,
		    group->zombies[0].comm, group->zombies[0].ppid);
}

/* Rows that are named in line 1 come first in the details, and once. */
static bool is_named(const struct judgement rows[N_JUDGEMENTS], size_t n_rows, size_t row)
{
	for (size_t i = 0; i < n_rows; i++) {
		if (rows[i].is_single && rows[i].state != STATE_OK && rows[i].row == row)
			return true;
	}
	return false;
}

static void add_details(
    struct check *check, struct proc_dir *dir, const struct judgement rows[N_JUDGEMENTS])
{
	const struct process_options *given = check->options;
	const struct proc_group *group = &given->group;
	CLEANUP_BUF struct buf users = BUF_INIT;
	size_t max = check->verbose > 1 ? SIZE_MAX : DETAILS_MAX;

	/* Without it users are numbers. */
	(void)!fsroot_read(&check->root, "/etc/passwd", &users, NULL);
	for (size_t i = 0; i < N_JUDGEMENTS; i++) {
		if (is_named(&rows[i], 1, rows[i].row) && !is_named(rows, i, rows[i].row))
			add_row_detail(check, dir, rows[i].row, &users, rows[i].state);
	}
	for (size_t i = 0; i < group->n_zombies && i < max; i++)
		result_detail(check->result, rows[0].state,
		    "pid %d %s is a zombie, its parent is %d", group->zombies[i].pid,
		    group->zombies[i].comm, group->zombies[i].ppid);
	for (size_t i = 0; i < group->n_rows && i < max; i++) {
		if (!is_named(rows, N_JUDGEMENTS, i))
			add_row_detail(check, dir, i, &users, STATE_OK);
	}
	if (group->n_exe_denied > 0)
		result_detail(check->result, STATE_OK,
		    "not counted: %zu process%s whose program this user may not read",
		    group->n_exe_denied, plural(group->n_exe_denied));
	if (group->n_rows > max)
		result_detail(check->result, STATE_OK, "and %zu more", group->n_rows - max);
}

/* Says what keeps this user from knowing whether there is none. */
static bool is_blind(struct check *check, const struct proc_group *group,
    const struct proc_dir *dir, const char *what)
{
	const struct proc_match *match = &group->match;

	if (group->n_rows > 0)
		return false;
	if (group->n_exe_denied > 0) {
		result_problem(check->result, STATE_UNKNOWN,
		    "cannot read the program of %zu process%s%s: run as root or grant "
		    "CAP_SYS_PTRACE",
		    group->n_exe_denied, plural(group->n_exe_denied), what);
		return true;
	}
	if (!(match->has_uid && match->uid == geteuid()) && proc_dir_is_hidden(dir)) {
		result_problem(check->result, STATE_UNKNOWN,
		    "no process%s among this user's own, others are hidden (hidepid of /proc): "
		    "run as "
		    "root or in the group of its gid= option",
		    what);
		return true;
	}
	return false;
}

void process_report(struct check *check, struct proc_dir *dir)
{
	const struct process_options *given = check->options;
	const struct proc_group *group = &given->group;
	CLEANUP_BUF struct buf what = BUF_INIT, summary = BUF_INIT;
	struct judgement rows[N_JUDGEMENTS];

	describe(given, &what);
	if (is_blind(check, group, dir, buf_text(&what))) {
		for (size_t i = 0; i < PROCESS_N_METRICS; i++)
			excuse(check, &check->plugin->metrics[i]);
		return;
	}
	result_metric(
	    check->result, &check->plugin->metrics[PROCESS_COUNT], (double)group->n_rows);
	if (group->n_rows == 0 &&
	    !thresholds_given(&check->thresholds, &check->plugin->metrics[PROCESS_COUNT]))
		result_problem(check->result, STATE_CRITICAL, "no process%s", buf_text(&what));
	else
		buf_addf(&summary, "%zu process%s%s", group->n_rows, plural(group->n_rows),
		    buf_text(&what));
	fill_judgements(group, dir, rows);
	judge(check, group, rows, &summary);
	if (group->n_fds_denied > 0)
		result_problem(check->result,
		    is_judged(check, PROCESS_FDS, PROCESS_FDS_PCT) ? STATE_UNKNOWN : STATE_OK,
		    "cannot read descriptors of %zu process%s: run as root or grant "
		    "CAP_SYS_PTRACE",
		    group->n_fds_denied, plural(group->n_fds_denied));
	result_summary(check->result, "%s", buf_text(&summary));
	if (check->verbose > 0 || result_state(check->result) != STATE_OK)
		add_details(check, dir, rows);
}
