/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/ping.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "lib/base/clock.h"
#include "lib/client/redis.h"

/* What an error of the server means, by its first word, and what is to be done about it. */
static const struct {
	const char *word;
	enum state state;
	const char *text;
} errors[] = {
	{ "NOAUTH", STATE_UNKNOWN,
	    "wants a password: give it by --config or HAETAE_PING_PASSWORD" },
	{ "WRONGPASS", STATE_UNKNOWN, "refuses the user or password that it was given" },
	{ "NOPERM", STATE_UNKNOWN, "does not let this user ask: grant it +ping +info" },
	{ "DENIED", STATE_UNKNOWN, "answers nobody of another host (protected-mode)" },
	{ "LOADING", STATE_CRITICAL, "is loading its data, and serves nobody" },
	{ "MASTERDOWN", STATE_CRITICAL,
	    "is a replica without its master, and serves nobody (replica-serve-stale-data "
	    "no)" },
	{ "BUSY", STATE_CRITICAL, "runs a script that does not end (SCRIPT KILL)" },
	{ "READONLY", STATE_CRITICAL, "is a replica and takes no writes" },
	{ "OOM", STATE_CRITICAL, "is at its maxmemory and takes no writes" },
	{ "MISCONF", STATE_CRITICAL, "cannot save its data, and takes no writes" },
	{ "NOREPLICAS", STATE_CRITICAL, "has too few good replicas, and takes no writes" },
	{ "CLUSTERDOWN", STATE_CRITICAL, "is in a cluster that is down" },
	{ "MOVED", STATE_UNKNOWN,
	    "keeps this key on another node of its cluster: choose another KEY" },
};

static void tell_error(struct ping *ping, const char *question, const struct redis_reply *reply)
{
	int size = (int)(reply->size < 200 ? reply->size : 200);

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (!redis_is_error(reply, errors[i].word))
			continue;
		ping_problem(ping, errors[i].state, "%s", errors[i].text);
		result_detail(ping->check->result, errors[i].state, "answer to %s: %.*s",
		    question, size, reply->text);
		return;
	}
	if (reply->type == REDIS_ERROR)
		ping_problem(ping, STATE_CRITICAL, "answers %s with '%.*s'", question, size,
		    reply->text);
	else
		ping_problem(ping, STATE_CRITICAL, "answers %s wrongly: '%.*s'", question, size,
		    reply->text ? reply->text : "");
}

/* Asks, and gives the verdict when there is no reply at all. */
static bool ask(struct ping *ping, struct redis *redis, const char *const *words,
    size_t n_words, struct redis_reply *ret)
{
	struct err err = ERR_INIT;
	int r = redis_ask(redis, words, n_words, ret, &err);

	if (r < 0)
		ping_no_answer(ping, r, words[0], &redis->dialog, &err);
	return r == 0;
}
#define ASK(ping, redis, reply, ...)                               \
	ask((ping), (redis), (const char *const[]){ __VA_ARGS__ }, \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), (reply))

/* --- login ------------------------------------------------------------------------------ */

static bool log_in(struct ping *ping, struct redis *redis)
{
	const struct secret *secret = &ping->secret;
	struct redis_reply reply;
	bool answered;

	if (!secret->password)
		return true;
	if (secret->user)
		answered = ASK(ping, redis, &reply, "AUTH", secret->user, secret->password);
	else
		answered = ASK(ping, redis, &reply, "AUTH", secret->password);
	if (!answered || redis_is(&reply, REDIS_STATUS, "OK"))
		return answered;
	/* Before Redis 6 there were no users and no words for it. */
	if (redis_is_error(&reply, "ERR") &&
	    memmem(reply.text, reply.size, "invalid password", 16)) {
		ping_problem(ping, STATE_UNKNOWN, "refuses the password that it was given");
		return false;
	}
	if (redis_is_error(&reply, "ERR") && memmem(reply.text, reply.size, "AUTH", 4)) {
		result_detail(ping->check->result, STATE_WARNING,
		    "a password was given, but the server wants none");
		return true;
	}
	tell_error(ping, "AUTH", &reply);
	return false;
}

/* --- INFO ----------------------------------------------------------------------------------- */

static int read_info(const struct fsroot *root, struct buf *buf, void *context, struct err *err)
{
	struct redis_reply reply;
	int r = redis_ask(context, (const char *const[]){ "INFO" }, 1, &reply, err);

	(void)root;
	if (r < 0)
		return r;
	if (reply.type == REDIS_ERROR)
		return err_set(err, -EPERM, "%.*s", (int)(reply.size < 200 ? reply.size : 200),
		    reply.text);
	if (reply.type != REDIS_BULK)
		return err_set(err, -EBADMSG, "no text");
	r = buf_add(buf, reply.text, reply.size);
	return r < 0 ? err_set(err, r, "cannot keep the answer") : 0;
}

