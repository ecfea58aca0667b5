/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/node.h"

/* --- groups ------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	const struct node_group *x = a, *y = b;

	return (x->groupid > y->groupid) - (x->groupid < y->groupid);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(
	    ((const struct node_group *)a)->path, ((const struct node_group *)b)->path);
}

static int by_id_pointer(const void *a, const void *b)
{
	return by_id(*(struct node_group *const *)a, *(struct node_group *const *)b);
}

/* Of groups that are sorted by id. */
static struct node_group *find_id(const struct node_groups *groups, uint32_t groupid)
{
	const struct node_group key = { .groupid = groupid };

	if (groups->n == 0)
		return NULL;
	return bsearch(&key, groups->items, groups->n, sizeof(key), by_id);
}

/* The path is put together from its end. */
static int finish_one(
    const struct node_groups *groups, struct node_group *group, struct err *err)
{
	const struct node_group *at = group, *names[NODE_DEPTH_MAX];
	CLEANUP_BUF struct buf path = BUF_INIT;

	group->until_ms = 0;
	for (group->depth = 0; at; at = find_id(groups, at->parentid)) {
		if (group->depth == NODE_DEPTH_MAX)
			return err_set(err, -EBADMSG,
			    "group %u '%.60s' of the database stands below itself, or below "
			    "more than %d",
			    group->groupid, group->name, NODE_DEPTH_MAX);
		names[group->depth++] = at;
		if (at->maintenance_ms > group->until_ms)
			group->until_ms = at->maintenance_ms;
	}
	for (unsigned i = group->depth; i > 0; i--) {
		(void)buf_adds(&path, names[i - 1]->name);
		if (i > 1)
			(void)buf_addc(&path, '/');
	}
	free(group->path);
	group->path = path.error ? NULL : strdup(buf_text(&path));
	return group->path ? 0 : err_sys(err, -ENOMEM, "cannot keep the groups");
}

int node_groups_finish(struct node_groups *groups, struct err *err)
{
	if (groups->n == 0)
		return 0;
	qsort(groups->items, groups->n, sizeof(*groups->items), by_id);
	for (size_t i = 0; i < groups->n; i++) {
		int r = finish_one(groups, &groups->items[i], err);

		if (r < 0)
			return r;
	}
	qsort(groups->items, groups->n, sizeof(*groups->items), by_path);
	free(groups->by_id);
	groups->by_id = calloc(groups->n, sizeof(struct node_group *));
	if (!groups->by_id)
		return err_sys(err, -ENOMEM, "cannot keep the groups");
	for (size_t i = 0; i < groups->n; i++)
		groups->by_id[i] = &groups->items[i];
	qsort(groups->by_id, groups->n, sizeof(struct node_group *), by_id_pointer);
	return 0;
}

const struct node_group *node_group_of_id(const struct node_groups *groups, uint32_t groupid)
{
	struct node_group key = { .groupid = groupid }, *wanted = &key, **found;

	if (groups->n == 0)
		return NULL;
	found = bsearch(&wanted, groups->by_id, groups->n, sizeof(wanted), by_id_pointer);
	return found ? *found : NULL;
}

const struct node_group *node_group_of_path(const struct node_groups *groups, const char *path)
{
	const struct node_group key = { .path = (char *)(uintptr_t)path };

	if (groups->n == 0)
		return NULL;
	return bsearch(&key, groups->items, groups->n, sizeof(key), by_path);
}

const char *node_group_path(const struct node_groups *groups, uint32_t groupid)
{
	const struct node_group *group = node_group_of_id(groups, groupid);

	return group ? group->path : "";
}

const char *node_shown_path(const char *path)
{
	return *path ? path : "/";
}

bool node_path_below(const char *path, const char *group)
{
	size_t size = strlen(group);

	return size == 0 ||
	       (strncmp(path, group, size) == 0 && (path[size] == '\0' || path[size] == '/'));
}

int64_t node_until_ms(
    const struct node_groups *groups, uint32_t groupid, int64_t maintenance_ms)
{
	const struct node_group *group = node_group_of_id(groups, groupid);

	return group && group->until_ms > maintenance_ms ? group->until_ms : maintenance_ms;
}

