/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/collect/passwd.h"
#include "lib/health/service_process.h"

/* --- words -------------------------------------------------------------------------------- */

void service_problem(struct service_row *row, enum state state, const char *fmt, ...)
{
	struct service_problem *problems;
	char *text;
	va_list ap;
	int size;

	if (row->n_problems >= SERVICE_PROBLEMS_MAX)
		return;
	row->state = state_worst(row->state, state);
	problems = reallocarray(row->problems, row->n_problems + 1, sizeof(row->problems[0]));
	if (!problems)
		return;
	row->problems = problems;
	va_start(ap, fmt);
	size = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (size >= 0)
		problems[row->n_problems++] = (struct service_problem){ state, text };
}

void service_note(struct service_row *row, const char *fmt, ...)
{
	va_list ap;

	(void)buf_adds(&row->notes, row->notes.size ? "; " : "");
	va_start(ap, fmt);
	(void)buf_vaddf(&row->notes, fmt, ap);
	va_end(ap);
}

void service_words(const struct service_row *row, struct buf *buf)
{
	for (size_t i = 0; i < row->n_problems; i++)
		(void)buf_addf(buf, "%s%s", i ? " and " : "", row->problems[i].text);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "es";
}

/* --- facts ---------------------------------------------------------------------------------- */

static size_t count_workers(const struct proc_group *group)
{
	size_t n = 0;

	for (size_t i = 0; i < group->n_rows; i++)
		n += proc_group_has(group, group->rows[i].ppid);
	return n;
}

static void set_facts(const struct services *services, struct service_row *row)
{
	const struct proc_group *group = &row->group;
	double *facts = row->facts;
	struct proc_totals totals;

	proc_group_totals(group, &services->dir, &totals);
	facts[SERVICE_COUNT] = (double)group->n_rows;
	facts[SERVICE_DEFUNCT] = (double)group->n_zombies;
	facts[SERVICE_WORKERS] = (double)count_workers(group);
	facts[SERVICE_THREADS] = totals.threads;
	if (row->has_restarts)
		facts[SERVICE_RESTARTS] = (double)row->n_restarts;
	if (row->has_cpu)
		facts[SERVICE_CPU] = totals.cpu_percent;
	if (service_wants(services, row, SERVICE_STALE) && row->n_stale_denied == 0)
		facts[SERVICE_STALE] = (double)row->n_stale;
	if (row->has_kinds) {
		facts[SERVICE_FDS_SOCKETS] = (double)row->kinds.n[PROC_FD_SOCKET];
		facts[SERVICE_FDS_PIPES] = (double)row->kinds.n[PROC_FD_PIPE];
		facts[SERVICE_FDS_FILES] =
		    (double)row->kinds.n[PROC_FD_FILE] + (double)row->kinds.n[PROC_FD_DELETED];
	}
	if (row->has_sockets) {
		facts[SERVICE_LISTENERS] = (double)row->n_listeners;
	}
	if (row->has_sockets && !row->links_unproved) {
		facts[SERVICE_CONNECTIONS] = (double)row->n_live;
		facts[SERVICE_STALLED] = (double)row->n_stalled;
	}
	if (group->n_rows > 0) {
		facts[SERVICE_AGE] = totals.age_max_s;
		facts[SERVICE_AGE_MIN] = totals.age_min_s;
	}
	if (row->spec->kthread_pattern.text)
		return;
	facts[SERVICE_RSS] = totals.rss_bytes;
	/* A sum of some is not the sum, but the nearest to its limit may be among them. */
	if (group->n_fds_denied == 0)
		facts[SERVICE_FDS] = totals.fds;
	if (totals.n_fds > 0)
		facts[SERVICE_FDS_PCT] = totals.fds_max_percent;
}

/* --- what is wrong --------------------------------------------------------------------------- */

/* Processes of this service that this user would not be shown. */
static bool is_blind(const struct services *services, const struct service_row *row)
{
	if (row->group.n_exe_denied > 0)
		return true;
	return services->is_hidden &&
	       !(row->group.match.has_uid && row->group.match.uid == geteuid());
}

