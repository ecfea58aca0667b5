/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_expand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_node.h"
#include "lib/store/db_specrow.h"
#include "lib/store/spec_source.h"

/* A spec of a group that a node may get, and how far up the group is. */
struct candidate {
	const struct specrow *row;
	unsigned distance;
};

struct expand {
	struct db *db;
	struct node_tree tree;
	struct node **nodes; /* those that are asked for, by nodeid */
	size_t n_nodes;
	struct specrow_list groups; /* specs of groups, by groupid and name */
	struct specrow_list rows;   /* of these nodes, by nodeid and name */
	struct candidate *candidates;
	size_t n_candidates;
	struct specput *puts; /* what is to be written, and the specs in it */
	struct spec_filled *filled;
	size_t n_puts, room;
	struct db_expand_counts counts;
	db_without_fn *without; /* or NULL */
	void *context;
};

static void expand_free(struct expand *expand)
{
	for (size_t i = 0; i < expand->n_puts; i++)
		spec_filled_free(&expand->filled[i]);
	free(expand->puts);
	free(expand->filled);
	free(expand->candidates);
	free(expand->nodes);
	node_tree_free(&expand->tree);
	specrow_list_free(&expand->groups);
	specrow_list_free(&expand->rows);
}

static int no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot work out the specs of groups");
}

/* --- reading ---------------------------------------------------------------------------- */

static int by_nodeid(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;

	return ((*x)->nodeid > (*y)->nodeid) - ((*x)->nodeid < (*y)->nodeid);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* n 0: all. The ids are in ascending order. */
static int read_nodes(struct expand *expand, const uint32_t *nodeids, size_t n, struct err *err)
{
	int r = db_tree_read(expand->db, &expand->tree, err);

	if (r < 0)
		return r;
	expand->nodes = calloc(expand->tree.n_nodes + 1, sizeof(struct node *));
	if (!expand->nodes)
		return no_memory(err);
	for (size_t i = 0; i < expand->tree.n_nodes; i++) {
		struct node *node = &expand->tree.nodes[i];

		if (n == 0 || bsearch(&node->nodeid, nodeids, n, sizeof(*nodeids), by_number))
			expand->nodes[expand->n_nodes++] = node;
	}
	qsort(expand->nodes, expand->n_nodes, sizeof(struct node *), by_nodeid);
	return 0;
}

static int by_group_and_name(const void *a, const void *b)
{
	const struct specrow *x = a, *y = b;

	if (x->groupid != y->groupid)
		return x->groupid < y->groupid ? -1 : 1;
	return strcmp(x->spec.name, y->spec.name);
}

static int read_groups(struct expand *expand, struct err *err)
{
	CLEANUP_BUF struct buf condition = BUF_INIT;
	int r;

	(void)buf_adds(&condition, " WHERE t.nodeid = 0 AND t.removed_ms = 0");
	r = db_specrows_read(expand->db, &condition, &expand->groups, err);
	if (r < 0)
		return r;
	if (expand->groups.n)
		qsort(expand->groups.items, expand->groups.n, sizeof(*expand->groups.items),
		    by_group_and_name);
	expand->candidates = calloc(expand->groups.n + 1, sizeof(*expand->candidates));
	return expand->candidates ? 0 : no_memory(err);
}

static int by_node_and_name(const void *a, const void *b)
{
	const struct specrow *x = a, *y = b;

	if (x->nodeid != y->nodeid)
		return x->nodeid < y->nodeid ? -1 : 1;
	return strcmp(x->spec.name, y->spec.name);
}

/* Rows that a change of the tree can concern: members, names that a group has, variables, and
 * what a removed node still has. */
static int read_rows(struct expand *expand, const uint32_t *nodeids, size_t n, struct err *err)
{
	CLEANUP_BUF struct buf condition = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);

	(void)buf_adds(&condition,
	    " WHERE t.nodeid <> 0 AND (t.removed_ms = 0 AND (t.parentid <> 0 OR "
	    "t.template IS NOT NULL OR n.removed_ms <> 0)");
	for (size_t i = 0; i < expand->groups.n; i++) {
		(void)buf_adds(&condition, i ? ", " : " OR t.name IN (");
		sql_quotes(&condition, expand->groups.items[i].spec.name);
	}
	(void)buf_adds(&condition, expand->groups.n ? "))" : ")");
	for (size_t i = 0; i < n; i++)
		(void)buf_addf(&condition, "%s%u", i ? ", " : " AND t.nodeid IN (", nodeids[i]);
	(void)buf_adds(&condition, n ? ")" : "");
	return db_specrows_read(expand->db, &condition, &expand->rows, err);
}

static int read_all(struct expand *expand, const uint32_t *nodeids, size_t n, struct err *err)
{
	size_t at = 0;
	int r = read_nodes(expand, nodeids, n, err);

	if (r == 0)
		r = read_groups(expand, err);
	do {
		size_t some = n - at < SPECROWS_AT_ONCE ? n - at : SPECROWS_AT_ONCE;

		if (r == 0)
			r = read_rows(expand, n ? nodeids + at : NULL, some, err);
		at += some;
	} while (r == 0 && at < n);
	if (r == 0 && expand->rows.n)
		qsort(expand->rows.items, expand->rows.n, sizeof(*expand->rows.items),
		    by_node_and_name);
	return r;
}

