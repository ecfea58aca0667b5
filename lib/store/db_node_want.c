/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_node_work.h"

enum { NAMES_AT_ONCE = 500 };

struct wanted {
	const struct node_want *want;
	const struct node *node; /* its row, NULL when there is none */
	uint32_t nodeid;
	bool changed;
};

struct plan {
	struct node_work *work;
	enum node_rule rule;
	struct wanted *items; /* by name */
	size_t n;
};

/* --- what is asked for --------------------------------------------------------------------- */

static int check_values(const struct node_want *want, struct err *err)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < NODE_COLUMNS; i++) {
		if (want->columns[i])
			r = node_column_check((enum node_column)i, want->columns[i], err);
		if (r < 0)
			err_prefix(err, "%s", node_column_names[i]);
	}
	for (size_t i = 0; r == 0 && i < want->n_attrs; i++) {
		r = node_attr_check(want->attrs[i].name, err);
		if (r == 0)
			r = node_value_check(want->attrs[i].value, err);
		if (r < 0)
			err_prefix(err, "%.64s", want->attrs[i].name);
	}
	if (r == 0 && want->n_attrs > NODE_ATTRS_MAX)
		r = err_set(err, -EINVAL, "expected at most %d attributes of a site's own",
		    NODE_ATTRS_MAX);
	return r;
}

static int check_want(const struct node_want *want, struct err *err)
{
	int r = node_name_check(want->name, err);

	if (r < 0) {
		err_prefix(err, "node");
		return r;
	}
	r = check_values(want, err);
	if (r < 0)
		err_prefix(err, "node '%.100s'", want->name);
	return r;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
	    ((const struct wanted *)a)->want->name, ((const struct wanted *)b)->want->name);
}

static int find_node(const struct plan *plan, struct wanted *wanted, struct err *err)
{
	const struct node_tree *tree = &plan->work->tree;
	const char *name = wanted->want->name;

	wanted->node = node_of_name(tree, name);
	wanted->nodeid = wanted->node ? wanted->node->nodeid : 0;
	if (plan->rule == NODE_MUST_BE_NEW && wanted->node && !wanted->node->removed_ms)
		return err_set(err, -EEXIST,
		    "there is a node '%.100s' already, in group %.200s", name,
		    node_shown_path(node_group_path(&tree->groups, wanted->node->groupid)));
	if (plan->rule != NODE_MUST_EXIST || (wanted->node && !wanted->node->removed_ms))
		return 0;
	return node_unknown(tree, name, err);
}

static int make_plan(struct plan *plan, const struct node_wants *wants, struct err *err)
{
	int r = 0;

	plan->items = calloc(wants->n + 1, sizeof(*plan->items));
	if (!plan->items)
		return err_sys(err, -ENOMEM, "cannot change nodes");
	for (size_t i = 0; r == 0 && i < wants->n; i++) {
		plan->items[i].want = &wants->items[i];
		r = check_want(&wants->items[i], err);
	}
	if (r < 0)
		return r;
	plan->n = wants->n;
	qsort(plan->items, plan->n, sizeof(*plan->items), by_name);
	for (size_t i = 0; r == 0 && i < plan->n; i++) {
		if (i && by_name(&plan->items[i - 1], &plan->items[i]) == 0)
			return err_set(err, -EINVAL, "node '%.100s' is given twice",
			    plan->items[i].want->name);
		r = find_node(plan, &plan->items[i], err);
	}
	return r;
}

static int make_groups(struct plan *plan, struct err *err)
{
	CLEANUP_FREE const char **paths = calloc(plan->n + 1, sizeof(*paths));
	size_t n = 0;

	if (!paths)
		return err_sys(err, -ENOMEM, "cannot make groups");
	for (size_t i = 0; i < plan->n; i++) {
		if (plan->items[i].want->group)
			paths[n++] = plan->items[i].want->group;
	}
	return node_work_groups(plan->work, paths, n, err);
}

/* --- comparing ------------------------------------------------------------------------------- */

/* One attribute: a difference is a change. want NULL: it stays. */
static void compare(struct wanted *wanted, struct node_work *work, const char *attribute,
    const char *old_value, const char *want)
{
	if (!want || strcmp(old_value, want) == 0)
		return;
	wanted->changed = true;
	node_work_add(work, &(struct node_change){ .verb = NODE_CHANGED,
				.name = wanted->want->name,
				.attribute = (char *)(uintptr_t)attribute,
				.old_value = (char *)(uintptr_t)old_value,
				.new_value = (char *)(uintptr_t)want });
}

