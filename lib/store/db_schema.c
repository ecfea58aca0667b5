/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "lib/base/clock.h"
#include "lib/store/db_private.h"
#include "lib/store/schema.h"

/* The server's numbers: ER_NO_SUCH_TABLE, ER_TABLE_EXISTS_ERROR, ER_DUP_FIELDNAME,
 * ER_DUP_KEYNAME, ER_CANT_DROP_FIELD_OR_KEY. */
enum {
	NO_SUCH_TABLE = 1146,
	TABLE_EXISTS = 1050,
	COLUMN_EXISTS = 1060,
	KEY_EXISTS = 1061,
	NOTHING_TO_DROP = 1091,
};

/* The first statement that is not recorded may be in: its record was lost. */
static bool is_in_already(unsigned number)
{
	return number == TABLE_EXISTS || number == COLUMN_EXISTS || number == KEY_EXISTS ||
	       number == NOTHING_TO_DROP;
}

static const char version_query[] =
    "SELECT version, statements, done FROM SCHEMA_VERSION ORDER BY version";

/* How many statements of a file are in. The table that would know is itself made by the
 * first statement, which may be run twice. */
static int read_done(struct db *db, unsigned version, size_t *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	size_t done = 0;
	int r;

	r = sql_selectf(db->sql, &rows, err, "%s", version_query);
	if (r < 0 && sql_errno(db->sql) != NO_SUCH_TABLE)
		return r;
	while (r == 0 && sql_rows_next(&rows)) {
		if (sql_u64(&rows, 0) == version)
			done = (size_t)sql_u64(&rows, 2);
	}
	*ret = done;
	return 0;
}

static int run_file(struct db *db, const struct schema_file *file, size_t done, struct err *err)
{
	int r = 0;

	for (size_t i = done; i < file->n_statements; i++) {
		r = sql_runf(db->sql, err, "%s", file->statements[i]);
		if (r < 0 && i == done && is_in_already(sql_errno(db->sql)))
			r = 0;
		if (r == 0)
			r = sql_runf(db->sql, err,
			    "INSERT INTO SCHEMA_VERSION (version, statements, done, "
			    "changed_ms) "
			    "VALUES (%u, %zu, %zu, %lld) ON DUPLICATE KEY UPDATE "
			    "statements = VALUES(statements), done = VALUES(done), "
			    "changed_ms = VALUES(changed_ms)",
			    file->version, file->n_statements, i + 1,
			    (long long)clock_real_ms());
		if (r < 0) {
			err_prefix(err, "schema %04u, statement %zu", file->version, i + 1);
			return r;
		}
	}
	return 0;
}

/* A schema that this program does not know must not be touched. */
static int refuse_newer(struct db *db, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	unsigned known = schema_files[schema_n_files - 1].version;
	int r;

	r = sql_selectf(db->sql, &rows, err, "%s", version_query);
	if (r < 0)
		return sql_errno(db->sql) == NO_SUCH_TABLE ? 0 : r;
	while (sql_rows_next(&rows)) {
		if (sql_u64(&rows, 0) > known)
			return err_set(err, -EPROTO,
			    "the database's schema %s is newer than this program, which knows "
			    "%u: install the newer haetae",
			    sql_text(&rows, 0), known);
	}
	return 0;
}

int db_schema_init(struct db *db, unsigned *ret_version, unsigned *ret_ran, struct err *err)
{
	unsigned ran = 0;
	int r = refuse_newer(db, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < schema_n_files; i++) {
		const struct schema_file *file = &schema_files[i];
		size_t done;

		r = read_done(db, file->version, &done, err);
		if (r < 0)
			return r;
		if (done >= file->n_statements)
			continue;
		r = run_file(db, file, done, err);
		if (r < 0)
			return r;
		ran++;
	}
	*ret_version = schema_files[schema_n_files - 1].version;
	*ret_ran = ran;
	return 0;
}

int db_schema_check(struct db *db, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	unsigned known = schema_files[schema_n_files - 1].version;
	uint64_t found = 0;
	int r = refuse_newer(db, err);

	if (r == 0)
		r = sql_selectf(db->sql, &rows, err, "%s", version_query);
	if (r < 0 && sql_errno(db->sql) != NO_SUCH_TABLE)
		return r;
	while (r == 0 && sql_rows_next(&rows)) {
		found = sql_u64(&rows, 0);
		if (sql_u64(&rows, 2) < sql_u64(&rows, 1))
			return err_set(err, -EPROTO,
			    "the database's schema %llu is only half in: run 'haetae db init'",
			    (unsigned long long)found);
	}
	if (found == 0)
		return err_set(
		    err, -EPROTO, "the database has no tables of haetae: run 'haetae db init'");
	if (found < known)
		return err_set(err, -EPROTO,
		    "the database's schema %llu is older than this program's %u: run "
		    "'haetae db init'",
		    (unsigned long long)found, known);
	return 0;
}
