/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "lib/store/db_private.h"

/* A name that beat so recently from another spool is in use. */
enum { HOST_BEAT_FRESH_MS = 60000 };

/* Takes the row over unless it is in use; matches no row then. A beat from the future is a
 * clock that was wrong, and is worth no more than an old one. */
static int take(
    struct db *db, uint32_t hostid, const char *spoolid, int64_t now_ms, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	uint64_t matched = 0;
	int r;

	(void)buf_adds(&statement, "UPDATE HOST SET spoolid = ");
	sql_quotes(&statement, spoolid);
	(void)buf_addf(&statement,
	    ", beat_ms = %lld WHERE hostid = %u AND (spoolid = ", (long long)now_ms, hostid);
	sql_quotes(&statement, spoolid);
	(void)buf_addf(
	    &statement, " OR ABS(beat_ms - %lld) > %d)", (long long)now_ms, HOST_BEAT_FRESH_MS);
	r = sql_run(db->sql, &statement, &matched, err);
	if (r < 0)
		return r;
	if (matched == 0)
		return err_set(err, -EEXIST,
		    "another spool beats under this host's name; if that one is gone, wait a "
		    "minute");
	return 0;
}

static int find(struct db *db, const char *name, uint32_t *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r;

	(void)buf_adds(&statement, "SELECT hostid FROM HOST WHERE name = ");
	sql_quotes(&statement, name);
	r = sql_select(db->sql, &statement, &rows, err);
	if (r < 0)
		return r;
	*ret = sql_rows_next(&rows) ? (uint32_t)sql_u64(&rows, 0) : 0;
	return 0;
}

static int add(
    struct db *db, const char *name, const char *spoolid, int64_t now_ms, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_adds(
	    &statement, "INSERT INTO HOST (name, spoolid, beat_ms, created_ms) VALUES (");
	sql_quotes(&statement, name);
	(void)buf_adds(&statement, ", ");
	sql_quotes(&statement, spoolid);
	(void)buf_addf(&statement, ", %lld, %lld)", (long long)now_ms, (long long)now_ms);
	return sql_run(db->sql, &statement, NULL, err);
}

static int find_or_add(struct db *db, const char *name, const char *spoolid, int64_t beat_ms,
    uint32_t *ret, struct err *err)
{
	uint32_t hostid;
	int r = find(db, name, &hostid, err);

	if (r == 0 && hostid == 0) {
		r = add(db, name, spoolid, beat_ms, err);
		/* Somebody was faster: the row is there now. */
		if (r == 0 || r == -EEXIST)
			r = find(db, name, &hostid, err);
	}
	if (r == 0)
		*ret = hostid;
	return r;
}

int db_host_find(struct db *db, const char *name, uint32_t *ret_hostid, struct err *err)
{
	uint32_t hostid;
	int r = find(db, name, &hostid, err);

	if (r == 0 && hostid == 0)
		r = err_set(err, -ENOENT, "there is no probe host '%.60s'", name);
	if (r == 0)
		*ret_hostid = hostid;
	return r;
}

int db_host_ensure(
    struct db *db, const char *name, int64_t now_ms, uint32_t *ret_hostid, struct err *err)
{
	return find_or_add(db, name, "", now_ms - 2 * HOST_BEAT_FRESH_MS, ret_hostid, err);
}

int db_host_claim(struct db *db, const char *name, const char *spoolid, int64_t now_ms,
    uint32_t *ret_hostid, struct err *err)
{
	uint32_t hostid;
	int r = find_or_add(db, name, spoolid, now_ms, &hostid, err);

	if (r == 0)
		r = take(db, hostid, spoolid, now_ms, err);
	if (r == 0)
		*ret_hostid = hostid;
	return r;
}

int db_host_beat(
    struct db *db, uint32_t hostid, const char *spoolid, int64_t now_ms, struct err *err)
{
	return take(db, hostid, spoolid, now_ms, err);
}

int db_host_level(
    struct db *db, uint32_t hostid, const struct db_host_level *level, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_addf(&statement,
	    "UPDATE HOST SET spool_bytes = %llu, spool_files = %llu, spool_percent = %u, "
	    "spool_refused = %llu, durable = %d, program = ",
	    (unsigned long long)level->bytes, (unsigned long long)level->files, level->percent,
	    (unsigned long long)level->refused, level->durable ? 1 : 0);
	sql_quotes(&statement, level->program);
	(void)buf_addf(&statement, " WHERE hostid = %u", hostid);
	return sql_run(db->sql, &statement, NULL, err);
}
