/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a statement of the schema makes. */
#include "config.h"

#include "lib/store/schema_thing.h"

#include <errno.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/store/schema.h"
#include "t/tap.h"

static void test_all_files(void)
{
	struct err err = ERR_INIT;
	unsigned before = 0;

	for (size_t i = 0; i < schema_n_files; i++) {
		const struct schema_file *file = &schema_files[i];
		size_t bad = 0;

		for (size_t j = 0; j < file->n_statements; j++) {
			CLEANUP(schema_things_free) struct schema_things things = { 0 };

			if (schema_things_parse(file->statements[j], &things, &err) == 0 &&
			    (things.n > 0 || things.repeatable))
				continue;
			note("%.60s: %s", file->statements[j], err.text);
			bad++;
		}
		ok(bad == 0, "every statement of file %u is understood", file->version);
		ok(file->version > before, "files are in order");
		ok(file->serves > 0 && file->serves + 1 >= file->version &&
			file->serves <= file->version,
		    "file %u serves programs of %u", file->version, file->serves);
		before = file->version;
	}
}

static void test_forms(void)
{
	CLEANUP(schema_things_free) struct schema_things made = { 0 };
	CLEANUP(schema_things_free) struct schema_things changed = { 0 };
	struct err err = ERR_INIT;

	ok(schema_things_parse("CREATE TABLE IF NOT EXISTS T (\n  a INT UNSIGNED NOT NULL,\n"
			       "  b VARCHAR(190) NULL DEFAULT 'x,)y',\n  c DOUBLE NOT NULL,\n"
			       "  PRIMARY KEY (a, b),\n  KEY k (c)\n) ENGINE=InnoDB",
	       &made, &err) == 0,
	    "a table %s", err.text);
	ok(made.creates && strcmp(made.table, "T") == 0 && made.n == 5, "with its items");
	is_str(made.items[0].type, "int unsigned", "a column's type");
	ok(!made.items[0].nullable && made.items[1].nullable, "and whether it takes NULL");
	is_str(made.items[1].type, "varchar(190)", "a length is kept");
	is_str(made.items[2].name, "c", "quoted commas and parentheses are none");
	is_str(made.items[3].type, "a,b", "the columns of a key");
	ok(schema_things_parse("ALTER TABLE T ADD COLUMN d CHAR(36) NOT NULL DEFAULT '', DROP "
			       "KEY k, ADD UNIQUE KEY l (c, d)",
	       &changed, &err) == 0,
	    "a change %s", err.text);
	ok(changed.n == 3 && !changed.creates && changed.items[1].dropped &&
		changed.items[1].kind == SCHEMA_KEY && !changed.items[2].dropped,
	    "with what it adds and drops");
}

static void test_types(void)
{
	static const char *const rows[][2] = { { "int(10) unsigned", "int unsigned" },
		{ "INT UNSIGNED", "int unsigned" }, { "bigint(20)", "bigint" },
		{ "VARCHAR(64)", "varchar(64)" },
		{ "tinyint(3) unsigned", "tinyint unsigned" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char type[SCHEMA_TYPE_SIZE];

		schema_type(rows[i][0], type);
		is_str(type, rows[i][1], rows[i][0]);
	}
}

static void test_refused(void)
{
	static const char *const rows[] = { "", "DROP TABLE T", "CREATE TABLE",
		"CREATE TABLE T", "CREATE TABLE T (", "CREATE TABLE T (a", "CREATE TABLE T (a)",
		"CREATE TABLE T (a INT", "CREATE TABLE T (PRIMARY KEY (a)", "ALTER TABLE T",
		"ALTER TABLE T ADD", "ALTER TABLE T RENAME COLUMN a TO b", "ALTER TABLE T DROP",
		"ALTER TABLE T DROP KEY", "ALTER TABLE T DROP KEY a b",
		"ALTER TABLE T ADD COLUMN a INT,", "CREATE TABLE T (a INT(", "CREATE VIEW v",
		"ALTER TABLE aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "
		"ADD "
		"KEY k (a)" };
	size_t taken = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(schema_things_free) struct schema_things things = { 0 };
		struct err err = ERR_INIT;
		int r = schema_things_parse(rows[i], &things, &err);

		/* A closing parenthesis more or less is the server's to see. */
		if (r == 0)
			taken++;
		else if (r != -EINVAL)
			note("%s: %d", rows[i], r);
	}
	ok(taken <= 2, "what is cut short or of another form is refused");
}

int main(void)
{
	test_all_files();
	test_forms();
	test_types();
	test_refused();
	return tap_done();
}
