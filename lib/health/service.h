/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The services of a profile, as they are on a node: one walk over /proc for all of them, and only
 * the files that their questions need; then a verdict a service with the words for it. Every
 * program shows these rows; nothing is printed here.
 *
 *   services_open(&services, &profile, &how, &err);
 *   services_walk(&services, &err);
 *   (CPU time, restarts, sockets, units, pings: as far as wanted)
 *   services_find(&services);
 *   services_judge(&services);
 *
 * What this user may not see is said in the row's notes, and is no verdict by itself.
 */
#ifndef HAETAE_HEALTH_SERVICE_H
#define HAETAE_HEALTH_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/check/state.h"
#include "lib/collect/proc_fd.h"
#include "lib/collect/proc_group.h"
#include "lib/health/profile.h"

/* Where a verdict is from, in the order in which those of one state are told. */
enum service_source {
	SERVICE_FROM_RANGE,   /* a range on a fact, or that it is not wanted */
	SERVICE_FROM_PROCESS, /* titles, owners, processes outside of the unit */
	SERVICE_FROM_OTHERS,  /* units, listeners, connections, pings */
};

/* What is wrong with a service: "1 of 2:", "not listening on tcp 8774". */
struct service_problem {
	enum state state;
	enum service_source source;
	char *text; /* owned; may hold text from outside */
};

/* What was found of one listener that the profile asks for, in all namespaces together. */
struct service_listener {
	const struct service_listen *listen;
	enum state state;
	size_t n_places, n_found; /* namespaces that were looked at; where it is well */
	/* Where it is bound: the first that was found, also one with the wrong address. */
	bool is_bound;
	struct sock_address address;
	uint16_t port;
	int32_t pid;	 /* who has it; 0: not told */
	unsigned proofs; /* as the row's */
	/* Of the fullest: connections that wait to be accepted, and how many may. */
	bool has_queue, has_queue_max;
	uint64_t queue, queue_max;
	bool has_connections;
	uint64_t n_connections; /* that were accepted at its port or path */
	const char *text;	/* what is wrong, of the first namespace; borrowed, NULL */
};

/* The connections to one thing that the service depends on, of all its processes. */
struct service_link {
	const struct service_depend *depend;
	enum state state;
	bool is_known; /* the sockets of a namespace could be read */
	bool is_blind; /* what is asked for is not told here */
	size_t n_live, n_stalled, n_trying;
	size_t n_unproved; /* live ones whose owner is not told */
	bool is_unproved;  /* and it may be that those are the missing ones */
	unsigned proofs;
	const char *text; /* what is wrong first; borrowed, NULL */
};

enum {
	SERVICE_PROBLEMS_MAX = 64, /* of one service */
	SERVICE_TITLE_SIZE = 160,
	SERVICE_NAMED_MAX = 3,	   /* processes that one problem names */
	SERVICE_RESTARTS_MAX = 64, /* restarts that are remembered */
	SERVICE_UNIT_STATE_SIZE = 32,
};

struct service_row {
	const struct service_spec *spec;
	/* The profile's ranges, or those of the command line. */
	struct service_range crit[SERVICE_FACTS], warn[SERVICE_FACTS];
	struct proc_group
	    group; /* its processes and zombies; the match's patterns are borrowed */
	double facts[SERVICE_FACTS];
	enum state state;
	struct service_problem *problems; /* worst first once judged */
	size_t n_problems;
	struct buf notes; /* "; "-separated: what is worth saying and no problem */
	/* For people: its unit, listeners and connections that were found, its ping. */
	struct buf sockets;
	/* Words for what a range may find wrong: why more may run than are seen, the zombies, a
	 * stale process. Empty: there are none. */
	struct buf unseen, zombies, stale;
	size_t n_processes, n_zombies;
	/* Of the process that is nearest to its limit on descriptors. */
	bool has_fds_most;
	uint64_t fds_most, fds_limit; /* the limit may be PROC_FD_UNLIMITED */
	/* As many as the profile's, in its order. n_places and is_known are 0 where nobody looked:
	 * nothing of the service runs. Owned. */
	struct service_listener *listeners;
	struct service_link *links;
	char unit_state[SERVICE_UNIT_STATE_SIZE]; /* "active"; "": not asked, or not known */
	uint32_t unit_pid;			  /* its main process; 0: not told */
	/* What the walk keeps beside the group. */
	struct {
		size_t n;
		int32_t pid;
		char title[SERVICE_TITLE_SIZE];
	} unhealthy;		     /* processes whose title does not fit; the first one's */
	size_t n_by_hand, n_in_unit; /* processes outside and inside of the unit */
	int32_t by_hand_pid;
	size_t n_stale, n_stale_denied;
	int32_t stale_pid;
	bool has_cpu, has_restarts, has_unit, has_sockets, has_links, has_kinds;
	struct proc_fd_kinds kinds; /* of all together */
	size_t n_listeners;	    /* those of the profile that were found */
	size_t n_live, n_stalled;   /* connections to what it depends on */
	bool links_unproved;	    /* there are some whose owner is not told */
	unsigned proofs; /* mask of 1 << enum sockowner_proof: who owns the sockets */
	uint64_t restarts[SERVICE_RESTARTS_MAX]; /* when, in ticks since boot */
	size_t n_restarts, n_new_restarts;	 /* of them since the last run */
	bool no_user; /* its user or owner is not known on this node */
	uint32_t owner_uid;
};

