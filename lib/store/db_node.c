/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_private.h"

enum { FIRST_COLUMN = 3 };

/* --- reading ------------------------------------------------------------------------------ */

static int copy(const struct sql_rows *rows, unsigned field, char **ret)
{
	*ret = strdup(sql_text(rows, field));
	return *ret ? 0 : -ENOMEM;
}

static int no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot keep the nodes");
}

int db_groups_read(struct db *db, struct node_groups *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP(node_groups_free) struct node_groups groups = { 0 };
	int r;

	r = sql_selectf(db->sql, &rows, err,
	    "SELECT groupid, parentid, name, maintenance_ms, created_ms FROM NODEGROUP");
	if (r < 0)
		return r;
	groups.items = calloc(sql_rows_count(&rows) + 1, sizeof(*groups.items));
	if (!groups.items)
		return no_memory(err);
	while (sql_rows_next(&rows)) {
		struct node_group *group = &groups.items[groups.n++];

		group->groupid = (uint32_t)sql_u64(&rows, 0);
		group->parentid = (uint32_t)sql_u64(&rows, 1);
		group->maintenance_ms = sql_i64(&rows, 3);
		group->created_ms = sql_i64(&rows, 4);
		if (copy(&rows, 2, &group->name) < 0)
			return no_memory(err);
	}
	r = node_groups_finish(&groups, err);
	if (r < 0)
		return r;
	*ret = groups;
	groups = (struct node_groups){ 0 };
	return 0;
}

static int node_from_row(const struct sql_rows *rows, struct node *node)
{
	unsigned field = FIRST_COLUMN + NODE_COLUMNS;

	node->nodeid = (uint32_t)sql_u64(rows, 0);
	node->groupid = (uint32_t)sql_u64(rows, 2);
	node->maintenance_ms = sql_i64(rows, field++);
	node->created_ms = sql_i64(rows, field++);
	node->changed_ms = sql_i64(rows, field++);
	node->removed_ms = sql_i64(rows, field++);
	node->state = (enum node_state)sql_u64(rows, field++);
	node->state_since_ms = sql_i64(rows, field);
	for (unsigned i = 0; i < NODE_COLUMNS; i++) {
		if (*sql_text(rows, FIRST_COLUMN + i) &&
		    copy(rows, FIRST_COLUMN + i, &node->columns[i]) < 0)
			return -ENOMEM;
	}
	return copy(rows, 1, &node->name);
}

/* By nodeid, for the attributes. */
static int read_nodes(struct db *db, struct node_tree *tree, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r;

	(void)buf_adds(&statement, "SELECT nodeid, name, groupid");
	for (int i = 0; i < NODE_COLUMNS; i++)
		(void)buf_addf(&statement, ", %s", node_column_names[i]);
	(void)buf_adds(&statement, ", maintenance_ms, created_ms, changed_ms, removed_ms, "
				   "state, state_since_ms FROM NODE ORDER BY nodeid");
	r = sql_select(db->sql, &statement, &rows, err);
	if (r < 0)
		return r;
	tree->nodes = calloc(sql_rows_count(&rows) + 1, sizeof(*tree->nodes));
	if (!tree->nodes)
		return no_memory(err);
	while (sql_rows_next(&rows)) {
		if (node_from_row(&rows, &tree->nodes[tree->n_nodes++]) < 0)
			return no_memory(err);
	}
	return 0;
}

static int add_attr(struct node *node, const struct sql_rows *rows)
{
	struct node_attr *attrs =
	    reallocarray(node->attrs, node->n_attrs + 1, sizeof(*node->attrs));

	if (!attrs)
		return -ENOMEM;
	node->attrs = attrs;
	attrs[node->n_attrs] = (struct node_attr){ 0 };
	node->n_attrs++;
	if (copy(rows, 1, &attrs[node->n_attrs - 1].name) < 0)
		return -ENOMEM;
	return copy(rows, 2, &attrs[node->n_attrs - 1].value);
}

static int read_attrs(struct db *db, struct node_tree *tree, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	size_t at = 0;
	int r;

	r = sql_selectf(db->sql, &rows, err,
	    "SELECT nodeid, name, value FROM NODEATTR ORDER BY nodeid, name");
	while (r == 0 && sql_rows_next(&rows)) {
		uint32_t nodeid = (uint32_t)sql_u64(&rows, 0);

		while (at < tree->n_nodes && tree->nodes[at].nodeid < nodeid)
			at++;
		if (at == tree->n_nodes)
			break;
		if (tree->nodes[at].nodeid == nodeid && add_attr(&tree->nodes[at], &rows) < 0)
			r = no_memory(err);
	}
	return r;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct node *)a)->name, ((const struct node *)b)->name);
}

int db_tree_read(struct db *db, struct node_tree *ret, struct err *err)
{
	CLEANUP(node_tree_free) struct node_tree tree = { 0 };
	int r = db_groups_read(db, &tree.groups, err);

	if (r == 0)
		r = read_nodes(db, &tree, err);
	if (r == 0)
		r = read_attrs(db, &tree, err);
	if (r < 0)
		return r;
	if (tree.n_nodes)
		qsort(tree.nodes, tree.n_nodes, sizeof(*tree.nodes), by_name);
	*ret = tree;
	tree = (struct node_tree){ 0 };
	return 0;
}

/* --- wants ----------------------------------------------------------------------------------- */

struct node_want *node_wants_add(struct node_wants *wants)
{
	size_t n = wants->n;
	struct node_want *items;

	if ((n & (n - 1)) == 0) {
		items = reallocarray(wants->items, n ? n * 2 : 1, sizeof(*items));
		if (!items)
			return NULL;
		wants->items = items;
	}
	wants->items[n] = (struct node_want){ 0 };
	wants->n++;
	return &wants->items[n];
}

static int set_text(char **text, const char *value)
{
	char *copied = strdup(value);

	if (!copied)
		return -ENOMEM;
	free(*text);
	*text = copied;
	return 0;
}

int node_want_attr(struct node_want *want, const char *name, const char *value)
{
	struct node_attr *attrs;

	for (size_t i = 0; i < want->n_attrs; i++) {
		if (strcmp(want->attrs[i].name, name) == 0)
			return set_text(&want->attrs[i].value, value);
	}
	attrs = reallocarray(want->attrs, want->n_attrs + 1, sizeof(*attrs));
	if (!attrs)
		return -ENOMEM;
	want->attrs = attrs;
	attrs[want->n_attrs] = (struct node_attr){ 0 };
	want->n_attrs++;
	if (set_text(&attrs[want->n_attrs - 1].name, name) < 0)
		return -ENOMEM;
	return set_text(&attrs[want->n_attrs - 1].value, value);
}

void node_wants_free(struct node_wants *wants)
{
	for (size_t i = 0; i < wants->n; i++) {
		struct node_want *want = &wants->items[i];

		free(want->name);
		free(want->group);
		for (int c = 0; c < NODE_COLUMNS; c++)
			free(want->columns[c]);
		for (size_t a = 0; a < want->n_attrs; a++) {
			free(want->attrs[a].name);
			free(want->attrs[a].value);
		}
		free(want->attrs);
	}
	free(wants->items);
	*wants = (struct node_wants){ 0 };
}
