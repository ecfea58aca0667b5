/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cleanup_kill.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"

enum {
	/* After SIGKILL: an exit may have much memory to give back. */
	KILL_WAIT_MS = 1000,
	/* So often is looked for what was started between a look and its signals. */
	KILL_ROUNDS = 3,
	POLL_MS = 20,
};

void cleanup_plan_free(struct cleanup_plan *plan)
{
	free(plan->items);
	buf_free(&plan->spared);
	*plan = (struct cleanup_plan){ 0 };
}

static int add_victim(
    struct cleanup_plan *plan, const struct proctree_process *process, size_t match)
{
	if (plan->n == plan->room) {
		size_t room = plan->room ? 2 * plan->room : 64;
		struct cleanup_victim *items = reallocarray(plan->items, room, sizeof(*items));

		if (!items)
			return -ENOMEM;
		plan->items = items;
		plan->room = room;
	}
	plan->items[plan->n++] =
	    (struct cleanup_victim){ .process = *process, .match = match, .alive = true };
	return 0;
}

static size_t index_of(const struct proctree *tree, const struct proctree_process *process)
{
	const struct proctree_process *found = proctree_find(tree, process->pid);

	if (!found || found->starttime != process->starttime)
		return tree->n;
	return (size_t)(found - tree->items);
}

/* --- the plan ----------------------------------------------------------------------------------- */

static size_t find_match(
    const struct cleanup_matches *matches, const struct proctree_process *process)
{
	size_t low = 0, high = matches->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (matches->items[middle].process.pid < process->pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int cleanup_plan_make(const struct cleanup_rules *rules, struct cleanup_proc *proc,
    const struct proctree *tree, const struct cleanup_matches *matches,
    struct cleanup_plan *ret, struct err *err)
{
	CLEANUP(cleanup_plan_free) struct cleanup_plan plan = { .spared = BUF_INIT };
	CLEANUP(proctree_set_free) struct proctree_set set = { 0 };
	bool complete = proctree_set_init(&set, tree);

	for (size_t i = 0; complete && i < matches->n; i++) {
		if (!matches->items[i].spared)
			proctree_set_add(&set, index_of(tree, &matches->items[i].process));
	}
	if (complete)
		cleanup_add_descendants(rules, proc, &set, &plan.spared);
	for (size_t i = 0; complete && i < set.n; i++) {
		size_t top = proctree_set_top(&set, set.items[i]);
		size_t match = find_match(matches, &tree->items[top]);

		complete = add_victim(&plan, proctree_set_at(&set, i), match) == 0;
	}
	if (!complete)
		return err_set(err, -ENOMEM, "out of memory");
	*ret = plan;
	plan = (struct cleanup_plan){ 0 };
	return 0;
}

/* --- signals -------------------------------------------------------------------------------------- */

static void signal_all(struct cleanup_plan *plan, int signo)
{
	for (size_t i = 0; i < plan->n; i++) {
		struct cleanup_victim *victim = &plan->items[i];
		int r;

		if (!victim->alive)
			continue;
		r = proctree_signal(&victim->process, signo);
		if (r == -ESRCH) {
			victim->alive = false;
			continue;
		}
		victim->code = r;
		victim->sent = victim->sent || r == 0;
		victim->forced = victim->forced || (r == 0 && signo == SIGKILL);
	}
}

static bool is_any_alive(struct cleanup_plan *plan)
{
	bool any = false;

	for (size_t i = 0; i < plan->n; i++) {
		struct cleanup_victim *victim = &plan->items[i];

		victim->alive = victim->alive && proctree_is_alive(&victim->process);
		any = any || victim->alive;
	}
	return any;
}

/* False when the time is over first. One that could not be signalled is waited for, too: it may
 * end by the end of another. */
static bool wait_for_end(struct cleanup_plan *plan, int64_t wait_ms)
{
	int64_t end_ms = clock_mono_ms() + wait_ms;

	while (is_any_alive(plan)) {
		if (clock_mono_ms() >= end_ms)
			return false;
		clock_sleep_ms(POLL_MS);
	}
	return true;
}

/* Adds what those that are alive have started meanwhile. */
static int extend(
    const struct cleanup_rules *rules, struct cleanup_proc *proc, struct cleanup_plan *plan)
{
	CLEANUP(proctree_free) struct proctree tree = { 0 };
	CLEANUP(proctree_set_free) struct proctree_set set = { 0 };
	CLEANUP_BUF struct buf spared = BUF_INIT;
	CLEANUP_FREE size_t *matches = NULL; /* of each process of the tree */
	size_t n_known;

	if (proctree_read(&tree, NULL) < 0 || !proctree_set_init(&set, &tree))
		return -ENOMEM;
	matches = calloc(tree.n + 1, sizeof(*matches));
	if (!matches)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n; i++) {
		size_t index = index_of(&tree, &plan->items[i].process);

		if (index == tree.n || !plan->items[i].alive)
			continue;
		matches[index] = plan->items[i].match;
		proctree_set_add(&set, index);
	}
	n_known = set.n;
	cleanup_add_descendants(rules, proc, &set, &spared);
	for (size_t i = n_known; i < set.n; i++) {
		const struct proctree_process *process = proctree_set_at(&set, i);
		/* It is in the set, and before it. */
		size_t parent = (size_t)(proctree_find(&tree, process->parent) - tree.items);

		matches[set.items[i]] = matches[parent];
		if (add_victim(plan, process, matches[parent]) < 0)
			return -ENOMEM;
	}
	return 0;
}

int cleanup_plan_execute(const struct cleanup_rules *rules, struct cleanup_proc *proc,
    int64_t grace_ms, struct cleanup_plan *plan, struct err *err)
{
	bool done;

	signal_all(plan, SIGTERM);
	done = wait_for_end(plan, grace_ms);
	for (int i = 0; !done && i < KILL_ROUNDS; i++) {
		int r = extend(rules, proc, plan);

		/* What is known dies in any case. */
		signal_all(plan, SIGKILL);
		done = wait_for_end(plan, KILL_WAIT_MS);
		if (r < 0)
			return err_sys(err, r, "cannot look for what was started meanwhile");
	}
	return 0;
}
