/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of check_service_ping share. check_service_ping.c has the tables and starts
 * one of the kinds; ping_talk.c finds the words for peers that do not answer; each ping_KIND.c
 * asks in one protocol and judges the answer.
 *
 * The kinds whose library takes longer to load than their question takes to be answered are in
 * a program of their own, service_ping_libs, which is made of the same files and is started
 * when one of them is asked for.
 */
#ifndef HAETAE_PLUGINS_PING_H
#define HAETAE_PLUGINS_PING_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/check/plugin.h"
#include "lib/client/dialog.h"
#include "lib/health/secret.h"

enum ping_metric {
	PING_TIME,
	PING_CONNECT_TIME,
	PING_WRITE_TIME,
	PING_MEMORY,
	PING_MEMORY_USED,
	PING_CONNECTIONS,
	PING_CONNECTIONS_USED,
	PING_CONNECTIONS_BLOCKED,
	PING_HITS,
	PING_ITEMS,
	PING_REPLICAS,
	PING_LINK_DOWN,
	PING_MASTER_SILENT,
	PING_SAVE_AGE,
	PING_SAVE_CHANGES,
	PING_UPTIME,
	PING_REQUESTS_RATE,
	PING_EVICTED_RATE,
	PING_REJECTED_RATE,
	PING_BYTES_RATE,
	PING_WORKERS,
	PING_WORKERS_BUSY,
	PING_WORKERS_IDLE,
	PING_STATUS,
	PING_SIZE,
	PING_CERT_DAYS,
	PING_LOOKUP_TIME,
	PING_TLS_TIME,
	PING_FIRST_BYTE_TIME,
	PING_N_METRICS
};

struct ping_options {
	const char *kind;
	const char *host, *socket;
	bool ipv4, ipv6;
	const char *config;
	bool rates;
	const char *send, *expect; /* tcp, unix */
	const char *write_test;	   /* redis */
	const char *vhost;	   /* amqp */
	/* http, https */
	const char *url, *method, *status, *body, *host_name, *ca;
	struct opt_list headers;
	uint64_t follow;
	bool insecure, mod_status;
	bool has_expired;
	enum state expired; /* of a certificate that has */
};

struct ping_kind;

/* One run. */
struct ping {
	struct check *check;
	const struct ping_options *given;
	const struct ping_kind *kind;
	char who[ADDRESS_HOST_SIZE + 40]; /* "redis 127.0.0.1:6379" */
	const char *address;		  /* as stream_open has it */
	enum address_family family;
	int64_t until_ms;
	int64_t start_us;
	bool answered; /* there is a PING_TIME */
	struct secret secret;
};

/* Which options are for a kind. */
enum ping_for {
	PING_FOR_HOST = 1,
	PING_FOR_SOCKET = 2,
	PING_FOR_STREAM = 4,
	PING_FOR_REDIS = 8,
	PING_FOR_HTTP = 16,
	PING_FOR_RATES = 32,
	PING_FOR_LOGIN = 64,
	PING_FOR_AMQP = 128,
};

struct ping_kind {
	const char *name;
	const char *port; /* "" when there is none that everybody uses */
	/* Gives verdicts and values. NULL: another program does. */
	int (*run)(struct ping *ping, struct err *err);
	/* Optional: what its options hold, before anything is asked. */
	int (*validate)(const struct ping_options *given, struct err *err);
	unsigned takes; /* enum ping_for */
};

int ping_stream(struct ping *ping, struct err *err);
int ping_stream_validate(const struct ping_options *given, struct err *err);
int ping_redis(struct ping *ping, struct err *err);
int ping_memcached(struct ping *ping, struct err *err);
int ping_mysql(struct ping *ping, struct err *err);
int ping_amqp(struct ping *ping, struct err *err);
int ping_http(struct ping *ping, struct err *err);
int ping_http_validate(const struct ping_options *given, struct err *err);

/* Values and verdicts of the page of mod_status; read asks for it again. */
void ping_workers(struct ping *ping, const struct buf *page, sample_read_fn *read,
    void *context, const char *words);

/* --- ping_talk.c ------------------------------------------------------------------------- */

/* A verdict with the peer's name before it. */
void ping_problem(struct ping *ping, enum state state, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* The verdict on a connection that could not be made: refused, no answer, not allowed, ... */
void ping_no_connection(struct ping *ping, int code, const struct err *err);
/* The verdict on a question ("PING") that was not answered, or not as the protocol says. What
 * came of the answer is in dialog. */
void ping_no_answer(struct ping *ping, int code, const char *question,
    const struct dialog *dialog, const struct err *err);

/* A value, unless it is NAN. */
void ping_value(struct ping *ping, enum ping_metric metric, double value);
/* used of max in percent and used itself; max may be 0 or NAN. */
void ping_share(struct ping *ping, enum ping_metric share, enum ping_metric amount, double used,
    double max);

/* Gives PING_CONNECT_TIME. */
void ping_connected(struct ping *ping);
/* Gives PING_TIME, by default what it took until now, and says it in words: "0.4 ms". */
enum { PING_WORDS_SIZE = 48 };
void ping_took(struct ping *ping, char words[PING_WORDS_SIZE]);
void ping_took_s(struct ping *ping, double seconds, char words[PING_WORDS_SIZE]);

/* Whether rates were asked for, by --rates or by a threshold on one of them. */
bool ping_wants_rates(const struct ping *ping);
/* As sample_pair_take, but false (with a detail why) when there is no pair to compare. */
bool ping_take_pair(
    struct ping *ping, sample_read_fn *read, void *context, struct sample_pair *ret);
/* What a counter grew by in a second; nothing where it went back, as after a restart. */
void ping_rate(
    struct ping *ping, enum ping_metric metric, double earlier, double later, double seconds);

extern const struct metric ping_metrics[PING_N_METRICS];

#endif
