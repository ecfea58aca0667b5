/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/collect.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/fsroot.h"
#include "lib/base/log.h"

enum {
	STACK_SIZE = 2 << 20,	/* untouched pages cost nothing */
	LIMIT_INTERVALS = 10,	/* by default rows are shown for so many intervals */
	JITTER_PERCENT = 10,	/* of the interval, in all */
	PEER_MS_MAX = 10000,	/* that a peer is given, at most */
	ROUND_MS_LEAST = 1000,	/* that it is given, at least */
	REST_INTERVALS = 3,	/* between rounds that take long, at most */
	BETWEEN_STARTS_MS = 50, /* from one thread's first round to the next one's */
};

/* What all threads of one configuration share. The last who leaves frees it. */
struct collect_threads {
	struct settings settings;
	struct board *board;
	/* The lock of all below. Who publishes has it, so that nobody who was left behind does. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopped;	 /* no round begins any more */
	bool left_alone; /* and what comes now is thrown away */
	size_t n_running;
	size_t n_holders; /* the threads, and who may call collect_stop */
};

struct thread {
	struct collect_threads *threads;
	const struct collector *collector;
	int64_t interval_ms, first_ms, phase_ms;
	uint32_t random;
};

static void let_go(struct collect_threads *threads)
{
	bool last;

	pthread_mutex_lock(&threads->lock);
	last = --threads->n_holders == 0;
	pthread_mutex_unlock(&threads->lock);
	if (!last)
		return;
	settings_free(&threads->settings);
	pthread_cond_destroy(&threads->changed);
	pthread_mutex_destroy(&threads->lock);
	free(threads);
}

/* --- time ------------------------------------------------------------------------------------ */

/* Until the instant, or until all is stopped: false. */
static bool sleep_until(struct collect_threads *threads, int64_t until_ms)
{
	struct timespec until = { .tv_sec = (time_t)(until_ms / 1000),
		.tv_nsec = (long)(until_ms % 1000) * 1000000 };
	int r = 0;
	bool goes_on;

	pthread_mutex_lock(&threads->lock);
	while (!threads->stopped && r != ETIMEDOUT)
		r = pthread_cond_timedwait(&threads->changed, &threads->lock, &until);
	goes_on = !threads->stopped;
	pthread_mutex_unlock(&threads->lock);
	return goes_on;
}

/* xorshift: nobody has to guess it. */
static int64_t jitter_ms(struct thread *thread, int64_t interval_ms)
{
	int64_t range_ms = interval_ms * JITTER_PERCENT / 100;

	thread->random ^= thread->random << 13;
	thread->random ^= thread->random >> 17;
	thread->random ^= thread->random << 5;
	return range_ms > 0 ? (int64_t)(thread->random % (uint64_t)range_ms) - range_ms / 2 : 0;
}

int64_t collect_interval_after(int64_t interval_ms, int64_t took_ms)
{
	int64_t rest_ms = REST_INTERVALS * interval_ms;

	if (took_ms < rest_ms)
		rest_ms = took_ms;
	return took_ms + rest_ms > interval_ms ? took_ms + rest_ms : interval_ms;
}

/* --- rounds ---------------------------------------------------------------------------------- */

static void free_rows(const struct collector *collector, struct mib_rows *rows)
{
	for (size_t i = 0; collector->tables[i] && i < COLLECTOR_TABLES_MAX; i++)
		mib_rows_free(&rows[i]);
}

/* Frees the rows, or gives them away. */
static void publish(const struct thread *thread, struct mib_rows *rows, int r, int64_t taken_ms,
    int64_t took_ms, const struct err *err)
{
	struct collect_threads *threads = thread->threads;
	bool is_good;

	pthread_mutex_lock(&threads->lock);
	is_good = r >= 0 && !threads->left_alone;
	if (is_good)
		board_publish(threads->board, thread->collector, rows, taken_ms, took_ms, err);
	else if (!threads->left_alone)
		board_fail(threads->board, thread->collector, took_ms, err);
	pthread_mutex_unlock(&threads->lock);
	if (!is_good)
		free_rows(thread->collector, rows);
}

static int64_t peer_ms(int64_t interval_ms)
{
	int64_t ms = interval_ms / 2;

	if (ms < ROUND_MS_LEAST)
		return ROUND_MS_LEAST;
	return ms > PEER_MS_MAX ? PEER_MS_MAX : ms;
}

static int read_all(struct thread *thread, struct collect *given, void **state, bool *is_open,
    struct mib_rows *rows, struct err *err)
{
	const struct collector *collector = thread->collector;
	struct fsroot root;
	int r = fsroot_open(given->settings->root, &root, err);

	if (r < 0)
		return r;
	if (!*is_open && collector->open)
		r = collector->open(given->settings, state, err);
	*is_open = r == 0;
	given->root = &root;
	given->state = *state;
	if (r == 0)
		r = collector->collect(given, rows, err);
	fsroot_close(&root);
	return r;
}

/* How long it took. */
static int64_t run_round(struct thread *thread, void **state, bool *is_open)
{
	const struct collector *collector = thread->collector;
	struct mib_rows rows[COLLECTOR_TABLES_MAX];
	struct err err = ERR_INIT;
	int64_t began_ms = clock_mono_ms(), took_ms;
	struct collect given = { .settings = &thread->threads->settings,
		.until_ms = began_ms + peer_ms(thread->interval_ms) };
	int r;

	for (size_t i = 0; collector->tables[i] && i < COLLECTOR_TABLES_MAX; i++)
		mib_rows_init(collector->tables[i], 0, &rows[i]);
	r = read_all(thread, &given, state, is_open, rows, &err);
	took_ms = clock_mono_ms() - began_ms;
	if (*err.text)
		log_debug("collector %s: %s", collector->name, err.text);
	publish(thread, rows, r, began_ms, took_ms, &err);
	return took_ms;
}

