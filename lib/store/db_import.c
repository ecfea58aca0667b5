/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void import_free(struct import *import)
{
	for (size_t i = 0; import->entries && i < import->n; i++)
		spec_free(&import->entries[i].old);
	free(import->entries);
}

static int compare_names(const char *node_a, const char *a, const char *node_b, const char *b)
{
	int order = strcmp(node_a, node_b);

	return order ? order : strcmp(a, b);
}

static int by_names(const void *a, const void *b)
{
	const struct import_entry *x = a, *y = b;

	return compare_names(x->spec->node, x->spec->name, y->spec->node, y->spec->name);
}

static int check_all(struct import *import, struct err *err)
{
	for (size_t i = 0; i < import->n; i++) {
		const struct spec *spec = import->entries[i].spec;

		if (spec_check(spec, err) < 0) {
			err_prefix(err, "spec '%.60s' of node '%.60s'",
			    spec->name ? spec->name : "", spec->node ? spec->node : "");
			return -EBADMSG;
		}
	}
	qsort(import->entries, import->n, sizeof(*import->entries), by_names);
	for (size_t i = 1; i < import->n; i++) {
		const struct spec *spec = import->entries[i].spec;

		if (by_names(&import->entries[i - 1], &import->entries[i]) == 0)
			return err_set(err, -EBADMSG,
			    "spec '%.60s' of node '%.60s' is given twice", spec->name,
			    spec->node);
	}
	return 0;
}

/* --- nodes -------------------------------------------------------------------------- */

/* Appends the names of the nodes of some entries, each once; returns how many. */
static size_t add_node_names(
    const struct import_entry *entries, size_t n, bool missing_only, struct buf *statement)
{
	size_t added = 0;

	for (size_t i = 0; i < n; i++) {
		if (missing_only && entries[i].nodeid)
			continue;
		if (i && strcmp(entries[i - 1].spec->node, entries[i].spec->node) == 0)
			continue;
		if (added++)
			(void)buf_adds(statement, ", ");
		sql_quotes(statement, entries[i].spec->node);
	}
	return added;
}

static int read_nodes(
    struct import *import, struct import_entry *entries, size_t n, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	size_t at = 0;
	int r;

	(void)buf_adds(&statement, "SELECT nodeid, name FROM NODE WHERE name IN (");
	(void)add_node_names(entries, n, false, &statement);
	(void)buf_adds(&statement, ") ORDER BY name");
	r = sql_select(import->db->sql, &statement, &rows, err);
	if (r < 0)
		return r;
	while (sql_rows_next(&rows)) {
		const char *name = sql_text(&rows, 1);

		while (at < n && strcmp(entries[at].spec->node, name) < 0)
			at++;
		for (; at < n && strcmp(entries[at].spec->node, name) == 0; at++)
			entries[at].nodeid = (uint32_t)sql_u64(&rows, 0);
	}
	return 0;
}

static int add_nodes(
    struct import *import, struct import_entry *entries, size_t n, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many =
	    SQL_MANY_INIT(import->db->sql, "INSERT INTO NODE (name, created_ms) VALUES ", "");
	bool any = false;
	int r;

	for (size_t i = 0; i < n; i++) {
		struct buf *row;

		if (entries[i].nodeid ||
		    (i && strcmp(entries[i - 1].spec->node, entries[i].spec->node) == 0))
			continue;
		any = true;
		row = sql_many_next(&many, err);
		(void)buf_addc(row, '(');
		sql_quotes(row, entries[i].spec->node);
		(void)buf_addf(row, ", %lld)", (long long)import->now_ms);
	}
	if (!any)
		return 0;
	r = sql_many_end(&many, err);
	return r < 0 ? r : read_nodes(import, entries, n, err);
}

static int read_specs(
    struct import *import, struct import_entry *entries, size_t n, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	size_t at = 0;
	int r;

	(void)buf_addf(&statement,
	    "SELECT %s FROM NODE n JOIN TOOLSPECS t ON t.nodeid = n.nodeid WHERE n.name IN (",
	    db_spec_columns);
	(void)add_node_names(entries, n, false, &statement);
	(void)buf_adds(&statement, ") ORDER BY n.name, t.name");
	r = sql_select(import->db->sql, &statement, &rows, err);
	while (r == 0 && sql_rows_next(&rows)) {
		const char *node = sql_text(&rows, 2), *name = sql_text(&rows, 3);
		int order = 1;

		while (at < n) {
			const struct spec *spec = entries[at].spec;

			order = compare_names(spec->node, spec->name, node, name);
			if (order >= 0)
				break;
			at++;
		}
		if (at == n)
			break;
		if (order != 0)
			continue;
		entries[at].old_hostid = (uint32_t)sql_u64(&rows, DB_SPEC_HOSTID);
		r = db_spec_from_row(&rows, &entries[at].old, err);
	}
	return r;
}

static int import_all(struct import *import, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < import->n; i += IMPORT_SPECS_AT_ONCE) {
		struct import_entry *some = import->entries + i;
		size_t n =
		    import->n - i < IMPORT_SPECS_AT_ONCE ? import->n - i : IMPORT_SPECS_AT_ONCE;

		r = read_nodes(import, some, n, err);
		if (r == 0)
			r = add_nodes(import, some, n, err);
		if (r == 0)
			r = read_specs(import, some, n, err);
	}
	if (r == 0)
		r = db_import_change(import, err);
	if (r == 0)
		r = db_import_add(import, err);
	/* A node or spec of that name came in since it was looked for. */
	return r == -EEXIST ? -EAGAIN : r;
}

int db_specs_import(struct db *db, uint32_t hostid, const struct spec *specs, size_t n_specs,
    int64_t now_ms, struct db_import_counts *ret, struct err *err)
{
	CLEANUP(import_free)
	struct import import = {
		.db = db,
		.hostid = hostid,
		.now_ms = now_ms,
		.n = n_specs,
	};
	int r;

	import.entries = calloc(n_specs + 1, sizeof(*import.entries));
	if (!import.entries)
		return err_sys(err, -ENOMEM, "cannot import specs");
	for (size_t i = 0; i < n_specs; i++)
		import.entries[i].spec = &specs[i];
	r = check_all(&import, err);
	if (r < 0)
		return r;
	r = sql_begin(db->sql, err);
	if (r == 0)
		r = sql_end(db->sql, import_all(&import, err), err);
	if (r == 0)
		*ret = import.counts;
	return r;
}
