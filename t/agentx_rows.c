/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subagent's session with made rows in the place of collectors.
 *   agentx_rows SOCKET PING_MS ROWS [COLUMNS]
 * Serves the tables of t/mib_made.c, or with COLUMNS one table of ROWS x COLUMNS numbers. Lines
 * on stdin tell it what to do; it ends at their end, or by SIGTERM:
 *   churn MS       new rows every MS from now on, more or less of them
 *   limits RATE BURST WAITING    of notifications
 *   raise N        so many changes of state, one after the other, over all rows, to another
 *                  one than the time before
 *   counts         prints what it has done so far
 */
#include "config.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/num.h"
#include "subagent/agentx.h"
#include "t/mib_made.h"

struct snapshot {
	struct mib_rows rows[MADE_TABLES];
	unsigned n_users;
};

static struct {
	pthread_mutex_t lock;
	struct snapshot *now, *pinned;
	struct notifications *queue;
	unsigned n_rows, n_columns, n_raises;
	_Atomic unsigned churn_ms;
	int wake_fd;
} board = { .lock = PTHREAD_MUTEX_INITIALIZER };
static struct agentx_stats stats;
static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
	eventfd_write(board.wake_fd, 1);
}

static void drop(struct snapshot *snapshot)
{
	if (--snapshot->n_users > 0)
		return;
	made_free(snapshot->rows);
	free(snapshot);
}

static void publish(unsigned n)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot)), *old;

	if (!snapshot)
		abort();
	snapshot->n_users = 1;
	if (board.n_columns > 0)
		made_fill_wide(snapshot->rows, n, board.n_columns);
	else
		made_fill(snapshot->rows, n);
	pthread_mutex_lock(&board.lock);
	old = board.now;
	board.now = snapshot;
	if (old)
		drop(old);
	pthread_mutex_unlock(&board.lock);
}

static void *churn(void *unused)
{
	(void)unused;
	for (unsigned i = 0; !stopped; i++) {
		unsigned ms = atomic_load(&board.churn_ms);

		if (ms > 0)
			publish(board.n_rows / 2 + i * 7919 % (board.n_rows / 2 + 1));
		clock_sleep_ms(ms > 0 ? ms : 10);
	}
	return NULL;
}

/* --- what the session asks for -------------------------------------------------------------- */

static void pin(void *unused, struct view *ret)
{
	(void)unused;
	pthread_mutex_lock(&board.lock);
	board.pinned = board.now;
	board.pinned->n_users++;
	pthread_mutex_unlock(&board.lock);
	made_view(board.pinned->rows, ret);
	ret->now_ms = clock_mono_ms();
}

static void unpin(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&board.lock);
	drop(board.pinned);
	pthread_mutex_unlock(&board.lock);
}

static bool take(void *unused, struct notification *ret)
{
	bool is_taken;

	(void)unused;
	pthread_mutex_lock(&board.lock);
	is_taken = notifications_take(board.queue, clock_mono_ms(), ret);
	pthread_mutex_unlock(&board.lock);
	return is_taken;
}

static void put_back(void *unused, struct notification *taken)
{
	(void)unused;
	pthread_mutex_lock(&board.lock);
	notifications_put_back(board.queue, taken);
	pthread_mutex_unlock(&board.lock);
}

static int64_t wait_ms(void *unused)
{
	int64_t ms;

	(void)unused;
	pthread_mutex_lock(&board.lock);
	ms = notifications_wait_ms(board.queue, clock_mono_ms());
	pthread_mutex_unlock(&board.lock);
	return ms;
}

static bool is_stopped(void *unused)
{
	(void)unused;
	return stopped;
}

/* --- commands ------------------------------------------------------------------------------- */

