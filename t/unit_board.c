/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/board.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/mib/agent.h"
#include "lib/mib/alarm.h"
#include "lib/mib/collector.h"
#include "lib/mib/service.h"
#include "t/tap.h"

static int unused(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	(void)given;
	(void)rows;
	(void)err;
	return 0;
}

static const struct mib_table *const service_tables[] = { &mib_service, NULL };
static const struct collector services = {
	.name = "services", .interval_ms = 30000, .tables = service_tables, .collect = unused
};
static const struct mib_table *const no_tables[] = { NULL };
static const struct collector idle = {
	.name = "idle", .interval_ms = 30000, .tables = no_tables, .collect = unused
};

static struct agentx_stats stats;
static struct board *board;

static struct settings some_settings(void)
{
	static char role[] = "controller";

	return (struct settings){ .role = role,
		.notifications = true,
		.notification_rate = 1000,
		.notification_burst = 10000,
		.notification_queue = 100000 };
}

static void begin(void)
{
	struct settings settings = some_settings();
	struct err err = ERR_INIT;

	if (board_new(&settings, &stats, &board, &err) < 0 ||
	    board_add(board, &services, 30000, 300000, &err) < 0)
		note("%s", err.text);
}

/* "nova-api=4 nova-conductor=1" published, taken at an instant. */
static void publish_with(const char *states, int64_t taken_ms, const struct err *err)
{
	struct mib_rows rows[COLLECTOR_TABLES_MAX];

	mib_rows_init(&mib_service, 0, &rows[0]);
	for (const char *p = states; *p;) {
		size_t size = strcspn(p, "=");
		char name[MIB_NAME_SIZE];
		struct mib_service *row;

		(void)snprintf(name, sizeof(name), "%.*s", (int)size, p);
		row = mib_rows_add(&rows[0], name);
		(void)snprintf(row->name, sizeof(row->name), "%s", name);
		(void)snprintf(row->state_text, sizeof(row->state_text), "as it is");
		row->state = p[size + 1] - '0';
		p += size + 2;
		p += *p == ' ';
	}
	board_publish(board, &services, rows, taken_ms, 12, err);
}

static void publish(const char *states, int64_t taken_ms)
{
	const struct err err = ERR_INIT;

	publish_with(states, taken_ms, &err);
}

/* "TABLE:STATE TABLE:STATE ..." of all notifications that wait; they are gone then. */
static const char *told(void)
{
	static char text[4096];
	struct notification taken;
	size_t used = 0;

	text[0] = '\0';
	while (board_take(board, &taken)) {
		const struct mib_column *state =
		    mib_column_find(taken.table, taken.table->state);
		int64_t number;

		memcpy(&number, (const char *)taken.row + state->offset, sizeof(number));
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u:%d",
		    used ? " " : "", taken.table->number, (int)number);
		notification_free(&taken);
	}
	return text;
}

static const struct mib_rows *rows_of(const struct view *view, const struct mib_table *table)
{
	return view->rows[mib_table_place(table)];
}

static struct mib_service service(const char *name)
{
	struct mib_service row = { .state = 0 };
	const struct mib_rows *rows;
	struct view view;

	board_pin(board, &view);
	rows = rows_of(&view, &mib_service);
	for (size_t i = 0; rows && i < rows->n; i++) {
		const struct mib_service *at = mib_rows_at(rows, i);

		if (strcmp(at->name, name) == 0)
			row = *at;
	}
	board_unpin(board);
	return row;
}

static struct mib_agent agent(void)
{
	struct mib_agent row;
	struct view view;

	board_pin(board, &view);
	row = *(const struct mib_agent *)mib_rows_at(rows_of(&view, &mib_agent), 0);
	board_unpin(board);
	return row;
}

static struct mib_collector collector(void)
{
	struct mib_collector row;
	struct view view;

	board_pin(board, &view);
	row = *(const struct mib_collector *)mib_rows_at(rows_of(&view, &mib_collector), 0);
	board_unpin(board);
	return row;
}

static struct mib_alarm first_alarm(size_t *ret_n)
{
	struct mib_alarm row = { .severity = 0 };
	const struct mib_rows *rows;
	struct view view;

	board_pin(board, &view);
	rows = rows_of(&view, &mib_alarm);
	*ret_n = rows ? rows->n : 0;
	if (*ret_n)
		row = *(const struct mib_alarm *)mib_rows_at(rows, 0);
	board_unpin(board);
	return row;
}

