/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/notification.h"

#include <stdlib.h>

#include "t/tap.h"

struct row {
	uint32_t index[1];
	int64_t state;
	char name[MIB_NAME_SIZE];
};

static const struct mib_column columns[] = {
	{ 2, "Name", MIB_TEXT, MIB_FIELD(row, name), NULL, NULL, "" },
	{ 3, "State", MIB_STATE, MIB_FIELD(row, state), NULL, NULL, "" },
};
static const struct mib_table table = { .number = 2,
	.name = "haetaeRow",
	.n_index = 1,
	.row_size = sizeof(struct row),
	.columns = columns,
	.n_columns = 2,
	.state = 3,
	.label = 2,
	.notification = 2 };

static struct notifications *queue;

static void begin(double per_second, size_t burst, size_t waiting)
{
	const struct notification_limits limits = { per_second, burst, waiting };
	struct err err = ERR_INIT;

	if (notifications_new(&limits, &queue, &err) < 0)
		note("%s", err.text);
}

static void raise_row(uint32_t index, int state, int64_t now_ms)
{
	struct row row = { .index = { index }, .state = state };

	notifications_raise(queue, &table, &row, now_ms);
}

/* Whether raised = sent + suppressed + waiting, and these are they. */
static bool counts(uint64_t sent, uint64_t suppressed, uint64_t waiting)
{
	struct notification_counts got;

	notifications_count(queue, &got);
	if (got.raised != got.sent + got.suppressed + got.waiting || got.sent != sent ||
	    got.suppressed != suppressed || got.waiting != waiting) {
		note("raised %llu, sent %llu, suppressed %llu, waiting %llu",
		    (unsigned long long)got.raised, (unsigned long long)got.sent,
		    (unsigned long long)got.suppressed, (unsigned long long)got.waiting);
		return false;
	}
	return true;
}

/* The next one, as "INDEX STATE SEQUENCE"; "" if there is none. */
static const char *next(int64_t now_ms)
{
	static char text[64];
	struct notification taken;
	const struct row *row;

	text[0] = '\0';
	if (!notifications_take(queue, now_ms, &taken))
		return text;
	row = taken.row;
	(void)snprintf(
	    text, sizeof(text), "%u %d %u", row->index[0], (int)row->state, taken.sequence);
	notification_free(&taken);
	return text;
}

static void test_order(void)
{
	begin(1000, 100, 10);
	is_str(next(1), "", "nothing waits");
	is_num(notifications_wait_ms(queue, 1), -1, "so there is nothing to wait for");
	raise_row(1, MIB_CRITICAL, 1);
	raise_row(2, MIB_WARNING, 1);
	is_num(notifications_wait_ms(queue, 1), 0, "two wait, and may be sent now");
	ok(counts(0, 0, 2), "counted as waiting");
	is_str(next(1), "1 4 1", "in their order, numbered");
	is_str(next(1), "2 3 2", "without holes");
	ok(counts(2, 0, 0), "counted as sent");
	notifications_free(queue);
}

static void test_pace(void)
{
	int n = 0;

	begin(20, 5, 100);
	for (uint32_t i = 1; i <= 50; i++)
		raise_row(i, MIB_CRITICAL, 1000);
	while (*next(1000))
		n++;
	is_num(n, 5, "a burst");
	is_num(notifications_wait_ms(queue, 1000), 51, "then one in 50 ms");
	is_str(next(1040), "", "not before");
	is_str(next(1051), "6 4 6", "then it comes");
	is_str(next(1052), "", "and no other");
	for (n = 0; *next(2052);)
		n++;
	is_num(n, 5, "a second of rest is worth a burst and no more");
	ok(counts(11, 0, 39), "the others wait");
	is_str(next(500), "", "a clock that stands still gives nothing");
	notifications_free(queue);
}

static void test_repeat(void)
{
	begin(1000, 100, 10);
	raise_row(1, MIB_CRITICAL, 1);
	is_str(next(1), "1 4 1", "critical is told");
	raise_row(1, MIB_CRITICAL, 2);
	raise_row(1, MIB_CRITICAL, 3);
	is_str(next(4), "1 4 2", "and told again, also where two such waited");
	ok(counts(2, 1, 0), "of which one is sent");
	notifications_free(queue);
}

static void test_gone(void)
{
	struct row row = { .index = { 1 }, .state = MIB_CRITICAL };
	struct mib_rows rows = { .table = &table, .items = &row, .n = 1 };
	const struct mib_rows none = { 0 };

	begin(1000, 100, 10);
	raise_row(1, MIB_CRITICAL, 1);
	raise_row(2, MIB_WARNING, 1);
	raise_row(3, MIB_OK, 1);
	while (*next(1))
		;
	is_num(notifications_last(queue, &table, &row), MIB_CRITICAL, "what was told last");
	notifications_gone(queue, &table, &rows, 2);
	notifications_gone(queue, &table, &rows, 3);
	is_str(next(4), "2 5 4", "an ill row that is gone is told to be so");
	is_str(next(4), "", "once, and of the others nothing");
	notifications_gone(queue, &table, &none, 5);
	raise_row(1, MIB_CRITICAL, 6);
	is_str(next(7), "", "one that is back before that was sent never went");
	raise_row(1, MIB_OK, 8);
	notifications_gone(queue, &table, &none, 9);
	is_str(next(10), "1 1 5", "and what is well when it goes is just well");
	notifications_gone(queue, &table, &none, 11);
	is_str(next(12), "", "no more is told of it");
	notifications_free(queue);
}

