/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the store share. t/store.sh starts a server and runs one of them: the
 * argument is the server's socket; "kill" and "start" written to descriptor 3 crash the server
 * and start it again, and a line comes back on descriptor 4.
 */
#ifndef HAETAE_T_STORE_H
#define HAETAE_T_STORE_H

#include <errno.h>
#include <float.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/store/db.h"
#include "lib/store/sql.h"
#include "t/tap.h"

/* 2027-01-15 08:00:00 UTC, and a grid of 10 s whose phase is 3.5 s. */
static const int64_t now_ms = INT64_C(1800000000000);
enum { INTERVAL_MS = 10000, PHASE_MS = 3500 };

/* 2027-01-16 00:00 UTC */
static const int64_t midnight_ms = INT64_C(1800057600000);

static struct db_conf conf = {
	.user = "root", .database = "haetae", .connect_timeout_s = 5, .io_timeout_s = 30
};
static struct db *db;
static struct sql *sql; /* a second connection, to look at the tables */
static uint32_t hostid ATTR_UNUSED;
static struct err err;

static int64_t number(const char *fmt, ...) ATTR_PRINTF(1, 2);

static inline int64_t number(const char *fmt, ...)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	(void)buf_vaddf(&statement, fmt, ap);
	va_end(ap);
	if (sql_select(sql, &statement, &rows, &err) < 0 || !sql_rows_next(&rows)) {
		note("%s: %s", buf_text(&statement), err.text);
		return -1;
	}
	return sql_i64(&rows, 0);
}

static inline struct spec make_spec(const char *node, const char *name)
{
	static char *no_args[1];

	return (struct spec){
		.node = (char *)(uintptr_t)node,
		.name = (char *)(uintptr_t)name,
		.probetype = (char *)(uintptr_t) "plugin",
		.command = (char *)(uintptr_t) "check_x",
		.synchgroup = (char *)(uintptr_t) "",
		.args = no_args,
		.testtype = TESTTYPE_BACKGROUND,
		.overrun = OVERRUN_SKIP,
		.catchup = CATCHUP_NONE,
		.priority = SPEC_PRIORITY_DEFAULT,
		.attempts = 1,
		.interval_ms = INTERVAL_MS,
		.phase_ms = PHASE_MS,
		.timeout_ms = 10000,
		.killgrace_ms = 1000,
		.maxlate_ms = 5000,
		.enabled = true,
	};
}

static inline struct db_run make_run(uint32_t specid, int64_t due_ms, enum outcome outcome)
{
	return (struct db_run){
		.scheduleid = spec_scheduleid(specid, due_ms),
		.due_ms = due_ms,
		.last_due_ms = due_ms,
		.n_slots = 1,
		.outcome = outcome,
		.state = outcome == OUTCOME_RUN ? 0 : 3,
		.started_ms = outcome == OUTCOME_RUN ? due_ms + 7 : 0,
		.duration_ms = 5,
		.text = "X OK - fine",
		.details = "",
	};
}

static inline int64_t unaccounted(void)
{
	struct db_accounting sums;

	if (db_accounting(db, 0, now_ms, 1000, &sums, &err) < 0) {
		note("accounting: %s", err.text);
		return -999999;
	}
	return sums.unaccounted;
}

static inline bool connect_both(int argc, char **argv)
{
	if (argc > 1)
		conf.socket = argv[1];
	if (db_open(&conf, &db, &err) == 0 && sql_open(&conf, &sql, &err) == 0)
		return true;
	ok(false, "the server: %s", err.text);
	return false;
}

static inline int close_both(void)
{
	db_close(db);
	sql_close(sql);
	return tap_done();
}

#endif
