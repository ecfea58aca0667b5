/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cleanup_find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"

/* What is looked at, and for whom. */
struct search {
	const struct cleanup_rules *rules;
	struct cleanup_proc *proc;
	const struct proctree *tree;
	int64_t now_ms;
	long ticks_per_s;
	unsigned least_minutes; /* of all entries */
	struct buf *spared;
};

/* --- what is never killed ------------------------------------------------------------------------ */

static bool is_ancestor(const struct proctree *tree, pid_t pid)
{
	const struct proctree_process *process = proctree_find(tree, getpid());

	/* Not longer than there are processes, whatever a list says that changed while it was read. */
	for (size_t n = 0; process && n < tree->n; n++) {
		if (process->parent == pid)
			return true;
		process = proctree_find(tree, process->parent);
	}
	return pid == getppid();
}

static const char *protected_by_name(
    const struct cleanup_rules *rules, const struct cleanup_names *names)
{
	static const struct {
		const char *program, *why;
	} rows[] = {
		{ "haetae-scheduler", "the scheduler" },
		{ "haetae-cleanup", "a cleanup" },
		{ "mariadbd", "a database server" },
		{ "mariadbd-safe", "a database server" },
		{ "mysqld", "a database server" },
		{ "mysqld_safe", "a database server" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (cleanup_names_have(names, rows[i].program))
			return rows[i].why;
	}
	for (size_t i = 0; i < rules->servers->n; i++) {
		if (cleanup_names_have(names, rules->servers->names[i]))
			return "a listed server";
	}
	return NULL;
}

static const char *protected_anyway(const struct search *search,
    const struct proctree_process *process, const struct cleanup_names *names)
{
	if (process->pid == 1)
		return "init";
	if (process->kthread)
		return "a kernel thread";
	if (process->pid == getpid())
		return "this cleanup itself";
	if (is_ancestor(search->tree, process->pid))
		return "a parent of this cleanup";
	return protected_by_name(search->rules, names);
}

/* entry NULL: it is below a match. */
static const char *protected_by_user(
    const struct search *search, pid_t pid, uint32_t uid, const struct cleanup_entry *entry)
{
	const struct cleanup_rules *rules = search->rules;

	if (uid == rules->own || cleanup_proc_in_cgroup(search->proc, pid, rules->cgroup))
		return NULL;
	if (entry && entry->user && rules->users[entry - rules->list->items] != uid)
		return "another user's than the entry names";
	return rules->any_user ? NULL : "another user's, which needs --any-user";
}

/* --- matches --------------------------------------------------------------------------------------- */

struct owner {
	uint32_t uid;
	bool container;
};

/* Why an entry that fits by name spares the process, or NULL. */
static const char *spared_by_entry(const struct search *search,
    const struct proctree_process *process, const struct owner *owner,
    const struct cleanup_entry *entry)
{
	if (!cleanup_is_old(
		process->starttime, search->ticks_per_s, search->now_ms, entry->minutes))
		return "younger than its limit";
	if (owner->container)
		return "in a container";
	return protected_by_user(search, process->pid, owner->uid, entry);
}

/* The first entry by which it dies, else the first that fits by name; false when none does. */
static bool find_entry(const struct search *search, const struct proctree_process *process,
    const struct owner *owner, const struct cleanup_names *names, struct cleanup_match *ret)
{
	const struct cleanup_list *list = search->rules->list;
	bool found = false;

	for (size_t i = 0; i < list->n; i++) {
		const struct cleanup_entry *entry = &list->items[i];
		const char *where, *spared;
		const struct cleanup_span *span =
		    cleanup_names_find(names, entry->pattern, &where);

		if (!span)
			continue;
		spared = spared_by_entry(search, process, owner, entry);
		if (found && spared)
			continue;
		found = true;
		*ret = (struct cleanup_match){ .process = *process,
			.entry = entry,
			.where = where,
			.spared = spared,
			.uid = owner->uid };
		memcpy(ret->name, span->text,
		    span->size < sizeof(ret->name) ? span->size : sizeof(ret->name) - 1);
		if (!spared)
			break;
	}
	return found;
}

/* Without a reader of every reason, what cannot die needs no look at its files. */
static bool may_die(const struct search *search, const struct proctree_process *process)
{
	if (process->kthread || process->zombie)
		return false;
	return search->rules->explain || cleanup_is_old(process->starttime, search->ticks_per_s,
					     search->now_ms, search->least_minutes);
}

/* Whether it is a match; of one that is spared only if that is asked. */
static bool look_at(
    struct search *search, const struct proctree_process *process, struct cleanup_match *ret)
{
	const struct cleanup_rules *rules = search->rules;
	struct cleanup_names names;
	struct owner owner;
	const char *why;

	if (!may_die(search, process) ||
	    cleanup_proc_owner(search->proc, process->pid, &owner.uid, &owner.container) < 0)
		return false;
	if (owner.uid != rules->own && !rules->any_user && !*rules->cgroup && !rules->explain)
		return false;
	if (cleanup_proc_names(search->proc, process->pid, &names) < 0 ||
	    !find_entry(search, process, &owner, &names, ret))
		return false;
	why = protected_anyway(search, process, &names);
	if (why)
		ret->spared = why;
	if (ret->spared && !rules->explain)
		return false;
	ret->age_ms = cleanup_age_ms(process->starttime, search->ticks_per_s, search->now_ms);
	ret->scheduleid = proctree_scheduleid(process->pid, NULL);
	return true;
}

static unsigned least_minutes(const struct cleanup_list *list)
{
	unsigned least = CLEANUP_MINUTES_MAX;

	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].minutes < least)
			least = list->items[i].minutes;
	}
	return least;
}