static void test_start(void)
{
	begin();
	ok(agent().state == MIB_UNKNOWN, "before the first round nothing is known");
	is_str(agent().state_text,
	    "UNKNOWN - 1 of 1 collectors have not ended their first round yet", "and said so");
	ok(collector().state == MIB_UNKNOWN && collector().age == MIB_NONE,
	    "nor is the collector well");
	is_str(told(), "", "nobody is told of that");
	publish("a=1 b=1", clock_mono_ms());
	is_str(told(), "", "nor of rows that are ok");
	ok(agent().state == MIB_OK, "then the node is ok");
	is_str(agent().state_text, "OK - no alarms", "in words");
	is_str(agent().role, "controller", "its role");
	ok(agent().rows[2] == 2 && agent().services_ok == 2 && agent().generation == 1,
	    "what there is, is counted");
	board_free(board);
	begin();
	publish("a=1 b=4 c=5", clock_mono_ms());
	is_str(told(), "2:4 22:4", "a row that is ill from the start is told, and the node");
	board_free(board);
}

static void test_changes(void)
{
	int64_t now_ms = clock_mono_ms();
	struct mib_alarm alarm;
	size_t n;

	begin();
	publish("a=1 b=1", now_ms - 50000);
	publish("a=1 b=3", now_ms - 40000);
	is_str(told(), "2:3 22:3", "a change is told");
	ok(service("a").state_age == now_ms - 50000, "what stayed so keeps its age");
	ok(service("b").state_age == now_ms - 40000, "what changed is young");
	alarm = first_alarm(&n);
	ok(n == 1 && alarm.severity == MIB_WARNING && alarm.kind == 2, "it is an alarm");
	is_str(alarm.subject, "b", "whose subject is the row");
	is_str(alarm.text, "as it is", "with its words");
	is_str(agent().state_text, "WARNING - b: as it is; 1 alarm", "and the node's line");
	publish("a=1 b=4", now_ms - 30000);
	is_str(told(), "2:4 22:4", "worse: told");
	ok(first_alarm(&n).age == alarm.age && first_alarm(&n).index[0] == alarm.index[0],
	    "the alarm is the same, since then");
	ok(first_alarm(&n).severity == MIB_CRITICAL, "but worse");
	publish("a=3 b=4", now_ms - 20000);
	is_str(told(), "2:3", "another one: the node's state is what it was");
	is_str(agent().state_text, "CRITICAL - b: as it is; 2 alarms", "the worst comes first");
	publish("a=1 b=1", now_ms - 10000);
	is_str(told(), "2:1 2:1 22:1", "clear is told as raise is");
	(void)first_alarm(&n);
	ok(n == 0 && agent().rows[12] == 0, "and the alarms are gone");
	publish("a=5 b=4", now_ms);
	is_str(told(), "2:4 22:4", "who becomes disabled from ok is not told of");
	publish("a=1 b=5", now_ms);
	is_str(told(), "2:5 22:1", "who becomes it from critical is");
	publish("a=1", now_ms);
	is_str(told(), "", "a row that is gone has no state");
	board_free(board);
}

/* A manager that was told of an alarm hears of its end, also when the row has gone. */
static void test_gone(void)
{
	struct err half = { .text = "cannot read half of it" };
	struct err err = ERR_INIT;
	int64_t now_ms = clock_mono_ms();
	size_t n;

	begin();
	publish("a=4 b=3 c=1", now_ms);
	(void)told();
	publish("b=3 c=1", now_ms);
	is_str(told(), "2:5 22:3", "an ill row that vanishes is told to be disabled");
	(void)first_alarm(&n);
	is_num(n, 1, "and its alarm is gone");
	publish("c=1", now_ms);
	is_str(told(), "2:5 22:1", "so is the next one");
	publish("a=4 b=1", now_ms);
	is_str(told(), "2:4 22:4", "who comes back is told of anew, if it is ill");
	publish_with("", now_ms, &half);
	(void)told();
	publish("a=1 b=1", now_ms);
	is_str(told(), "2:1 13:1 22:1",
	    "what could not be read for a while is not gone, and its end is told");
	publish("a=4", now_ms);
	(void)told();
	board_remove(board, &services);
	is_str(told(), "2:5 22:1", "without its collector a row is gone, too");
	if (board_add(board, &services, 30000, 300000, &err) < 0)
		note("%s", err.text);
	publish("a=4", now_ms);
	is_str(told(), "2:4 22:4", "until it comes again");
	board_free(board);
}

/* What the clock says in between is not the same each time. */
static bool is_around(const char *text, const char *first, const char *last)
{
	size_t size = strlen(text), size_last = strlen(last);
	bool good = strncmp(text, first, strlen(first)) == 0 && size >= size_last &&
		    strcmp(text + size - size_last, last) == 0;

	if (!good)
		note("%s", text);
	return good;
}

