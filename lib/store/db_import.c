/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_import_work.h"

struct work {
	struct db *db;
	const struct db_import *import;
	int64_t now_ms;
	struct import_entry *entries; /* those of groups, then by node and name */
	size_t n_groups, n;
	struct specrow_list rows; /* of groups, then by node and name */
	size_t n_group_rows;
	struct specrow_list pruned;
	struct node_tree tree; /* read when a spec has variables */
	bool have_tree;
	struct spec_teller teller;
	uint32_t *nodeids; /* whose members may be others now */
	size_t n_nodeids;
	bool all_nodes;
	size_t *ret_bad;
	struct db_import_result result;
};

static void work_free(struct work *work)
{
	for (size_t i = 0; work->entries && i < work->n; i++) {
		spec_filled_free(&work->entries[i].filled);
		free(work->entries[i].template);
	}
	free(work->entries);
	free(work->nodeids);
	specrow_list_free(&work->rows);
	specrow_list_free(&work->pruned);
	node_tree_free(&work->tree);
	spec_teller_free(&work->teller);
}

static int no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot import specs");
}

/* --- what is given ------------------------------------------------------------------------- */

static int by_place(const struct spec *a, const struct spec *b)
{
	int order = (b->group != NULL) - (a->group != NULL);

	if (order == 0)
		order = a->group ? strcmp(a->group, b->group) : strcmp(a->node, b->node);
	return order ? order : strcmp(a->name, b->name);
}

static int by_names(const void *a, const void *b)
{
	const struct import_entry *x = a, *y = b;

	return by_place(x->spec, y->spec);
}

/* Says which of the given specs it is. */
static int refuse(struct work *work, const struct spec *spec, struct err *err)
{
	*work->ret_bad = (size_t)(spec - work->import->specs);
	if (spec->group)
		err_prefix(err, "spec '%.60s' of group '%.100s'", spec->name ? spec->name : "",
		    *spec->group ? spec->group : "/");
	else
		err_prefix(err, "spec '%.60s' of node '%.60s'", spec->name ? spec->name : "",
		    spec->node ? spec->node : "");
	return -EBADMSG;
}

static int check_all(struct work *work, struct err *err)
{
	for (size_t i = 0; i < work->n; i++) {
		const struct spec *spec = work->entries[i].spec;

		if (spec_check(spec, err) < 0)
			return refuse(work, spec, err);
		work->n_groups += spec->group != NULL;
	}
	qsort(work->entries, work->n, sizeof(*work->entries), by_names);
	for (size_t i = 1; i < work->n; i++) {
		if (by_names(&work->entries[i - 1], &work->entries[i]) == 0) {
			(void)err_set(err, -EBADMSG, "it is given twice");
			return refuse(work, work->entries[i].spec, err);
		}
	}
	return 0;
}

/* --- variables ----------------------------------------------------------------------------- */

static int known_name(const char *name, void *context, struct err *err)
{
	const struct work *work = context;
	CLEANUP_BUF struct buf known = BUF_INIT;

	if (strcmp(name, "name") == 0 || node_column_of(name) >= 0)
		return 0;
	for (size_t i = 0; i < work->tree.n_nodes; i++) {
		if (*node_attr_text(&work->tree.nodes[i], name))
			return 0;
	}
	for (int i = 0; i < NODE_COLUMNS; i++)
		(void)buf_addf(&known, ", %s", node_column_names[i]);
	return err_set(err, -EINVAL,
	    "unknown variable $(node.%s): no node has such an attribute, and it is none of "
	    "name%s",
	    name, buf_text(&known));
}

/* The spec of an entry as it runs. */
static int fill(struct work *work, struct import_entry *entry, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	const struct spec *spec = entry->spec;
	char lacks[TEMPLATE_NAME_SIZE_MAX + 1];
	int r;

	if (!work->have_tree) {
		r = db_tree_read(work->db, &work->tree, err);
		if (r < 0)
			return r;
		work->have_tree = true;
	}
	if (spec_source_names(spec, known_name, work, err) < 0)
		return refuse(work, spec, err);
	if (spec->group)
		return 0;
	if (!spec_source_varies(spec)) {
		r = spec_source_fill(spec, db_node_value, NULL, &entry->filled, lacks, err);
	} else {
		if (spec_source_text(spec, &text) < 0)
			return no_memory(err);
		entry->template = strdup(buf_text(&text));
		if (!entry->template)
			return no_memory(err);
		r = db_own_fill(entry->template, spec, spec->enabled,
		    node_of_name(&work->tree, spec->node), &entry->filled, &entry->put.wanted,
		    lacks, err);
	}
	entry->put.template = entry->template;
	entry->put.spec = &entry->filled.spec;
	return r == -EINVAL ? refuse(work, spec, err) : r;
}

