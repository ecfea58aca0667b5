/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agentx_all SOCKET [ROWS]: a subagent that shows every table of HAETAE-MIB, with made rows, for the
 * tests of those who poll it. At SIGUSR1 the first row of each table that has a notification becomes
 * critical, and all of these are sent; at the next one it is ok again.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/num.h"
#include "subagent/agentx.h"
#include "t/mib_fill.h"

static struct {
	struct mib_rows rows[VIEW_TABLES_MAX];
	struct notifications *queue;
	unsigned n_rounds; /* of changes that were raised */
	int wake_fd;
} all;
static volatile sig_atomic_t n_asked, stopped;

static void on_signal(int number)
{
	if (number == SIGUSR1)
		n_asked++;
	else
		stopped = 1;
	eventfd_write(all.wake_fd, 1);
}

static void raise_all(enum mib_state state)
{
	for (size_t i = 0; i < mib_n_tables; i++) {
		const struct mib_table *table = mib_tables[i];
		const struct mib_column *column = mib_column_find(table, table->state);
		int64_t value = state;
		void *row;

		if (!table->notification || !column)
			continue;
		row = malloc(table->row_size);
		if (!row)
			abort();
		memcpy(row, mib_rows_at(&all.rows[i], 0), table->row_size);
		memcpy((char *)row + column->offset, &value, sizeof(value));
		notifications_raise(all.queue, table, row, clock_mono_ms());
		free(row);
	}
}

static void pin(void *unused, struct view *ret)
{
	(void)unused;
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < mib_n_tables; i++)
		ret->rows[i] = &all.rows[i];
	ret->now_ms = clock_mono_ms();
}

static void unpin(void *unused)
{
	(void)unused;
}

static bool take(void *unused, struct notification *ret)
{
	(void)unused;
	/* What was raised goes out before it is taken back, or it would not be told. */
	if ((unsigned)n_asked > all.n_rounds && notifications_wait_ms(all.queue, 0) < 0)
		raise_all(++all.n_rounds % 2 ? MIB_CRITICAL : MIB_OK);
	return notifications_take(all.queue, clock_mono_ms(), ret);
}

static void put_back(void *unused, struct notification *taken)
{
	(void)unused;
	notifications_put_back(all.queue, taken);
}

static int64_t wait_ms(void *unused)
{
	(void)unused;
	return (unsigned)n_asked > all.n_rounds
		   ? 0
		   : notifications_wait_ms(all.queue, clock_mono_ms());
}

static bool is_stopped(void *unused)
{
	(void)unused;
	return stopped;
}

int main(int argc, char **argv)
{
	const struct notification_limits limits = { 200, 100, 1000 };
	const struct agentx_source source = { .pin = pin,
		.unpin = unpin,
		.take = take,
		.put_back = put_back,
		.wait_ms = wait_ms,
		.wake_fd = all.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.is_stopped = is_stopped };
	const struct agentx_options options = { .socket = argc > 1 ? argv[1] : "",
		.ping_ms = 1000 };
	static struct agentx_stats stats;
	struct err err = ERR_INIT;
	uint64_t n = 3;

	if (argc < 2 || (argc > 2 && num_u64(argv[2], &n, &err) < 0)) {
		fprintf(stderr, "usage: agentx_all SOCKET [ROWS]\n");
		return 2;
	}
	log_open("agentx_all", NULL, false, LOG_LEVEL_INFO);
	for (size_t i = 0; i < mib_n_tables; i++)
		mib_fill(&all.rows[i], mib_tables[i], mib_tables[i]->n_index ? n : 1,
		    clock_mono_ms());
	if (notifications_new(&limits, &all.queue, &err) < 0)
		return 1;
	signal(SIGTERM, on_signal);
	signal(SIGUSR1, on_signal);
	if (agentx_run(&options, &source, &stats, &err) < 0)
		fprintf(stderr, "agentx_all: %s\n", err.text);
	for (size_t i = 0; i < mib_n_tables; i++)
		mib_rows_free(&all.rows[i]);
	notifications_free(all.queue);
	return 0;
}
