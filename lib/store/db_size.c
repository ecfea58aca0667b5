/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_size.h"

#include <errno.h>
#include <stdio.h>

#include "lib/store/db_private.h"

int db_server_read(struct db *db, struct db_server *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_FREE struct db_version *versions = NULL;
	struct db_server server = { .schema = 0 };
	size_t n = 0;
	int r = sql_selectf(
	    db->sql, &rows, err, "SELECT VERSION(), @@datadir, (SELECT COUNT(*) FROM LOADERR)");

	if (r < 0)
		return r;
	if (!sql_rows_next(&rows))
		return err_set(err, -EIO, "cannot read the server's version: no row");
	(void)snprintf(server.version, sizeof(server.version), "%s", sql_text(&rows, 0));
	(void)snprintf(server.datadir, sizeof(server.datadir), "%s", sql_text(&rows, 1));
	server.load_errors = sql_u64(&rows, 2);
	r = db_durable(db, &server.durable, err);
	if (r == 0)
		r = db_versions_read(db, &versions, &n, err);
	if (r < 0)
		return r;
	server.schema = n ? versions[n - 1].version : 0;
	*ret = server;
	return 0;
}

int db_table_sizes(struct db *db, db_table_size_fn *each, void *context, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(db->sql, &rows, err,
	    "SELECT TABLE_NAME, TABLE_ROWS, DATA_LENGTH + INDEX_LENGTH FROM "
	    "information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE "
	    "TABLE' ORDER BY TABLE_NAME");

	while (r == 0 && sql_rows_next(&rows)) {
		struct db_table_size row = { .table = sql_text(&rows, 0),
			.rows = sql_u64(&rows, 1),
			.bytes = sql_u64(&rows, 2) };

		r = each(&row, context, err);
	}
	return r;
}
