/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/ping.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/client/memcached.h"

/* An error that the server tells, or no answer. */
static void failed(struct ping *ping, int code, const char *question,
    const struct dialog *dialog, const struct err *err)
{
	if (code != -EPROTO)
		ping_no_answer(ping, code, question, dialog, err);
	else if (strstr(err->text, "unauthenticated"))
		ping_problem(ping, STATE_UNKNOWN,
		    "wants a login (option -Y): let it listen without one on a socket for "
		    "checks");
	else if (strstr(err->text, "Too many open connections"))
		ping_problem(ping, STATE_CRITICAL, "has no connection left (option -c): '%s'",
		    err->text);
	else
		ping_problem(ping, STATE_CRITICAL, "answers %s with '%s'", question, err->text);
}

static int read_stats(
    const struct fsroot *root, struct buf *buf, void *context, struct err *err)
{
	(void)root;
	return memcached_stats_read(context, buf, err);
}

static void give_rates(struct ping *ping, struct dialog *dialog, struct memcached_stats *ret)
{
	CLEANUP(sample_pair_free) struct sample_pair pair = SAMPLE_PAIR_INIT;
	struct memcached_stats earlier;

	if (!ping_take_pair(ping, read_stats, dialog, &pair) ||
	    memcached_stats_parse(buf_text(&pair.later), pair.later.size, ret, NULL) < 0 ||
	    memcached_stats_parse(buf_text(&pair.earlier), pair.earlier.size, &earlier, NULL) <
		0)
		return;
	ping_rate(ping, PING_REQUESTS_RATE, earlier.n_gets + earlier.n_sets,
	    ret->n_gets + ret->n_sets, pair.seconds);
	ping_rate(ping, PING_EVICTED_RATE, earlier.n_evictions, ret->n_evictions, pair.seconds);
}

static void give_stats(struct ping *ping, const struct memcached_stats *stats)
{
	ping_share(ping, PING_MEMORY, PING_MEMORY_USED, stats->memory_used, stats->memory_max);
	ping_share(ping, PING_CONNECTIONS, PING_CONNECTIONS_USED, stats->connections,
	    stats->connections_max);
	if (stats->n_hits + stats->n_misses > 0)
		ping_value(
		    ping, PING_HITS, stats->n_hits / (stats->n_hits + stats->n_misses) * 100);
	ping_value(ping, PING_ITEMS, stats->items);
	ping_value(ping, PING_UPTIME, stats->uptime_s);
}

static void summarise(struct ping *ping, const char *words, const char *version,
    const struct memcached_stats *stats)
{
	char used[UNIT_TEXT_SIZE], max[UNIT_TEXT_SIZE];

	unit_value_text(UNIT_BYTES, stats->memory_used, used);
	unit_value_text(UNIT_BYTES, stats->memory_max, max);
	result_summary(ping->check->result,
	    "%s answered in %s; version %s, %.0f items, %s of %s, %.0f of %.0f connections",
	    ping->who, words, version, stats->items, used, max, stats->connections,
	    stats->connections_max);
}

int ping_memcached(struct ping *ping, struct err *err)
{
	CLEANUP_DIALOG struct dialog dialog = DIALOG_INIT;
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(2 * MEMCACHED_STATS_MAX);
	char version[MEMCACHED_VERSION_SIZE], words[PING_WORDS_SIZE];
	struct memcached_stats stats;
	int r = memcached_open(ping->address, ping->family, ping->until_ms, &dialog, err);

	if (r < 0) {
		ping_no_connection(ping, r, err);
		return 0;
	}
	ping_connected(ping);
	r = memcached_version(&dialog, version, err);
	if (r < 0) {
		failed(ping, r, "\"version\"", &dialog, err);
		return 0;
	}
	ping_took(ping, words);
	r = memcached_stats_read(&dialog, &text, err);
	if (r == 0)
		r = memcached_stats_parse(buf_text(&text), text.size, &stats, err);
	if (r < 0) {
		failed(ping, r, "\"stats\"", &dialog, err);
		return 0;
	}
	if (ping_wants_rates(ping))
		give_rates(ping, &dialog, &stats);
	give_stats(ping, &stats);
	summarise(ping, words, version, &stats);
	return 0;
}