static void test_coalesce(void)
{
	begin(1000, 100, 10);
	raise_row(1, MIB_WARNING, 1);
	raise_row(2, MIB_WARNING, 1);
	raise_row(1, MIB_CRITICAL, 2);
	ok(counts(0, 1, 2), "an older change of the row is suppressed");
	is_str(next(3), "1 4 1", "the newest is told, in the place of the older one");
	is_str(next(3), "2 3 2", "and the others behind");
	raise_row(1, MIB_OK, 4);
	raise_row(1, MIB_CRITICAL, 5);
	ok(counts(2, 3, 0), "back where it was told to be: not told at all, both suppressed");
	is_str(next(6), "", "nothing waits");
	raise_row(3, MIB_CRITICAL, 7);
	raise_row(3, MIB_OK, 8);
	ok(counts(2, 5, 0), "the same of a row of which nothing was ever told");
	raise_row(1, MIB_OK, 9);
	is_str(next(9), "1 1 3", "a clear is told");
	raise_row(1, MIB_WARNING, 10);
	raise_row(1, MIB_OK, 11);
	is_str(next(11), "", "and what is told clear is clear");
	raise_row(2, MIB_WARNING, 12);
	is_str(next(12), "2 3 4", "said again: a reminder is told");
	ok(counts(4, 7, 0), "all are counted");
	notifications_free(queue);
}

static void test_full(void)
{
	begin(1000, 100, 3);
	for (uint32_t i = 1; i <= 5; i++)
		raise_row(i, MIB_CRITICAL, 1);
	ok(counts(0, 2, 3), "what finds it full is suppressed");
	raise_row(2, MIB_WARNING, 2);
	ok(counts(0, 3, 3), "a row that waits already has its place");
	is_str(next(3), "1 4 1", "one goes");
	raise_row(6, MIB_CRITICAL, 4);
	ok(counts(1, 3, 3), "and there is room again");
	notifications_free(queue);
}

static void test_put_back(void)
{
	struct notification first, second;

	begin(1, 2, 10);
	raise_row(1, MIB_CRITICAL, 1);
	raise_row(2, MIB_CRITICAL, 1);
	ok(notifications_take(queue, 1, &first), "one is taken");
	notifications_put_back(queue, &first);
	ok(first.row == NULL && counts(0, 0, 2), "and put back");
	is_str(next(1), "1 4 1", "it is the next, with its number");
	is_str(next(1), "2 4 2", "the pace was given back too");
	is_str(next(1), "", "once");
	raise_row(3, MIB_CRITICAL, 5000);
	raise_row(4, MIB_CRITICAL, 5000);
	ok(notifications_take(queue, 5000, &first) && notifications_take(queue, 5000, &second),
	    "two are taken");
	notifications_put_back(queue, &first);
	notifications_put_back(queue, &second);
	ok(counts(2, 0, 2), "and put back in any order");
	is_str(next(5000), "4 4 4", "each has its number");
	is_str(next(5000), "3 4 3", "once");

	raise_row(5, MIB_CRITICAL, 9000);
	ok(notifications_take(queue, 9000, &first), "taken");
	raise_row(5, MIB_WARNING, 9001);
	notifications_put_back(queue, &first);
	ok(counts(4, 1, 1), "overtaken meanwhile: suppressed");
	is_str(next(9002), "5 3 5", "the newer one has the number");
	raise_row(6, MIB_CRITICAL, 12000);
	ok(notifications_take(queue, 12000, &first), "taken");
	raise_row(6, MIB_OK, 12001);
	notifications_put_back(queue, &first);
	ok(counts(5, 3, 0), "and well again before it was told: neither is told");
	notifications_free(queue);
}

/* Any order of calls keeps the count, and numbers go up by one. */
static void test_random(void)
{
	struct notification_counts counts_now;
	uint32_t seed = 12345, sent = 0;
	bool good = true;

	begin(50, 10, 20);
	for (int64_t now_ms = 1; now_ms < 200000; now_ms++) {
		struct notification taken;

		seed = seed * 1103515245 + 12345;
		if (seed >> 30) {
			raise_row((seed >> 8) % 40, MIB_OK + (int)((seed >> 16) % 5), now_ms);
		} else if (notifications_take(queue, now_ms, &taken)) {
			if ((seed >> 20) % 3 == 0) {
				notifications_put_back(queue, &taken);
			} else {
				good = good && taken.sequence == ++sent;
				notification_free(&taken);
			}
		}
		notifications_count(queue, &counts_now);
		good = good &&
		       counts_now.raised ==
			   counts_now.sent + counts_now.suppressed + counts_now.waiting &&
		       counts_now.waiting <= 21 && counts_now.sent == sent &&
		       counts_now.sequence == sent;
	}
	ok(good && sent > 1000, "200,000 random calls: %u sent, all counted", sent);
	notifications_free(queue);
}

int main(void)
{
	test_order();
	test_pace();
	test_repeat();
	test_gone();
	test_coalesce();
	test_full();
	test_put_back();
	test_random();
	notifications_free(NULL);
	return tap_done();
}
