/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A broker as a whole: what one round of questions to its management API brought, part by part,
 * and what of it is not well. check_rabbitmq judges these facts, the subagent makes rows of
 * HAETAE-MIB of them, and check_rabbitmq_snmp gets them back from such rows: one code judges.
 *
 * A part that could not be read keeps the sentence that says so, and how bad that is; after the
 * first one nothing more is asked.
 */
#ifndef HAETAE_HEALTH_RABBITMQ_H
#define HAETAE_HEALTH_RABBITMQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/check/state.h"
#include "lib/client/rabbitmq.h"

/* What a failure to reach the API begins with, whoever tells of it. */
#define RABBITMQ_API_WORDS "management API"

/* Memory in percent of the watermark, by default. */
#define RABBITMQ_MEMORY_WARN "90"
#define RABBITMQ_MEMORY_CRIT "95"

enum { RABBITMQ_HEALTH_MAX = 32 };

enum rabbitmq_reading {
	RABBITMQ_NOT_ASKED,
	RABBITMQ_READ,
	RABBITMQ_FAILED,
	RABBITMQ_HIDDEN, /* it answers, but this user is not shown what there is */
};

struct rabbitmq_part {
	enum rabbitmq_reading reading;
	int code;	  /* of a failure, negative errno */
	enum state state; /* that a failure is */
	struct err err;	  /* its sentence */
};

/* A health check of the broker's own. */
struct rabbitmq_health {
	const char *name; /* "alarms"; borrowed */
	struct rabbitmq_part part;
	bool absent; /* this broker does not have it */
	bool well;
	char reason[RABBITMQ_NAME_SIZE];
};

/* Over all queues that were chosen. */
struct rabbitmq_sums {
	double queues, down, messages, ready, unacknowledged, consumers;
	double no_consumers; /* queues that nobody consumes */
	double stranded;     /* messages that wait in these */
	double head_s;	     /* when the oldest first message was made; NAN: there is none */
};

struct rabbitmq_facts {
	struct rabbitmq_part overview_part, nodes_part, queues_part, connections_part;
	struct rabbitmq_overview overview;
	double api_s; /* to the end of the first answer */
	bool has_certificate;
	int64_t certificate_s; /* when it expires, seconds since 1970 */
	struct rabbitmq_nodes nodes;
	struct rabbitmq_health health[RABBITMQ_HEALTH_MAX];
	size_t n_health;
	/* Queues that were kept. n_seen is how many there are in what was looked at. */
	struct rabbitmq_queues queues;
	bool
	    has_sums; /* false: some of what was chosen may be among those that were not kept */
	struct rabbitmq_sums sums;
	size_t n_hidden;	/* queues that were not kept */
	size_t n_dropped;	/* of them, those for which there was no room */
	double hidden_messages; /* the most that one of them has */
	bool queues_borrowed;	/* they are the sweep's */
	struct rabbitmq_connections connections;
	const char *user; /* who asked, borrowed; NULL: not known here */
	int64_t age_ms;	  /* of all this */
};
void rabbitmq_facts_free(struct rabbitmq_facts *facts);
#define CLEANUP_RABBITMQ_FACTS CLEANUP(rabbitmq_facts_free)

/* --- a sweep ------------------------------------------------------------------------------ */

/*
 * A list of queues that takes longer than a round: each round reads some pages more, and the last
 * list that was read whole is what is told meanwhile. Of both only the queues and what belongs
 * to them is used.
 */
struct rabbitmq_sweep {
	unsigned page; /* the last one that was read of this list */
	struct rabbitmq_facts next, whole;
	bool has_whole;
};
void rabbitmq_sweep_free(struct rabbitmq_sweep *sweep);

/* --- reading ------------------------------------------------------------------------------ */

/* What is asked. All borrowed. */
struct rabbitmq_question {
	const struct http_settings *http;
	const char *host; /* HOST[:PORT] */
	bool tls;
	bool nodes, queues, connections;
	const char *health[RABBITMQ_HEALTH_MAX];
	size_t n_health;
	const char *const *vhosts; /* none: all */
	size_t n_vhosts;
	/* Queues of others are not even seen. */
	struct rabbitmq_filter filter;
	/* At most so many queues are kept, 0: all. First those that `first` takes, if it has any
	 * expression of its own (those that its `ignore` finds are neither kept nor judged), then
	 * what is not well, then the deepest. */
	size_t keep;
	struct rabbitmq_filter first;
	struct rabbitmq_sweep *sweep; /* NULL: the list is read at once; needs `keep` */
	unsigned sweep_pages;	      /* of 500 queues, in one round at most */
	const char *slow_hint;	      /* for who gets no answer in time: "see -t" */
	/* Told before what may take long; may be NULL. */
	void (*doing)(void *context, const char *what);
	void *context;
};

/* Asks. What the broker does, also when it does nothing, is in ret; negative is a failure of our
 * own: an address that is none, a file of ours, no memory. */
int rabbitmq_facts_read(const struct rabbitmq_question *question, int64_t until_ms,
    struct rabbitmq_facts *ret, struct err *err) ATTR_MUST_CHECK;

/* --- verdicts ----------------------------------------------------------------------------- */

/* The text is what stands behind the name: "is not running". */
enum { RABBITMQ_VERDICT_SIZE = 256 };
struct rabbitmq_verdict {
	enum state state;
	char text[RABBITMQ_VERDICT_SIZE];
};

/* Each tells whether there is something to say, which may be a WARNING. */
bool rabbitmq_judge_member(const struct rabbitmq_node *node, struct rabbitmq_verdict *ret);
bool rabbitmq_judge_memory_alarm(
    const struct rabbitmq_node *node, struct rabbitmq_verdict *ret);
bool rabbitmq_judge_disk_alarm(const struct rabbitmq_node *node, struct rabbitmq_verdict *ret);
bool rabbitmq_judge_queue(const struct rabbitmq_queue *queue, struct rabbitmq_verdict *ret);
/* How bad it is when that health check fails. */
enum state rabbitmq_health_state(const char *name);

/* Of a limit that is not told, or 0: NAN. */
double rabbitmq_percent(double used, double limit);

/* The worst of a member, its memory against the thresholds above too; of the whole broker. The
 * text is whole: "rabbit@b is not running"; OK has one as well. */
void rabbitmq_node_verdict(const struct rabbitmq_node *node, struct rabbitmq_verdict *ret);
void rabbitmq_verdict(const struct rabbitmq_facts *facts, struct rabbitmq_verdict *ret);

/* --- queues ------------------------------------------------------------------------------- */

#define RABBITMQ_SUMS_INIT                  \
	{                                   \
		.head_s = __builtin_nan("") \
	}
void rabbitmq_sums_add(struct rabbitmq_sums *sums, const struct rabbitmq_queue *queue);

/* Of queues in which those of other virtual hosts and names still are: drops them, and reckons
 * the sums again, unless it cannot know them. */
void rabbitmq_facts_choose(struct rabbitmq_facts *facts, const char *const *vhosts,
    size_t n_vhosts, const struct rabbitmq_filter *filter);

/* Drops the least important queues beyond question->keep; also those that are ignored. */
void rabbitmq_facts_keep(
    struct rabbitmq_facts *facts, const struct rabbitmq_question *question, size_t from);

/* "user 'monitor' sees none of 5 queues; grant: ...". */
void rabbitmq_hidden_text(const struct rabbitmq_facts *facts, struct err *ret);

#endif
