/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_node_work.h"

static int find_node(
    const struct node_work *work, const char *name, const struct node **ret, struct err *err)
{
	const struct node *node = node_of_name(&work->tree, name);

	if (!node || node->removed_ms)
		return node_unknown(&work->tree, name, err);
	*ret = node;
	return 0;
}

static int find_group(const struct node_work *work, const char *path,
    const struct node_group **ret, struct err *err)
{
	if (!*path)
		return err_set(err, -EINVAL, "the root is no group that this can be done to");
	*ret = node_group_of_path(&work->tree.groups, path);
	return *ret ? 0 : node_group_unknown(&work->tree.groups, path, err);
}

/* A copy of NAME below a path; the caller frees it. */
static char *path_below(const char *above, const char *name)
{
	CLEANUP_BUF struct buf path = BUF_INIT;

	(void)buf_adds(&path, above);
	(void)buf_adds(&path, *above ? "/" : "");
	(void)buf_adds(&path, name);
	return path.error ? NULL : strdup(buf_text(&path));
}

static int no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot change the tree");
}

static int read_groups(struct node_work *work, struct err *err)
{
	struct node_groups groups;
	int r = db_groups_read(work->db, &groups, err);

	if (r < 0)
		return r;
	node_groups_free(&work->tree.groups);
	work->tree.groups = groups;
	return 0;
}

/* --- nodes ------------------------------------------------------------------------------------ */

int node_work_rename(
    struct node_work *work, const struct node_request *request, struct err *err)
{
	const struct node *node, *other;
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r = find_node(work, request->names[0], &node, err);

	if (r == 0)
		r = node_name_check(request->new_name, err);
	if (r < 0 || strcmp(node->name, request->new_name) == 0)
		return r;
	other = node_of_name(&work->tree, request->new_name);
	if (other)
		return err_set(err, -EEXIST, "there is a node '%.100s' already%s",
		    request->new_name,
		    other->removed_ms ? ": it was removed, and its history has that name" : "");
	(void)buf_adds(&statement, "UPDATE NODE SET name = ");
	sql_quotes(&statement, request->new_name);
	(void)buf_addf(&statement, ", changed_ms = %lld WHERE nodeid = %u",
	    (long long)work->now_ms, node->nodeid);
	r = sql_run(work->db->sql, &statement, NULL, err);
	node_work_touch(work, node->nodeid);
	node_work_add(work, &(struct node_change){ .verb = NODE_CHANGED,
				.name = (char *)(uintptr_t)request->new_name,
				.attribute = (char *)(uintptr_t) "name",
				.old_value = node->name,
				.new_value = (char *)(uintptr_t)request->new_name });
	return r;
}

int node_work_remove(
    struct node_work *work, const struct node_request *request, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);

	(void)buf_addf(&statement,
	    "UPDATE NODE SET removed_ms = %lld, changed_ms = %lld WHERE removed_ms = 0 AND "
	    "nodeid IN (",
	    (long long)work->now_ms, (long long)work->now_ms);
	for (size_t i = 0; i < request->n_names; i++) {
		const struct node *node;
		int r = find_node(work, request->names[i], &node, err);

		if (r < 0)
			return r;
		for (size_t k = 0; k < i; k++) {
			if (strcmp(request->names[k], node->name) == 0)
				return err_set(
				    err, -EINVAL, "node '%.100s' is given twice", node->name);
		}
		(void)buf_addf(&statement, "%s%u", i ? ", " : "", node->nodeid);
		node_work_touch(work, node->nodeid);
		node_work_add(work, &(struct node_change){ .verb = NODE_REMOVED,
					.name = node->name,
					.old_value = (char *)(uintptr_t)node_group_path(
					    &work->tree.groups, node->groupid) });
	}
	(void)buf_addc(&statement, ')');
	return sql_run(work->db->sql, &statement, NULL, err);
}

/* --- groups ----------------------------------------------------------------------------------- */

