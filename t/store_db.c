/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The database operations against a real server: t/store.t starts it and runs this. The
 * argument is the server's socket; "kill" and "start" written to descriptor 3 crash the server
 * and start it again, and a line comes back on descriptor 4.
 */
#include "config.h"

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

static struct db *db;
static struct sql *sql; /* a second connection, to look at the tables */
static uint32_t hostid;
static struct err err;

static int64_t number(const char *fmt, ...) ATTR_PRINTF(1, 2);

static int64_t number(const char *fmt, ...)
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

static struct spec make_spec(const char *node, const char *name)
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
		.interval_ms = INTERVAL_MS,
		.phase_ms = PHASE_MS,
		.timeout_ms = 10000,
		.killgrace_ms = 1000,
		.maxlate_ms = 5000,
		.enabled = true,
	};
}

static struct db_run make_run(uint32_t specid, int64_t due_ms, enum outcome outcome)
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

static int64_t unaccounted(void)
{
	struct db_accounting sums;

	if (db_accounting(db, 0, 1000, &sums, &err) < 0) {
		note("accounting: %s", err.text);
		return -999999;
	}
	return sums.unaccounted;
}

static void test_schema(void)
{
	unsigned version = 0, ran = 0;

	ok(db_schema_check(db, &err) == -EPROTO, "no tables: -EPROTO");
	ok(strstr(err.text, "haetae db init"), "and what to do about it");
	ok(db_schema_init(db, &version, &ran, &err) == 0 && version == 1 && ran == 1,
	    "the first init runs one file %s", err.text);
	ok(db_schema_init(db, &version, &ran, &err) == 0 && version == 1 && ran == 0,
	    "the second runs nothing");
	ok(db_schema_check(db, &err) == 0, "the check is content");
}

static void test_hosts(void)
{
	uint32_t again = 0;

	ok(db_host_claim(db, "host-a", "spool-1", now_ms, &hostid, &err) == 0 && hostid,
	    "a host is made");
	ok(db_host_claim(db, "host-a", "spool-1", now_ms + 1, &again, &err) == 0 &&
		again == hostid,
	    "and found again");
	ok(db_host_claim(db, "host-a", "spool-2", now_ms + 2, &again, &err) == -EEXIST,
	    "another spool is refused");
	ok(db_host_beat(db, hostid, "spool-2", now_ms + 59000, &err) == -EEXIST,
	    "for a minute");
	ok(db_host_claim(db, "host-a", "spool-2", now_ms + 61000, &again, &err) == 0,
	    "then it takes over");
	ok(db_host_beat(db, hostid, "spool-1", now_ms + 62000, &err) == -EEXIST,
	    "and the first one is told");
	ok(db_host_claim(db, "host-a", "spool-1", now_ms, &again, &err) == 0,
	    "a beat from the future does not count");
}

static void test_import(void)
{
	struct spec specs[3] = { make_spec("node", "one"), make_spec("node", "two"),
		make_spec("서울 사무실", "one") };
	struct db_import_counts counts;
	CLEANUP(spec_list_free) struct spec_list list = { 0 };

	ok(db_specs_import(db, hostid, specs, 3, now_ms, &counts, &err) == 0 &&
		counts.added == 3,
	    "three specs come in %s", err.text);
	ok(db_specs_import(db, hostid, specs, 3, now_ms + 1, &counts, &err) == 0 &&
		counts.unchanged == 3 && counts.added == 0,
	    "again: nothing changes");
	ok(db_specs_read(db, hostid, &list, &err) == 0 && list.n == 3, "and can be read");
	is_str(list.items[2].node, "서울 사무실", "with a name from far away");
	is_num(list.items[0].nextdue_ms, now_ms + PHASE_MS, "the first slot is on the grid");
	is_num(list.items[0].version, 1, "the version has not grown");
}

static void test_slots(void)
{
	int64_t due[] = { now_ms + 3500, now_ms + 13500, now_ms + 23500 };
	struct db_materialise item = { .specid = 1,
		.version = 1,
		.old_nextdue_ms = now_ms + 3500,
		.nextdue_ms = now_ms + 33500,
		.due_ms = due,
		.n_due = 3 };
	struct slot slots[10], again[10];
	size_t made = 0, n = 0, m = 0;

	ok(db_materialise(db, hostid, &item, 1, &made, &err) == 0 && made == 3,
	    "three slots are made %s", err.text);
	ok(db_materialise(db, hostid, &item, 1, &made, &err) == 0 && made == 0,
	    "the repeat makes none");
	is_num(number("SELECT n_slots FROM SLOTS WHERE specid = 1"), 3, "three are counted");
	is_num(unaccounted(), 0, "nothing is unaccounted");
	ok(db_claim(db, hostid, 77, now_ms + 20000, 10, slots, &n, &err) == 0 && n == 2,
	    "two are due and claimed %s", err.text);
	ok(db_claim(db, hostid, 77, now_ms + 90000, 10, again, &m, &err) == 0 && m == 2 &&
		again[0].scheduleid == slots[0].scheduleid,
	    "the same token gives the same slots");
	ok(db_claimed(db, hostid, slots[0].scheduleid, 10, again, &m, &err) == 0 && m == 1,
	    "claimed slots are paged through");
	is_num(unaccounted(), 0, "nothing is unaccounted");
}

static void test_load(void)
{
	struct db_value values[] = { { "load1", 0.5, "", "1", "2", "0", "" },
		{ "huge", 1e308, "B", "", "", "", "" },
		{ "tiny", DBL_TRUE_MIN, "s", "", "", "", "" } };
	struct db_run run = make_run(1, now_ms + 3500, OUTCOME_RUN);

	run.values = values;
	run.n_values = 3;
	ok(db_load(db, hostid, &run, 1, &err) == 0, "a run is loaded %s", err.text);
	ok(db_load(db, hostid, &run, 1, &err) == 0, "and again");
	is_num(number("SELECT COUNT(*) FROM RUNLOG"), 1, "one row of it");
	is_num(number("SELECT COUNT(*) FROM RESULT"), 3, "three values");
	is_num(number("SELECT COUNT(*) FROM SCHEDULE"), 2, "its slot is gone");
	is_num(number("SELECT COUNT(*) FROM RESULT WHERE value = 1e308"), 1, "1e308 is kept");
	is_num(number("SELECT COUNT(*) FROM RESULT WHERE value > 0 AND value < 1e-300"), 1,
	    "and so is the smallest number");
	is_num(unaccounted(), 0, "nothing is unaccounted");
}

int main(int argc, char **argv)
{
	struct db_conf conf = { .socket = argc > 1 ? argv[1] : "",
		.user = "root",
		.database = "haetae",
		.connect_timeout_s = 5,
		.io_timeout_s = 30 };

	if (db_open(&conf, &db, &err) < 0 || sql_open(&conf, &sql, &err) < 0) {
		ok(false, "the server: %s", err.text);
		return tap_done();
	}
	test_schema();
	test_hosts();
	test_import();
	test_slots();
	test_load();
	db_close(db);
	sql_close(sql);
	return tap_done();
}