int cleanup_find(const struct cleanup_rules *rules, struct cleanup_proc *proc,
    const struct proctree *tree, int64_t now_boot_ms, struct cleanup_matches *ret,
    struct err *err)
{
	CLEANUP(cleanup_matches_free) struct cleanup_matches matches = { 0 };
	struct search search = { .rules = rules,
		.proc = proc,
		.tree = tree,
		.now_ms = now_boot_ms,
		.ticks_per_s = sysconf(_SC_CLK_TCK),
		.least_minutes = least_minutes(rules->list) };

	for (size_t i = 0; rules->list->n && i < tree->n; i++) {
		struct cleanup_match match, *items;

		if (!look_at(&search, &tree->items[i], &match))
			continue;
		items = reallocarray(matches.items, matches.n + 1, sizeof(*items));
		if (!items)
			return err_set(err, -ENOMEM, "out of memory");
		matches.items = items;
		items[matches.n++] = match;
	}
	*ret = matches;
	matches = (struct cleanup_matches){ 0 };
	return 0;
}

void cleanup_matches_free(struct cleanup_matches *matches)
{
	free(matches->items);
	*matches = (struct cleanup_matches){ 0 };
}

/* --- trees ------------------------------------------------------------------------------------------ */

static bool is_kept_out(const struct proctree_process *process, void *context)
{
	struct search *search = context;
	struct cleanup_names names;
	struct owner owner;
	const char *why;

	/* One that is gone, or is dead already, has nothing to be spared. */
	if (process->zombie ||
	    cleanup_proc_owner(search->proc, process->pid, &owner.uid, &owner.container) < 0 ||
	    cleanup_proc_names(search->proc, process->pid, &names) < 0)
		return false;
	why = protected_anyway(search, process, &names);
	if (!why)
		why = protected_by_user(search, process->pid, owner.uid, NULL);
	if (!why)
		return false;
	(void)buf_addf(search->spared, "%s%ld is %s", search->spared->size ? ", " : "",
	    (long)process->pid, why);
	return true;
}

void cleanup_add_descendants(const struct cleanup_rules *rules, struct cleanup_proc *proc,
    struct proctree_set *set, struct buf *ret_spared)
{
	struct search search = {
		.rules = rules, .proc = proc, .tree = set->tree, .spared = ret_spared
	};

	proctree_set_add_descendants_but(set, is_kept_out, &search);
}