/* Gives a group another place or name, and tells. */
static int put_group(struct node_work *work, uint32_t groupid, uint32_t parentid,
    const char *name, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r;

	(void)buf_addf(&statement, "UPDATE NODEGROUP SET parentid = %u, name = ", parentid);
	sql_quotes(&statement, name);
	(void)buf_addf(&statement, " WHERE groupid = %u", groupid);
	work->all_nodes = true;
	r = sql_run(work->db->sql, &statement, NULL, err);
	return r < 0 ? r : read_groups(work, err);
}

static int check_free(const struct node_work *work, const char *path, struct err *err)
{
	return node_group_of_path(&work->tree.groups, path)
		   ? err_set(err, -EEXIST, "there is a group '%.200s' already", path)
		   : 0;
}

static void tell(struct node_work *work, const char *path, const char *attribute,
    const char *old_value, const char *new_value)
{
	node_work_add(work, &(struct node_change){ .verb = NODE_CHANGED,
				.is_group = true,
				.name = (char *)(uintptr_t)path,
				.attribute = (char *)(uintptr_t)attribute,
				.old_value = (char *)(uintptr_t)old_value,
				.new_value = (char *)(uintptr_t)new_value });
}

int node_work_group_rename(
    struct node_work *work, const struct node_request *request, struct err *err)
{
	const struct node_group *group;
	CLEANUP_FREE char *path = NULL;
	int r = find_group(work, request->group, &group, err);

	if (r == 0)
		r = node_name_check(request->new_name, err);
	if (r < 0 || strcmp(group->name, request->new_name) == 0)
		return r;
	path =
	    path_below(node_group_path(&work->tree.groups, group->parentid), request->new_name);
	if (!path)
		return no_memory(err);
	r = check_free(work, path, err);
	if (r < 0)
		return r;
	tell(work, path, "name", group->name, request->new_name);
	return put_group(work, group->groupid, group->parentid, request->new_name, err);
}

int node_work_group_maintenance(
    struct node_work *work, const struct node_request *request, struct err *err)
{
	char before[NODE_MAINTENANCE_TEXT_SIZE], after[NODE_MAINTENANCE_TEXT_SIZE];
	const struct node_group *group;
	int r = find_group(work, request->group, &group, err);

	if (r < 0)
		return r;
	node_maintenance_text(group->maintenance_ms, work->now_ms, before);
	node_maintenance_text(request->maintenance_ms, work->now_ms, after);
	if (strcmp(before, after) == 0)
		return 0;
	tell(work, group->path, "maintenance", before, after);
	return sql_runf(work->db->sql, err,
	    "UPDATE NODEGROUP SET maintenance_ms = %lld WHERE groupid = %u",
	    (long long)request->maintenance_ms, group->groupid);
}

static int check_empty(
    const struct node_work *work, const struct node_group *group, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r;

	for (size_t i = 0; i < work->tree.groups.n; i++) {
		if (work->tree.groups.items[i].parentid == group->groupid)
			return err_set(err, -EINVAL,
			    "group '%.200s' is not empty: it has the group '%.60s'",
			    group->path, work->tree.groups.items[i].name);
	}
	for (size_t i = 0; i < work->tree.n_nodes; i++) {
		const struct node *node = &work->tree.nodes[i];

		if (node->groupid == group->groupid && !node->removed_ms)
			return err_set(err, -EINVAL,
			    "group '%.200s' is not empty: it has the node '%.60s'", group->path,
			    node->name);
	}
	r = sql_selectf(work->db->sql, &rows, err,
	    "SELECT name FROM TOOLSPECS WHERE nodeid = 0 AND groupid = %u AND removed_ms = 0 "
	    "ORDER BY name LIMIT 1",
	    group->groupid);
	if (r < 0 || !sql_rows_next(&rows))
		return r;
	return err_set(err, -EINVAL, "group '%.200s' is not empty: it has the spec '%.60s'",
	    group->path, sql_text(&rows, 0));
}

/* Nodes that were removed from it are the group's above from then on. */
int node_work_group_remove(
    struct node_work *work, const struct node_request *request, struct err *err)
{
	const struct node_group *group;
	int r = find_group(work, request->group, &group, err);