static void compare_maintenance(struct wanted *wanted, struct node_work *work)
{
	char before[NODE_MAINTENANCE_TEXT_SIZE], after[NODE_MAINTENANCE_TEXT_SIZE];

	if (!wanted->want->has_maintenance)
		return;
	node_maintenance_text(wanted->node->maintenance_ms, work->now_ms, before);
	node_maintenance_text(wanted->want->maintenance_ms, work->now_ms, after);
	compare(wanted, work, "maintenance", before, after);
}

static void compare_node(struct wanted *wanted, struct node_work *work)
{
	const struct node_want *want = wanted->want;
	const struct node *node = wanted->node;

	if (want->group)
		compare(wanted, work, "group",
		    node_shown_path(node_group_path(&work->tree.groups, node->groupid)),
		    node_shown_path(want->group));
	for (unsigned i = 0; i < NODE_COLUMNS; i++)
		compare(wanted, work, node_column_names[i],
		    node_column_text(node, (enum node_column)i), want->columns[i]);
	for (size_t i = 0; i < want->n_attrs; i++)
		compare(wanted, work, want->attrs[i].name,
		    node_attr_text(node, want->attrs[i].name), want->attrs[i].value);
	compare_maintenance(wanted, work);
}

static void add_detail(struct buf *details, const char *name, const char *value)
{
	if (value && *value)
		(void)buf_addf(details, "%s%s=%s", details->size ? " " : "", name, value);
}

/* A node that is new, or that comes back. */
static void add_node(struct wanted *wanted, struct node_work *work)
{
	const struct node_want *want = wanted->want;
	const char *path = want->group ? want->group : "";
	CLEANUP_BUF struct buf details = BUF_INIT;
	char maintenance[NODE_MAINTENANCE_TEXT_SIZE];

	if (wanted->node && !want->group)
		path = node_group_path(&work->tree.groups, wanted->node->groupid);
	for (unsigned i = 0; i < NODE_COLUMNS; i++)
		add_detail(&details, node_column_names[i], want->columns[i]);
	for (size_t i = 0; i < want->n_attrs; i++)
		add_detail(&details, want->attrs[i].name, want->attrs[i].value);
	node_maintenance_text(want->maintenance_ms, work->now_ms, maintenance);
	if (want->has_maintenance && want->maintenance_ms > work->now_ms)
		add_detail(&details, "maintenance", maintenance);
	if (details.error)
		work->error = details.error;
	wanted->changed = true;
	node_work_add(
	    work, &(struct node_change){ .verb = wanted->node ? NODE_REVIVED : NODE_ADDED,
		      .name = want->name,
		      .new_value = (char *)(uintptr_t)path,
		      .details = details.size ? details.data : NULL });
}

static void compare_all(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		struct wanted *wanted = &plan->items[i];

		if (wanted->node && !wanted->node->removed_ms)
			compare_node(wanted, plan->work);
		else
			add_node(wanted, plan->work);
		plan->work->changes.unchanged += !wanted->changed;
	}
}

/* --- writing ----------------------------------------------------------------------------------- */

static uint32_t wanted_groupid(const struct wanted *wanted, const struct node_groups *groups)
{
	const struct node_group *group;

	if (!wanted->want->group)
		return wanted->node ? wanted->node->groupid : 0;
	group = node_group_of_path(groups, wanted->want->group);
	return group ? group->groupid : 0;
}

/* The whole row, as it is to be. Without an id it is a new one. */
static void add_row(const struct wanted *wanted, const struct node_work *work, struct buf *row)
{
	const struct node_want *want = wanted->want;
	const struct node *node = wanted->node;
	int64_t maintenance_ms = node ? node->maintenance_ms : 0;

	if (want->has_maintenance)
		maintenance_ms = want->maintenance_ms;
	(void)buf_addc(row, '(');
	if (wanted->nodeid)
		(void)buf_addf(row, "%u, ", wanted->nodeid);
	else
		(void)buf_adds(row, "NULL, ");
	sql_quotes(row, want->name);
	for (unsigned i = 0; i < NODE_COLUMNS; i++) {
		const char *value = want->columns[i];

		if (!value)
			value = node ? node_column_text(node, (enum node_column)i) : "";
		(void)buf_adds(row, ", ");
		sql_quotes(row, value);
	}
	(void)buf_addf(row, ", %u, %lld, 0, %lld, %lld, %lld)",
	    wanted_groupid(wanted, &work->tree.groups), (long long)maintenance_ms,
	    (long long)work->now_ms, (long long)work->now_ms, (long long)work->now_ms);
}