static void blind_text(const struct service_row *row, struct buf *buf)
{
	if (row->group.n_exe_denied > 0)
		(void)buf_addf(buf,
		    "the program of %zu process%s may not be read: run as root or grant "
		    "CAP_SYS_PTRACE",
		    row->group.n_exe_denied, plural(row->group.n_exe_denied));
	else
		(void)buf_adds(buf,
		    "not among this user's own processes, others are hidden (hidepid of "
		    "/proc): run as root or in the group of its gid= option");
}

/* None was seen where not all are shown: that is no 0, neither in words nor in a graph. */
static void forget_unseen(const struct services *services, struct service_row *row)
{
	struct buf reason = BUF_INIT_MAX(512);

	if (row->group.n_rows + row->group.n_zombies > 0 || !is_blind(services, row))
		return;
	for (size_t i = 0; i < SERVICE_FACTS; i++)
		row->facts[i] = NAN;
	blind_text(row, &reason);
	if (row->n_problems == 0)
		service_note(row, "%s", buf_text(&reason));
	buf_free(&reason);
}

static void judge_count(const struct services *services, struct service_row *row,
    enum state state, const struct range *range)
{
	double count = row->facts[SERVICE_COUNT];
	struct buf wanted = BUF_INIT_MAX(256);

	/* More may be there than are seen, never fewer. */
	if (is_blind(services, row) && count < range->start) {
		struct buf reason = BUF_INIT_MAX(512);

		blind_text(row, &reason);
		service_problem(row, STATE_UNKNOWN, "%s", buf_text(&reason));
		buf_free(&reason);
		return;
	}
	range_format(range, true, &wanted);
	if (count == 0)
		service_problem(row, state, "not running");
	else
		service_problem(row, state, "%g of %s", count, buf_text(&wanted));
	buf_free(&wanted);
}

static void judge_zombies(struct service_row *row, enum state state)
{
	const struct proc_group *group = &row->group;
	struct buf names = BUF_INIT_MAX(512);

	for (size_t i = 0; i < group->n_zombies && i < SERVICE_NAMED_MAX; i++)
		(void)buf_addf(&names, "%s pid %d %s (parent %d)", i ? "," : "",
		    group->zombies[i].pid, group->zombies[i].comm, group->zombies[i].ppid);
	if (group->n_zombies > SERVICE_NAMED_MAX)
		(void)buf_addf(&names, " and %zu more", group->n_zombies - SERVICE_NAMED_MAX);
	service_problem(row, state, "zombie%s%s", group->n_zombies == 1 ? "" : "s",
	    group->n_zombies ? buf_text(&names) : " 0");
	buf_free(&names);
}

static void judge_number(struct service_row *row, enum service_fact fact, enum state state,
    const struct range *range)
{
	const struct metric *metric = &service_metrics[fact];
	struct buf reason = BUF_INIT_MAX(512);

	range_reason(range, metric->unit, row->facts[fact], &reason);
	if (fact == SERVICE_STALE && row->stale_pid)
		(void)buf_addf(&reason, " (pid %d)", row->stale_pid);
	service_problem(row, state, "%s %s", metric->name, buf_text(&reason));
	buf_free(&reason);
}

/* What may not be seen is no alarm; who asked for it on the command line is told. */
static void judge_absent(struct service_row *row, enum service_fact fact)
{
	if (row->crit[fact].is_asked || row->warn[fact].is_asked)
		service_problem(
		    row, STATE_UNKNOWN, "%s is not known", service_metrics[fact].name);
}

static void judge_fact(
    const struct services *services, struct service_row *row, enum service_fact fact)
{
	const struct service_range *crit = &row->crit[fact], *warn = &row->warn[fact], *range;
	double value = row->facts[fact];
	enum state state = STATE_CRITICAL;

	if (isnan(value)) {
		judge_absent(row, fact);
		return;
	}
	range = crit;
	if (!crit->is_set || !range_alerts(&crit->range, value)) {
		state = STATE_WARNING;
		range = warn;
		if (!warn->is_set || !range_alerts(&warn->range, value))
			return;
	}
	if (fact == SERVICE_COUNT)
		judge_count(services, row, state, &range->range);
	else if (fact == SERVICE_DEFUNCT)
		judge_zombies(row, state);
	else
		judge_number(row, fact, state, &range->range);
}