/* --- names ----------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct node *)a)->name, ((const struct node *)b)->name);
}

struct node *node_of_name(const struct node_tree *tree, const char *name)
{
	const struct node key = { .name = (char *)(uintptr_t)name };

	if (tree->n_nodes == 0)
		return NULL;
	return bsearch(&key, tree->nodes, tree->n_nodes, sizeof(key), by_name);
}

/* How many bytes must be added, taken away, replaced or swapped with their neighbour to make
 * one of the other (the optimal string alignment distance); most + 1 when it is more than most. */
enum { HINTS = 3, DISTANCE_MOST = 3, COMPARED_MAX = 64 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][COMPARED_MAX + 1];
	size_t n_a = strlen(a), n_b = strlen(b);

	if (n_a > COMPARED_MAX || n_b > COMPARED_MAX || n_a > n_b + DISTANCE_MOST ||
	    n_b > n_a + DISTANCE_MOST)
		return DISTANCE_MOST + 1;
	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n_a; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3];
		const unsigned *two_above = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n_b; j++) {
			row[j] = least(above[j], row[j - 1]) + 1;
			row[j] = least(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[n_a % 3][n_b];
}

struct hints {
	const char *names[HINTS];
	unsigned distances[HINTS];
	size_t n;
};

static void consider(struct hints *hints, const char *wanted, const char *name)
{
	/* Of a short name nearly all of it must be right. */
	size_t most = strlen(wanted) / 3;
	unsigned d = distance(wanted, name);
	size_t at;

	if (d > DISTANCE_MOST || d > (most ? most : 1))
		return;
	for (at = hints->n; at > 0 && d < hints->distances[at - 1]; at--)
		;
	if (at == HINTS)
		return;
	if (hints->n < HINTS)
		hints->n++;
	for (size_t i = hints->n - 1; i > at; i--) {
		hints->names[i] = hints->names[i - 1];
		hints->distances[i] = hints->distances[i - 1];
	}
	hints->names[at] = name;
	hints->distances[at] = d;
}

static void print_hints(const struct hints *hints, struct buf *ret)
{
	for (size_t i = 0; i < hints->n; i++) {
		if (i == 0)
			(void)buf_adds(ret, " (did you mean ");
		else
			(void)buf_adds(ret, i + 1 == hints->n ? " or " : ", ");
		(void)buf_addf(ret, "'%.60s'", hints->names[i]);
	}
	if (hints->n)
		(void)buf_adds(ret, "?)");
}

const char *node_column_near(const char *name)
{
	struct hints hints = { .n = 0 };

	for (int i = 0; i < NODE_COLUMNS; i++)
		consider(&hints, name, node_column_names[i]);
	return hints.n ? hints.names[0] : NULL;
}

void node_hint(const struct node_tree *tree, const char *name, struct buf *ret)
{
	struct hints hints = { .n = 0 };

	for (size_t i = 0; i < tree->n_nodes; i++) {
		if (!tree->nodes[i].removed_ms)
			consider(&hints, name, tree->nodes[i].name);
	}
	print_hints(&hints, ret);
}

void node_group_hint(const struct node_groups *groups, const char *path, struct buf *ret)
{
	struct hints hints = { .n = 0 };

	for (size_t i = 0; i < groups->n; i++)
		consider(&hints, path, groups->items[i].path);
	print_hints(&hints, ret);
}

int node_unknown(const struct node_tree *tree, const char *name, struct err *err)
{
	const struct node *node = node_of_name(tree, name);
	CLEANUP_BUF struct buf hint = BUF_INIT;

	if (node)
		return err_set(err, -ENOENT,
		    "node '%.100s' was removed; haetae node add brings it back", name);
	if (node_group_of_path(&tree->groups, name))
		return err_set(
		    err, -ENOENT, "no node '%.100s'; a group is written /%.100s", name, name);
	node_hint(tree, name, &hint);
	return err_set(err, -ENOENT, "no node '%.100s'%s", name, buf_text(&hint));
}

int node_group_unknown(const struct node_groups *groups, const char *path, struct err *err)
{
	CLEANUP_BUF struct buf hint = BUF_INIT;

	node_group_hint(groups, path, &hint);
	return err_set(err, -ENOENT, "no group '%.200s'%s", path, buf_text(&hint));
}
