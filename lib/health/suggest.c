/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/collect/proc.h"

enum { PASSWD_MAX = 4 << 20, YOUNG_MAX = 400, DEPTH_MAX = 64 };

void suggest_free(struct suggestion *suggestion)
{
	for (size_t i = 0; i < suggestion->n_processes; i++)
		free(suggestion->processes[i].line);
	free(suggestion->processes);
	free(suggestion->groups);
	buf_free(&suggestion->young);
	buf_free(&suggestion->passwd);
	*suggestion = (struct suggestion){ 0 };
}

static int by_pid(const void *a, const void *b)
{
	const struct suggest_process *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

struct suggest_process *suggest_process_find(const struct suggestion *suggestion, int32_t pid)
{
	struct suggest_process key = { .pid = pid };

	if (suggestion->n_processes == 0)
		return NULL;
	return bsearch(
	    &key, suggestion->processes, suggestion->n_processes, sizeof(key), by_pid);
}

/* --- processes --------------------------------------------------------------------------- */

/* Below a login's scope, or the service manager of a user. */
static bool is_session_cgroup(const struct cgroup *cgroup)
{
	return (cgroup->unit.size > 8 && memcmp(cgroup->unit.text, "session-", 8) == 0) ||
	       (cgroup->unit.size > 5 && memcmp(cgroup->unit.text, "user@", 5) == 0);
}

/* Units that any program of a container or of a boot may be in. */
static void keep_unit(struct suggest_group *group, const struct cgroup *cgroup)
{
	size_t size = cgroup->unit.size;

	if (group->unit[0] || size == 0 || size >= sizeof(group->unit))
		return;
	memcpy(group->unit, cgroup->unit.text, size);
	group->unit[size] = '\0';
}

static int read_facts(struct proc *proc, struct suggest_process *ret, struct err *err)
{
	int r = proc_stat(proc, err);

	if (r < 0)
		return r;
	if (proc_stat_is_kthread(&proc->stat))
		return -ESRCH;
	ret->pid = proc->pid;
	ret->ppid = proc->stat.ppid;
	ret->age_s = proc_age_s(proc->dir, proc->stat.start_ticks);
	ret->is_zombie = proc_stat_is_zombie(&proc->stat);
	r = proc_uid(proc, err);
	if (r < 0)
		return r;
	ret->uid = proc->uid;
	/* Where cgroups may not be read, sessions are known by their shells. */
	if (proc_cgroup(proc, err) == 0)
		ret->in_session = is_session_cgroup(&proc->cgroup);
	r = proc_line(proc, err);
	if (r < 0)
		return r;
	ret->line_size = proc->line_size;
	ret->line = strndup(proc->line ? proc->line : "", proc->line_size);
	if (!ret->line)
		return err_sys(err, -ENOMEM, "cannot keep the processes");
	/* A NUL within would end it. */
	ret->line_size = strlen(ret->line);
	return 0;
}

static int add_process(const struct suggest_how *how, struct suggestion *suggestion,
    struct proc *proc, struct err *err)
{
	struct suggest_process one = { .group = SUGGEST_NONE, .netns = SUGGEST_NONE };
	int r = read_facts(proc, &one, err);

	if (r == -ESRCH || r == -EACCES)
		return 0;
	if (r < 0)
		return r;
	if (suggestion->n_processes == suggestion->processes_room) {
		size_t room = suggestion->processes_room ? 2 * suggestion->processes_room : 256;
		struct suggest_process *grown =
		    reallocarray(suggestion->processes, room, sizeof(*grown));

		if (!grown) {
			free(one.line);
			return err_sys(err, -ENOMEM, "cannot keep the processes");
		}
		suggestion->processes = grown;
		suggestion->processes_room = room;
	}
	if (one.is_zombie)
		one.kind = SUGGEST_OTHER;
	else if (how->asker && proc_cmdline_has_program(one.line, one.line_size, how->asker))
		one.kind = SUGGEST_SESSION;
	else
		one.kind = suggest_name_find(one.line, one.line_size, &one.name);
	suggestion->processes[suggestion->n_processes++] = one;
	return 0;
}

/* Whatever an interactive shell, or a process of a session, has started. */
static bool is_of_session(
    const struct suggestion *suggestion, const struct suggest_process *process)
{
	for (int depth = 0; process && depth < DEPTH_MAX; depth++) {
		if (process->in_session || process->kind == SUGGEST_SESSION)
			return true;
		if (process->ppid <= 1)
			return false;
		process = suggest_process_find(suggestion, process->ppid);
	}
	return false;
}

/* --- groups ------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
	const struct suggest_group *left = a, *right = b;

	return strcmp(left->name.name, right->name.name);
}

static struct suggest_group *group_of(struct suggestion *suggestion, const char *name)
{
	for (size_t i = 0; i < suggestion->n_groups; i++) {
		if (strcmp(suggestion->groups[i].name.name, name) == 0)
			return &suggestion->groups[i];
	}
	return NULL;
}

static bool is_service(
    const struct suggestion *suggestion, const struct suggest_process *process)
{
	if (process->kind != SUGGEST_SERVICE && process->kind != SUGGEST_MONITOR)
		return false;
	return process->pid != 1 && !is_of_session(suggestion, process);
}

/* What was left out for its age is said once a name. */
static void note_young(struct suggestion *suggestion, const char *name)
{
	if (suggestion->young.size && strstr(buf_text(&suggestion->young), name))
		return;
	(void)buf_addf(&suggestion->young, "%s%s", suggestion->young.size ? ", " : "", name);
}

static void join_group(struct suggest_group *group, const struct suggest_process *process)
{
	if (group->n == 0) {
		group->name = process->name;
		group->is_monitor = process->kind == SUGGEST_MONITOR;
		group->uid = process->uid;
		group->has_uid = true;
	}
	if (group->uid != process->uid)
		group->has_uid = false;
	group->n++;
}

static int make_groups(
    const struct suggest_how *how, struct suggestion *suggestion, struct err *err)
{
	suggestion->groups = calloc(suggestion->n_processes + 1, sizeof(suggestion->groups[0]));
	if (!suggestion->groups)
		return err_sys(err, -ENOMEM, "cannot group the processes");
	for (size_t i = 0; i < suggestion->n_processes; i++) {
		struct suggest_process *process = &suggestion->processes[i];
		struct suggest_group *group;

		if (!is_service(suggestion, process))
			continue;
		if (process->age_s < how->age_min_s) {
			note_young(suggestion, process->name.name);
			continue;
		}
		group = group_of(suggestion, process->name.name);
		if (!group && suggestion->n_groups >= PROFILE_SERVICES_MAX)
			continue;
		if (!group)
			group = &suggestion->groups[suggestion->n_groups++];
		join_group(group, process);
	}
	if (suggestion->n_groups > 1)
		qsort(suggestion->groups, suggestion->n_groups, sizeof(suggestion->groups[0]),
		    by_name);
	return 0;
}

/* Who belongs to whom, now that the groups have their places. */
static void set_members(const struct suggest_how *how, struct suggestion *suggestion)
{
	struct suggest_process *process, *parent;

	for (size_t i = 0; i < suggestion->n_processes; i++) {
		struct suggest_group *group;

		process = &suggestion->processes[i];
		if (!is_service(suggestion, process) || process->age_s < how->age_min_s)
			continue;
		group = group_of(suggestion, process->name.name);
		if (group)
			process->group = (size_t)(group - suggestion->groups);
	}
	for (size_t i = 0; i < suggestion->n_processes; i++) {
		process = &suggestion->processes[i];
		parent = suggest_process_find(suggestion, process->ppid);
		if (!parent || parent->group == SUGGEST_NONE)
			continue;
		if (process->is_zombie)
			suggestion->groups[parent->group].n_zombies++;
		else if (process->group == parent->group)
			suggestion->groups[parent->group].n_workers++;
	}
}

static int set_units(struct proc_dir *dir, struct suggestion *suggestion, struct err *err)
{
	for (size_t i = 0; i < suggestion->n_processes; i++) {
		const struct suggest_process *process = &suggestion->processes[i];
		struct proc proc;
		int r;

		if (process->group == SUGGEST_NONE)
			continue;
		proc_at(dir, process->pid, &proc);
		r = proc_cgroup(&proc, err);
		if (r < 0 && r != -ESRCH && r != -EACCES)
			return r;
		if (r == 0)
			keep_unit(&suggestion->groups[process->group], &proc.cgroup);
	}
	return 0;
}

static int read_all(const struct suggest_how *how, struct proc_dir *dir,
    struct suggestion *suggestion, struct err *err)
{
	struct proc proc;
	int r = 0;

	while (r == 0 && proc_next(dir, &proc))
		r = add_process(how, suggestion, &proc, err);
	if (r < 0)
		return r;
	if (suggestion->n_processes > 1)
		qsort(suggestion->processes, suggestion->n_processes,
		    sizeof(suggestion->processes[0]), by_pid);
	r = make_groups(how, suggestion, err);
	if (r < 0)
		return r;
	set_members(how, suggestion);
	r = set_units(dir, suggestion, err);
	return r < 0 ? r : suggest_sockets(how, dir, suggestion, err);
}

int suggest_read(const struct suggest_how *how, struct suggestion *ret, struct err *err)
{
	struct proc_dir dir;
	int r;

	*ret = (struct suggestion){ .young = BUF_INIT_MAX(YOUNG_MAX),
		.passwd = BUF_INIT_MAX(PASSWD_MAX) };
	/* Without it users are numbers. */
	(void)!fsroot_read(how->root, "/etc/passwd", &ret->passwd, NULL);
	r = proc_dir_open(how->root, &dir, err);
	if (r < 0)
		return r;
	r = read_all(how, &dir, ret, err);
	proc_dir_close(&dir);
	return r;
}
