/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_event.h"
#include "lib/store/db_import_work.h"

static bool same_node(const struct import_entry *entries, size_t i)
{
	return i && strcmp(entries[i - 1].spec->node, entries[i].spec->node) == 0;
}

/* The ids of the nodes of some entries, which are sorted by them. */
static int read_ids(struct db *db, const struct db_import *import, struct import_entry *entries,
    size_t n, size_t *ret_bad, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	size_t at = 0;
	int r;

	(void)buf_adds(&statement, "SELECT nodeid, name, removed_ms FROM NODE WHERE name IN (");
	for (size_t i = 0; i < n; i++) {
		if (same_node(entries, i))
			continue;
		(void)buf_adds(&statement, i ? ", " : "");
		sql_quotes(&statement, entries[i].spec->node);
	}
	(void)buf_adds(&statement, ") ORDER BY name");
	r = sql_select(db->sql, &statement, &rows, err);
	while (r == 0 && sql_rows_next(&rows)) {
		const char *name = sql_text(&rows, 1);

		while (at < n && strcmp(entries[at].spec->node, name) < 0)
			at++;
		if (at < n && sql_i64(&rows, 2) && strcmp(entries[at].spec->node, name) == 0) {
			*ret_bad = (size_t)(entries[at].spec - import->specs);
			return err_set(err, -EBADMSG,
			    "spec '%.60s' of node '%.60s': the node was removed; haetae node "
			    "add brings it back",
			    entries[at].spec->name, name);
		}
		for (; at < n && strcmp(entries[at].spec->node, name) == 0; at++)
			entries[at].nodeid = (uint32_t)sql_u64(&rows, 0);
	}
	return r;
}

static void add_event(const struct db_import *import, const char *node, int64_t now_ms,
    struct sql_many *events, struct err *err)
{
	if (import->author)
		db_event_row(&(const struct db_event){ .time_ms = now_ms,
				 .level = EVENT_INFO,
				 .tag = "node",
				 .user = import->author->user,
				 .host = import->author->host,
				 .node = node,
				 .object = "node",
				 .new_value = "/" },
		    sql_many_next(events, err));
}

static int add_missing(struct db *db, const struct db_import *import, int64_t now_ms,
    struct import_entry *entries, size_t n, size_t *ret_n, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many = SQL_MANY_INIT(
	    db->sql, "INSERT INTO NODE (name, created_ms, changed_ms) VALUES ", "");
	CLEANUP_SQL_MANY struct sql_many events = DB_EVENTS_MANY(db);
	size_t added = 0;
	int r;

	for (size_t i = 0; i < n; i++) {
		struct buf *row;

		entries[i].new_node = entries[i].nodeid == 0;
		if (entries[i].nodeid || same_node(entries, i))
			continue;
		row = sql_many_next(&many, err);
		(void)buf_addc(row, '(');
		sql_quotes(row, entries[i].spec->node);
		(void)buf_addf(row, ", %lld, %lld)", (long long)now_ms, (long long)now_ms);
		add_event(import, entries[i].spec->node, now_ms, &events, err);
		added++;
	}
	*ret_n = added;
	r = sql_many_end(&many, err);
	if (r == 0)
		r = sql_many_end(&events, err);
	/* A node of that name came in since it was looked for. */
	return r == -EEXIST ? -EAGAIN : r;
}

int db_import_nodes(struct db *db, const struct db_import *import, int64_t now_ms,
    struct import_entry *entries, size_t n, size_t *ret_bad, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i += SPECROWS_AT_ONCE) {
		struct import_entry *some = entries + i;
		size_t n_some = n - i < SPECROWS_AT_ONCE ? n - i : SPECROWS_AT_ONCE, added = 0;

		r = read_ids(db, import, some, n_some, ret_bad, err);
		if (r == 0)
			r = add_missing(db, import, now_ms, some, n_some, &added, err);
		if (r == 0 && added)
			r = read_ids(db, import, some, n_some, ret_bad, err);
	}
	return r;
}
