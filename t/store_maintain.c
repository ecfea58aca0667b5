/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Partitions, retention, roll-ups. */
#include "config.h"

#include <signal.h>
#include <sys/wait.h>

#include "lib/base/clock.h"
#include "lib/store/db_partition.h"
#include "lib/store/db_rollup.h"
#include "t/store.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000 };

static const struct db_retention keep = { .raw_ms = (int64_t)14 * DAY_MS,
	.events_ms = (int64_t)400 * DAY_MS,
	.hour_ms = (int64_t)400 * DAY_MS,
	.day_ms = (int64_t)3650 * DAY_MS };

static int64_t partitions(const char *table)
{
	return number("SELECT COUNT(*) FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = "
		      "DATABASE() AND TABLE_NAME = '%s' AND PARTITION_NAME <> 'pmax'",
	    table);
}

static int64_t rows_in_last(const char *table)
{
	return number("SELECT COUNT(*) FROM %s PARTITION (pmax)", table);
}

static void load_one(uint32_t specid, int64_t due_ms, enum outcome outcome, double value)
{
	struct db_value values[] = { { "v", value, "", "", "", "", "" },
		{ "huge", 1.7e308, "", "", "", "", "" } };
	struct db_run run = make_run(specid, due_ms, outcome);

	if (outcome == OUTCOME_RUN) {
		run.values = values;
		run.n_values = 2;
	}
	if (db_load(db, hostid, &run, 1, &err) < 0)
		note("load: %s", err.text);
}

/* As the run stage does that cannot start slots. */
static void load_range(
    uint32_t specid, int64_t due_ms, uint64_t n, int64_t step_ms, enum outcome outcome)
{
	struct db_run run = make_run(specid, due_ms, outcome);

	run.n_slots = n;
	run.last_due_ms = due_ms + (int64_t)(n - 1) * step_ms;
	if (db_load(db, hostid, &run, 1, &err) < 0)
		note("range: %s", err.text);
}

/* --- partitions ------------------------------------------------------------------------------ */

static void test_split(void)
{
	struct db_partitioned done = { 0 };

	/* As the first release left them: all rows in the one partition that there is. */
	for (int i = 0; i < 5; i++)
		load_one(1, now_ms - i * (int64_t)DAY_MS + PHASE_MS, OUTCOME_RUN, i);
	load_one(1, now_ms - 40 * (int64_t)DAY_MS + PHASE_MS, OUTCOME_RUN, 40);
	is_num(rows_in_last("RUNLOG"), 6, "rows in the last partition");
	ok(db_partition_maintain(db, NULL, now_ms, &done, &err) == 0 && done.made > 50,
	    "partitions are made %s", err.text);
	is_num(rows_in_last("RUNLOG"), 0, "none stays in the last one");
	is_num(number("SELECT COUNT(*) FROM RUNLOG"), 6, "and none is lost");
	is_num(number("SELECT COUNT(*) FROM RESULT"), 12, "nor a value");
	is_num(partitions("RUNLOG"), 40 + 1 + 7, "a day each, from the oldest to 7 days ahead");
	ok(number(
	       "SELECT COUNT(*) FROM information_schema.PARTITIONS WHERE TABLE_NAME = "
	       "'RUNLOG' AND TABLE_SCHEMA = DATABASE() AND PARTITION_NAME = 'p20270115'") == 1,
	    "named by their day");
	is_num(number("SELECT COUNT(*) FROM RUNLOG PARTITION (p20270115)"), 1, "with its rows");
	ok(partitions("RUN_HOUR") >= 1 && partitions("RUN_HOUR") <= 3 &&
		partitions("RUN_DAY") >= 1 && partitions("RUN_DAY") <= 2,
	    "weeks and quarters");
	ok(db_partition_maintain(db, NULL, now_ms, &done, &err) == 0 && done.made == 0,
	    "again: nothing to do");
	ok(db_partition_maintain(db, NULL, now_ms + DAY_MS, &done, &err) == 0 &&
		done.made >= 3 && partitions("RUNLOG") == 40 + 1 + 8,
	    "a day later there is one more");
}

