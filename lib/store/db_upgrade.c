/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/store/db_lease.h"
#include "lib/store/db_private.h"
#include "lib/store/schema.h"
#include "lib/store/schema_thing.h"

enum {
	LEASE_MS = 30000,
	/* Behind one long SELECT a waiting ALTER would stop every INSERT: it gives up, and
	 * comes again. */
	LOCK_WAIT_S = 2,
	LOCK_PAUSE_MS = 3000,
	LOCK_TRIES = 100,
	LOCK_WAIT_TIMEOUT = 1205,
	SERVES_SINCE = 2, /* the schema that brought the column */
};

/* --- what is there ------------------------------------------------------------------------- */

/* What the server knows of one column or key of a table. */
struct found {
	bool there;
	bool nullable;
	char type[SCHEMA_TYPE_SIZE];
};

static int find_thing(struct db *db, const char *table, const struct schema_thing *thing,
    struct found *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r;

	if (thing->kind == SCHEMA_COLUMN)
		r = sql_selectf(db->sql, &rows, err,
		    "SELECT COLUMN_TYPE, IS_NULLABLE FROM information_schema.COLUMNS WHERE "
		    "TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '%s' AND COLUMN_NAME = '%s'",
		    table, thing->name);
	else
		r = sql_selectf(db->sql, &rows, err,
		    "SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX SEPARATOR ','), "
		    "'NO' FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() "
		    "AND TABLE_NAME = '%s' AND INDEX_NAME = '%s' GROUP BY INDEX_NAME",
		    table, thing->name);
	if (r < 0)
		return r;
	*ret = (struct found){ .there = sql_rows_next(&rows) };
	if (!ret->there)
		return 0;
	schema_type(sql_text(&rows, 0), ret->type);
	ret->nullable = strcmp(sql_text(&rows, 1), "YES") == 0;
	return 0;
}

static int find_table(struct db *db, const char *table, bool *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(db->sql, &rows, err,
	    "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND "
	    "TABLE_NAME = '%s'",
	    table);

	if (r == 0)
		*ret = sql_rows_next(&rows);
	return r;
}

/* Whether one thing is as the statement leaves it. */
static int is_done(struct db *db, const char *table, const struct schema_thing *thing,
    bool *ret, struct err *err)
{
	char type[SCHEMA_TYPE_SIZE];
	struct found found;
	int r = find_thing(db, table, thing, &found, err);

	if (r < 0)
		return r;
	if (thing->dropped || !found.there) {
		*ret = thing->dropped && !found.there;
		return 0;
	}
	schema_type(thing->type, type);
	if (strcmp(found.type, type) != 0 ||
	    (thing->kind == SCHEMA_COLUMN && found.nullable != thing->nullable))
		return err_set(err, -EPROTO,
		    "%s %s of table %s is '%s', and not '%s%s': somebody else has made it; put "
		    "it right by hand, then run this again",
		    thing->kind == SCHEMA_KEY ? "key" : "column", thing->name, table,
		    found.type, type, thing->nullable ? "" : " not null");
	*ret = true;
	return 0;
}

/* Whether all that a statement makes is there. A part of it is an error: a server runs a
 * statement whole or not at all, so that somebody else has been here. */
static int look(struct db *db, const struct schema_things *things, bool *ret, struct err *err)
{
	const char *done = NULL, *undone = NULL;
	bool there = false;
	int r = find_table(db, things->table, &there, err);

	if (r < 0)
		return r;
	*ret = false;
	if (!there || things->repeatable)
		return 0;
	for (size_t i = 0; i < things->n; i++) {
		bool is = false;

		r = is_done(db, things->table, &things->items[i], &is, err);
		if (r < 0)
			return r;
		if (is)
			done = things->items[i].name;
		else
			undone = things->items[i].name;
	}
	if (undone && (done || things->creates))
		return err_set(err, -EPROTO,
		    "table %s is half there: '%s' is missing%s%s%s; put it right by hand, then "
		    "run this again",
		    things->table, undone, done ? " beside '" : "", done ? done : "",
		    done ? "'" : "");
	*ret = !undone;
	return 0;
}

/* --- one statement ------------------------------------------------------------------------- */

struct upgrading {
	struct db *db;
	const struct db_upgrade *upgrade;
	struct db_upgraded result;
	size_t steps;
};

int db_ddl(
    struct db *db, const char *statement, unsigned wait_s, unsigned tries, struct err *err)
{
	int r = sql_runf(db->sql, err, "SET SESSION lock_wait_timeout = %u", wait_s);

	for (unsigned i = 1; r == 0; i++) {
		r = sql_runf(db->sql, err, "%s", statement);
		if (r == 0 || sql_errno(db->sql) != LOCK_WAIT_TIMEOUT)
			break;
		r = -EBUSY;
		if (i >= tries)
			break;
		clock_sleep_ms(LOCK_PAUSE_MS);
		r = 0;
	}
	(void)!sql_runf(db->sql, NULL, "SET SESSION lock_wait_timeout = DEFAULT");
	if (r == -EBUSY)
		err_prefix(err, "a table is in use for too long");
	return r;
}

