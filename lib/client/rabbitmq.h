/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a RabbitMQ broker tells of itself by its management API, 3.8 to 4.x. Nothing here leans
 * on what 4.x dropped: the aliveness test, the counts of sockets, /api/healthchecks.
 *
 * The parsers are pure, and take any JSON: a number that is missing, null or a text is NAN, a
 * text that is none is "". So does a member answer that hangs: everything but its name is null.
 * The texts are the broker's, to be cleaned before they are printed.
 */
#ifndef HAETAE_CLIENT_RABBITMQ_H
#define HAETAE_CLIENT_RABBITMQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/base/pattern.h"
#include "lib/client/http.h"

#define RABBITMQ_PORT	  "15672"
#define RABBITMQ_TLS_PORT "15671"

/* Names in AMQP have at most 255 bytes. */
enum {
	RABBITMQ_NAME_SIZE = 256,
	RABBITMQ_WORD_SIZE = 32,
	RABBITMQ_NODES_MAX = 1000,
	RABBITMQ_QUEUES_MAX = 200000,
};

/* --- the broker ------------------------------------------------------------------------- */

struct rabbitmq_overview {
	char version[RABBITMQ_WORD_SIZE];
	char cluster[RABBITMQ_NAME_SIZE];
	char node[RABBITMQ_NAME_SIZE]; /* who answers */
	double connections, channels, queues, consumers;
	/* Messages per second in all of it, by its own sampling (some 5 s). */
	double publish_rate, deliver_rate, ack_rate, redeliver_rate;
};
int rabbitmq_parse_overview(const char *text, size_t size, struct rabbitmq_overview *ret,
    struct err *err) ATTR_MUST_CHECK;

/* --- members ------------------------------------------------------------------------------ */

struct rabbitmq_node {
	char name[RABBITMQ_NAME_SIZE];
	bool running;
	bool silent; /* said to be running, but tells nothing of itself: it hangs, or starts */
	bool memory_alarm, disk_alarm;
	bool drained;			      /* in maintenance */
	double memory_used, memory_limit;     /* bytes; the limit is where publishers stop */
	double disk_free, disk_limit;	      /* bytes */
	double descriptors_used, descriptors; /* descriptors is 0 or NAN where it is not told */
	double processes_used, processes;     /* Erlang's */
	double run_queue, uptime_s;
	char **partitions; /* members that it does not see, owned */
	size_t n_partitions;
};
struct rabbitmq_nodes {
	struct rabbitmq_node *items;
	size_t n;
};
void rabbitmq_nodes_free(struct rabbitmq_nodes *nodes);
#define CLEANUP_RABBITMQ_NODES CLEANUP(rabbitmq_nodes_free)

int rabbitmq_parse_nodes(
    const char *text, size_t size, struct rabbitmq_nodes *ret, struct err *err) ATTR_MUST_CHECK;
/* NULL if there is none of that name. */
const struct rabbitmq_node *rabbitmq_node_find(
    const struct rabbitmq_nodes *nodes, const char *name);

/* --- queues ------------------------------------------------------------------------------- */

struct rabbitmq_queue {
	char *vhost, *name;	       /* owned */
	char type[RABBITMQ_WORD_SIZE]; /* "classic", "quorum", "stream"; "" before 3.8 */
	char state[RABBITMQ_WORD_SIZE];
	double messages, ready, unacknowledged, consumers;
	double head_s;		     /* when its first message was made, seconds since 1970 */
	double memory;		     /* bytes */
	double published, delivered; /* messages, since the queue was made */
	unsigned rank;		     /* for who keeps the most important ones */
	unsigned members, online;    /* of a quorum queue or stream; 0 for others */
};
struct rabbitmq_queues {
	struct rabbitmq_queue *items;
	size_t n;
	size_t n_seen; /* before the filter */
};
void rabbitmq_queue_free(struct rabbitmq_queue *queue);
void rabbitmq_queues_free(struct rabbitmq_queues *queues);
#define CLEANUP_RABBITMQ_QUEUES CLEANUP(rabbitmq_queues_free)