static void give_rates(struct ping *ping, struct redis *redis, struct redis_info *ret)
{
	CLEANUP(sample_pair_free) struct sample_pair pair = SAMPLE_PAIR_INIT;
	struct redis_info earlier;

	if (!ping_take_pair(ping, read_info, redis, &pair) ||
	    redis_info_parse(buf_text(&pair.later), pair.later.size, ret, NULL) < 0 ||
	    redis_info_parse(buf_text(&pair.earlier), pair.earlier.size, &earlier, NULL) < 0)
		return;
	ping_rate(ping, PING_REQUESTS_RATE, earlier.n_commands, ret->n_commands, pair.seconds);
	ping_rate(ping, PING_EVICTED_RATE, earlier.n_evicted, ret->n_evicted, pair.seconds);
	ping_rate(ping, PING_REJECTED_RATE, earlier.n_rejected, ret->n_rejected, pair.seconds);
}

/* Where -1 stands for "never" and NAN for "not told". */
static double at_least_0(double value)
{
	return value > 0 ? value : 0;
}

static void give_replica(struct ping *ping, const struct redis_info *info)
{
	bool is_up = strcmp(info->master_link, "up") == 0;
	char age[CLOCK_TEXT_SIZE];

	if (info->master_link[0] == '\0')
		return;
	ping_value(ping, PING_LINK_DOWN, is_up ? 0 : at_least_0(info->link_down_s));
	if (info->master_silent_s >= 0)
		ping_value(ping, PING_MASTER_SILENT, info->master_silent_s);
	if (is_up)
		return;
	clock_age_text(
	    (int64_t)at_least_0(info->link_down_s < 1e9 ? info->link_down_s : 0), age);
	ping_problem(ping, STATE_WARNING, "has lost its master %s:%s since %s%s",
	    info->master_host, info->master_port, age,
	    info->syncing > 0 ? ", and copies its data now" : "");
}

static void give_info(struct ping *ping, const struct redis_info *info)
{
	double lookups = info->n_hits + info->n_misses;

	ping_share(ping, PING_MEMORY, PING_MEMORY_USED, info->memory_used, info->memory_max);
	ping_share(
	    ping, PING_CONNECTIONS, PING_CONNECTIONS_USED, info->clients, info->clients_max);
	ping_value(ping, PING_CONNECTIONS_BLOCKED, info->clients_blocked);
	if (lookups > 0)
		ping_value(ping, PING_HITS, info->n_hits / lookups * 100);
	ping_value(ping, PING_REPLICAS, info->replicas);
	give_replica(ping, info);
	if (info->save_time_s > 0)
		ping_value(ping, PING_SAVE_AGE,
		    at_least_0((double)clock_real_ms() / 1000 - info->save_time_s));
	ping_value(ping, PING_SAVE_CHANGES, info->changes);
	ping_value(ping, PING_UPTIME, info->uptime_s);
	if (strcmp(info->bgsave, "err") == 0)
		ping_problem(
		    ping, STATE_WARNING, "failed to save its data (rdb_last_bgsave_status)");
	if (strcmp(info->aof_write, "err") == 0)
		ping_problem(
		    ping, STATE_WARNING, "failed to write its log (aof_last_write_status)");
	/* A cache is to be full; what may not forget then takes nothing more. */
	if (info->memory_max > 0 && info->memory_used >= info->memory_max &&
	    strcmp(info->policy, "noeviction") == 0)
		ping_problem(ping, STATE_CRITICAL,
		    "is at its maxmemory and takes no writes (maxmemory-policy noeviction)");
}

static const char *plural(double n)
{
	return n == 1 ? "" : "s";
}

static void summarise(struct ping *ping, const char *words, const struct redis_info *info)
{
	char used[UNIT_TEXT_SIZE], max[UNIT_TEXT_SIZE], of_max[UNIT_TEXT_SIZE + 4] = "";
	bool is_replica = strcmp(info->role, "slave") == 0;

	unit_value_text(UNIT_BYTES, info->memory_used, used);
	unit_value_text(UNIT_BYTES, info->memory_max, max);
	if (info->memory_max > 0)
		(void)snprintf(of_max, sizeof(of_max), " of %s", max);
	result_summary(ping->check->result,
	    "%s answered PONG in %s; version %s, %s, %.0f replica%s, %.0f client%s, %s%s",
	    ping->who, words, info->version, is_replica ? "replica" : info->role,
	    info->replicas, plural(info->replicas), info->clients, plural(info->clients), used,
	    of_max);
	if (is_replica)
		result_detail(ping->check->result, STATE_OK, "replica of %s:%s, link %s",
		    info->master_host, info->master_port, info->master_link);
}