static int record(struct db *db, const struct schema_file *file, size_t done, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	bool serves = file->version >= SERVES_SINCE;

	(void)buf_addf(&statement,
	    "INSERT INTO SCHEMA_VERSION (version, statements, done, changed_ms%s) VALUES (%u, "
	    "%zu, %zu, %lld",
	    serves ? ", serves" : "", file->version, file->n_statements, done,
	    (long long)clock_real_ms());
	if (serves)
		(void)buf_addf(&statement, ", %u", file->serves);
	(void)buf_addf(&statement,
	    ") ON DUPLICATE KEY UPDATE statements = VALUES(statements), done = VALUES(done), "
	    "changed_ms = VALUES(changed_ms)%s",
	    serves ? ", serves = VALUES(serves)" : "");
	return sql_run(db->sql, &statement, NULL, err);
}

static int run_step(
    struct upgrading *self, const struct schema_file *file, size_t index, struct err *err)
{
	CLEANUP(schema_things_free) struct schema_things things = { 0 };
	struct db_upgrade_step step = { .version = file->version,
		.number = index + 1,
		.total = file->n_statements,
		.statement = file->statements[index] };
	int r = schema_things_parse(step.statement, &things, err);

	if (r == 0)
		r = look(self->db, &things, &step.there, err);
	if (r < 0)
		return r;
	if (self->upgrade->each)
		self->upgrade->each(&step, self->upgrade->context);
	if (step.there)
		self->result.recognised++;
	else
		self->result.ran++;
	if (self->upgrade->dry_run)
		return 0;
	if (!step.there)
		r = db_ddl(self->db, step.statement, LOCK_WAIT_S, LOCK_TRIES, err);
	return r < 0 ? r : record(self->db, file, index + 1, err);
}

/* --- all of them --------------------------------------------------------------------------- */

static bool is_enough(const struct upgrading *self)
{
	return self->upgrade->limit && self->steps >= self->upgrade->limit;
}

static int run_file(
    struct upgrading *self, const struct schema_file *file, size_t done, struct err *err)
{
	int r = 0;

	if (done >= file->n_statements) {
		if (self->result.files == 0)
			self->result.from = file->version;
		return 0;
	}
	if (is_enough(self))
		return 0;
	self->result.files++;
	for (size_t i = done; r == 0 && i < file->n_statements && !is_enough(self); i++) {
		self->steps++;
		r = run_step(self, file, i, err);
		if (r < 0)
			err_prefix(err, "schema %04u, statement %zu", file->version, i + 1);
	}
	return r;
}

static int run_files(struct upgrading *self, struct err *err)
{
	CLEANUP_FREE struct db_version *versions = NULL;
	size_t n;
	int r = db_versions_read(self->db, &versions, &n, err);

	for (size_t i = 0; r == 0 && i < schema_n_files; i++) {
		const struct schema_file *file = &schema_files[i];
		size_t done = 0;

		for (size_t j = 0; j < n; j++) {
			if (versions[j].version == file->version)
				done = versions[j].done;
		}
		self->result.to = file->version;
		r = run_file(self, file, done, err);
	}
	return r;
}

/* A schema that this program does not know is not touched. */
static int refuse_newer(struct db *db, bool *ret_whole, struct err *err)
{
	CLEANUP_FREE struct db_version *versions = NULL;
	unsigned known = schema_files[schema_n_files - 1].version;
	size_t n;
	int r = db_versions_read(db, &versions, &n, err);

	if (r < 0)
		return r;
	*ret_whole = n > 0 && db_schema_check(db, NULL) == 0;
	if (n && versions[n - 1].version > known)
		return err_set(err, -EPROTO,
		    "the database's schema %u is newer than this program, which knows %u: "
		    "install the newer haetae",
		    versions[n - 1].version, known);
	return 0;
}

/* The table that keeps two upgrades apart comes first, whichever file it is from. */
static int make_lease_table(struct db *db, struct err *err)
{
	static const char begin[] = "CREATE TABLE LEASE ";
	bool there = false;
	int r = find_table(db, "LEASE", &there, err);

	for (size_t i = 0; r == 0 && !there && i < schema_n_files; i++) {
		for (size_t j = 0; j < schema_files[i].n_statements; j++) {
			const char *statement = schema_files[i].statements[j];

			if (strncmp(statement, begin, sizeof(begin) - 1) == 0)
				return sql_runf(db->sql, err,
				    "CREATE TABLE IF NOT EXISTS LEASE %s",
				    statement + sizeof(begin) - 1);
		}
	}
	return r;
}

static int run_alone(struct upgrading *self, struct err *err)
{
	char holder[DB_LEASE_HOLDER_SIZE];
	int r = make_lease_table(self->db, err);
	pid_t keeper;

	db_lease_holder("haetae db upgrade", holder);
	if (r == 0)
		r = db_lease_take(self->db, "upgrade", holder, LEASE_MS, err);
	if (r < 0)
		return r;
	keeper = db_lease_keep(sql_conf(self->db->sql), "upgrade", holder, LEASE_MS);
	r = keeper < 0 ? err_sys(err, (int)keeper, "cannot keep the lease") : 0;
	if (r == 0)
		r = run_files(self, err);
	db_lease_keep_end(keeper);
	/* One that cannot be given back ends by itself. */
	(void)!db_lease_release(self->db, "upgrade", holder, NULL);
	return r;
}

int db_schema_upgrade(
    struct db *db, const struct db_upgrade *upgrade, struct db_upgraded *ret, struct err *err)
{
	struct upgrading self = { .db = db, .upgrade = upgrade };
	bool whole = false;
	int r = refuse_newer(db, &whole, err);

	if (r < 0)
		return r;
	if (whole || upgrade->dry_run)
		r = run_files(&self, err);
	else
		r = run_alone(&self, err);
	if (r == 0)
		*ret = self.result;
	return r;
}
