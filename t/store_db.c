/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The database operations, one by one, and while the server dies. */
#include "config.h"

#include "lib/store/db_status.h"
#include "t/store.h"

static void test_schema(void)
{
	unsigned version = 0, ran = 0;

	ok(db_schema_check(db, &err) == -EPROTO, "no tables: -EPROTO");
	ok(strstr(err.text, "haetae db init"), "and what to do about it");
	ok(db_schema_init(db, &version, &ran, &err) == 0 && version == 2 && ran == 2,
	    "the first init runs the files %s", err.text);
	ok(db_schema_init(db, &version, &ran, &err) == 0 && version == 2 && ran == 0,
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
	ok(db_host_level(db, hostid,
	       &(struct db_host_level){ 123456789012, 77, 83, 9, "0.1.0", true }, &err) == 0,
	    "it tells how full its spool is %s", err.text);
	is_num(number("SELECT spool_bytes + spool_files + spool_percent + spool_refused + "
		      "durable FROM "
		      "HOST WHERE hostid = %u AND program = '0.1.0'",
		   hostid),
	    123456789012 + 77 + 83 + 9 + 1, "and which program it is");
}

static bool is_same(const struct db_specs_stamp *a, const struct db_specs_stamp *b)
{
	return a->n == b->n && a->versions == b->versions && a->changed_ms == b->changed_ms;
}

/* What says that specs must be read again. */
static void test_stamp(void)
{
	struct spec spec = make_spec("node", "stamped");
	struct db_specs_stamp first, second;
	struct db_import_counts counts;

	ok(db_specs_stamp(db, hostid, &first, &err) == 0, "a stamp %s", err.text);
	ok(db_specs_import(db, hostid, &spec, 1, now_ms, &counts, &err) == 0 &&
		db_specs_stamp(db, hostid, &second, &err) == 0 && !is_same(&first, &second),
	    "is another one with a new spec");
	ok(db_specs_import(db, hostid, &spec, 1, now_ms, &counts, &err) == 0 &&
		db_specs_stamp(db, hostid, &first, &err) == 0 && is_same(&first, &second),
	    "the same when nothing has changed");
	spec.priority = 1;
	ok(db_specs_import(db, hostid, &spec, 1, now_ms, &counts, &err) == 0 &&
		db_specs_stamp(db, hostid, &first, &err) == 0 && !is_same(&first, &second),
	    "another one with a change");
	spec.enabled = false;
	ok(db_specs_import(db, hostid, &spec, 1, now_ms, &counts, &err) == 0 &&
		db_specs_stamp(db, hostid, &second, &err) == 0 && !is_same(&first, &second),
	    "and when one is disabled");
}

static void test_import(void)
{
	struct spec specs[3] = { make_spec("node", "one"), make_spec("node", "two"),
		make_spec("서울 사무실", "one") };
	struct db_import_counts counts;
	CLEANUP(spec_list_free) struct spec_list list = { 0 };
	size_t refused = 0;

	ok(db_specs_import(db, hostid, specs, 3, now_ms, &counts, &err) == 0 &&
		counts.added == 3,
	    "three specs come in %s", err.text);
	ok(db_specs_import(db, hostid, specs, 3, now_ms + 1, &counts, &err) == 0 &&
		counts.unchanged == 3 && counts.added == 0,
	    "again: nothing changes");
	ok(db_specs_read(db, hostid, &list, &refused, &err) == 0 && list.n == 3 && refused == 0,
	    "and can be read");
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
	struct db_accounting sums = { 0 };
	size_t made = 0, n = 0, m = 0;

	ok(db_materialise(db, hostid, &item, 1, &made, &err) == 0 && made == 3,
	    "three slots are made %s", err.text);
	ok(db_materialise(db, hostid, &item, 1, &made, &err) == 0 && made == 0,
	    "the repeat makes none");
	is_num(number("SELECT n_slots FROM SLOTS WHERE specid = 1"), 3, "three are counted");
	is_num(unaccounted(), 0, "nothing is unaccounted");
	ok(db_claim(db, hostid, 77, now_ms + 20000, 10, slots, &n, &err) == 0 && n == 2,
	    "two are due and claimed %s", err.text);
	ok(db_accounting(db, 0, now_ms + 20000, 1000, &sums, &err) == 0 && sums.open == 3 &&
		sums.ahead == 1,
	    "one is ahead %s", err.text);
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

/* --- what may not be stored ---------------------------------------------------------------- */

static void bad(struct db_run run, const char *what, const char *why)
{
	int64_t rows = number("SELECT COUNT(*) FROM RUNLOG");
	struct db_run runs[2] = { make_run(1, now_ms + 13500, OUTCOME_RUN), run };

	ok(db_load(db, hostid, runs, 2, &err) == -EBADMSG && strstr(err.text, why),
	    "%s is refused: %s", what, err.text);
	is_num(number("SELECT COUNT(*) FROM RUNLOG"), rows, "and nothing is stored");
}

static void test_bad_rows(void)
{
	char label[192];
	struct db_value value = { label, 1, "", "", "", "", "" };
	struct db_run run = make_run(2, now_ms + 3500, OUTCOME_RUN), other;

	memset(label, 'x', sizeof(label));
	label[191] = '\0';
	run.values = &value;
	run.n_values = 1;
	bad(run, "a label of 191 bytes", "191 bytes");
	label[190] = '\0';
	value.value = (double)INFINITY;
	bad(run, "a value that is no number", "is no number");
	run.n_values = 0;
	run.text = "\xed\x95";
	bad(run, "a cut character", "Incorrect string value");
	run.text = "";
	other = make_run(4711, now_ms, OUTCOME_RUN);
	bad(other, "a run of no spec", "no spec 4711");
	other = run;
	other.due_ms += 1000;
	bad(other, "an id of another second", "do not agree");
	other = run;
	other.outcome = (enum outcome)7;
	bad(other, "an outcome that is none", "unknown outcome");
	other = run;
	other.n_slots = 3;
	bad(other, "a range of runs", "range");
	other = make_run(2, now_ms + 3500, OUTCOME_MISSED);
	other.n_slots = 3;
	other.last_due_ms = other.due_ms + 20001;
	bad(other, "a range whose ends do not fit", "cannot use a range");
}

static void test_texts(void)
{
	static const char nasty[] = "it's \"quoted\" \\ and\n% _ ; -- '\\''";
	CLEANUP_BUF struct buf text = BUF_INIT;
	char label[191];
	struct db_value value = { label, 1.25, "%", "~:90", "95", "0", "100" };
	struct db_run run = make_run(2, now_ms + 3500, OUTCOME_RUN);

	memset(label, 'y', sizeof(label));
	label[190] = '\0';
	run.values = &value;
	run.n_values = 1;
	for (int i = 0; i < 200; i++)
		(void)buf_adds(&text, "불이야 ");
	run.text = buf_text(&text);
	run.details = nasty;
	ok(db_load(db, hostid, &run, 1, &err) == 0, "a label of 190 bytes %s", err.text);
	is_num(
	    number("SELECT COUNT(*) FROM METRIC WHERE specid = 2 AND LENGTH(label) = 190 AND "
		   "unit = '%%' AND warn = '~:90' AND crit = '95' AND max_value = '100'"),
	    1, "is kept with its thresholds");
	is_num(number("SELECT LENGTH(text) FROM STATUS WHERE specid = 2"), 500,
	    "a long text is cut in front of a character");
	is_num(
	    number(
		"SELECT details = 'it\\'s \\\"quoted\\\" \\\\ and\\n%% _ ; -- \\'\\\\\\'\\'' "
		"FROM STATUS WHERE specid = 2"),
	    1, "quotes and backslashes arrive as they are");
	value.warn = "80";
	run = make_run(2, now_ms + 13500, OUTCOME_RUN);
	run.values = &value;
	run.n_values = 1;
	ok(db_load(db, hostid, &run, 1, &err) == 0, "another threshold");
	is_num(number("SELECT COUNT(*) FROM METRIC WHERE specid = 2 AND warn = '80' AND "
		      "metricno = 1"),
	    1, "takes the place of the old one, under the same number");
}

/* --- what was said last ---------------------------------------------------------------------- */

static int load_state(int64_t due_ms, enum outcome outcome, int state)
{
	struct db_run run = make_run(3, due_ms, outcome);

	run.state = state;
	return db_load(db, hostid, &run, 1, &err);
}

static int64_t status(const char *column)
{
	return number("SELECT %s FROM STATUS WHERE specid = 3", column);
}

static void test_status(void)
{
	struct db_run runs[3];

	ok(load_state(now_ms + 3500, OUTCOME_MISSED, 3) == 0 && status("outcome") == 6,
	    "nothing else was ever said: missed %s", err.text);
	ok(load_state(now_ms + 13500, OUTCOME_RUN, 2) == 0 && status("state") == 2,
	    "a run says more");
	is_num(status("since_ms"), now_ms + 13507, "since its start");
	ok(load_state(now_ms + 23500, OUTCOME_SKIPPED, 3) == 0 && status("state") == 2 &&
		status("due_ms") == now_ms + 13500,
	    "a skipped slot says nothing");
	ok(load_state(now_ms + 33500, OUTCOME_RUN, 2) == 0 &&
		status("since_ms") == now_ms + 13507 && status("due_ms") == now_ms + 33500,
	    "the same state since then");
	ok(load_state(now_ms + 3500, OUTCOME_RUN, 0) == 0 && status("state") == 2,
	    "an older run that comes late changes nothing");
	ok(load_state(now_ms + 43500, OUTCOME_CANCELLED, 3) == 0 && status("state") == 3,
	    "a cancelled one says why");
	ok(load_state(now_ms + 43500, OUTCOME_RUN, 0) == 0 && status("state") == 0,
	    "unless it really ran");
	for (int i = 0; i < 3; i++) {
		runs[i] = make_run(3, now_ms + 53500 + i * 10000, OUTCOME_RUN);
		runs[i].state = i == 1 ? 1 : 0;
	}
	ok(db_load(db, hostid, runs, 3, &err) == 0 && status("state") == 0 &&
		status("since_ms") == now_ms + 73507,
	    "a change and back within one batch is seen");
}

/* --- changes of a spec ------------------------------------------------------------------------ */

/* A host that was away from the database has gone on with the grid that it knew. */
static void test_old_grid(struct spec *spec, uint32_t id)
{
	struct db_run runs[3];
	struct db_import_counts counts;
	int64_t nextdue_ms = number("SELECT nextdue_ms FROM TOOLSPECS WHERE specid = %u", id);
	int64_t slots = number("SELECT SUM(n_slots) FROM SLOTS WHERE specid = %u", id);

	/* The old grid was 1 s and 500 ms. */
	spec->interval_ms = 60000;
	ok(db_specs_import(db, hostid, spec, 1, nextdue_ms, &counts, &err) == 0,
	    "a grid of a minute");
	for (int i = 0; i < 3; i++)
		runs[i] = make_run(id, nextdue_ms + i * 1000, OUTCOME_RUN);
	runs[2].outcome = OUTCOME_SKIPPED;
	runs[2].started_ms = 0;
	ok(db_load(db, hostid, runs, 3, &err) == 0, "slots of the old one come %s", err.text);
	is_num(number("SELECT SUM(n_slots) FROM SLOTS WHERE specid = %u", id), slots + 3,
	    "and are counted");
	ok(db_load(db, hostid, runs, 3, &err) == 0, "and come again");
	is_num(unaccounted(), 0, "nothing is unaccounted");

	spec->enabled = false;
	ok(db_specs_import(db, hostid, spec, 1, nextdue_ms, &counts, &err) == 0, "disabled");
	nextdue_ms = number("SELECT nextdue_ms FROM TOOLSPECS WHERE specid = %u", id);
	runs[0] = make_run(id, nextdue_ms, OUTCOME_RUN);
	ok(db_load(db, hostid, runs, 1, &err) == 0, "the host does not know yet %s", err.text);
	is_num(number("SELECT SUM(n_slots) FROM SLOTS WHERE specid = %u", id), slots + 4,
	    "its slot is counted");
	is_num(unaccounted(), 0, "nothing is unaccounted");
	spec->enabled = true;
	ok(db_specs_import(db, hostid, spec, 1, nextdue_ms + 70000, &counts, &err) == 0,
	    "enabled again");
	nextdue_ms = number("SELECT nextdue_ms FROM TOOLSPECS WHERE specid = %u", id);
	runs[0] = make_run(id, nextdue_ms, OUTCOME_RUN);
	ok(db_load(db, hostid, runs, 1, &err) == 0, "one that materialise will make %s",
	    err.text);
	is_num(number("SELECT SUM(n_slots) FROM SLOTS WHERE specid = %u", id), slots + 4,
	    "is left to it");
	ok(db_materialise(db, hostid,
	       &(struct db_materialise){ .specid = id,
		   .version =
		       (uint32_t)number("SELECT version FROM TOOLSPECS WHERE specid = %u", id),
		   .old_nextdue_ms = nextdue_ms,
		   .nextdue_ms = nextdue_ms + spec->interval_ms,
		   .due_ms = &nextdue_ms,
		   .n_due = 1 },
	       1, &(size_t){ 0 }, &err) == 0,
	    "which comes %s", err.text);
	is_num(unaccounted(), 0, "nothing is unaccounted");
}

static void test_grid_change(void)
{
	struct spec spec = make_spec("node", "changing");
	int64_t start_ms = midnight_ms - 30000, due[3];
	struct db_import_counts counts;
	struct db_materialise item = { .version = 1, .due_ms = due, .n_due = 3 };
	size_t made;
	int64_t id;

	spec.phase_ms = 0;
	ok(db_specs_import(db, hostid, &spec, 1, start_ms, &counts, &err) == 0, "a new spec");
	id = number("SELECT specid FROM TOOLSPECS WHERE name = 'changing'");
	for (int i = 0; i < 3; i++)
		due[i] = start_ms + i * INTERVAL_MS;
	item.specid = (uint32_t)id;
	item.old_nextdue_ms = start_ms;
	item.nextdue_ms = start_ms + 3 * INTERVAL_MS;
	ok(db_materialise(db, hostid, &item, 1, &made, &err) == 0 && made == 3,
	    "its slots are made up to midnight");

	spec.interval_ms = 1000;
	ok(db_specs_import(db, hostid, &spec, 1, start_ms + 5000, &counts, &err) == 0 &&
		counts.changed == 1,
	    "another grid");
	is_num(number("SELECT nextdue_ms FROM TOOLSPECS WHERE specid = %lld", (long long)id),
	    start_ms + 21000, "begins in the second behind the last slot that is made");
	is_num(number("SELECT version FROM TOOLSPECS WHERE specid = %lld", (long long)id), 2,
	    "the version grows");
	item.old_nextdue_ms = start_ms + 21000;
	ok(db_materialise(db, hostid, &item, 1, &made, &err) == 0 && made == 0,
	    "who worked with the old one makes nothing");

	spec.phase_ms = 500;
	ok(db_specs_import(db, hostid, &spec, 1, midnight_ms + 10000, &counts, &err) == 0,
	    "a change after an outage %s", err.text);
	is_num(number("SELECT SUM(slots) FROM RUNLOG WHERE specid = %lld AND outcome = 6",
		   (long long)id),
	    19, "the slots of the old grid until then are missed");
	is_num(number("SELECT COUNT(*) FROM RUNLOG WHERE specid = %lld AND outcome = 6",
		   (long long)id),
	    2, "in a row for each day");
	is_num(number("SELECT nextdue_ms FROM TOOLSPECS WHERE specid = %lld", (long long)id),
	    midnight_ms + 10500, "the new grid begins now");
	is_num(unaccounted(), 0, "nothing is unaccounted");

	spec.enabled = false;
	ok(db_specs_import(db, hostid, &spec, 1, midnight_ms + 10000, &counts, &err) == 0 &&
		counts.changed == 1,
	    "disabled");
	spec.enabled = true;
	ok(db_specs_import(db, hostid, &spec, 1, midnight_ms + 99000, &counts, &err) == 0,
	    "and enabled later");
	is_num(number("SELECT SUM(slots) FROM RUNLOG WHERE specid = %lld AND outcome = 6",
		   (long long)id),
	    19, "a disabled spec misses nothing");
	is_num(unaccounted(), 0, "nothing is unaccounted");
	test_old_grid(&spec, (uint32_t)id);
}

static void test_host_change(void)
{
	struct spec spec = make_spec("node", "two");
	struct db_import_counts counts;
	uint32_t other = 0;
	struct slot slots[10];
	size_t n = 0;

	ok(db_host_ensure(db, "host-b", now_ms, &other, &err) == 0 && other != hostid,
	    "a second host");
	(void)sql_runf(sql, &err,
	    "INSERT INTO SCHEDULE (hostid, scheduleid, due_ms) VALUES (%u, %llu, %lld)", hostid,
	    (unsigned long long)spec_scheduleid(2, now_ms + 23500), (long long)now_ms + 23500);
	ok(db_specs_import(db, other, &spec, 1, now_ms, &counts, &err) == 0 &&
		counts.changed == 1,
	    "takes a spec over");
	ok(db_claim(db, other, 5, now_ms + 99000, 10, slots, &n, &err) == 0 && n == 1,
	    "with its open slot");
	(void)sql_runf(sql, &err, "DELETE FROM SCHEDULE WHERE hostid = %u", other);
}

/* --- the server goes --------------------------------------------------------------------------- */

static void ask(const char *what)
{
	if (write(3, what, strlen(what)) < 0)
		note("cannot ask the test's shell");
}

static void wait_answer(void)
{
	char answer[16];

	if (read(4, answer, sizeof(answer)) <= 0)
		note("the test's shell does not answer");
}

static void crash(const char *what)
{
	ask(what);
	wait_answer();
}

static void test_away(void)
{
	struct spec spec = make_spec("node", "one");
	struct spec_list list = { 0 };
	struct db_import_counts counts;
	struct db_accounting sums;
	struct slot slots[4];
	size_t n;
	bool durable = false;
	size_t refused = 0;
	struct db_run run = make_run(1, now_ms + 93500, OUTCOME_RUN);

	ok(db_durable(db, &durable, &err) == 0 && durable, "the server is durable");
	crash("kill\n");
	ok(db_load(db, hostid, &run, 1, &err) == -EAGAIN, "away: load %s", err.text);
	ok(db_load(db, hostid, &run, 1, &err) == -EAGAIN, "and again %s", err.text);
	ok(db_claim(db, hostid, 9, now_ms, 4, slots, &n, &err) == -EAGAIN, "claim");
	ok(db_specs_read(db, hostid, &list, &refused, &err) == -EAGAIN, "specs");
	ok(db_specs_import(db, hostid, &spec, 1, now_ms, &counts, &err) == -EAGAIN, "import");
	ok(db_host_beat(db, hostid, "spool-1", now_ms, &err) == -EAGAIN, "beat");
	ok(db_accounting(db, 0, now_ms, 1, &sums, &err) == -EAGAIN, "accounting");
	crash("start\n");
	ok(db_load(db, hostid, &run, 1, &err) == 0, "back: load %s", err.text);
	ok(db_host_beat(db, hostid, "spool-1", now_ms, &err) == 0, "beat %s", err.text);
	is_num(unaccounted(), 0, "nothing is unaccounted");
}

/* The server dies while batches are loaded; the one that it died in is repeated. */
static void test_crash_in_load(void)
{
	enum { BATCH = 200, ROUNDS = 4 };
	static struct db_run runs[BATCH];
	struct db_value value = { "v", 1, "", "", "", "", "" };
	size_t sent = 0;
	int64_t before;
	int r = 0;

	sql_close(sql);
	sql = NULL;
	for (int round = 0; round < ROUNDS; round++) {
		ask("kill\n");
		do {
			for (size_t i = 0; i < BATCH; i++) {
				runs[i] = make_run(1,
				    midnight_ms + 100000000 +
					(int64_t)(sent * BATCH + i) * 1000,
				    OUTCOME_RUN);
				runs[i].values = &value;
				runs[i].n_values = 1;
			}
			r = db_load(db, hostid, runs, BATCH, &err);
			sent += r == 0;
		} while (r == 0);
		ok(r == -EAGAIN, "the server dies in the %zu. batch: %s", sent + 1, err.text);
		wait_answer();
		crash("start\n");
		r = db_load(db, hostid, runs, BATCH, &err);
		sent += r == 0;
		ok(r == 0, "the batch is repeated %s", err.text);
	}
	if (sql_open(&conf, &sql, &err) < 0)
		note("%s", err.text);
	before = midnight_ms + 100000000;
	is_num(number("SELECT COUNT(*) FROM RUNLOG WHERE specid = 1 AND due_ms >= %lld",
		   (long long)before),
	    sent * BATCH, "no run is lost or doubled");
	is_num(
	    number("SELECT COUNT(*) FROM RESULT WHERE scheduleid >= %llu AND scheduleid < %llu",
		(unsigned long long)spec_scheduleid(1, before), (unsigned long long)2 << 32),
	    sent * BATCH, "nor a value");
}

/* --- looking --------------------------------------------------------------------------------- */

struct seen {
	size_t n, n_here, n_texts;
	uint32_t nodeid;
};

static int see_node(const struct db_status_node *node, void *context, struct err *unused)
{
	struct seen *seen = context;

	(void)unused;
	seen->n++;
	if (strcmp(node->name, "서울 사무실") == 0)
		seen->nodeid = node->nodeid;
	return 0;
}

static int see_probe(const struct db_status_probe *probe, void *context, struct err *unused)
{
	struct seen *seen = context;

	(void)unused;
	seen->n++;
	seen->n_here += probe->nodeid == seen->nodeid && probe->has_run && probe->said;
	seen->n_texts += *probe->text != '\0';
	return 0;
}

static int stop_at_once(const struct db_status_probe *probe, void *context, struct err *unused)
{
	(void)probe;
	(void)context;
	(void)unused;
	return -ECANCELED;
}

static int see_host(const struct db_status_host *host, void *context, struct err *unused)
{
	struct seen *seen = context;

	(void)unused;
	seen->n += strcmp(host->error_file, "7.plugin") == 0 && host->n_errors == 1;
	return 0;
}

static void test_looking(void)
{
	struct seen seen = { 0 }, one;
	uint32_t id = 0;

	ok(db_status_nodes(db, NULL, see_node, &seen, &err) == 0 && seen.nodeid,
	    "status has the node from far away %s", err.text);
	one = (struct seen){ .nodeid = seen.nodeid };
	seen.n = 0;
	ok(db_status_probes(db, 0, DB_STATUS_TEXTS, see_probe, &seen, &err) == 0 &&
		seen.n > 1 && seen.n_here == 1 && seen.n_texts > 0,
	    "and its probe %s", err.text);
	ok(db_status_probes(db, one.nodeid, DB_STATUS_ALL, see_probe, &one, &err) == 0 &&
		one.n == 1,
	    "alone, if asked %s", err.text);
	ok(db_status_probes(db, 0, DB_STATUS_ROWS, stop_at_once, NULL, &err) == -ECANCELED,
	    "who has seen enough ends it");
	is_num(number("SELECT COUNT(*) FROM RESULT WHERE value > 0.999e308 OR "
		      "(value > 0 AND value < 1e-300)"),
	    2, "and the connection goes on; the extremes are there");
	ok(db_load_error(db, hostid, "7.plugin", "it's bad", now_ms, &err) == 0 &&
		db_load_error(db, hostid, "7.plugin", "it's bad", now_ms + 5, &err) == 0,
	    "a record that cannot be loaded is told about");
	is_num(number("SELECT tries FROM LOADERR WHERE last_ms = first_ms + 5"), 2, "twice");
	seen.n = 0;
	ok(db_status_hosts(db, now_ms, see_host, &seen, &err) == 0 && seen.n == 1,
	    "and status sees it %s", err.text);
	ok(db_host_find(db, "host-z", &id, &err) == -ENOENT, "an unknown host is told");
}

static void test_sweep(void)
{
	size_t n = 0;

	(void)sql_runf(sql, &err,
	    "INSERT INTO SCHEDULE (hostid, scheduleid, due_ms) VALUES (%u, %llu, %lld)", hostid,
	    (unsigned long long)spec_scheduleid(1, now_ms + 3500), (long long)now_ms + 3500);
	is_num(unaccounted(), 0, "a slot that has run is not open");
	ok(db_sweep(db, hostid, &n, &err) == 0 && n == 1, "and is swept out %s", err.text);
	ok(db_sweep(db, hostid, &n, &err) == 0 && n == 0, "once");
}

static void test_newer_schema(void)
{
	unsigned version, ran;

	(void)sql_runf(sql, &err, "INSERT INTO SCHEMA_VERSION VALUES (9999, 1, 1, 0, 9999)");
	ok(db_schema_check(db, &err) == -EPROTO && strstr(err.text, "newer"),
	    "a newer schema is refused: %s", err.text);
	ok(db_schema_init(db, &version, &ran, &err) == -EPROTO, "and left alone");
	(void)sql_runf(sql, &err, "DELETE FROM SCHEMA_VERSION WHERE version = 9999");
	(void)sql_runf(sql, &err, "UPDATE SCHEMA_VERSION SET done = done - 1");
	ok(db_schema_check(db, &err) == -EPROTO && strstr(err.text, "half"),
	    "one that is half in is seen");
	ok(db_schema_init(db, &version, &ran, &err) == 0 && ran == 2 &&
		db_schema_check(db, &err) == 0,
	    "and finished");
}

static void test_refused(void)
{
	struct db_conf other = conf;
	struct db *none;

	other.user = "nobody-of-that-name";
	ok(db_open(&other, &none, &err) == -EACCES, "an unknown user: %s", err.text);
	other = conf;
	other.database = "nothing";
	ok(db_open(&other, &none, &err) == -EPROTO, "an unknown database: %s", err.text);
	other = conf;
	other.socket = "/nonexistent/socket";
	ok(db_open(&other, &none, &err) == -EAGAIN, "no server: %s", err.text);
}

int main(int argc, char **argv)
{
	if (!connect_both(argc, argv))
		return close_both();
	test_schema();
	test_newer_schema();
	test_refused();
	test_hosts();
	test_import();
	test_slots();
	test_load();
	test_bad_rows();
	test_texts();
	test_status();
	test_looking();
	test_sweep();
	test_grid_change();
	test_stamp();
	test_host_change();
	test_away();
	test_crash_in_load();
	return close_both();
}