/* A queue's name has a match of one of `queue` (all, if there is none) and of none of
 * `ignore`. */
struct rabbitmq_filter {
	const struct pattern *queue, *ignore;
	size_t n_queue, n_ignore;
};
bool rabbitmq_filter_takes(const struct rabbitmq_filter *filter, const char *name);

/* Appends one page. *ret_pages is how many there are, 1 for an answer without pages.
 * -EOVERFLOW beyond RABBITMQ_QUEUES_MAX. */
int rabbitmq_parse_queues(const char *text, size_t size, const struct rabbitmq_filter *filter,
    struct rabbitmq_queues *ret, unsigned *ret_pages, struct err *err) ATTR_MUST_CHECK;

/* Whether its state is one that needs nobody ("running", "idle", "flow", or not told). */
bool rabbitmq_queue_is_up(const struct rabbitmq_queue *queue);
/* Whether fewer than a majority of its members are there: it takes no message. */
bool rabbitmq_queue_is_minority(const struct rabbitmq_queue *queue);

/* --- connections, health -------------------------------------------------------------------- */

struct rabbitmq_connections {
	size_t n, n_blocked;
	char blocked[RABBITMQ_NAME_SIZE]; /* one of those that are blocked */
};
/* Adds one page. */
int rabbitmq_parse_connections(const char *text, size_t size, struct rabbitmq_connections *ret,
    unsigned *ret_pages, struct err *err) ATTR_MUST_CHECK;

/* The reason in an answer like {"status":"failed","reason":"…"}, "" if there is none. Any
 * text. */
void rabbitmq_parse_reason(const char *text, size_t size, char ret[RABBITMQ_NAME_SIZE]);

/* --- asking ------------------------------------------------------------------------------- */

/*
 * Each fills ret, or fails as http_ask does, or with: -EACCES login or tag refused (the text
 * has the broker's words), -ENOENT no such thing in this broker (404, 406), -EBADMSG no JSON,
 * -EPROTO another status, which the text names.
 */
struct rabbitmq;
int rabbitmq_open(const struct http_settings *settings, const char *address, bool tls,
    struct rabbitmq **ret, struct err *err) ATTR_MUST_CHECK;
void rabbitmq_close(struct rabbitmq *rabbitmq);
/* Times and certificate of the last answer. */
const struct http_answer *rabbitmq_answer(const struct rabbitmq *rabbitmq);

int rabbitmq_ask_overview(struct rabbitmq *rabbitmq, int64_t until_ms,
    struct rabbitmq_overview *ret, struct err *err) ATTR_MUST_CHECK;
int rabbitmq_ask_nodes(struct rabbitmq *rabbitmq, int64_t until_ms, struct rabbitmq_nodes *ret,
    struct err *err) ATTR_MUST_CHECK;
/* All pages; vhost NULL: of all virtual hosts. What was read before a failure stays in ret. */
int rabbitmq_ask_queues(struct rabbitmq *rabbitmq, const char *vhost,
    const struct rabbitmq_filter *filter, int64_t until_ms, struct rabbitmq_queues *ret,
    struct err *err) ATTR_MUST_CHECK;
/* One page, the first being 1, for who does not want them all at once. *ret_pages is how many
 * there are; a page behind the last is empty. */
int rabbitmq_ask_queues_page(struct rabbitmq *rabbitmq, const char *vhost, unsigned page,
    const struct rabbitmq_filter *filter, int64_t until_ms, struct rabbitmq_queues *ret,
    unsigned *ret_pages, struct err *err) ATTR_MUST_CHECK;
int rabbitmq_ask_connections(struct rabbitmq *rabbitmq, int64_t until_ms,
    struct rabbitmq_connections *ret, struct err *err) ATTR_MUST_CHECK;
/* A health check, "alarms" or "port-listener/5672". *ret_well is false when it failed, reason
 * being why. */
int rabbitmq_ask_health(struct rabbitmq *rabbitmq, const char *check, int64_t until_ms,
    bool *ret_well, char reason[RABBITMQ_NAME_SIZE], struct err *err) ATTR_MUST_CHECK;

#endif