/* The server assigns from left to right: the state begins anew before removed_ms is cleared. */
static int write_nodes(const struct plan *plan, struct err *err)
{
	CLEANUP_BUF struct buf head = BUF_INIT;
	CLEANUP_BUF struct buf tail = BUF_INIT;
	CLEANUP_SQL_MANY struct sql_many many = SQL_MANY_INIT(plan->work->db->sql, "", "");

	(void)buf_adds(&head, "INSERT INTO NODE (nodeid, name");
	(void)buf_adds(&tail, " ON DUPLICATE KEY UPDATE state = IF(removed_ms <> 0, 0, state), "
			      "state_since_ms = IF(removed_ms <> 0, VALUES(state_since_ms), "
			      "state_since_ms)");
	for (int i = 0; i < NODE_COLUMNS; i++) {
		const char *name = node_column_names[i];

		(void)buf_addf(&head, ", %s", name);
		(void)buf_addf(&tail, ", %s = VALUES(%s)", name, name);
	}
	(void)buf_adds(&head, ", groupid, maintenance_ms, removed_ms, created_ms, changed_ms, "
			      "state_since_ms) VALUES ");
	(void)buf_adds(&tail,
	    ", groupid = VALUES(groupid), "
	    "maintenance_ms = VALUES(maintenance_ms), "
	    "removed_ms = VALUES(removed_ms), changed_ms = VALUES(changed_ms)");
	if (head.error || tail.error)
		return err_sys(err, -ENOMEM, "cannot change nodes");
	many.head = buf_text(&head);
	many.tail = buf_text(&tail);
	for (size_t i = 0; i < plan->n; i++) {
		if (plan->items[i].changed)
			add_row(&plan->items[i], plan->work, sql_many_next(&many, err));
	}
	return sql_many_end(&many, err);
}

/* The ids of new nodes. items is sorted by name. */
static int read_ids(struct plan *plan, size_t from, size_t n, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	size_t asked = 0;
	int r;

	(void)buf_adds(&statement, "SELECT nodeid, name FROM NODE WHERE name IN (");
	for (size_t i = from; i < from + n; i++) {
		if (plan->items[i].nodeid)
			continue;
		(void)buf_adds(&statement, asked++ ? ", " : "");
		sql_quotes(&statement, plan->items[i].want->name);
	}
	if (asked == 0)
		return 0;
	(void)buf_addc(&statement, ')');
	r = sql_select(plan->work->db->sql, &statement, &rows, err);
	while (r == 0 && sql_rows_next(&rows)) {
		struct node_want want = { .name = (char *)(uintptr_t)sql_text(&rows, 1) };
		struct wanted key = { .want = &want };
		struct wanted *found =
		    bsearch(&key, plan->items, plan->n, sizeof(key), by_name);

		if (found)
			found->nodeid = (uint32_t)sql_u64(&rows, 0);
	}
	return r;
}

static int write_attrs(struct plan *plan, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many set = SQL_MANY_INIT(plan->work->db->sql,
	    "INSERT INTO NODEATTR (nodeid, name, value) VALUES ",
	    " ON DUPLICATE KEY UPDATE value = VALUES(value)");
	CLEANUP_SQL_MANY struct sql_many clear = SQL_MANY_INIT(
	    plan->work->db->sql, "DELETE FROM NODEATTR WHERE (nodeid, name) IN (", ")");
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->n; i += NAMES_AT_ONCE)
		r = read_ids(
		    plan, i, plan->n - i < NAMES_AT_ONCE ? plan->n - i : NAMES_AT_ONCE, err);
	for (size_t i = 0; r == 0 && i < plan->n; i++) {
		const struct wanted *wanted = &plan->items[i];

		if (wanted->changed)
			node_work_touch(plan->work, wanted->nodeid);
		for (size_t k = 0; wanted->changed && k < wanted->want->n_attrs; k++) {
			const struct node_attr *attr = &wanted->want->attrs[k];
			struct buf *row = sql_many_next(*attr->value ? &set : &clear, err);

			(void)buf_addf(row, "(%u, ", wanted->nodeid);
			sql_quotes(row, attr->name);
			if (*attr->value)
				(void)buf_adds(row, ", ");
			if (*attr->value)
				sql_quotes(row, attr->value);
			(void)buf_addc(row, ')');
		}
	}
	if (r == 0)
		r = sql_many_end(&set, err);
	return r < 0 ? r : sql_many_end(&clear, err);
}

int node_work_want(struct node_work *work, const struct node_request *request, struct err *err)
{
	struct plan plan = { .work = work, .rule = request->rule };
	int r = make_plan(&plan, request->wants, err);

	if (r == 0)
		r = make_groups(&plan, err);
	if (r == 0)
		compare_all(&plan);
	if (r == 0 && !work->dry_run)
		r = write_nodes(&plan, err);
	if (r == 0 && !work->dry_run)
		r = write_attrs(&plan, err);
	free(plan.items);
	return r;
}