struct services_how {
	const struct fsroot *root;
	const char *asker; /* the program that asks: command lines with it do not count */
	int32_t self[2];   /* its processes, 0 for none */
	unsigned facts;	   /* mask of 1 << enum service_fact: also those that no range needs */
	bool connections;  /* also how many each listener has accepted */
	/* Command lines of which is known that they fit no service: for who walks again and again
	 * by the same profile. NULL: they are searched each time. */
	bool (*is_stranger)(void *strangers, const char *line, size_t size);
	void (*add_stranger)(void *strangers, const char *line, size_t size);
	void *strangers;
};
enum { SERVICE_ALL_FACTS = (1 << SERVICE_FACTS) - 1 };

struct services {
	const struct profile *profile;
	struct services_how how;
	struct proc_dir dir;
	struct service_row *rows; /* as in the profile; owned */
	size_t n_rows;
	struct buf passwd; /* the tree's /etc/passwd */
	bool is_hidden;	   /* this user is shown its own processes alone */
};

/* The profile is borrowed. Release with services_free, also after a failure. */
int services_open(struct services *ret, const struct profile *profile,
    const struct services_how *how, struct err *err) ATTR_MUST_CHECK;
/* Rows without a node: their facts come from elsewhere, and are judged here. */
int services_open_rows(
    struct services *ret, const struct profile *profile, struct err *err) ATTR_MUST_CHECK;
void services_free(struct services *services);

int services_walk(struct services *services, struct err *err) ATTR_MUST_CHECK;

/* In place of the profile's range. Before the walk: ranges say what is read. */
void service_set_range(
    struct service_row *row, enum service_fact fact, bool critical, const struct range *range);

/* Whether a range asks for the fact, or all facts are wanted. */
bool service_wants(
    const struct services *services, const struct service_row *row, enum service_fact fact);
bool services_want(const struct services *services, enum service_fact fact);

/* CPU time: a sample of all rows, read again, and the rates since an earlier one. */
int services_sample(const struct services *services, struct buf *buf);
int services_resample(struct services *services, struct err *err) ATTR_MUST_CHECK;
void services_rates(
    struct services *services, const char *earlier, size_t size, double seconds);

/* Restarts: what the last run kept (any text, also ""), and what this one keeps. */
void services_restarts(struct services *services, const char *earlier, size_t size);
int services_restarts_keep(const struct services *services, struct buf *buf);

/* Sockets of the services that ask for them, each namespace read once: finds listeners and
 * connections and says which are missing. */
int services_sockets(struct services *services, struct err *err) ATTR_MUST_CHECK;
/* Which proof of ownership the row's sockets have, short: "fd", "cgroup", "uid", "unproved". */
const char *service_proof_text(const struct service_row *row);

/* What systemd says of the units of services that want it, asked until the clock
 * (clock_mono_ms) is at until_ms. Where there is no systemd the init scripts are asked. */
void services_units(struct services *services, int64_t until_ms);

/* Pings and init scripts: programs that run while the rest is read, at most ms long. program is
 * the path of check_service_ping; both are borrowed. *ret is to be freed also after a failure. */
struct service_questions;
int service_questions_start(struct services *services, const char *ping_program, int64_t ms,
    struct service_questions **ret, struct err *err) ATTR_MUST_CHECK;
/* Waits until the clock (clock_mono_ms) is at until_ms at the latest, kills what has not ended,
 * and adds what was answered to the rows. */
void service_questions_finish(struct service_questions *questions, int64_t until_ms);
void service_questions_free(struct service_questions *questions);

/* Once all is read: the facts (those that were not asked for are NAN), what is wrong by itself,
 * and the words for what ranges may find wrong. */
void services_find(struct services *services);
/* The verdicts, from the facts and the ranges alone, and the problems in their order. */
void services_judge(struct services *services);

/* For the parts that judge: text may be from outside. Returns it as the row keeps it, NULL if
 * there was no room. */
const char *service_problem(struct service_row *row, enum service_source source,
    enum state state, const char *fmt, ...) ATTR_PRINTF(4, 5);
void service_note(struct service_row *row, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* A user's name or number. False with the number as text if nobody has the name. */
bool services_user(const struct services *services, const char *user, uint32_t *ret_uid);

/* All problems of a row in one line, worst first: "1 of 2: and not listening on tcp 8774". */
void service_words(const struct service_row *row, struct buf *buf);

#endif
