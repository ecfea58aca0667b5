/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Upgrades that end at any statement, before and behind its record. */
#include "config.h"

#include "lib/base/clock.h"
#include "lib/store/db_lease.h"
#include "lib/store/schema.h"
#include "t/store.h"

/* Everything that the schema is, in one text. */
static int read_schema(struct buf *ret)
{
	static const char *const queries[] = {
		"SELECT TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_TYPE, IS_NULLABLE, "
		"COALESCE(COLUMN_DEFAULT, '-'), EXTRA FROM information_schema.COLUMNS WHERE "
		"TABLE_SCHEMA = DATABASE() ORDER BY 1, 3",
		"SELECT TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE, '', '' "
		"FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() "
		"ORDER BY 1, 2, 3",
		"SELECT TABLE_NAME, PARTITION_NAME, PARTITION_DESCRIPTION, '', '', '', '' FROM "
		"information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1, 2",
		"SELECT version, statements, done, serves, '', '', '' FROM SCHEMA_VERSION "
		"ORDER BY 1",
	};

	buf_reset(ret);
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
		int r = sql_selectf(sql, &rows, &err, "%s", queries[i]);

		if (r < 0)
			return r;
		while (sql_rows_next(&rows)) {
			for (unsigned field = 0; field < 7; field++)
				(void)buf_addf(ret, "%s|", sql_text(&rows, field));
			(void)buf_addc(ret, '\n');
		}
	}
	return ret->error;
}

static void empty(void)
{
	(void)sql_runf(sql, &err, "DROP DATABASE haetae");
	(void)sql_runf(sql, &err, "CREATE DATABASE haetae");
	(void)sql_runf(sql, &err, "USE haetae");
	db_close(db);
	db = NULL;
	ok(db_open(&conf, &db, &err) == 0, "an empty database %s", err.text);
}

/* Each statement is run by another program that dies in front of its record, then the upgrade
 * goes on for one statement. */
static void test_unrecorded(const struct buf *want)
{
	CLEANUP_BUF struct buf got = BUF_INIT;
	const struct db_upgrade one = { .limit = 1 }, rest = { .limit = 0 };
	struct db_upgraded done = { 0 };
	size_t statements = 0, wrong = 0;

	empty();
	for (size_t i = 0; i < schema_n_files; i++) {
		for (size_t j = 0; j < schema_files[i].n_statements; j++, statements++) {
			int r = sql_runf(sql, &err, "%s", schema_files[i].statements[j]);

			/* The lease's table was made by the upgrade before. */
			if (r < 0 && sql_errno(sql) != 1050) {
				note("%s: %s", schema_files[i].statements[j], err.text);
				wrong++;
			}
			done = (struct db_upgraded){ 0 };
			r = db_schema_upgrade(db, &one, &done, &err);
			if (r == 0 && done.ran + done.recognised == 1 &&
			    (done.recognised == 1 ||
				(strstr(schema_files[i].statements[j], " VIEW ") ||
				    strncmp(schema_files[i].statements[j], "REPLACE", 7) == 0)))
				continue;
			note("file %zu, statement %zu: %d, %zu run, %s", i + 1, j + 1, r,
			    done.ran, err.text);
			wrong++;
		}
	}
	ok(wrong == 0, "each of %zu statements is recognised unrecorded", statements);
	ok(db_schema_upgrade(db, &rest, &done, &err) == 0 && done.files == 0,
	    "then there is nothing to do");
	ok(read_schema(&got) == 0 && strcmp(buf_text(&got), buf_text(want)) == 0,
	    "and the schema is the same as in one go");
	ok(db_schema_check(db, &err) == 0, "and the check is content %s", err.text);
}

/* An upgrade that is stopped after each statement, and started again. */
static void test_stopped(const struct buf *want)
{
	CLEANUP_BUF struct buf got = BUF_INIT;
	const struct db_upgrade one = { .limit = 1 };
	struct db_upgraded done = { .files = 1 };
	unsigned version, ran;
	size_t steps = 0;

	empty();
	while (steps < 200 && done.files) {
		done = (struct db_upgraded){ 0 };
		if (db_schema_upgrade(db, &one, &done, &err) < 0)
			break;
		if (steps == 5)
			ok(db_schema_check(db, &err) == -EPROTO &&
				strstr(err.text, "half in") && strstr(err.text, "db upgrade"),
			    "half of it: %s", err.text);
		if (steps == 15)
			ok(db_schema_init(db, &version, &ran, &err) == 0,
			    "without rows, init ends it too %s", err.text);
		steps++;
	}
	ok(steps > 15 && done.files == 0, "it comes to an end %s", err.text);
	ok(read_schema(&got) == 0 && strcmp(buf_text(&got), buf_text(want)) == 0,
	    "and the schema is the same");
}