static bool has_variables(const struct spec *spec)
{
	if (spec->synchgroup && template_is(spec->synchgroup))
		return true;
	for (size_t i = 0; i < spec->n_args; i++) {
		if (template_is(spec->args[i]))
			return true;
	}
	return false;
}

/* --- what is there ------------------------------------------------------------------------- */

static int find_groups(struct work *work, struct err *err)
{
	CLEANUP_BUF struct buf condition = BUF_INIT;

	for (size_t i = 0; i < work->n_groups; i++) {
		struct import_entry *entry = &work->entries[i];
		const struct node_group *group =
		    node_group_of_path(&work->teller.groups, entry->spec->group);

		if (!group && *entry->spec->group) {
			CLEANUP_BUF struct buf hint = BUF_INIT;

			node_group_hint(&work->teller.groups, entry->spec->group, &hint);
			(void)err_set(err, -EBADMSG,
			    "there is no such group%s; haetae node add makes groups",
			    buf_text(&hint));
			return refuse(work, entry->spec, err);
		}
		entry->groupid = group ? group->groupid : 0;
	}
	(void)buf_adds(&condition, " WHERE t.nodeid = 0");
	if (work->n_groups == 0)
		return 0;
	return db_specrows_read(work->db, &condition, &work->rows, err);
}

/* The given node of a row, by its name; rows and entries are sorted alike. */
static int find_rows(struct work *work, struct err *err)
{
	int r = 0;

	for (size_t i = work->n_groups; r == 0 && i < work->n; i += SPECROWS_AT_ONCE) {
		CLEANUP_BUF struct buf condition = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
		const char *last = NULL;

		(void)buf_adds(&condition, " WHERE n.name IN (");
		for (size_t j = i; j < work->n && j < i + SPECROWS_AT_ONCE; j++) {
			const char *node = work->entries[j].spec->node;

			if (last && strcmp(last, node) == 0)
				continue;
			(void)buf_adds(&condition, last ? ", " : "");
			sql_quotes(&condition, node);
			last = node;
		}
		(void)buf_addc(&condition, ')');
		r = db_specrows_read(work->db, &condition, &work->rows, err);
	}
	return r;
}

static int by_row(const void *a, const void *b)
{
	const struct specrow *x = a, *y = b;
	int order = (x->nodeid != 0) - (y->nodeid != 0);

	if (order == 0)
		order = x->nodeid ? strcmp(x->spec.node, y->spec.node)
				  : (x->groupid > y->groupid) - (x->groupid < y->groupid);
	return order ? order : strcmp(x->spec.name, y->spec.name);
}

static void match_rows(struct work *work)
{
	if (work->rows.n == 0)
		return;
	qsort(work->rows.items, work->rows.n, sizeof(*work->rows.items), by_row);
	for (size_t i = 0; i < work->n; i++) {
		struct import_entry *entry = &work->entries[i];
		const struct specrow key = { .nodeid = entry->nodeid,
			.groupid = entry->groupid,
			.spec = { .node = entry->spec->node, .name = entry->spec->name } };

		entry->old = bsearch(&key, work->rows.items, work->rows.n, sizeof(key), by_row);
	}
}

/* --- what goes ----------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Live rows of the host that are nobody's members, and not given. */
static int find_pruned(struct work *work, struct err *err)
{
	CLEANUP_FREE uint32_t *given = calloc(work->n + 1, sizeof(*given));
	CLEANUP_BUF struct buf condition = BUF_INIT;
	size_t n = 0, kept = 0;
	int r;

	if (!given)
		return no_memory(err);
	for (size_t i = 0; i < work->n; i++) {
		if (work->entries[i].old)
			given[n++] = work->entries[i].old->spec.specid;
	}
	qsort(given, n, sizeof(*given), by_number);
	(void)buf_addf(&condition,
	    " WHERE t.hostid = %u AND t.parentid = 0 AND t.removed_ms = 0 ORDER BY n.name, "
	    "t.name",
	    work->import->hostid);
	r = db_specrows_read(work->db, &condition, &work->pruned, err);
	for (size_t i = 0; r == 0 && i < work->pruned.n; i++) {
		struct specrow *row = &work->pruned.items[i];

		if (bsearch(&row->spec.specid, given, n, sizeof(*given), by_number)) {
			spec_free(&row->spec);
			free(row->template);
			continue;
		}
		work->pruned.items[kept++] = *row;
	}
	if (r == 0)
		work->pruned.n = kept;
	return r;
}

/* --- writing ------------------------------------------------------------------------------- */

/* The members of a node, or of all, are to be looked at. */
static void touch(struct work *work, uint32_t nodeid)
{
	if (nodeid)
		work->nodeids[work->n_nodeids++] = nodeid;
	else
		work->all_nodes = true;
}

static int tell_change(
    struct work *work, const struct specput *put, const struct spec *spec, struct err *err)
{
	CLEANUP(spec_filled_free) struct spec_filled source = { 0 };
	int r;