static void test_retention(void)
{
	struct db_partitioned done = { 0 };
	size_t hours = 0;

	(void)sql_runf(sql, &err,
	    "REPLACE INTO SLOTS SELECT specid, day, COUNT(*) FROM RUNLOG GROUP BY specid, day");
	ok(db_partition_maintain(db, &keep, now_ms, &done, &err) == 0 && done.dropped == 0 &&
		done.held > 20,
	    "days that are not rolled up stay %s", err.text);
	is_num(number("SELECT COUNT(*) FROM RUNLOG"), 6, "with their rows");
	ok(db_rollup_all(db, now_ms + HOUR_MS + 120000, &hours, &err) == 0 && hours == 6,
	    "they are rolled up %s", err.text);
	is_num(number("SELECT COUNT(*) FROM ROLLUP_TODO"), 0, "and no mark is left");
	ok(db_partition_maintain(db, &keep, now_ms, &done, &err) == 0 && done.dropped > 40 &&
		done.held == 0,
	    "then they go %s", err.text);
	is_num(number("SELECT COUNT(*) FROM RUNLOG"), 5, "with their rows");
	is_num(number("SELECT COUNT(*) FROM RESULT"), 10, "and their values");
	is_num(number("SELECT COUNT(*) FROM SLOTS"), 5, "and their slots");
	is_num(number("SELECT COUNT(*) FROM RESULT_DAY WHERE metricno = 1"), 6,
	    "the roll-up of the day is still there");
	ok(db_partition_maintain(db, &keep, now_ms, &done, &err) == 0 && done.dropped == 0,
	    "again: nothing to do");
	/* A host that was away for a month brings what it ran then. */
	load_one(2, now_ms - 30 * (int64_t)DAY_MS + PHASE_MS, OUTCOME_RUN, 7);
	load_one(1, now_ms - 40 * (int64_t)DAY_MS + PHASE_MS, OUTCOME_MISSED, 0);
	ok(db_rollup_all(db, now_ms + HOUR_MS + 120000, NULL, &err) == 0 &&
		number("SELECT n_run FROM RUN_DAY WHERE specid = 2") == 1 &&
		number("SELECT SUM(n_run) FROM RUN_DAY WHERE specid = 1") == 6 &&
		number("SELECT SUM(n_missed) FROM RUN_DAY WHERE specid = 1") == 0,
	    "what comes late for a day that is gone counts, and takes nothing away %s",
	    err.text);
}

/* A long SELECT holds a table; maintenance must not hold the loader behind it. */
static void test_busy(void)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	struct db_partitioned done = { 0 };
	int64_t worst = 0, begun;
	int status = -1, loads = 0;
	pid_t child;

	ok(sql_begin_snapshot(sql, &err) == 0 &&
		sql_selectf(sql, &rows, &err,
		    "SELECT COUNT(*) FROM RUNLOG, RESULT, EVENTLOG, RESULT_HOUR, RUN_HOUR, "
		    "RESULT_DAY, RUN_DAY") == 0,
	    "a reader has all tables open");
	child = fork();
	if (child == 0) {
		struct db *other = NULL;
		int r = db_open(&conf, &other, &err);

		begun = clock_mono_ms();
		if (r == 0)
			r = db_partition_maintain(
			    other, &keep, now_ms + 3 * (int64_t)DAY_MS, &done, &err);
		_exit(r == 0 && done.busy >= 3 && done.made == 0 &&
			      clock_mono_ms() - begun < 60000
			  ? 0
			  : 1);
	}
	while (waitpid(child, &status, WNOHANG) == 0) {
		begun = clock_mono_ms();
		load_one(2, now_ms + PHASE_MS + loads++ * (int64_t)INTERVAL_MS, OUTCOME_RUN, 1);
		if (clock_mono_ms() - begun > worst)
			worst = clock_mono_ms() - begun;
		clock_sleep_ms(20);
	}
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "maintenance gives up soon");
	note("%d loads meanwhile, the longest took %lld ms", loads, (long long)worst);
	ok(loads >= 2 && worst < 20000, "and the loader goes on meanwhile");
	sql_rollback(sql);
	ok(db_partition_maintain(db, &keep, now_ms + 3 * (int64_t)DAY_MS, &done, &err) == 0 &&
		done.busy == 0 && done.made >= 6,
	    "when the reader has gone it is done %s", err.text);
}

static int one_row(const struct db_partition_row *row, void *context, struct err *error)
{
	(void)error;
	if (strcmp(row->table, "RUNLOG") == 0)
		*(struct db_partition_row *)context = *row;
	return 0;
}

