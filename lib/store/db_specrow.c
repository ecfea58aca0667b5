/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_specrow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void specrow_list_free(struct specrow_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		spec_free(&list->items[i].spec);
		free(list->items[i].template);
	}
	free(list->items);
	*list = (struct specrow_list){ 0 };
}

static int take_row(const struct sql_rows *rows, struct specrow *row, struct err *err)
{
	const unsigned at = DB_SPEC_COLUMNS;
	int r;

	*row = (struct specrow){ .hostid = (uint32_t)sql_u64(rows, DB_SPEC_HOSTID),
		.nodeid = (uint32_t)sql_u64(rows, at),
		.groupid = (uint32_t)sql_u64(rows, at + 1),
		.parentid = (uint32_t)sql_u64(rows, at + 2),
		.wanted = (int)sql_i64(rows, at + 3),
		.used_ms = sql_i64(rows, at + 4),
		.removed_ms = sql_i64(rows, at + 5),
		.created_ms = sql_i64(rows, at + 7),
		.changed_ms = sql_i64(rows, at + 8) };
	r = db_spec_from_row(rows, &row->spec, err);
	if (r == 0 && !sql_is_null(rows, at + 6)) {
		row->template = strdup(sql_text(rows, at + 6));
		if (!row->template)
			r = err_sys(err, -ENOMEM, "cannot keep the specs");
	}
	return r;
}

int db_specrows_read(
    struct db *db, const struct buf *condition, struct specrow_list *list, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	struct specrow *items;
	int r;

	r = sql_selectf(db->sql, &rows, err,
	    "SELECT %s, t.nodeid, t.groupid, t.parentid, t.wanted, t.used_ms, t.removed_ms, "
	    "t.template, t.created_ms, t.changed_ms FROM TOOLSPECS t LEFT JOIN NODE n ON "
	    "n.nodeid = t.nodeid%s",
	    db_spec_columns, buf_text(condition));
	if (r < 0)
		return r;
	items = realloc(list->items, (list->n + sql_rows_count(&rows) + 1) * sizeof(*items));
	if (!items)
		return err_sys(err, -ENOMEM, "cannot keep the specs");
	list->items = items;
	while (r == 0 && sql_rows_next(&rows))
		r = take_row(&rows, &list->items[list->n++], err);
	return r;
}

const char *db_node_value(const char *name, void *context)
{
	const struct node *node = context;
	int column = node_column_of(name);

	if (strcmp(name, "name") == 0)
		return node->name;
	return column < 0 ? node_attr_text(node, name)
			  : node_column_text(node, (enum node_column)column);
}

int db_own_fill(const char *template, const struct spec *spec, bool enabled, struct node *node,
    struct spec_filled *ret, int *ret_wanted, char *ret_lacks, struct err *err)
{
	CLEANUP(spec_filled_free) struct spec_filled source = { .spec = *spec, .owned = true };
	bool lacks;
	int r;

	source.spec.synchgroup = NULL;
	source.spec.args = NULL;
	source.spec.n_args = 0;
	source.spec.enabled = enabled;
	r = spec_source_parse(template, &source.spec, err);
	if (r < 0)
		return r;
	r = spec_source_fill(&source.spec, db_node_value, node, ret, ret_lacks, err);
	lacks = r == -ENODATA || r == -EINVAL;
	if (r < 0 && !lacks)
		return r;
	*ret_wanted = !lacks ? WANTED_NOTHING : enabled ? WANTED_ON : WANTED_OFF;
	/* Somebody may have written a template by hand that has nothing to replace. */
	if (lacks || !ret->owned) {
		source.spec.enabled = enabled && !lacks;
		*ret = source;
		source = (struct spec_filled){ 0 };
	}
	return 0;
}
