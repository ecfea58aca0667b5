/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events: those that the loader makes of changed states, and those that are given. */
#include "config.h"

#include "lib/store/db_event.h"
#include "lib/store/db_threshold.h"
#include "t/store.h"

/* The n-th slot of a spec's grid, with a state. */
static struct db_run at(uint32_t specid, int n, int state, const char *text)
{
	struct db_run run =
	    make_run(specid, now_ms + PHASE_MS + (int64_t)n * INTERVAL_MS, OUTCOME_RUN);

	run.state = state;
	run.text = text;
	return run;
}

/* "LEVEL TAG NODE OBJECT: OLD -> NEW" of each, one a line. */
static int add_line(const struct db_event *event, void *context, struct err *error)
{
	(void)error;
	return buf_addf(context, "%d %s %s %s: %s -> %s\n", (int)event->level, event->tag,
	    event->node, event->object, event->old_value, event->new_value);
}

static const char *events(const struct db_event_filter *filter, struct buf *text)
{
	static const struct db_event_filter all = { .level_most = EVENT_INFO };

	buf_reset(text);
	if (db_events_read(db, filter ? filter : &all, add_line, text, &err) < 0)
		return err.text;
	return buf_text(text);
}

static void test_changes(void)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct db_run first = at(1, 0, 0, "PING OK - 3 ms");
	struct db_run batch[] = { at(1, 4, 3, "PING UNKNOWN - no such host"),
		at(1, 1, 0, "PING OK - 4 ms"), at(1, 3, 2, "PING CRITICAL - still nothing"),
		at(1, 2, 2, "PING CRITICAL - no answer"), at(2, 0, 1, "70 > 60") };
	struct db_run older = at(1, -1, 2, "PING CRITICAL - late news");
	struct db_run skipped =
	    make_run(1, now_ms + PHASE_MS + 5 * INTERVAL_MS, OUTCOME_SKIPPED);
	struct db_run refused =
	    make_run(1, now_ms + PHASE_MS + 6 * INTERVAL_MS, OUTCOME_CANCELLED);

	ok(db_load(db, hostid, &first, 1, &err) == 0, "a first result %s", err.text);
	is_str(events(NULL, &text), "2 state n1 n1/ping: NEW -> OK - 3 ms\n",
	    "is a change from NEW");
	ok(db_load(db, hostid, &first, 1, &err) == 0, "its repeat");
	is_num(number("SELECT COUNT(*) FROM EVENTLOG"), 1, "is none");
	ok(db_load(db, hostid, batch, 5, &err) == 0, "a batch in any order %s", err.text);
	is_str(events(NULL, &text),
	    "2 state n1 n1/ping: NEW -> OK - 3 ms\n"
	    "1 state n1 n1/temp: NEW -> WARNING - 70 > 60\n"
	    "0 state n1 n1/ping: OK -> CRITICAL - no answer\n"
	    "1 state n1 n1/ping: CRITICAL -> UNKNOWN - no such host\n",
	    "is gone through by spec and time: one event a change");
	is_num(number("SELECT time_ms FROM EVENTLOG WHERE level = 0"),
	    now_ms + PHASE_MS + 2 * INTERVAL_MS + 7, "at the start of the run");
	is_num(number("SELECT COUNT(*) FROM EVENTLOG WHERE host_name = 'host-a'"), 4,
	    "with the probe host");
	ok(db_load(db, hostid, batch, 5, &err) == 0, "the batch again, as after a lost COMMIT");
	ok(db_load(db, hostid, batch + 1, 2, &err) == 0, "a part of it again");
	is_num(number("SELECT COUNT(*) FROM EVENTLOG"), 4, "adds nothing");
	batch[0].state = 1;
	ok(db_load(db, hostid, batch, 1, &err) == 0,
	    "a slot again, judged by other thresholds");
	is_num(number("SELECT COUNT(*) FROM EVENTLOG"), 4, "is what it was");
	ok(db_load(db, hostid, &older, 1, &err) == 0 &&
		db_load(db, hostid, &skipped, 1, &err) == 0,
	    "an older result, and a skipped slot %s", err.text);
	is_num(number("SELECT COUNT(*) FROM EVENTLOG"), 4, "change no state");
	refused.state = 2;
	refused.text = "refused";
	ok(db_load(db, hostid, &refused, 1, &err) == 0, "a start that was refused %s",
	    err.text);
	is_num(number("SELECT COUNT(*) FROM EVENTLOG WHERE old_value = 'UNKNOWN' AND "
		      "new_value = 'CRITICAL - refused'"),
	    1, "does");
	is_num(number("SELECT state FROM STATUS WHERE specid = 1"), 2, "as STATUS says");
}

