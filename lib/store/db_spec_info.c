/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_import_work.h"

static void info_free(struct spec_info *info)
{
	spec_free(&info->spec);
	free(info->template);
	free(info->host);
	free(info->from);
}

void spec_infos_free(struct spec_infos *infos)
{
	for (size_t i = 0; i < infos->n; i++)
		info_free(&infos->items[i]);
	free(infos->items);
	*infos = (struct spec_infos){ 0 };
}

static int no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot keep the specs");
}

/* --- which --------------------------------------------------------------------------------- */

/* Groups below a path by their ids; 0, the root, stands for itself alone. */
static int add_below(const struct node_groups *groups, const char *path, const char *column,
    struct buf *condition)
{
	(void)buf_addf(condition, "%s IN (", column);
	if (*path) {
		const struct node_group *group = node_group_of_path(groups, path);

		(void)buf_addf(condition, "%u", group ? group->groupid : UINT32_MAX);
	} else {
		(void)buf_adds(condition, "0");
	}
	for (size_t i = 0; i < groups->n; i++) {
		if (node_path_below(groups->items[i].path, path))
			(void)buf_addf(condition, ", %u", groups->items[i].groupid);
	}
	return buf_addc(condition, ')');
}

static void add_text(struct buf *condition, const char *before, const char *text)
{
	if (!text)
		return;
	(void)buf_adds(condition, before);
	sql_quotes(condition, text);
}

static void add_condition(
    const struct spec_filter *filter, const struct node_groups *groups, struct buf *condition)
{
	(void)buf_addf(condition, " WHERE t.removed_ms %s 0", filter->removed ? "<>" : "=");
	add_text(condition, " AND n.name = ", filter->node);
	add_text(condition, " AND t.name = ", filter->name);
	add_text(
	    condition, " AND t.hostid = (SELECT hostid FROM HOST WHERE name = ", filter->host);
	(void)buf_adds(condition, filter->host ? ")" : "");
	if (!filter->group)
		return;
	if (filter->only_group) {
		const struct node_group *group = node_group_of_path(groups, filter->group);

		(void)buf_addf(condition, " AND t.nodeid = 0 AND t.groupid = %u",
		    group	     ? group->groupid
		    : *filter->group ? UINT32_MAX
				     : 0);
		return;
	}
	(void)buf_adds(condition, " AND ((t.nodeid = 0 AND ");
	(void)add_below(groups, filter->group, "t.groupid", condition);
	(void)buf_adds(condition, ") OR ");
	(void)add_below(groups, filter->group, "n.groupid", condition);
	(void)buf_addc(condition, ')');
}

/* --- what is known of them ----------------------------------------------------------------- */

struct work {
	struct spec_teller teller; /* for its names */
	struct specrow_list rows, parents;
};

static void work_free(struct work *work)
{
	spec_teller_free(&work->teller);
	specrow_list_free(&work->rows);
	specrow_list_free(&work->parents);
}

static int set_from(struct work *work, const struct specrow *row, struct spec_info *info)
{
	CLEANUP_BUF struct buf from = BUF_INIT;

	for (size_t i = 0; row->parentid && i < work->parents.n; i++) {
		const struct specrow *parent = &work->parents.items[i];

		if (parent->spec.specid == row->parentid)
			spec_object("", node_group_path(&work->teller.groups, parent->groupid),
			    parent->spec.name, &from);
	}
	if (row->parentid)
		info->from = strdup(from.size ? buf_text(&from) : "?");
	return row->parentid && !info->from ? -ENOMEM : 0;
}

/* Takes the row's texts over. */
static int take(struct work *work, struct specrow *row, struct spec_info *info)
{
	*info = (struct spec_info){ .spec = row->spec,
		.template = row->template,
		.hostid = row->hostid,
		.parentid = row->parentid,
		.by_hand = row->parentid && row->wanted != WANTED_NOTHING,
		.waits = row->nodeid && !row->parentid && row->wanted != WANTED_NOTHING,
		.wanted = row->wanted == WANTED_ON,
		.created_ms = row->created_ms,
		.changed_ms = row->changed_ms,
		.removed_ms = row->removed_ms };
	row->spec = (struct spec){ 0 };
	row->template = NULL;
	info->host = strdup(spec_host_name(&work->teller, row->hostid));
	if (row->nodeid == 0)
		info->spec.group = strdup(node_group_path(&work->teller.groups, row->groupid));
	if (!info->host || (row->nodeid == 0 && !info->spec.group))
		return -ENOMEM;
	return set_from(work, row, info);
}