/* What somebody else has made is neither taken for ours nor overwritten. */
static void test_by_hand(void)
{
	const struct db_upgrade all = { .limit = 0 };
	struct db_upgraded done;

	empty();
	for (size_t j = 0; j < schema_files[0].n_statements; j++)
		(void)sql_runf(sql, &err, "%s", schema_files[0].statements[j]);
	(void)sql_runf(sql, &err, "INSERT INTO SCHEMA_VERSION VALUES (1, %zu, %zu, 0)",
	    schema_files[0].n_statements, schema_files[0].n_statements);
	(void)sql_runf(
	    sql, &err, "ALTER TABLE NODE ADD COLUMN memo VARCHAR(1000) NOT NULL DEFAULT ''");
	ok(db_schema_upgrade(db, &all, &done, &err) == -EPROTO &&
		strstr(err.text, "table NODE is half there") && strstr(err.text, "'memo'"),
	    "one of many columns: %s", err.text);
	(void)sql_runf(sql, &err, "ALTER TABLE NODE DROP COLUMN memo");
	(void)sql_runf(sql, &err,
	    "CREATE TABLE NODEATTR (nodeid INT UNSIGNED NOT NULL, name "
	    "VARCHAR(60) NOT NULL, value VARCHAR(1000) NOT NULL, "
	    "PRIMARY KEY (nodeid, name))");
	ok(db_schema_upgrade(db, &all, &done, &err) == -EPROTO &&
		strstr(err.text, "column name of table NODEATTR is 'varchar(60)'"),
	    "a table with another column: %s", err.text);
	(void)sql_runf(sql, &err, "DROP TABLE NODEATTR");
	ok(db_schema_upgrade(db, &all, &done, &err) == 0 && done.from == 1 && done.to == 2,
	    "when it is put right the upgrade goes on %s", err.text);
}

static void test_lease(void)
{
	char one[DB_LEASE_HOLDER_SIZE], two[DB_LEASE_HOLDER_SIZE];
	const struct db_upgrade all = { .limit = 0 };
	struct db_upgraded done;
	pid_t keeper;
	int64_t begun;
	int r;

	db_lease_holder("one", one);
	db_lease_holder("two", two);
	ok(strcmp(one, two) != 0, "holders differ: %s", one);
	ok(db_lease_take(db, "upgrade", one, 60000, &err) == 0, "a lease is taken %s",
	    err.text);
	ok(db_lease_take(db, "upgrade", two, 2000, &err) == -EBUSY && strstr(err.text, one),
	    "somebody else is told who has it: %s", err.text);
	ok(db_lease_take(db, "upgrade", one, 60000, &err) == 0, "the holder renews it");
	(void)sql_runf(sql, &err, "UPDATE SCHEMA_VERSION SET done = done - 1");
	ok(db_schema_upgrade(db, &all, &done, &err) == -EBUSY, "an upgrade does not begin: %s",
	    err.text);
	ok(db_lease_release(db, "upgrade", two, &err) == 0 &&
		db_lease_take(db, "upgrade", two, 2000, &err) == -EBUSY,
	    "nobody gives back what is not his");
	/* It ends 3 s after the last time that it was renewed, not when it would have before. */
	keeper = db_lease_keep(&conf, "upgrade", one, 3000);
	clock_sleep_ms(6000);
	ok(db_lease_take(db, "upgrade", two, 2000, &err) == -EBUSY,
	    "a lease that is kept does not end %s", err.text);
	db_lease_keep_end(keeper);
	begun = clock_mono_ms();
	while ((r = db_lease_take(db, "upgrade", two, 60000, &err)) == -EBUSY &&
	       clock_mono_ms() - begun < 30000)
		clock_sleep_ms(100);
	is_num(r, 0, "that of a dead holder does");
	ok(db_lease_release(db, "upgrade", two, &err) == 0 &&
		number("SELECT COUNT(*) FROM LEASE") == 0,
	    "it is given back");
	ok(db_schema_upgrade(db, &all, &done, &err) == 0 && done.recognised >= 1,
	    "and the upgrade works %s", err.text);
	is_num(number("SELECT COUNT(*) FROM LEASE"), 0, "and gives its own back");
}

static void test_newer(void)
{
	unsigned version, ran;

	(void)sql_runf(sql, &err,
	    "INSERT INTO SCHEMA_VERSION (version, statements, done, changed_ms, serves) "
	    "VALUES (3, 9, 4, 0, 2)");
	ok(db_schema_check(db, &err) == 0, "a newer schema that serves us is accepted %s",
	    err.text);
	(void)sql_runf(sql, &err, "UPDATE SCHEMA_VERSION SET serves = 3 WHERE version = 3");
	ok(db_schema_check(db, &err) == -EPROTO && strstr(err.text, "newer"),
	    "one that does not is refused: %s", err.text);
	(void)sql_runf(sql, &err, "UPDATE SCHEMA_VERSION SET serves = 0 WHERE version = 3");
	ok(db_schema_check(db, &err) == -EPROTO, "and one that says nothing");
	ok(db_schema_init(db, &version, &ran, &err) == -EPROTO, "neither is touched: %s",
	    err.text);
	(void)sql_runf(sql, &err, "DELETE FROM SCHEMA_VERSION WHERE version = 3");
}

int main(int argc, char **argv)
{
	CLEANUP_BUF struct buf want = BUF_INIT;
	unsigned version, ran;

	if (!connect_both(argc, argv))
		return close_both();
	ok(db_schema_init(db, &version, &ran, &err) == 0, "the tables %s", err.text);
	ok(read_schema(&want) == 0 && want.size > 1000, "as they are made in one go");
	test_newer();
	test_unrecorded(&want);
	test_stopped(&want);
	test_by_hand();
	test_lease();
	return close_both();
}