/* A slot that was said to be skipped, and then one that ran. */
static void test_after_silence(void)
{
	struct db_run skipped = make_run(3, now_ms + PHASE_MS, OUTCOME_SKIPPED);
	struct db_run run = at(3, 1, 3, "X UNKNOWN - what");

	ok(db_load(db, hostid, &skipped, 1, &err) == 0 &&
		db_load(db, hostid, &run, 1, &err) == 0,
	    "UNKNOWN behind a skipped slot %s", err.text);
	is_num(number("SELECT COUNT(*) FROM EVENTLOG WHERE object = 'n2/ping' AND "
		      "old_value = 'NEW' AND new_value = 'UNKNOWN - what'"),
	    1, "is the first that was heard");
}

static void test_given(void)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	char long_value[2001];
	struct db_event given[] = { { .time_ms = now_ms - 1000,
					.eventid = 7,
					.level = EVENT_ERROR,
					.tag = "stage",
					.host = "host-a",
					.object = "run",
					.new_value = "killed by signal 9 (Killed)" },
		{ .time_ms = now_ms - 2000,
		    .eventid = 8,
		    .level = EVENT_INFO,
		    .tag = "node",
		    .user = "jung",
		    .node = "서울 사무실",
		    .object = "address",
		    .old_value = "it's 192.168.0.113",
		    .new_value = long_value } };
	struct db_event_filter filter = { .level_most = EVENT_WARNING, .tag = "stage" };

	for (size_t i = 0; i + 3 < sizeof(long_value); i += 3)
		memcpy(long_value + i, "서", 3);
	long_value[1998] = '\0';
	ok(db_events_add(db, given, 2, &err) == 0, "events are stored %s", err.text);
	ok(db_events_add(db, given, 2, &err) == 0, "and again");
	is_num(number("SELECT COUNT(*) FROM EVENTLOG WHERE tag IN ('stage', 'node')"), 2,
	    "which changes nothing");
	is_num(number("SELECT LENGTH(new_value) FROM EVENTLOG WHERE tag = 'node'"), 999,
	    "a long text is cut in front of a character");
	is_str(events(&filter, &text), "0 stage  run:  -> killed by signal 9 (Killed)\n",
	    "a tag and a level");
	filter = (struct db_event_filter){
		.level_most = EVENT_INFO, .node = "서울 사무실", .limit = 1
	};
	ok(strstr(events(&filter, &text), "address: it's 192.168.0.113 -> "), "a node");
	filter = (struct db_event_filter){
		.level_most = EVENT_INFO, .since_ms = now_ms - 2000, .until_ms = now_ms - 1000
	};
	ok(strstr(events(&filter, &text), "address"), "from a time on, and before another");
	ok(!strstr(buf_text(&text), "stage"), "which is not in it");
	filter = (struct db_event_filter){ .level_most = EVENT_INFO, .limit = 2 };
	ok(strstr(events(&filter, &text), "CRITICAL -> UNKNOWN"), "the newest so many");
	ok(db_events_add(db, given, 0, &err) == 0, "none at all");
}

/* --- thresholds ----------------------------------------------------------------------------- */

static bool changes(struct db_threshold_stamp *stamp, const char *statement)
{
	struct db_threshold_stamp before = *stamp;

	if (sql_runf(sql, &err, "%s", statement) < 0 || db_threshold_stamp(db, stamp, &err) < 0)
		return false;
	return memcmp(stamp, &before, sizeof(before)) != 0;
}

