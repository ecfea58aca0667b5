/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_grants.h"

#include <errno.h>
#include <string.h>

#include "lib/store/sql.h"

const char *const db_role_names[DB_ROLE_COUNT] = { "runner", "operator", "viewer" };

/* Partitions are made with ALTER, CREATE and INSERT, and dropped with ALTER and DROP. */
#define LOOK	  "SELECT"
#define ADD	  "SELECT, INSERT"
#define CHANGE	  "SELECT, INSERT, UPDATE"
#define ALL_ROWS  "SELECT, INSERT, UPDATE, DELETE"
#define PARTITION ", ALTER, CREATE, DROP"

static const struct {
	const char *table;
	const char *privileges[DB_ROLE_COUNT]; /* NULL: none */
} rows[] = {
	{ "SCHEMA_VERSION", { LOOK, LOOK, LOOK } },
	{ "LEASE", { ALL_ROWS, ALL_ROWS, LOOK } },
	{ "HOST", { CHANGE, ADD, LOOK } },
	{ "NODEGROUP", { LOOK, ALL_ROWS, LOOK } },
	{ "NODE", { "SELECT, UPDATE", CHANGE, LOOK } },
	{ "NODEATTR", { LOOK, ALL_ROWS, LOOK } },
	{ "TOOLSPECS", { "SELECT, UPDATE", CHANGE, LOOK } },
	{ "THRESHOLD", { LOOK, ALL_ROWS, LOOK } },
	{ "SLOTS", { ALL_ROWS, CHANGE, LOOK } },
	{ "SCHEDULE", { ALL_ROWS, ALL_ROWS, LOOK } },
	{ "RUNLOG", { ALL_ROWS PARTITION, ALL_ROWS, LOOK } },
	{ "METRIC", { CHANGE, LOOK, LOOK } },
	{ "RESULT", { CHANGE PARTITION, LOOK, LOOK } },
	{ "STATUS", { CHANGE, LOOK, LOOK } },
	{ "LOADERR", { CHANGE, LOOK, LOOK } },
	{ "EVENTLOG", { CHANGE PARTITION, CHANGE, LOOK } },
	{ "ROLLUP_TODO", { ALL_ROWS, CHANGE, LOOK } },
	{ "RESULT_HOUR", { CHANGE PARTITION, LOOK, LOOK } },
	{ "RESULT_DAY", { CHANGE PARTITION, LOOK, LOOK } },
	{ "RUN_HOUR", { CHANGE PARTITION, LOOK, LOOK } },
	{ "RUN_DAY", { CHANGE PARTITION, LOOK, LOOK } },
	{ "V_GROUP", { NULL, LOOK, LOOK } },
	{ "V_NODE", { NULL, LOOK, LOOK } },
	{ "V_PROBE", { NULL, LOOK, LOOK } },
	{ "V_RUN", { NULL, LOOK, LOOK } },
	{ "V_RESULT", { NULL, LOOK, LOOK } },
	{ "V_EVENT", { NULL, LOOK, LOOK } },
	{ "V_RESULT_HOUR", { NULL, LOOK, LOOK } },
	{ "V_RESULT_DAY", { NULL, LOOK, LOOK } },
	{ "V_RUN_HOUR", { NULL, LOOK, LOOK } },
	{ "V_AVAILABILITY_DAY", { NULL, LOOK, LOOK } },
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

int db_role_parse(const char *name, enum db_role *ret, struct err *err)
{
	for (int i = 0; i < DB_ROLE_COUNT; i++) {
		if (strcmp(db_role_names[i], name) == 0) {
			*ret = (enum db_role)i;
			return 0;
		}
	}
	return err_set(err, -EINVAL, "'%.40s' is no role: runner, operator or viewer", name);
}

/* A name in backticks; those in it are doubled. */
static void add_name(const char *name, struct buf *ret)
{
	(void)buf_addc(ret, '`');
	for (; *name; name++) {
		if (*name == '`')
			(void)buf_addc(ret, '`');
		(void)buf_addc(ret, *name);
	}
	(void)buf_addc(ret, '`');
}

void db_grants(enum db_role role, const char *database, const char *user, const char *from,
    struct buf *ret)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (!rows[i].privileges[role])
			continue;
		(void)buf_addf(ret, "GRANT %s ON ", rows[i].privileges[role]);
		add_name(database, ret);
		(void)buf_addf(ret, ".%s TO ", rows[i].table);
		sql_quotes(ret, user);
		(void)buf_addc(ret, '@');
		sql_quotes(ret, from);
		(void)buf_adds(ret, ";\n");
	}
}

const char *db_grants_table(size_t index)
{
	return index < ROWS ? rows[index].table : NULL;
}
