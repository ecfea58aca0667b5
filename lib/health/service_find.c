/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/collect/passwd.h"
#include "lib/health/service_process.h"

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

static void set_sockets(struct service_row *row)
{
	double *facts = row->facts;

	if (row->has_kinds) {
		facts[SERVICE_FDS_SOCKETS] = (double)row->kinds.n[PROC_FD_SOCKET];
		facts[SERVICE_FDS_PIPES] = (double)row->kinds.n[PROC_FD_PIPE];
		facts[SERVICE_FDS_FILES] =
		    (double)row->kinds.n[PROC_FD_FILE] + (double)row->kinds.n[PROC_FD_DELETED];
	}
	if (row->has_sockets)
		facts[SERVICE_LISTENERS] = (double)row->n_listeners;
	if (row->has_sockets && !row->links_unproved) {
		facts[SERVICE_CONNECTIONS] = (double)row->n_live;
		facts[SERVICE_STALLED] = (double)row->n_stalled;
	}
}

/* Of the process that is nearest to its limit. */
static void set_fds(struct service_row *row, const struct proc_totals *totals)
{
	const struct proc_row *process = &row->group.rows[totals->fds_row];

	row->facts[SERVICE_FDS_PCT] = totals->fds_max_percent;
	row->has_fds_most = true;
	row->fds_most = process->fds;
	row->fds_limit = process->fd_limit;
}

static void set_facts(const struct services *services, struct service_row *row)
{
	const struct proc_group *group = &row->group;
	double *facts = row->facts;
	struct proc_totals totals;

	proc_group_totals(group, &services->dir, &totals);
	row->n_processes = group->n_rows;
	row->n_zombies = group->n_zombies;
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
	set_sockets(row);
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
		set_fds(row, &totals);
}

/* --- what is not seen ------------------------------------------------------------------------ */

/* Processes of this service that this user would not be shown. */
static bool is_blind(const struct services *services, const struct service_row *row)
{
	if (row->group.n_exe_denied > 0)
		return true;
	return services->is_hidden &&
	       !(row->group.match.has_uid && row->group.match.uid == geteuid());
}

static void tell_unseen(struct service_row *row)
{
	if (row->group.n_exe_denied > 0)
		(void)buf_addf(&row->unseen,
		    "the program of %zu process%s may not be read: run as root or grant "
		    "CAP_SYS_PTRACE",
		    row->group.n_exe_denied, plural(row->group.n_exe_denied));
	else
		(void)buf_adds(&row->unseen,
		    "not among this user's own processes, others are hidden (hidepid of "
		    "/proc): run as root or in the group of its gid= option");
}

/* None was seen where not all are shown: that is no 0, neither in words nor in a graph. */
static void forget_unseen(struct service_row *row)
{
	if (row->n_processes + row->n_zombies > 0)
		return;
	for (size_t i = 0; i < SERVICE_FACTS; i++)
		row->facts[i] = NAN;
}

/* --- words for what a range may find ----------------------------------------------------------- */

static void tell_zombies(struct service_row *row)
{
	const struct proc_group *group = &row->group;
	struct buf *out = &row->zombies;

	if (group->n_zombies == 0)
		return;
	(void)buf_adds(out, group->n_zombies == 1 ? "zombie" : "zombies");
	for (size_t i = 0; i < group->n_zombies && i < SERVICE_NAMED_MAX; i++)
		(void)buf_addf(out, "%s pid %d %s (parent %d)", i ? "," : "",
		    group->zombies[i].pid, group->zombies[i].comm, group->zombies[i].ppid);
	if (group->n_zombies > SERVICE_NAMED_MAX)
		(void)buf_addf(out, " and %zu more", group->n_zombies - SERVICE_NAMED_MAX);
}

/* --- what is wrong by itself --------------------------------------------------------------------- */

static void find_owner(const struct services *services, struct service_row *row)
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
	(void)service_problem(row, SERVICE_FROM_PROCESS, STATE_WARNING,
	    "%zu process%s not of user %s, pid %d is of %s", wrong, plural(wrong), spec->owner,
	    row->group.rows[first].pid, user);
}

static void find_processes(const struct services *services, struct service_row *row)
{
	if (row->unhealthy.n > 0)
		(void)service_problem(row, SERVICE_FROM_PROCESS, STATE_WARNING,
		    "title of pid %d is '%s'%s", row->unhealthy.pid, row->unhealthy.title,
		    row->unhealthy.n > 1 ? " (and others)" : "");
	find_owner(services, row);
	if (row->n_by_hand > 0)
		(void)service_problem(row, SERVICE_FROM_PROCESS, STATE_WARNING,
		    "%zu process%s outside unit %s, pid %d", row->n_by_hand,
		    plural(row->n_by_hand), row->spec->unit, row->by_hand_pid);
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

void services_find(struct services *services)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		struct service_row *row = &services->rows[i];

		set_facts(services, row);
		tell_zombies(row);
		if (row->stale_pid)
			(void)buf_addf(&row->stale, "pid %d", row->stale_pid);
		if (row->n_processes > 0)
			find_processes(services, row);
		if (!is_blind(services, row))
			continue;
		tell_unseen(row);
		forget_unseen(row);
	}
}