/* --- who wins --------------------------------------------------------------------------- */

static uint32_t parent_of(const struct expand *expand, uint32_t groupid)
{
	const struct node_group *group = node_group_of_id(&expand->tree.groups, groupid);

	return group ? group->parentid : 0;
}

/* The first spec of the group, or of one with a higher number. */
static size_t first_of(const struct expand *expand, uint32_t groupid)
{
	size_t low = 0, high = expand->groups.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (expand->groups.items[middle].groupid < groupid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int by_name_and_distance(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = strcmp(x->row->spec.name, y->row->spec.name);

	return order ? order : (x->distance > y->distance) - (x->distance < y->distance);
}

/* Of each name the nearest spec above a node of this group, by name. */
static void find_candidates(struct expand *expand, uint32_t groupid)
{
	size_t kept = 0;

	expand->n_candidates = 0;
	for (unsigned distance = 0; distance <= NODE_DEPTH_MAX; distance++) {
		for (size_t i = first_of(expand, groupid);
		     i < expand->groups.n && expand->groups.items[i].groupid == groupid &&
		     expand->n_candidates < expand->groups.n;
		     i++)
			expand->candidates[expand->n_candidates++] =
			    (struct candidate){ &expand->groups.items[i], distance };
		if (groupid == 0)
			break;
		groupid = parent_of(expand, groupid);
	}
	qsort(expand->candidates, expand->n_candidates, sizeof(*expand->candidates),
	    by_name_and_distance);
	for (size_t i = 0; i < expand->n_candidates; i++) {
		if (kept == 0 || strcmp(expand->candidates[kept - 1].row->spec.name,
				     expand->candidates[i].row->spec.name) != 0)
			expand->candidates[kept++] = expand->candidates[i];
	}
	expand->n_candidates = kept;
}

/* --- what is to be written ---------------------------------------------------------------- */

static int add_put(struct expand *expand, const struct specput *put, struct spec_filled *filled,
    struct err *err)
{
	if (expand->n_puts == expand->room) {
		size_t room = expand->room ? expand->room * 2 : 64;
		struct specput *puts = realloc(expand->puts, room * sizeof(*puts));
		struct spec_filled *fills;

		if (!puts)
			return no_memory(err);
		expand->puts = puts;
		fills = realloc(expand->filled, room * sizeof(*fills));
		if (!fills)
			return no_memory(err);
		expand->filled = fills;
		expand->room = room;
	}
	expand->puts[expand->n_puts] = *put;
	expand->filled[expand->n_puts] = *filled;
	*filled = (struct spec_filled){ 0 };
	expand->n_puts++;
	return 0;
}

static int remove_row(struct expand *expand, struct specrow *row, struct err *err)
{
	struct spec_filled none = { 0 };
	const struct specput put = { .old = row,
		.nodeid = row->nodeid,
		.parentid = row->parentid,
		.hostid = row->hostid,
		.wanted = row->wanted };

	expand->counts.removed++;
	return add_put(expand, &put, &none, err);
}

static int tell_without(struct expand *expand, uint32_t specid, const struct node *node,
    const char *name, const char *attribute, struct err *err)
{
	const struct db_without without = { specid, node->name, name, attribute };

	expand->counts.without++;
	return expand->without ? expand->without(&without, expand->context, err) : 0;
}

/* The row of a member: made, changed, or gone since the node lacks an attribute. */
static int plan_member(struct expand *expand, struct node *node, const struct specrow *group,
    struct specrow *old, struct err *err)
{
	CLEANUP(spec_filled_free) struct spec_filled filled = { 0 };
	char lacks[TEMPLATE_NAME_SIZE_MAX + 1] = "";
	struct spec source = group->spec;
	struct specput put = { .old = old,
		.nodeid = node->nodeid,
		.parentid = group->spec.specid,
		.hostid = group->hostid,
		.wanted = old && old->parentid ? old->wanted : WANTED_NOTHING };
	int r;

	source.node = node->name;
	source.group = NULL;
	if (source.phase_ms < 0)
		source.phase_ms =
		    spec_default_phase(source.node, source.name, source.interval_ms);
	if (put.wanted != WANTED_NOTHING)
		source.enabled = put.wanted == WANTED_ON;
	r = spec_source_fill(&source, db_node_value, node, &filled, lacks, err);
	if (r == -ENODATA || r == -EINVAL) {
		r = tell_without(expand, group->spec.specid, node, source.name, lacks, err);
		return r == 0 && old && !old->removed_ms ? remove_row(expand, old, err) : r;
	}
	if (r < 0)
		return r;
	put.spec = &filled.spec;
	if (db_specput_same(&put)) {
		expand->counts.unchanged++;
		return 0;
	}
	if (old && !old->removed_ms)
		expand->counts.changed++;
	else
		expand->counts.added++;
	return add_put(expand, &put, &filled, err);
}

/* A node's own spec: its variables may have another value, or none, now. */
static int plan_own(
    struct expand *expand, struct node *node, struct specrow *row, struct err *err)
{
	CLEANUP(spec_filled_free) struct spec_filled filled = { 0 };
	char lacks[TEMPLATE_NAME_SIZE_MAX + 1] = "";
	struct specput put = { .old = row,
		.template = row->template,
		.nodeid = row->nodeid,
		.hostid = row->hostid,
		.wanted = WANTED_NOTHING };
	int r;

	if (!row->template)
		return 0;
	r = db_own_fill(row->template, &row->spec,
	    row->wanted == WANTED_NOTHING ? row->spec.enabled : row->wanted == WANTED_ON, node,
	    &filled, &put.wanted, lacks, err);
	if (r < 0)
		return r;
	if (put.wanted != WANTED_NOTHING)
		r = tell_without(expand, row->spec.specid, node, row->spec.name, lacks, err);
	put.spec = &filled.spec;
	if (r < 0 || db_specput_same(&put))
		return r;
	expand->counts.changed++;
	return add_put(expand, &put, &filled, err);
}

/* One name of a node: its row and what the groups say, either of which may be missing. */
static int plan_name(struct expand *expand, struct node *node, const struct specrow *group,
    struct specrow *row, struct err *err)
{
	if (row && !row->removed_ms && node->removed_ms)
		return remove_row(expand, row, err);
	if (row && !row->removed_ms && row->parentid == 0)
		return plan_own(expand, node, row, err);
	if (group)
		return plan_member(expand, node, group, row, err);
	if (row && !row->removed_ms)
		return remove_row(expand, row, err);
	return 0;
}

/* Goes through the rows of a node and the specs of its groups side by side. */
static int plan_node(struct expand *expand, struct node *node, struct specrow *rows,
    size_t n_rows, struct err *err)
{
	size_t i = 0, j = 0;
	int r = 0;

	expand->n_candidates = 0;
	if (!node->removed_ms)
		find_candidates(expand, node->groupid);
	while (r == 0 && (i < n_rows || j < expand->n_candidates)) {
		const struct specrow *group =
		    j < expand->n_candidates ? expand->candidates[j].row : NULL;
		struct specrow *row = i < n_rows ? &rows[i] : NULL;
		int order = !row ? 1 : !group ? -1 : strcmp(row->spec.name, group->spec.name);

		i += order <= 0;
		j += order >= 0;
		r = plan_name(
		    expand, node, order >= 0 ? group : NULL, order <= 0 ? row : NULL, err);
	}
	return r;
}

static int plan(struct expand *expand, const uint32_t *nodeids, size_t n, struct err *err)
{
	size_t at = 0;
	int r = read_all(expand, nodeids, n, err);

	for (size_t i = 0; r == 0 && i < expand->n_nodes; i++) {
		struct node *node = expand->nodes[i];
		size_t first;

		while (at < expand->rows.n && expand->rows.items[at].nodeid < node->nodeid)
			at++;
		for (first = at;
		     at < expand->rows.n && expand->rows.items[at].nodeid == node->nodeid;)
			at++;
		r = plan_node(expand, node, expand->rows.items + first, at - first, err);
	}
	return r;
}

/* In ascending order, each once. */
static uint32_t *sort_ids(const uint32_t *nodeids, size_t *n)
{
	uint32_t *sorted = calloc(*n + 1, sizeof(*sorted));
	size_t kept = 0;

	if (!sorted || *n == 0)
		return sorted;
	memcpy(sorted, nodeids, *n * sizeof(*sorted));
	qsort(sorted, *n, sizeof(*sorted), by_number);
	for (size_t i = 0; i < *n; i++) {
		if (kept == 0 || sorted[kept - 1] != sorted[i])
			sorted[kept++] = sorted[i];
	}
	*n = kept;
	return sorted;
}

int db_specs_expand(struct db *db, const uint32_t *nodeids, size_t n, int64_t now_ms,
    struct db_expand_counts *ret, struct err *err)
{
	CLEANUP(expand_free) struct expand expand = { .db = db };
	CLEANUP_FREE uint32_t *sorted = sort_ids(nodeids, &n);
	int r;

	if (!sorted)
		return no_memory(err);
	r = db_tree_lock(db, now_ms, err);
	if (r == 0)
		r = plan(&expand, sorted, n, err);
	/* Now nothing moves any more that they point into. */
	for (size_t i = 0; i < expand.n_puts; i++) {
		if (expand.puts[i].spec)
			expand.puts[i].spec = &expand.filled[i].spec;
	}
	if (r == 0)
		r = db_specs_put(db, expand.puts, expand.n_puts, now_ms, err);
	if (r == 0)
		*ret = expand.counts;
	return r;
}

int db_specs_without(struct db *db, db_without_fn *each, void *context, struct err *err)
{
	CLEANUP(expand_free)
	struct expand expand = { .db = db, .without = each, .context = context };

	return plan(&expand, NULL, 0, err);
}
