/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_node_work.h"

struct paths {
	char **items;
	size_t n;
};

static void paths_free(struct paths *paths)
{
	for (size_t i = 0; i < paths->n; i++)
		free(paths->items[i]);
	free(paths->items);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The path and those above it, as far as they are not there. */
static int add_missing(const struct node_groups *groups, const char *path, struct paths *paths)
{
	for (size_t size = strlen(path); size > 0;) {
		char *part = strndup(path, size), **items;

		if (!part)
			return -ENOMEM;
		if (node_group_of_path(groups, part)) {
			free(part);
			return 0;
		}
		items = reallocarray(paths->items, paths->n + 1, sizeof(*items));
		if (!items) {
			free(part);
			return -ENOMEM;
		}
		paths->items = items;
		items[paths->n++] = part;
		while (size > 0 && path[size - 1] != '/')
			size--;
		size -= size > 0;
	}
	return 0;
}

static unsigned depth_of(const char *path)
{
	unsigned depth = *path ? 1 : 0;

	for (; *path; path++)
		depth += *path == '/';
	return depth;
}

/* One statement a level: the ids of those above must be known. */
static int insert_level(
    struct node_work *work, const struct paths *paths, unsigned depth, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many = SQL_MANY_INIT(work->db->sql,
	    "INSERT INTO NODEGROUP (parentid, name, created_ms) VALUES ",
	    " ON DUPLICATE KEY UPDATE name = VALUES(name)");
	struct node_groups groups;
	size_t n = 0;
	int r;

	for (size_t i = 0; i < paths->n; i++) {
		const char *path = paths->items[i], *slash = strrchr(path, '/');
		CLEANUP_BUF struct buf above = BUF_INIT;
		const struct node_group *parent;
		struct buf *row;

		if (depth_of(path) != depth)
			continue;
		(void)buf_add(&above, path, slash ? (size_t)(slash - path) : 0);
		parent = node_group_of_path(&work->tree.groups, buf_text(&above));
		row = sql_many_next(&many, err);
		(void)buf_addf(row, "(%u, ", parent ? parent->groupid : 0);
		sql_quotes(row, slash ? slash + 1 : path);
		(void)buf_addf(row, ", %lld)", (long long)work->now_ms);
		n++;
	}
	if (n == 0)
		return 0;
	r = sql_many_end(&many, err);
	if (r == 0)
		r = db_groups_read(work->db, &groups, err);
	if (r < 0)
		return r;
	node_groups_free(&work->tree.groups);
	work->tree.groups = groups;
	return 0;
}

int node_work_groups(
    struct node_work *work, const char *const *paths, size_t n, struct err *err)
{
	CLEANUP(paths_free) struct paths missing = { 0 };
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		if (i && strcmp(paths[i - 1], paths[i]) == 0)
			continue;
		if (add_missing(&work->tree.groups, paths[i], &missing) < 0)
			return err_sys(err, -ENOMEM, "cannot make groups");
	}
	if (missing.n == 0)
		return 0;
	qsort(missing.items, missing.n, sizeof(*missing.items), by_text);
	for (size_t i = 0; i < missing.n; i++) {
		if (kept && strcmp(missing.items[kept - 1], missing.items[i]) == 0) {
			free(missing.items[i]);
			continue;
		}
		missing.items[kept++] = missing.items[i];
	}
	missing.n = kept;
	for (size_t i = 0; i < missing.n; i++)
		node_work_add(work, &(struct node_change){ .verb = NODE_ADDED,
					.is_group = true,
					.name = missing.items[i],
					.new_value = missing.items[i] });
	for (unsigned depth = 1; r == 0 && !work->dry_run && depth <= NODE_DEPTH_MAX; depth++)
		r = insert_level(work, &missing, depth, err);
	return r;
}