static void raise_changes(unsigned n)
{
	const struct mib_rows *things;

	pthread_mutex_lock(&board.lock);
	things = &board.now->rows[MADE_THING];
	for (unsigned i = 0; i < n; i++) {
		struct made_row row;

		memcpy(&row, mib_rows_at(things, i % things->n), sizeof(row));
		row.state = (i / things->n + board.n_raises) % 2 ? MIB_WARNING : MIB_CRITICAL;
		(void)snprintf(row.text, sizeof(row.text), "change %u of %u", i, n);
		notifications_raise(board.queue, things->table, &row, clock_mono_ms());
	}
	board.n_raises++;
	pthread_mutex_unlock(&board.lock);
	eventfd_write(board.wake_fd, 1);
}

static void print_counts(void)
{
	struct notification_counts counts;

	pthread_mutex_lock(&board.lock);
	notifications_count(board.queue, &counts);
	pthread_mutex_unlock(&board.lock);
	printf("link %d connects %u errors %u varbinds %llu max_us %u raised %llu sent %llu "
	       "suppressed %llu waiting %llu\n",
	    atomic_load(&stats.link), atomic_load(&stats.connects), atomic_load(&stats.errors),
	    (unsigned long long)atomic_load(&stats.varbinds),
	    atomic_load(&stats.handler_max_us), (unsigned long long)counts.raised,
	    (unsigned long long)counts.sent, (unsigned long long)counts.suppressed,
	    (unsigned long long)counts.waiting);
	fflush(stdout);
}

static unsigned number(const char *text)
{
	uint64_t ret;

	return text && num_u64(text, &ret, NULL) == 0 ? (unsigned)ret : 0;
}

static void obey(char *line)
{
	char *words[4] = { NULL };
	size_t n = 0;

	for (char *rest = line; n < 4 && (words[n] = strsep(&rest, " \n"));)
		n++;
	if (strcmp(line, "churn") == 0) {
		atomic_store(&board.churn_ms, number(words[1]));
	} else if (strcmp(line, "limits") == 0) {
		struct notification_limits limits = { number(words[1]), number(words[2]),
			number(words[3]) };

		pthread_mutex_lock(&board.lock);
		notifications_limit(board.queue, &limits);
		pthread_mutex_unlock(&board.lock);
	} else if (strcmp(line, "raise") == 0) {
		raise_changes(number(words[1]));
	} else {
		print_counts();
	}
}

static void *read_commands(void *unused)
{
	char line[128];

	(void)unused;
	/* Nothing stays behind in the stream that poll would not see. */
	setvbuf(stdin, NULL, _IONBF, 0);
	while (!stopped) {
		struct pollfd ready = { .fd = STDIN_FILENO, .events = POLLIN };

		if (poll(&ready, 1, 100) != 1)
			continue;
		if (!fgets(line, sizeof(line), stdin))
			break;
		obey(line);
	}
	on_signal(0);
	return NULL;
}

int main(int argc, char **argv)
{
	const struct notification_limits limits = { 20, 50, 1000 };
	const struct agentx_source source = { .pin = pin,
		.unpin = unpin,
		.take = take,
		.put_back = put_back,
		.wait_ms = wait_ms,
		.wake_fd = board.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.is_stopped = is_stopped };
	struct agentx_options options = { .socket = argc > 1 ? argv[1] : "" };
	struct err err = ERR_INIT;
	pthread_t threads[2];

	options.ping_ms = argc > 3 ? number(argv[2]) : 0;
	board.n_rows = argc > 3 ? number(argv[3]) : 0;
	board.n_columns = argc > 4 ? number(argv[4]) : 0;
	if (options.ping_ms == 0) {
		fprintf(stderr, "usage: agentx_rows SOCKET PING_MS ROWS [COLUMNS]\n");
		return 2;
	}
	log_open("agentx_rows", NULL, false, LOG_LEVEL_INFO);
	if (notifications_new(&limits, &board.queue, &err) < 0)
		return 1;
	publish(board.n_rows);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	pthread_create(&threads[0], NULL, churn, NULL);
	pthread_create(&threads[1], NULL, read_commands, NULL);
	if (agentx_run(&options, &source, &stats, &err) < 0)
		fprintf(stderr, "agentx_rows: %s\n", err.text);
	stopped = 1;
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	print_counts();
	drop(board.now);
	notifications_free(board.queue);
	return 0;
}
