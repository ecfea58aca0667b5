/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/deadline.h"
#include "plugins/node.h"

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

void node_processes(struct node *node)
{
	CLEANUP(proc_dir_close) struct proc_dir dir = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct check *check = node->check;
	struct node_options *given = check->options;
	struct err err = ERR_INIT;
	enum state state = STATE_OK;
	bool hidden;
	int r;

	if (given->n_processes == 0)
		return;
	for (size_t i = 0; i < given->n_processes; i++) {
		given->processes[i].group.match.asker = check->plugin->name;
		for (int k = 0; k < 2; k++)
			given->processes[i].group.match.self[k] =
			    check->root.live ? check->pids[k] : 0;
	}
	check_doing(check, "reading processes");
	r = proc_dir_open(&check->root, &dir, &err);
	if (r == 0)
		r = walk(given, &dir, &err);
	if (r < 0) {
		node_fail(node, r, &err, NODE_PROCESSES, NODE_PROCESSES);
		return;
	}
	hidden = proc_dir_is_hidden(&dir);
	if (hidden) {
		err_set(&err, -EACCES,
		    "processes are not counted: those of other users are hidden (hidepid of "
		    "/proc): run as root or in the group of its gid= option");
		node_fail(node, -EACCES, &err, NODE_PROCESSES, NODE_PROCESSES);
		return;
	}
	for (size_t i = 0; i < given->n_processes; i++) {
		const struct node_process *process = &given->processes[i];
		size_t n = process->group.n_rows;

		state = state_worst(
		    state, result_value(check->result, &check->plugin->metrics[NODE_PROCESSES],
			       process->name, (double)n, 0, RESULT_NONE));
		buf_addf(&text, "%s %s %zu", i ? "," : "", process->name, n);
	}
	result_detail(check->result, state, "processes%s", buf_text(&text));
}