static void judge_owner(const struct services *services, struct service_row *row)
{
	const struct service_spec *spec = row->spec;
	size_t wrong = 0, first = 0;
	char user[PASSWD_NAME_SIZE];

	if (!spec->owner || !*spec->owner)
		return;
	for (size_t i = row->group.n_rows; i-- > 0;) {
		if (row->group.rows[i].uid != row->owner_uid) {
			wrong++;
			first = i;
		}
	}
	if (wrong == 0)
		return;
	if (!passwd_find_uid(buf_text(&services->passwd), services->passwd.size,
		row->group.rows[first].uid, user))
		(void)snprintf(user, sizeof(user), "%u", row->group.rows[first].uid);
	service_problem(row, STATE_WARNING, "%zu process%s not of user %s, pid %d is of %s",
	    wrong, plural(wrong), spec->owner, row->group.rows[first].pid, user);
}

static void judge_processes(const struct services *services, struct service_row *row)
{
	if (row->unhealthy.n > 0)
		service_problem(row, STATE_WARNING, "title of pid %d is '%s'%s",
		    row->unhealthy.pid, row->unhealthy.title,
		    row->unhealthy.n > 1 ? " (and others)" : "");
	judge_owner(services, row);
	if (row->n_by_hand > 0)
		service_problem(row, STATE_WARNING, "%zu process%s outside unit %s, pid %d",
		    row->n_by_hand, plural(row->n_by_hand), row->spec->unit, row->by_hand_pid);
	if (row->group.n_fds_denied > 0)
		service_note(row,
		    "descriptors of %zu process%s may not be read: run as root or grant "
		    "CAP_SYS_PTRACE",
		    row->group.n_fds_denied, plural(row->group.n_fds_denied));
	if (row->n_stale_denied > 0)
		service_note(row,
		    "the program of %zu process%s may not be read: run as root or grant "
		    "CAP_SYS_PTRACE",
		    row->n_stale_denied, plural(row->n_stale_denied));
}

/* Worst first; of the same weight the processes come before the first n problems, which were
 * found before these were judged: sockets and what else follows from them. */
static void sort_problems(struct service_row *row, size_t n)
{
	struct service_problem before[SERVICE_PROBLEMS_MAX];

	memcpy(before, row->problems, n * sizeof(before[0]));
	memmove(row->problems, row->problems + n, (row->n_problems - n) * sizeof(before[0]));
	memcpy(row->problems + row->n_problems - n, before, n * sizeof(before[0]));
	for (size_t i = 1; i < row->n_problems; i++) {
		struct service_problem problem = row->problems[i];
		size_t k = i;

		for (; k > 0 && state_severity(row->problems[k - 1].state) <
				    state_severity(problem.state);
		     k--)
			row->problems[k] = row->problems[k - 1];
		row->problems[k] = problem;
	}
}

/* One that may be absent is, whatever its numbers say, unless the command line asks. */
static bool may_be_absent(const struct service_row *row)
{
	return (row->spec->optional || row->spec->unwanted) && row->group.n_zombies == 0 &&
	       !row->crit[SERVICE_COUNT].is_asked && !row->warn[SERVICE_COUNT].is_asked;
}

static void judge_row(const struct services *services, struct service_row *row)
{
	bool is_absent = row->group.n_rows == 0;
	size_t n_before = row->n_problems;

	set_facts(services, row);
	if (row->spec->unwanted && !is_absent)
		service_problem(row, STATE_WARNING, "unwanted, but %zu process%s run%s",
		    row->group.n_rows, plural(row->group.n_rows),
		    row->group.n_rows == 1 ? "s" : "");
	if (is_absent && may_be_absent(row))
		return;
	for (size_t i = 0; i < SERVICE_FACTS; i++) {
		/* Nothing runs: that is said, and not what follows from it. */
		if (!is_absent || i == SERVICE_COUNT || i == SERVICE_DEFUNCT)
			judge_fact(services, row, (enum service_fact)i);
	}
	if (!is_absent)
		judge_processes(services, row);
	if (row->n_problems > 0)
		sort_problems(row, n_before);
}

void services_judge(struct services *services)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		judge_row(services, &services->rows[i]);
		forget_unseen(services, &services->rows[i]);
	}
}
