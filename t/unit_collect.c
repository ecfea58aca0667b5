/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/mib/collector.h"
#include "lib/mib/filesystem.h"
#include "lib/mib/interface.h"
#include "lib/mib/service.h"
#include "t/tap.h"

/* What the collectors of this test are told, and tell. */
static _Atomic int n_good, n_open, n_close, n_broken, n_back;
static _Atomic int64_t given_ms, slow_ms;
/* A pipe for each configuration: who reads from it hangs. */
static int pipes[2][2];

static int open_good(const struct settings *settings, void **ret_state, struct err *err)
{
	(void)settings;
	*ret_state = &n_good;
	if (n_open++ == 0)
		return err_set(err, -EAGAIN, "not yet");
	return 0;
}

static void close_good(void *state)
{
	n_close += state == &n_good;
}

static int collect_good(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	struct mib_service *row = mib_rows_add(&rows[0], "a");

	(void)err;
	row->state = given->root->live && given->settings->role ? MIB_OK : MIB_CRITICAL;
	given_ms = given->until_ms - clock_mono_ms();
	n_good += given->state == &n_good;
	return 0;
}

static int collect_hung(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	int which = strcmp(given->settings->role, "first") != 0;
	char byte;

	(void)err;
	(void)mib_rows_add(&rows[0], "b");
	n_back += read(pipes[which][0], &byte, 1) == 1;
	return 0;
}

static int collect_slow(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	(void)given;
	(void)rows;
	(void)err;
	clock_sleep_ms(slow_ms);
	return 0;
}

static int collect_broken(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	(void)given;
	(void)mib_rows_add(&rows[0], "c");
	n_broken++;
	return err_set(err, -EIO, "cannot read it");
}

static bool is_not_wanted(const struct settings *settings)
{
	(void)settings;
	return false;
}

#define TABLES(name, table) static const struct mib_table *const name[] = { (table), NULL }
TABLES(services, &mib_service);
TABLES(mounts, &mib_filesystem);
TABLES(interfaces, &mib_interface);
static const struct mib_table *const none[] = { NULL };

/* Intervals as no configuration has them. */
static const struct collector good = { "good", 100, services, NULL, open_good, close_good,
	collect_good };
static const struct collector hung = { "hung", 100, mounts, NULL, NULL, NULL, collect_hung };
static const struct collector slow = { "slow", 1000, none, NULL, NULL, NULL, collect_slow };
static const struct collector broken = { "broken", 100, interfaces, NULL, NULL, NULL,
	collect_broken };
static const struct collector unwanted = { "unwanted", 100, none, is_not_wanted, NULL, NULL,
	collect_slow };
static const struct collector off = { "off", 100, none, NULL, NULL, NULL, collect_slow };
static const struct collector *const all[] = { &good, &hung, &slow, &broken, &unwanted, &off,
	NULL };

static struct agentx_stats stats;
static struct board *board;
static struct collect_threads *threads;

static struct settings settings_of(const char *role, bool with_good)
{
	struct settings settings = { .role = strdup(role),
		.notification_rate = 20,
		.notification_burst = 50,
		.notification_queue = 100 };

	settings.collectors = calloc(2, sizeof(*settings.collectors));
	settings.collectors[settings.n_collectors++] =
	    (struct settings_collector){ .name = strdup("off"), .off = true };
	if (!with_good)
		settings.collectors[settings.n_collectors++] =
		    (struct settings_collector){ .name = strdup("good"), .off = true };
	return settings;
}

static struct mib_collector collector(const char *name)
{
	struct mib_collector row = { .state = 0 };
	const struct mib_rows *rows;
	struct view view;

	board_pin(board, &view);
	rows = view.rows[mib_table_place(&mib_collector)];
	for (size_t i = 0; i < rows->n; i++) {
		const struct mib_collector *at = mib_rows_at(rows, i);

		if (strcmp(at->name, name) == 0)
			row = *at;
	}
	board_unpin(board);
	return row;
}