static void test_stale(void)
{
	int64_t now_ms = clock_mono_ms();
	struct mib_alarm alarm;
	struct err err = ERR_INIT;
	size_t n;

	begin();
	publish("a=1 b=4", now_ms);
	alarm = first_alarm(&n);
	(void)told();
	(void)err_set(&err, -1, "cannot read it: it is broken");
	board_fail(board, &services, 7, &err);
	ok(collector().state == MIB_WARNING && collector().errors == 1 &&
		collector().rounds == 2,
	    "a round that failed");
	is_str(collector().state_text, "cannot read it: it is broken", "says why");
	is_str(told(), "13:3", "and is told");
	ok(service("b").state == MIB_CRITICAL, "the last good rows stay");
	board_tick(board, now_ms + 299000);
	ok(service("b").state == MIB_CRITICAL, "as long as they are not too old");
	is_str(told(), "", "nothing new");
	board_begin(board, &services, 30000);
	board_tick(board, now_ms + 301000);
	ok(service("b").state == 0 && agent().rows[2] == 0 && agent().services_critical == 0,
	    "then they disappear");
	is_str(told(), "13:4", "which is told");
	ok(is_around(collector().state_text,
	       "its facts are 5m 1s old and not shown; a round has run for 5m ",
	       "cannot read it: it is broken"),
	    "and said");
	ok(first_alarm(&n).kind == 13 && n == 1, "the collector is the alarm now");
	ok(is_around(agent().state_text,
	       "CRITICAL - services: its facts are 5m 1s old and not shown; a round",
	       "cannot read it: it is broken; 1 alarm"),
	    "and the node's line");
	publish("a=1 b=4", clock_mono_ms());
	ok(service("b").state == MIB_CRITICAL, "facts are back");
	ok(service("b").state_age == now_ms, "as old as they were");
	is_str(told(), "13:1", "which is told, and nothing else");
	ok(first_alarm(&n).raised_at == alarm.raised_at && n == 1,
	    "the alarm is the one from before");
	(void)err_set(&err, -1, "user nova: may not be read");
	board_free(board);

	begin();
	publish("a=1", clock_mono_ms() - 45000);
	ok(board_add(board, &services, 2000, 20000, &err) == 0, "a limit that is shorter");
	board_begin(board, &services, 2000);
	board_tick(board, clock_mono_ms());
	ok(collector().state == MIB_OK && service("a").state == MIB_OK,
	    "makes nothing too old that is not");
	is_str(told(), "", "and nothing is told");
	publish("a=1", clock_mono_ms() - 1000);
	ok(collector().limit == 20, "until a round has ended");
	board_tick(board, clock_mono_ms() + 20001);
	is_str(told(), "13:4 22:4", "then it holds");
	board_free(board);

	begin();
	board_tick(board, clock_mono_ms() + 301000);
	ok(collector().state == MIB_CRITICAL, "a first round that never ends");
	is_str(told(), "13:4 22:4", "is told");
	board_free(board);
}

static void test_partial(void)
{
	struct mib_rows rows[COLLECTOR_TABLES_MAX];
	struct err err = { .text = "cannot read half of it" };

	begin();
	mib_rows_init(&mib_service, 1, &rows[0]);
	(void)mib_rows_add(&rows[0], "a");
	(void)mib_rows_add(&rows[0], "b");
	board_publish(board, &services, rows, clock_mono_ms(), 5, &err);
	ok(collector().state == MIB_UNKNOWN && collector().rows == 1 &&
		collector().rows_dropped == 1 && collector().errors == 0,
	    "what could not be read, and rows above a cap");
	is_str(collector().state_text, "cannot read half of it", "in words");
	board_free(board);
}

