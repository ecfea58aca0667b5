/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/deadline.h"
#include "plugins/node_local.h"

/* How many processes are read between two looks at the clock. */
enum { LOOK_EVERY = 64 };

/* NAME=REGEX */
int node_process_add(struct node_options *given, const char *value, struct err *err)
{
	const char *equals = strchr(value, '=');
	size_t size = equals ? (size_t)(equals - value) : 0;
	struct node_process *items, *item;

	if (size == 0)
		return err_set(err, -EINVAL, "expected NAME=REGEX, found '%.40s'", value);
	if (given->n_processes == NODE_PROCESSES_MAX)
		return err_set(err, -E2BIG, "more than %d", NODE_PROCESSES_MAX);
	for (size_t i = 0; i < given->n_processes; i++) {
		if (strncmp(given->processes[i].name, value, size) == 0 &&
		    given->processes[i].name[size] == '\0')
			return err_set(
			    err, -EINVAL, "'%.40s' was given before", given->processes[i].name);
	}
	items =
	    reallocarray(given->processes, given->n_processes + 1, sizeof(*given->processes));
	if (!items)
		return err_sys(err, -ENOMEM, "cannot keep a pattern");
	given->processes = items;
	item = &items[given->n_processes];
	*item = (struct node_process){ .name = strndup(value, size) };
	if (!item->name)
		return err_sys(err, -ENOMEM, "cannot keep a pattern");
	given->n_processes++;
	return pattern_compile(equals + 1, &item->group.match.line, err);
}

void node_processes_free(struct node_options *given)
{
	for (size_t i = 0; i < given->n_processes; i++) {
		free(given->processes[i].name);
		proc_group_free(&given->processes[i].group);
	}
	free(given->processes);
}

/* One walk for all patterns. Half of the time that is left is for what comes after. */
static int walk(struct node_options *given, struct proc_dir *dir, struct err *err)
{
	int64_t reserve_ms = deadline_left_ms() / 2;
	size_t n = 0;
	struct proc proc;

	while (proc_next(dir, &proc)) {
		if (++n % LOOK_EVERY == 0 && deadline_left_ms() < reserve_ms)
			return err_set(err, -ETIMEDOUT,
			    "processes are not counted: no time left after %zu of them", n);
		for (size_t i = 0; i < given->n_processes; i++) {
			int r = proc_group_take(&given->processes[i].group, &proc, err);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int count(const struct check *check, struct node_options *given, struct err *err)
{
	CLEANUP(proc_dir_close) struct proc_dir dir = { 0 };
	int r = proc_dir_open(&check->root, &dir, err);

	for (size_t i = 0; i < given->n_processes; i++) {
		struct proc_match *match = &given->processes[i].group.match;

		match->asker = check->plugin->name;
		for (int k = 0; k < 2; k++)
			match->self[k] = check->root.live ? check->pids[k] : 0;
	}
	if (r == 0)
		r = walk(given, &dir, err);
	if (r == 0 && proc_dir_is_hidden(&dir))
		return err_set(err, -EACCES,
		    "processes are not counted: those of other users are hidden (hidepid of "
		    "/proc): run as root or in the group of its gid= option");
	return r;
}

void node_processes_count(struct check *check, struct node_counts *ret)
{
	struct node_options *given = check->options;

	if (given->n_processes == 0)
		return;
	check_doing(check, "reading processes");
	ret->failure.code = count(check, given, &ret->failure.err);
	ret->items = calloc(given->n_processes, sizeof(*ret->items));
	if (!ret->items && ret->failure.code == 0)
		ret->failure.code =
		    err_sys(&ret->failure.err, -ENOMEM, "cannot count processes");
	if (ret->failure.code < 0)
		return;
	ret->n = given->n_processes;
	for (size_t i = 0; i < ret->n; i++)
		ret->items[i] = (struct node_count){
			.name = given->processes[i].name,
			.n = (double)given->processes[i].group.n_rows,
		};
}