static void begin_round(struct thread *thread, int64_t interval_ms)
{
	struct collect_threads *threads = thread->threads;

	pthread_mutex_lock(&threads->lock);
	if (!threads->left_alone)
		board_begin(threads->board, thread->collector, interval_ms);
	pthread_mutex_unlock(&threads->lock);
}

static void run_rounds(struct thread *thread)
{
	struct collect_threads *threads = thread->threads;
	int64_t interval_ms = thread->interval_ms, next_ms = thread->first_ms;
	void *state = NULL;
	bool is_open = false, is_first = true;

	while (sleep_until(threads, next_ms)) {
		int64_t began_ms = clock_mono_ms();

		begin_round(thread, interval_ms);
		interval_ms = collect_interval_after(
		    thread->interval_ms, run_round(thread, &state, &is_open));
		next_ms = began_ms + interval_ms + jitter_ms(thread, thread->interval_ms);
		/* Once after the start, so that all are spread over the interval. */
		if (is_first)
			next_ms -= thread->phase_ms;
		is_first = false;
	}
	if (is_open && thread->collector->close)
		thread->collector->close(state);
}

static void *run_thread(void *context)
{
	struct thread *thread = context;
	struct collect_threads *threads = thread->threads;
	char name[16];

	(void)snprintf(name, sizeof(name), "%.15s", thread->collector->name);
	(void)pthread_setname_np(pthread_self(), name);
	run_rounds(thread);
	pthread_mutex_lock(&threads->lock);
	threads->n_running--;
	pthread_cond_broadcast(&threads->changed);
	pthread_mutex_unlock(&threads->lock);
	free(thread);
	let_go(threads);
	return NULL;
}

/* --- all of them ----------------------------------------------------------------------------- */

bool collect_is_wanted(const struct collector *collector, const struct settings *settings)
{
	const struct settings_collector *of = settings_collector(settings, collector->name);

	return !(of && of->off) && (!collector->is_wanted || collector->is_wanted(settings));
}

static int start_thread(struct collect_threads *threads, const struct collector *collector,
    size_t number, struct err *err)
{
	const struct settings_collector *of =
	    settings_collector(&threads->settings, collector->name);
	int64_t interval_ms = of && of->interval_ms ? of->interval_ms : collector->interval_ms;
	int64_t limit_ms = of && of->limit_ms ? of->limit_ms : LIMIT_INTERVALS * interval_ms;
	struct thread *thread = calloc(1, sizeof(*thread));
	pthread_attr_t attributes;
	pthread_t id;
	int r;

	if (!thread)
		return err_sys(err, -ENOMEM, "cannot start collector %s", collector->name);
	*thread = (struct thread){ .threads = threads,
		.collector = collector,
		.interval_ms = interval_ms,
		.first_ms = clock_mono_ms() + (int64_t)number * BETWEEN_STARTS_MS,
		/* Golden sections of the half: however many there are, they lie apart. */
		.phase_ms = (int64_t)(number * 618 % 1000) * interval_ms / 2000,
		.random = mib_index(collector->name) ^ (uint32_t)clock_mono_us() };
	thread->random |= 1;
	r = board_add(threads->board, collector, interval_ms, limit_ms, err);
	if (r < 0) {
		free(thread);
		return r;
	}
	/* Counted before it runs: it may end at once. */
	pthread_mutex_lock(&threads->lock);
	threads->n_running++;
	threads->n_holders++;
	pthread_mutex_unlock(&threads->lock);
	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
	r = pthread_create(&id, &attributes, run_thread, thread);
	(void)pthread_attr_destroy(&attributes);
	if (r != 0) {
		pthread_mutex_lock(&threads->lock);
		threads->n_running--;
		threads->n_holders--;
		pthread_mutex_unlock(&threads->lock);
		free(thread);
		return err_sys(err, -r, "cannot start collector %s", collector->name);
	}
	return 0;
}

int collect_start(const struct collector *const *list, struct settings *settings,
    struct board *board, struct collect_threads **ret, struct err *err)
{
	struct collect_threads *threads = calloc(1, sizeof(*threads));
	pthread_condattr_t monotonic;
	size_t number = 0;
	int r = 0;

	if (!threads) {
		settings_free(settings);
		return err_sys(err, -ENOMEM, "cannot start the collectors");
	}
	threads->settings = *settings;
	*settings = (struct settings){ 0 };
	threads->board = board;
	threads->n_holders = 1;
	(void)pthread_mutex_init(&threads->lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&threads->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	for (size_t i = 0; r == 0 && list[i]; i++) {
		if (collect_is_wanted(list[i], &threads->settings))
			r = start_thread(threads, list[i], number++, err);
		else
			board_remove(board, list[i]);
	}
	if (r < 0) {
		(void)collect_stop(threads, 0);
		return r;
	}
	*ret = threads;
	return 0;
}

size_t collect_stop(struct collect_threads *threads, int64_t within_ms)
{
	int64_t until_ms = clock_mono_ms() + within_ms;
	struct timespec until = { .tv_sec = (time_t)(until_ms / 1000),
		.tv_nsec = (long)(until_ms % 1000) * 1000000 };
	size_t n_left;
	int r = 0;

	if (!threads)
		return 0;
	pthread_mutex_lock(&threads->lock);
	threads->stopped = true;
	pthread_cond_broadcast(&threads->changed);
	while (threads->n_running > 0 && r != ETIMEDOUT)
		r = pthread_cond_timedwait(&threads->changed, &threads->lock, &until);
	n_left = threads->n_running;
	threads->left_alone = true;
	pthread_mutex_unlock(&threads->lock);
	let_go(threads);
	return n_left;
}
