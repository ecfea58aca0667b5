/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Redis, Valkey and what else speaks version 2 of their protocol: a command, its reply, and the
 * facts of INFO. Sources: redis.io, "Redis serialization protocol specification" and "INFO".
 */
#ifndef HAETAE_CLIENT_REDIS_H
#define HAETAE_CLIENT_REDIS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/client/dialog.h"

#define REDIS_PORT "6379"

enum redis_type {
	REDIS_STATUS,  /* "+OK" */
	REDIS_ERROR,   /* "-ERR ..." */
	REDIS_INTEGER, /* ":1" */
	REDIS_BULK,    /* "$5", any bytes */
	REDIS_ARRAY,   /* "*2": its elements follow, each a reply */
	REDIS_NIL,     /* "$-1" or "*-1" */
};

/* INFO of a server with many databases has some 10 KB. */
enum { REDIS_LINE_MAX = 1024, REDIS_BULK_MAX = 256 << 10, REDIS_ARRAY_MAX = 1024 };

struct redis_reply {
	enum redis_type type;
	const char *text; /* of status, error and bulk; points into what was parsed */
	size_t size;
	int64_t number; /* of an integer; of an array its elements */
};

/* The reply at the start of data. Returns the bytes it takes (of an array its head alone), 0 when
 * there must be more of them, -EBADMSG for what is no reply, -EMSGSIZE for one over the limits. */
ssize_t redis_parse(
    const char *data, size_t size, struct redis_reply *ret, struct err *err) ATTR_MUST_CHECK;

struct redis {
	struct dialog dialog;
	size_t taken; /* bytes of the last reply, forgotten by the next question */
};
#define REDIS_INIT                    \
	{                             \
		.dialog = DIALOG_INIT \
	}

/* address as stream_open has it. */
int redis_open(const char *address, enum address_family family, int64_t until_ms,
    struct redis *ret, struct err *err) ATTR_MUST_CHECK;
void redis_close(struct redis *redis);
#define CLEANUP_REDIS CLEANUP(redis_close)

/* Sends a command of n words and waits for the reply, which is good until the next call. An
 * error that the server tells is a reply. Failures as dialog_more and redis_parse have them. */
int redis_ask(struct redis *redis, const char *const *words, size_t n_words,
    struct redis_reply *ret, struct err *err) ATTR_MUST_CHECK;
/* The next reply, for the elements of an array. */
int redis_next(struct redis *redis, struct redis_reply *ret, struct err *err) ATTR_MUST_CHECK;

bool redis_is(const struct redis_reply *reply, enum redis_type type, const char *text);
/* Whether it is an error whose first word is this: "NOAUTH". */
bool redis_is_error(const struct redis_reply *reply, const char *word);

/* Facts of INFO; a number that is not told is NAN, a text "". */
struct redis_info {
	char version[32];
	char role[16]; /* "master" or "slave" */
	char master_host[256];
	char master_port[8];
	char master_link[16]; /* "up" or "down", of a replica */
	char policy[32];      /* what happens at maxmemory: "noeviction", "allkeys-lru", ... */
	char bgsave[16];      /* of the last save in the background: "ok" or "err" */
	char aof_write[16];   /* of the last write to the log: "ok" or "err" */
	double uptime_s;
	double clients, clients_max, clients_blocked;
	double memory_used, memory_max; /* bytes; memory_max 0: no limit */
	double loading, loading_pct, loading_eta_s;
	double save_time_s; /* since 1970 */
	double changes;	    /* since that save */
	double n_commands, n_rejected, n_evicted, n_expired, n_hits, n_misses;
	double replicas;
	double link_down_s, master_silent_s, syncing;
};

/* -EBADMSG if it has no version. */
int redis_info_parse(
    const char *text, size_t size, struct redis_info *ret, struct err *err) ATTR_MUST_CHECK;

#endif