/* Waits for a number, with a bound. */
#define UNTIL(condition)                                                \
	do {                                                            \
		for (int turn = 0; turn < 2000 && !(condition); turn++) \
			clock_sleep_ms(10);                             \
	} while (0)

static void test_intervals(void)
{
	is_num(collect_interval_after(30000, 200), 30000, "a quick round");
	is_num(
	    collect_interval_after(30000, 20000), 40000, "one that takes long rests as long");
	is_num(collect_interval_after(30000, 3600000), 3690000,
	    "but what hung for an hour is not left alone for another one");
}

static void test_rounds(void)
{
	UNTIL(n_good >= 3);
	ok(n_good >= 3, "round after round, whatever the others do");
	ok(n_open == 2, "an open that fails is tried again, one that went well is not");
	ok(collector("good").state == MIB_OK && collector("good").errors == 1,
	    "it is well, and its failure counted");
	ok(given_ms > 0 && given_ms <= 1000, "a peer has a second at least");
	UNTIL(n_broken >= 2);
	UNTIL(collector("broken").errors >= 2);
	ok(collector("broken").state == MIB_WARNING, "one that fails");
	is_str(collector("broken").state_text, "cannot read it", "says why");
	ok(collector("unwanted").state == 0 && collector("off").state == 0,
	    "who is not wanted, or off, is not there");
	ok(collector("hung").rounds == 0 &&
		collector("hung").round_age > clock_mono_ms() - 60000,
	    "one hangs in a round");
	UNTIL(collector("slow").rounds >= 1 && collector("slow").round_age > clock_mono_ms());
	ok(collector("slow").duration >= 700, "one is slow");
	UNTIL(collector("slow").rounds >= 2);
	ok(collector("slow").interval >= 1 && collector("slow").rounds >= 2,
	    "so its interval is wider");
}

static void test_stop(void)
{
	struct settings settings;
	struct err err = ERR_INIT;
	int64_t began_ms;

	slow_ms = 0;
	clock_sleep_ms(1000);
	began_ms = clock_mono_ms();
	is_num(collect_stop(threads, 100), 1, "all end but the one that hangs");
	ok(clock_mono_ms() - began_ms < 5000, "and that is not waited for");
	is_num(n_close, 1, "states are closed");

	settings = settings_of("second", false);
	ok(collect_start(all, &settings, board, &threads, &err) == 0, "other settings");
	ok(settings.role == NULL, "which are taken over");
	ok(collector("good").state == 0, "who is not wanted any more is gone");
	ok(collector("broken").errors >= 2, "who is has its counts");
	UNTIL(collector("hung").round_age < INT64_MAX);
	ok(write(pipes[0][1], "x", 1) == 1, "who was left behind comes back");
	UNTIL(n_back == 1);
	clock_sleep_ms(100);
	ok(collector("hung").rounds == 0, "and what it brings is thrown away");
	ok(write(pipes[1][1], "x", 1) == 1, "who hangs in its place comes back");
	UNTIL(collector("hung").rounds >= 1);
	ok(collector("hung").rounds >= 1 && collector("hung").rows == 1, "and is heard");
	close(pipes[1][1]);
	is_num(collect_stop(threads, 20000), 0, "now all end");
}

int main(void)
{
	struct settings settings = settings_of("first", true);
	struct err err = ERR_INIT;

	slow_ms = 700;
	if (pipe2(pipes[0], O_CLOEXEC) < 0 || pipe2(pipes[1], O_CLOEXEC) < 0 ||
	    board_new(&settings, &stats, &board, &err) < 0)
		note("%s", err.text);
	ok(collect_start(all, &settings, board, &threads, &err) == 0, "started %s", err.text);
	test_intervals();
	test_rounds();
	test_stop();
	board_free(board);
	return tap_done();
}
