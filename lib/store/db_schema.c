/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/store/db_private.h"
#include "lib/store/schema.h"

enum { NO_SUCH_COLUMN = 1054, NO_SUCH_TABLE = 1146 };

/* The column serves came with schema 2. */
static int select_versions(struct db *db, struct sql_rows *rows, struct err *err)
{
	int r = sql_selectf(db->sql, rows, err,
	    "SELECT version, statements, done, serves FROM SCHEMA_VERSION ORDER BY version");

	if (r < 0 && sql_errno(db->sql) == NO_SUCH_COLUMN)
		r = sql_selectf(db->sql, rows, err,
		    "SELECT version, statements, done, 0 FROM SCHEMA_VERSION ORDER BY "
		    "version");
	if (r < 0 && sql_errno(db->sql) == NO_SUCH_TABLE)
		r = 0;
	return r;
}

int db_versions_read(struct db *db, struct db_version **ret, size_t *ret_n, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	struct db_version *versions;
	size_t n = 0;
	int r = select_versions(db, &rows, err);

	if (r < 0)
		return r;
	versions = calloc(sql_rows_count(&rows) + 1, sizeof(*versions));
	if (!versions)
		return err_sys(err, -ENOMEM, "cannot read the schema's version");
	while (sql_rows_next(&rows))
		versions[n++] = (struct db_version){ .version = (unsigned)sql_u64(&rows, 0),
			.statements = (size_t)sql_u64(&rows, 1),
			.done = (size_t)sql_u64(&rows, 2),
			.serves = (unsigned)sql_u64(&rows, 3) };
	*ret = versions;
	*ret_n = n;
	return 0;
}

/* Whether a file that this program knows is in. Its own count of statements holds: that of the
 * row is of the program that wrote it. */
static int check_file(const struct schema_file *file, const struct db_version *versions,
    size_t n, struct err *err)
{
	size_t done = 0;

	for (size_t i = 0; i < n; i++) {
		if (versions[i].version == file->version)
			done = versions[i].done;
	}
	if (done >= file->n_statements)
		return 0;
	if (done == 0)
		return err_set(err, -EPROTO,
		    "the database's schema is older than this program's, file %04u is "
		    "missing: run 'haetae db upgrade'",
		    file->version);
	return err_set(err, -EPROTO,
	    "the database's schema %u is only half in, %zu of %zu statements: run 'haetae db "
	    "upgrade'",
	    file->version, done, file->n_statements);
}

/* Schemas that this program does not know say themselves whom they serve. */
static int check_newer(const struct db_version *last, struct err *err)
{
	unsigned known = schema_files[schema_n_files - 1].version;

	if (last->version <= known || (last->serves > 0 && last->serves <= known))
		return 0;
	return err_set(err, -EPROTO,
	    "the database's schema %u is newer than this program, which knows %u, and does "
	    "not serve it: install the newer haetae",
	    last->version, known);
}

int db_schema_check(struct db *db, struct err *err)
{
	CLEANUP_FREE struct db_version *versions = NULL;
	size_t n;
	int r = db_versions_read(db, &versions, &n, err);

	if (r < 0)
		return r;
	if (n == 0)
		return err_set(
		    err, -EPROTO, "the database has no tables of haetae: run 'haetae db init'");
	r = check_newer(&versions[n - 1], err);
	for (size_t i = 0; r == 0 && i < schema_n_files; i++)
		r = check_file(&schema_files[i], versions, n, err);
	return r;
}

/* Whether there is anything that an upgrade could harm. */
static int has_rows(struct db *db, bool *ret, struct err *err)
{
	static const char *const tables[] = { "HOST", "NODE", "TOOLSPECS" };

	*ret = false;
	for (size_t i = 0; !*ret && i < sizeof(tables) / sizeof(tables[0]); i++) {
		CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
		int r = sql_selectf(db->sql, &rows, err, "SELECT 1 FROM %s LIMIT 1", tables[i]);

		if (r < 0 && sql_errno(db->sql) != NO_SUCH_TABLE)
			return r;
		*ret = r == 0 && sql_rows_next(&rows);
	}
	return 0;
}

int db_schema_init(struct db *db, unsigned *ret_version, unsigned *ret_ran, struct err *err)
{
	struct db_upgrade upgrade = { .dry_run = true };
	struct db_upgraded seen = { 0 };
	bool rows = false;
	int r = db_schema_upgrade(db, &upgrade, &seen, err);

	if (r == 0 && seen.files)
		r = has_rows(db, &rows, err);
	if (r < 0)
		return r;
	if (rows)
		return err_set(err, -EEXIST,
		    "the database holds rows of schema %u, and this program's is %u: run "
		    "'haetae db upgrade' ('--dry-run' shows what that would do)",
		    seen.from, seen.to);
	upgrade.dry_run = false;
	r = db_schema_upgrade(db, &upgrade, &seen, err);
	if (r < 0)
		return r;
	*ret_version = seen.to;
	*ret_ran = seen.files;
	return 0;
}