	if (r == 0)
		r = check_empty(work, group, err);
	if (r == 0)
		r = sql_runf(work->db->sql, err, "DELETE FROM NODEGROUP WHERE groupid = %u",
		    group->groupid);
	if (r == 0)
		r = sql_runf(work->db->sql, err,
		    "UPDATE NODE SET groupid = %u WHERE groupid = %u", group->parentid,
		    group->groupid);
	if (r == 0)
		r = sql_runf(work->db->sql, err,
		    "DELETE FROM THRESHOLD WHERE scope = 1 AND scopeid = %u", group->groupid);
	if (r == 0)
		node_work_add(work, &(struct node_change){ .verb = NODE_REMOVED,
					.is_group = true,
					.name = group->path,
					.old_value = group->path });
	return r;
}

/* --- moving ------------------------------------------------------------------------------------- */

/* How many groups stand one below another, from this one on. */
static unsigned height(const struct node_work *work, const struct node_group *group)
{
	unsigned deepest = group->depth;

	for (size_t i = 0; i < work->tree.groups.n; i++) {
		const struct node_group *other = &work->tree.groups.items[i];

		if (other->depth > deepest && node_path_below(other->path, group->path))
			deepest = other->depth;
	}
	return deepest - group->depth + 1;
}

static int move_group(
    struct node_work *work, const char *text, const char *target, struct err *err)
{
	const struct node_group *group, *above;
	CLEANUP_FREE char *from = NULL;
	CLEANUP_FREE char *to = NULL;
	int r = node_path_parse(text, &from, err);

	if (r == 0)
		r = find_group(work, from, &group, err);
	if (r < 0)
		return r;
	above = node_group_of_path(&work->tree.groups, target);
	if ((above ? above->groupid : 0) == group->parentid)
		return 0;
	if ((above ? above->depth : 0) + height(work, group) > NODE_DEPTH_MAX)
		return err_set(err, -EINVAL,
		    "cannot move group '%.200s' to '%.200s': more than %d groups would stand "
		    "one below another",
		    from, target, NODE_DEPTH_MAX);
	to = path_below(target, group->name);
	if (!to)
		return no_memory(err);
	r = check_free(work, to, err);
	if (r < 0)
		return r;
	tell(work, to, "group",
	    node_shown_path(node_group_path(&work->tree.groups, group->parentid)),
	    node_shown_path(target));
	return put_group(work, group->groupid, above ? above->groupid : 0, group->name, err);
}

static int move_nodes(
    struct node_work *work, const struct node_request *request, struct err *err)
{
	CLEANUP(node_wants_free) struct node_wants wants = { 0 };
	const struct node_request moved = {
		.action = NODE_WANT, .wants = &wants, .rule = NODE_MUST_EXIST
	};

	for (size_t i = 0; i < request->n_names; i++) {
		struct node_want *want;

		if (strchr(request->names[i], '/'))
			continue;
		want = node_wants_add(&wants);
		if (!want)
			return no_memory(err);
		want->name = strdup(request->names[i]);
		want->group = strdup(request->group);
		if (!want->name || !want->group)
			return no_memory(err);
	}
	return wants.n ? node_work_want(work, &moved, err) : 0;
}

int node_work_move(struct node_work *work, const struct node_request *request, struct err *err)
{
	const char *const target[] = { request->group };
	int r = 0;

	/* A group that would be below itself is refused before its place is made. */
	for (size_t i = 0; i < request->n_names; i++) {
		CLEANUP_FREE char *from = NULL;

		if (!strchr(request->names[i], '/'))
			continue;
		r = node_path_parse(request->names[i], &from, err);
		if (r < 0)
			return r;
		if (*from && node_path_below(request->group, from))
			return err_set(err, -EINVAL,
			    "cannot move group '%.200s' to '%.200s': that is below it", from,
			    request->group);
	}
	r = node_work_groups(work, target, 1, err);
	for (size_t i = 0; r == 0 && i < request->n_names; i++) {
		if (strchr(request->names[i], '/'))
			r = move_group(work, request->names[i], request->group, err);
	}
	return r < 0 ? r : move_nodes(work, request, err);
}