static void test_list(void)
{
	struct db_partition_row row = { 0 };

	(void)sql_runf(sql, &err, "ANALYZE TABLE RUNLOG");
	ok(db_partition_list(db, now_ms + DAY_MS, one_row, &row, &err) == 0 &&
		row.partitions > 7,
	    "partitions are listed %s", err.text);
	ok(row.ahead_ms > now_ms + 10 * (int64_t)DAY_MS && row.oldest_ms < now_ms,
	    "from the oldest to how far ahead");
	ok(row.full_days >= 1 && row.rows_a_day >= 1 && row.bytes_a_day > 1000,
	    "with rows and bytes a day");
}

/* --- roll-ups -------------------------------------------------------------------------------- */

/* Both ways to add up must agree, for each hour of a spec. */
static void check_sums(uint32_t specid, const char *what)
{
	is_num(number("SELECT SUM(n_run + n_timeout + n_cancelled + n_skipped + n_lost + "
		      "n_missed) FROM RUN_HOUR WHERE specid = %u",
		   specid),
	    number("SELECT SUM(slots) FROM RUNLOG WHERE specid = %u", specid), what);
	is_num(number("SELECT SUM(n_run + n_timeout + n_cancelled + n_skipped + n_lost + "
		      "n_missed) FROM RUN_DAY WHERE specid = %u",
		   specid),
	    number("SELECT SUM(slots) FROM RUNLOG WHERE specid = %u", specid), "and by day");
}

static void test_rollup(void)
{
	/* 3 hours of one day, an interval of 10 s. */
	int64_t from = now_ms + DAY_MS + PHASE_MS, later = from + 5 * (int64_t)HOUR_MS;
	size_t hours = 0;

	ok(db_rollup_all(db, from, NULL, &err) == 0, "what was before %s", err.text);
	for (int i = 0; i < 20; i++)
		load_one(3, from + i * (int64_t)INTERVAL_MS, OUTCOME_RUN, i);
	load_one(3, from + 20 * (int64_t)INTERVAL_MS, OUTCOME_TIMEOUT, 0);
	load_one(3, from + 21 * (int64_t)INTERVAL_MS, OUTCOME_CANCELLED, 0);
	/* From the first hour into the third, with some that ran in the middle. */
	load_range(3, from + 22 * (int64_t)INTERVAL_MS, 800, INTERVAL_MS, OUTCOME_MISSED);
	for (int i = 0; i < 5; i++)
		load_one(3, from + (400 + 7 * i) * (int64_t)INTERVAL_MS, OUTCOME_RUN, 100);
	is_num(number("SELECT slots FROM RUNLOG WHERE specid = 3 AND kind = 1"), 795,
	    "a range over three hours, with holes");
	ok(db_rollup_all(db, from + HOUR_MS, &hours, &err) == 0 && hours == 0,
	    "an hour that is over for 3.5 s is not rolled up %s", err.text);
	ok(db_rollup_all(db, later, &hours, &err) == 0 && hours == 3, "three hours are %s",
	    err.text);
	check_sums(3, "by hour every slot is there once");
	is_num(number("SELECT n_missed FROM RUN_HOUR WHERE specid = 3 ORDER BY hour LIMIT 1"),
	    360 - 22, "the first hour has its part of the range");
	is_num(number("SELECT n_missed FROM RUN_HOUR WHERE specid = 3 ORDER BY hour LIMIT 1 "
		      "OFFSET 1"),
	    355, "the second its own, but for those that ran");
	is_num(number("SELECT n_missed FROM RUN_HOUR WHERE specid = 3 ORDER BY hour LIMIT 1 "
		      "OFFSET 2"),
	    822 - 720, "the third the rest");
	is_num(number("SELECT n_run FROM RUN_HOUR WHERE specid = 3 ORDER BY hour LIMIT 1"), 20,
	    "runs");
	is_num(number("SELECT n_timeout + n_cancelled FROM RUN_HOUR WHERE specid = 3 ORDER BY "
		      "hour LIMIT 1"),
	    2, "and other ends");
	is_num(number("SELECT mean_value * 2 FROM RESULT_HOUR WHERE specid = 3 AND metricno = "
		      "(SELECT metricno FROM METRIC WHERE specid = 3 AND label = 'v') ORDER BY "
		      "hour LIMIT 1"),
	    19, "the mean of values");
	is_num(number("SELECT n FROM RESULT_DAY WHERE specid = 3 AND metricno = (SELECT "
		      "metricno FROM METRIC WHERE specid = 3 AND label = 'v')"),
	    25, "and their number by day");
	is_num(number("SELECT COUNT(*) FROM RESULT_DAY WHERE specid = 3 AND mean_value = "
		      "1.7e308 AND min_value = 1.7e308 AND max_value = 1.7e308"),
	    1, "the largest values do not overflow");
	is_num(number("SELECT latency_max_ms FROM RUN_DAY WHERE specid = 3"), 7,
	    "latency is that of runs");
	ok(db_rollup_all(db, later, &hours, &err) == 0 && hours == 0, "again: nothing to do");
	load_one(3, from + 500 * (int64_t)INTERVAL_MS, OUTCOME_RUN, -1e9);
	ok(db_rollup_all(db, later, &hours, &err) == 0 && hours == 1, "a late result %s",
	    err.text);
	check_sums(3, "is counted, and what it replaces is not");
	is_num(number("SELECT min_value FROM RESULT_DAY WHERE specid = 3 AND metricno = "
		      "(SELECT metricno FROM METRIC WHERE specid = 3 AND label = 'v')"),
	    -1e9, "and so is its value");
}