	if (!put->old)
		return spec_tell(&work->teller, NULL, NULL, put, spec, err);
	r = specrow_source(put->old, &source, err);
	return r < 0 ? r : spec_tell(&work->teller, put->old, &source.spec, put, spec, err);
}

static int plan_entry(
    struct work *work, struct import_entry *entry, struct specput *ret, struct err *err)
{
	const struct specrow *old = entry->old;
	int r = 0;

	entry->put = (struct specput){ .old = entry->old,
		.spec = entry->spec,
		.nodeid = entry->nodeid,
		.groupid = entry->groupid,
		.hostid = work->import->hostid,
		.wanted = WANTED_NOTHING };
	if (has_variables(entry->spec))
		r = fill(work, entry, err);
	if (r < 0)
		return r;
	*ret = entry->put;
	if (db_specput_same(ret)) {
		work->result.unchanged++;
		return 0;
	}
	if (old && !old->removed_ms)
		work->result.changed++;
	else
		work->result.added++;
	if (!entry->nodeid || entry->new_node)
		touch(work, entry->nodeid);
	return tell_change(work, ret, entry->spec, err);
}

static int write_all(struct work *work, struct err *err)
{
	size_t n = work->n + work->pruned.n;
	CLEANUP_FREE struct specput *puts = calloc(n + 1, sizeof(*puts));
	int r = 0;

	work->nodeids = calloc(n + 1, sizeof(*work->nodeids));
	if (!puts || !work->nodeids)
		return no_memory(err);
	for (size_t i = 0; r == 0 && i < work->n; i++)
		r = plan_entry(work, &work->entries[i], &puts[i], err);
	for (size_t i = 0; r == 0 && i < work->pruned.n; i++) {
		struct specrow *row = &work->pruned.items[i];

		puts[work->n + i] = (struct specput){ .old = row,
			.nodeid = row->nodeid,
			.groupid = row->groupid,
			.hostid = row->hostid,
			.wanted = row->wanted };
		work->result.removed++;
		touch(work, row->nodeid);
		r = tell_change(work, &puts[work->n + i], NULL, err);
	}
	if (r == 0)
		r = db_specs_put(work->db, puts, n, work->now_ms, err);
	if (r == 0)
		r = spec_teller_end(&work->teller, err);
	if (r == 0 && (work->all_nodes || work->n_nodeids))
		r = db_specs_expand(work->db, work->all_nodes ? NULL : work->nodeids,
		    work->all_nodes ? 0 : work->n_nodeids, work->now_ms, &work->result.members,
		    err);
	return r;
}

static int import_all(struct work *work, struct err *err)
{
	int r = db_tree_lock(work->db, work->now_ms, err);

	if (r == 0)
		r = spec_teller_init(&work->teller, work->db, err);
	if (r == 0)
		r = find_groups(work, err);
	if (r == 0)
		r = db_import_nodes(work->db, work->import, work->now_ms,
		    work->entries + work->n_groups, work->n - work->n_groups, work->ret_bad,
		    err);
	if (r == 0)
		r = find_rows(work, err);
	if (r < 0)
		return r;
	match_rows(work);
	if (work->import->prune)
		r = find_pruned(work, err);
	return r < 0 ? r : write_all(work, err);
}

int db_specs_apply(struct db *db, const struct db_import *import, int64_t now_ms,
    struct db_import_result *ret, size_t *ret_bad, struct err *err)
{
	CLEANUP(work_free)
	struct work work = { .db = db,
		.import = import,
		.now_ms = now_ms,
		.n = import->n_specs,
		.ret_bad = ret_bad,
		.teller = { .author = import->author,
		    .each = import->each,
		    .context = import->context,
		    .now_ms = now_ms } };
	int r;

	*ret_bad = import->n_specs;
	work.entries = calloc(work.n + 1, sizeof(*work.entries));
	if (!work.entries)
		return no_memory(err);
	for (size_t i = 0; i < work.n; i++)
		work.entries[i].spec = &import->specs[i];
	r = check_all(&work, err);
	if (r == 0)
		r = sql_begin(db->sql, err);
	if (r < 0)
		return r;
	r = import_all(&work, err);
	if (r == 0 && import->dry_run)
		sql_rollback(db->sql);
	else
		r = sql_end(db->sql, r, err);
	if (r == 0)
		*ret = work.result;
	return r;
}

int db_specs_import(struct db *db, uint32_t hostid, const struct spec *specs, size_t n_specs,
    int64_t now_ms, struct db_import_counts *ret, struct err *err)
{
	const struct db_import import = {
		.hostid = hostid, .specs = specs, .n_specs = n_specs
	};
	struct db_import_result result;
	size_t bad;
	int r = db_specs_apply(db, &import, now_ms, &result, &bad, err);

	if (r == 0)
		*ret =
		    (struct db_import_counts){ result.added, result.changed, result.unchanged };
	return r;
}