static int count_members(struct db *db, struct spec_infos *infos, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(db->sql, &rows, err,
	    "SELECT parentid, COUNT(*) FROM TOOLSPECS WHERE parentid <> 0 AND removed_ms = 0 "
	    "GROUP BY parentid");

	while (r == 0 && sql_rows_next(&rows)) {
		for (size_t i = 0; i < infos->n && infos->items[i].spec.group; i++) {
			if (infos->items[i].spec.specid == sql_u64(&rows, 0))
				infos->items[i].n_members = (size_t)sql_u64(&rows, 1);
		}
	}
	return r;
}

static int by_place(const void *a, const void *b)
{
	const struct spec *x = &((const struct spec_info *)a)->spec;
	const struct spec *y = &((const struct spec_info *)b)->spec;
	int order = (y->group != NULL) - (x->group != NULL);

	if (order == 0)
		order = x->group ? strcmp(x->group, y->group) : strcmp(x->node, y->node);
	return order ? order : strcmp(x->name, y->name);
}

static int read_all(struct db *db, const struct spec_filter *filter, struct work *work,
    struct spec_infos *infos, struct err *err)
{
	CLEANUP_BUF struct buf condition = BUF_INIT, groups = BUF_INIT;
	int r = spec_teller_init(&work->teller, db, err);

	if (r < 0)
		return r;
	add_condition(filter, &work->teller.groups, &condition);
	(void)buf_adds(&groups, " WHERE t.nodeid = 0");
	r = db_specrows_read(db, &condition, &work->rows, err);
	if (r == 0)
		r = db_specrows_read(db, &groups, &work->parents, err);
	if (r < 0)
		return r;
	infos->items = calloc(work->rows.n + 1, sizeof(*infos->items));
	if (!infos->items)
		return no_memory(err);
	for (size_t i = 0; i < work->rows.n; i++) {
		if (take(work, &work->rows.items[i], &infos->items[infos->n++]) < 0)
			return no_memory(err);
	}
	qsort(infos->items, infos->n, sizeof(*infos->items), by_place);
	return count_members(db, infos, err);
}

int db_spec_infos(
    struct db *db, const struct spec_filter *filter, struct spec_infos *ret, struct err *err)
{
	CLEANUP(work_free) struct work work = { 0 };
	CLEANUP(spec_infos_free) struct spec_infos infos = { 0 };
	int r = read_all(db, filter, &work, &infos, err);

	if (r < 0)
		return r;
	*ret = infos;
	infos = (struct spec_infos){ 0 };
	return 0;
}

int spec_info_source(struct spec_info *info, struct err *err)
{
	struct spec parsed = { 0 };
	int r;

	if (info->spec.group)
		return 0;
	if (!info->template)
		return spec_source_escape(&info->spec, err);
	r = spec_source_parse(info->template, &parsed, err);
	if (r < 0)
		return r;
	spec_args_free(info->spec.args, info->spec.n_args);
	free(info->spec.synchgroup);
	info->spec.args = parsed.args;
	info->spec.n_args = parsed.n_args;
	info->spec.synchgroup = parsed.synchgroup;
	return 0;
}

/* --- what it said -------------------------------------------------------------------------- */

int db_spec_said(struct db *db, uint32_t specid, struct spec_said *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	char *text;
	int r = sql_selectf(db->sql, &rows, err,
	    "SELECT due_ms, started_ms, duration_ms, since_ms, state, outcome, text FROM "
	    "STATUS WHERE specid = %u",
	    specid);

	if (r < 0)
		return r;
	if (!sql_rows_next(&rows))
		return err_set(err, -ENOENT, "it has never run");
	text = strdup(sql_text(&rows, 6));
	if (!text)
		return no_memory(err);
	*ret = (struct spec_said){ .due_ms = sql_i64(&rows, 0),
		.started_ms = sql_i64(&rows, 1),
		.duration_ms = sql_i64(&rows, 2),
		.since_ms = sql_i64(&rows, 3),
		.state = (int)sql_i64(&rows, 4),
		.outcome = (enum outcome)sql_u64(&rows, 5),
		.text = text };
	return 0;
}