/* Also what leaves the numbers of rows and the newest time as they are. */
static void test_stamp(void)
{
	struct db_threshold_stamp stamp = { 0 };

	ok(db_threshold_stamp(db, &stamp, &err) == 0, "a stamp %s", err.text);
	ok(!changes(&stamp, "DO 1"), "stays while nothing changes");
	ok(changes(&stamp, "INSERT INTO THRESHOLD VALUES (1, 0, 'a', '80', '', 5), "
			   "(1, 1, 'a', '70', '', 5)"),
	    "changes with new rows");
	ok(changes(&stamp, "UPDATE THRESHOLD SET warn = '81' WHERE scopeid = 0"),
	    "with a range");
	ok(changes(&stamp, "UPDATE THRESHOLD SET warn = IF(scopeid = 0, '70', '81')"),
	    "with two ranges that change places");
	ok(changes(&stamp, "DELETE FROM THRESHOLD WHERE scopeid = 1"), "with one row less");
	ok(changes(&stamp, "INSERT INTO NODEGROUP (groupid, parentid, name, created_ms) VALUES "
			   "(1, 0, 'a', 1), (2, 1, 'b', 1)"),
	    "with a group");
	ok(changes(&stamp, "UPDATE NODEGROUP SET parentid = 0 WHERE groupid = 2"),
	    "and with one that moves");
	ok(!changes(&stamp, "UPDATE NODEGROUP SET maintenance_ms = 5"),
	    "not with what it is not about");
}

static void test_places(void)
{
	uint32_t specids[] = { 1, 3, 4711 };
	struct db_spec_place places[3] = { 0 };
	size_t n = 9;

	ok(sql_runf(sql, &err, "UPDATE NODE SET groupid = 2 WHERE name = 'n2'") == 0 &&
		sql_runf(sql, &err, "UPDATE TOOLSPECS SET judge = 1 WHERE specid = 3") == 0,
	    "a node in a group");
	ok(db_spec_places(db, specids, 3, places, &n, &err) == 0, "places %s", err.text);
	is_num(n, 2, "of those that are there");
	ok(places[0].specid == 1 && places[0].groupid == 0 && places[0].judge == JUDGE_OWN,
	    "one in the root");
	ok(places[1].specid == 3 && places[1].groupid == 2 && places[1].judge == JUDGE_WORST,
	    "one in a group");
	is_str(places[1].probetype, "plugin", "with its type");
	ok(db_spec_places(db, specids, 0, places, &n, &err) == 0 && n == 0, "none at all");
}

static void test_change(void)
{
	struct db_threshold_change change = { .scope = THRESHOLD_NODE,
		.scopeid = 7,
		.metric = "it's",
		.warn = "90",
		.node = "n1",
		.object = "node n1, it's",
		.user = "jung",
		.host = "host-a" };
	struct db_threshold_changed changed;
	int64_t n = number("SELECT COUNT(*) FROM EVENTLOG");

	ok(db_threshold_change(db, &change, now_ms, &changed, &err) == 0 && changed.changed,
	    "a change %s", err.text);
	is_str(changed.old_text, "not set", "from nothing");
	is_str(changed.new_text, "warning 90", "to a range");
	ok(db_threshold_change(db, &change, now_ms, &changed, &err) == 0 && !changed.changed,
	    "again: none");
	change.warn = NULL;
	change.crit = "95";
	ok(db_threshold_change(db, &change, now_ms, &changed, &err) == 0 && changed.changed,
	    "the other range");
	is_str(changed.new_text, "warning 90, critical 95", "leaves the first");
	change.warn = change.crit = "";
	ok(db_threshold_change(db, &change, now_ms, &changed, &err) == 0 && changed.changed,
	    "neither");
	is_num(
	    number("SELECT COUNT(*) FROM THRESHOLD WHERE scope = 2"), 0, "takes the row away");
	is_num(number("SELECT COUNT(*) FROM EVENTLOG"), n + 3, "each change is an event");
}

int main(int argc, char **argv)
{
	struct db_import_counts counts;
	struct spec specs[] = { make_spec("n1", "ping"), make_spec("n1", "temp"),
		make_spec("n2", "ping") };
	unsigned version, ran;

	if (!connect_both(argc, argv))
		return tap_done();
	ok(db_schema_init(db, &version, &ran, &err) == 0 &&
		db_host_claim(db, "host-a", "spool-1", now_ms, &hostid, &err) == 0 &&
		db_specs_import(db, hostid, specs, 3, now_ms, &counts, &err) == 0,
	    "a host with three specs %s", err.text);
	test_changes();
	test_after_silence();
	test_given();
	test_stamp();
	test_places();
	test_change();
	return close_both();
}