/* Facts, and what they say. Who may ping, but not ask, gets the ping alone. */
static void give_facts(struct ping *ping, struct redis *redis, const char *words)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(REDIS_BULK_MAX);
	struct redis_info info;
	struct err err = ERR_INIT;
	int r = read_info(&ping->check->root, &text, redis, &err);

	if (r == 0)
		r = redis_info_parse(buf_text(&text), text.size, &info, &err);
	if (r == -EPERM || r == -EBADMSG) {
		result_detail(ping->check->result, STATE_OK, "no facts: INFO says '%s'%s",
		    err.text, r == -EPERM ? " (grant +info)" : "");
		result_summary(ping->check->result, "%s answered PONG in %s", ping->who, words);
		return;
	}
	if (r < 0) {
		ping_no_answer(ping, r, "INFO", &redis->dialog, &err);
		return;
	}
	if (ping_wants_rates(ping))
		give_rates(ping, redis, &info);
	give_info(ping, &info);
	summarise(ping, words, &info);
}

/* INFO is answered while data is loaded; PING is not. */
static void tell_loading(struct ping *ping, struct redis *redis)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(REDIS_BULK_MAX);
	struct redis_info info;

	if (read_info(&ping->check->root, &text, redis, NULL) == 0 &&
	    redis_info_parse(buf_text(&text), text.size, &info, NULL) == 0 && info.loading > 0)
		result_detail(ping->check->result, STATE_CRITICAL,
		    "%.0f%% loaded, some %.0f s to go", info.loading_pct, info.loading_eta_s);
}

/* --- the write test ------------------------------------------------------------------------- */

enum { VALUE_SIZE = 33 };

static bool make_value(char out[VALUE_SIZE])
{
	unsigned char bytes[(VALUE_SIZE - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

static bool skip_elements(struct ping *ping, struct redis *redis, int64_t n)
{
	struct redis_reply reply;
	struct err err = ERR_INIT;

	for (; n > 0; n--) {
		int r = redis_next(redis, &reply, &err);

		if (r < 0) {
			ping_no_answer(ping, r, "EXEC", &redis->dialog, &err);
			return false;
		}
	}
	return true;
}

/* Deletes the key if it still has our value: WATCH makes sure of it up to the deletion. */
static bool clean_up(struct ping *ping, struct redis *redis, const char *key, const char *value)
{
	struct redis_reply reply;

	if (!ASK(ping, redis, &reply, "WATCH", key) || !ASK(ping, redis, &reply, "GET", key))
		return false;
	if (!redis_is(&reply, REDIS_BULK, value))
		return true;
	if (!ASK(ping, redis, &reply, "MULTI") || !ASK(ping, redis, &reply, "DEL", key) ||
	    !ASK(ping, redis, &reply, "EXEC"))
		return false;
	if (reply.type == REDIS_ERROR) {
		tell_error(ping, "DEL", &reply);
		return false;
	}
	return skip_elements(ping, redis, reply.type == REDIS_ARRAY ? reply.number : 0);
}

/* Whether a new key could be written and read back; it goes by itself after a minute. */
static bool write_test(struct ping *ping, struct redis *redis)
{
	const char *key = ping->given->write_test;
	char value[VALUE_SIZE] = "";
	struct redis_reply reply;
	int64_t start_us = clock_mono_us();

	if (!make_value(value)) {
		ping_problem(ping, STATE_UNKNOWN, "was not written to: no random numbers here");
		return false;
	}
	if (!ASK(ping, redis, &reply, "SET", key, value, "EX", "60", "NX"))
		return false;
	if (reply.type == REDIS_NIL) {
		ping_problem(ping, STATE_UNKNOWN,
		    "has a key '%.60s' already, and was not written to: choose another KEY",
		    key);
		return false;
	}
	if (!redis_is(&reply, REDIS_STATUS, "OK")) {
		tell_error(ping, "SET", &reply);
		return false;
	}
	if (!ASK(ping, redis, &reply, "GET", key))
		return false;
	if (!redis_is(&reply, REDIS_BULK, value)) {
		ping_problem(ping, STATE_CRITICAL,
		    "does not give back what was written to '%.60s'", key);
		return false;
	}
	ping_value(ping, PING_WRITE_TIME, (double)(clock_mono_us() - start_us) / 1e6);
	return clean_up(ping, redis, key, value);
}

int ping_redis(struct ping *ping, struct err *err)
{
	CLEANUP_REDIS struct redis redis = REDIS_INIT;
	struct redis_reply reply;
	char words[PING_WORDS_SIZE];
	int r = redis_open(ping->address, ping->family, ping->until_ms, &redis, err);

	if (r < 0) {
		ping_no_connection(ping, r, err);
		return 0;
	}
	ping_connected(ping);
	if (!log_in(ping, &redis) || !ASK(ping, &redis, &reply, "PING"))
		return 0;
	if (!redis_is(&reply, REDIS_STATUS, "PONG")) {
		tell_error(ping, "PING", &reply);
		if (redis_is_error(&reply, "LOADING"))
			tell_loading(ping, &redis);
		return 0;
	}
	ping_took(ping, words);
	if (ping->given->write_test && write_test(ping, &redis))
		result_detail(ping->check->result, STATE_OK,
		    "a value was written to '%.60s', read back and deleted",
		    ping->given->write_test);
	give_facts(ping, &redis, words);
	return 0;
}