static void test_slots(void)
{
	struct mib_rows rows[COLLECTOR_TABLES_MAX];
	struct err err = ERR_INIT;
	struct view view;
	size_t n;

	begin();
	publish("a=4", clock_mono_ms());
	(void)told();
	board_pin(board, &view);
	publish("a=4 b=1", clock_mono_ms());
	ok(rows_of(&view, &mib_service)->n == 1, "what is pinned does not change");
	board_unpin(board);
	ok(board_add(board, &idle, 1000, 10000, &err) == 0 && agent().rows[13] == 2,
	    "a second collector");
	board_pin(board, &view);
	ok(mib_rows_at(rows_of(&view, &mib_collector), 0) != NULL &&
		((const struct mib_collector *)mib_rows_at(rows_of(&view, &mib_collector), 0))
			->index[0] < ((const struct mib_collector *)mib_rows_at(
					  rows_of(&view, &mib_collector), 1))
					 ->index[0],
	    "in the order of their indexes");
	board_unpin(board);
	ok(board_add(board, &services, 60000, 600000, &err) == 0 && agent().rows[13] == 2 &&
		service("a").state == MIB_CRITICAL,
	    "added again: what it has stays");
	board_remove(board, &services);
	(void)first_alarm(&n);
	ok(service("a").state == 0 && n == 0 && agent().rows[13] == 1,
	    "removed: its rows and alarms go");
	mib_rows_init(&mib_service, 0, &rows[0]);
	(void)mib_rows_add(&rows[0], "a");
	board_publish(board, &services, rows, clock_mono_ms(), 1, NULL);
	board_fail(board, &services, 1, &err);
	ok(service("a").state == 0, "and what it says now is not heard");
	board_free(board);
}

static void test_settings(void)
{
	struct settings settings = some_settings();
	struct err err = ERR_INIT;
	int64_t now_ms = clock_mono_ms();

	begin();
	settings.notification_repeat_ms = 60000;
	ok(board_configure(board, &settings, &err) == 0, "other settings");
	publish("a=4 b=3", now_ms);
	(void)told();
	board_tick(board, now_ms + 59000);
	is_str(told(), "", "not yet");
	board_tick(board, clock_mono_ms() + 60001);
	is_str(told(), "2:4", "said again while critical");
	board_tick(board, clock_mono_ms() + 60002);
	is_str(told(), "", "once");
	settings.notifications = false;
	ok(board_configure(board, &settings, &err) == 0, "without notifications");
	publish("a=1 b=4", now_ms);
	is_str(told(), "", "none is raised");
	ok(agent().state == MIB_CRITICAL, "all else is as ever");
	board_free(board);
}

static void test_wake(void)
{
	struct pollfd poll_fd = { .events = POLLIN };
	uint64_t value;

	begin();
	poll_fd.fd = board_wake_fd(board);
	is_num(poll(&poll_fd, 1, 0), 0, "nothing to do");
	publish("a=4", clock_mono_ms());
	is_num(poll(&poll_fd, 1, 0), 1, "who publishes wakes");
	ok(read(poll_fd.fd, &value, sizeof(value)) == sizeof(value), "once");
	is_num(poll(&poll_fd, 1, 0), 0, "and no more");
	ok(board_wait_ms(board) == 0, "the pace allows it");
	(void)told();
	ok(board_wait_ms(board) == -1, "none waits");
	board_free(board);
}

/* --- threads --------------------------------------------------------------------------------- */

enum { PUBLISHERS = 2, TURNS = 300 };
static _Atomic bool done;

static void *publish_many(void *context)
{
	for (int i = 0; i < TURNS; i++)
		publish(i % 2 ? "a=1 b=4 c=3" : "a=4 b=1", clock_mono_ms());
	(void)context;
	return NULL;
}

static void *tick_many(void *context)
{
	(void)context;
	while (!done)
		board_tick(board, clock_mono_ms());
	return NULL;
}

static void test_threads(void)
{
	pthread_t threads[PUBLISHERS + 1];
	struct notification taken;
	struct view view;
	bool whole = true;

	begin();
	done = false;
	pthread_create(&threads[PUBLISHERS], NULL, tick_many, NULL);
	for (int i = 0; i < PUBLISHERS; i++)
		pthread_create(&threads[i], NULL, publish_many, NULL);
	while (agent().generation < PUBLISHERS * TURNS) {
		const struct mib_rows *rows;
		size_t n;

		board_pin(board, &view);
		rows = rows_of(&view, &mib_service);
		n = rows ? rows->n : 0;
		for (size_t i = 0; i < n; i++) {
			const struct mib_service *row = mib_rows_at(rows, i);

			whole = whole && row->state >= MIB_OK && row->state <= MIB_CRITICAL;
		}
		whole = whole && (n == 0 || n == 2 || n == 3);
		board_unpin(board);
		if (board_take(board, &taken))
			notification_free(&taken);
	}
	done = true;
	for (int i = 0; i <= PUBLISHERS; i++)
		pthread_join(threads[i], NULL);
	ok(whole, "%d snapshots by %d threads: what is pinned is whole", PUBLISHERS * TURNS,
	    PUBLISHERS);
	(void)told();
	board_free(board);
}

int main(void)
{
	test_start();
	test_changes();
	test_gone();
	test_stale();
	test_partial();
	test_slots();
	test_settings();
	test_wake();
	test_threads();
	board_free(NULL);
	return tap_done();
}