/* A mark that comes while the hour is worked on stays. */
static void test_marked_again(void)
{
	int64_t from = now_ms + 2 * (int64_t)DAY_MS + PHASE_MS;
	struct db_rollup *rollup = NULL;
	bool done = false;
	size_t waiting = 0;
	int64_t first = 0;

	load_one(3, from, OUTCOME_RUN, 1);
	ok(db_rollup_waiting(db, from + 2 * (int64_t)HOUR_MS, &waiting, &first, &err) == 0 &&
		waiting == 1 && first == from - PHASE_MS,
	    "one hour waits %s", err.text);
	ok(db_rollup_begin(db, from + 2 * (int64_t)HOUR_MS, &rollup, &err) == 0 && rollup,
	    "a pass begins %s", err.text);
	load_one(3, from + INTERVAL_MS, OUTCOME_RUN, 2);
	while (rollup && !done && db_rollup_step(rollup, &done, &err) == 0) {
	}
	db_rollup_free(rollup);
	ok(done, "and ends %s", err.text);
	is_num(number("SELECT COUNT(*) FROM ROLLUP_TODO"), 1, "what came meanwhile is marked");
	ok(db_rollup_all(db, from + 2 * (int64_t)HOUR_MS, NULL, &err) == 0 &&
		number("SELECT COUNT(*) FROM ROLLUP_TODO") == 0,
	    "the next pass takes it");
	check_sums(3, "and every slot is counted once");
}

/* What materialise writes down as missed goes through no result. */
static void test_missed(void)
{
	CLEANUP(spec_list_free) struct spec_list list = { 0 };
	struct slot_range missed = { 0 };
	struct db_materialise item = { 0 };
	size_t made = 0, refused = 0;

	if (db_specs_read(db, hostid, &list, &refused, &err) < 0 || list.n < 4) {
		ok(false, "specs: %s", err.text);
		return;
	}
	missed = (struct slot_range){ list.items[3].nextdue_ms,
		list.items[3].nextdue_ms + 999 * (int64_t)INTERVAL_MS, 1000 };
	item = (struct db_materialise){ .specid = list.items[3].specid,
		.version = list.items[3].version,
		.old_nextdue_ms = missed.first_ms,
		.nextdue_ms = missed.last_ms + INTERVAL_MS,
		.missed = &missed,
		.n_missed = 1 };
	ok(db_materialise(db, hostid, &item, 1, &made, &err) == 0, "slots are missed %s",
	    err.text);
	ok(db_rollup_all(db, missed.last_ms + 2 * (int64_t)HOUR_MS, NULL, &err) == 0,
	    "their hours are marked and rolled up %s", err.text);
	check_sums(item.specid, "each slot once");
	is_num(number("SELECT COUNT(*) FROM RUN_HOUR WHERE specid = %u", item.specid), 3,
	    "in its hour");
}

int main(int argc, char **argv)
{
	struct spec specs[4] = { make_spec("node", "one"), make_spec("node", "two"),
		make_spec("node", "three"), make_spec("node", "four") };
	struct db_import_counts counts;
	unsigned version, ran;

	if (!connect_both(argc, argv))
		return close_both();
	ok(db_schema_init(db, &version, &ran, &err) == 0 &&
		db_host_claim(db, "host-a", "spool-1", now_ms, &hostid, &err) == 0 &&
		db_specs_import(db, hostid, specs, 4, now_ms, &counts, &err) == 0,
	    "tables and specs %s", err.text);
	test_split();
	test_retention();
	test_busy();
	test_list();
	test_rollup();
	test_marked_again();
	test_missed();
	return close_both();
}
