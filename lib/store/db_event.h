/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events: rows of EVENTLOG. Who changed what, what changed its state, what was started,
 * stopped, killed. A row is written once and never changed; the same eventid again is a
 * repeat, and harmless.
 */
#ifndef HAETAE_STORE_DB_EVENT_H
#define HAETAE_STORE_DB_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

struct db;

enum event_level { EVENT_ERROR = 0, EVENT_WARNING = 1, EVENT_INFO = 2 };

/* All texts are UTF-8 and borrowed; NULL is "". What is longer than its column is cut in front
 * of a character. */
struct db_event {
	int64_t time_ms;
	uint64_t eventid; /* 0: one is made */
	enum event_level level;
	const char *tag;       /* of what: node, group, spec, threshold, state, stage, spool,
				* cleanup, hold, schema, clock; at most 32 bytes */
	const char *user;      /* whose doing: a login, "" for a program's own */
	const char *host;      /* of the program that says it; at most 190 bytes */
	const char *node;      /* that it concerns, or "" */
	const char *object;    /* what: a probe, "NODE/PROBE"; an attribute; a stage */
	const char *old_value; /* up to 1,000 bytes each */
	const char *new_value;
};

/* An eventid: random, never 0. */
uint64_t db_event_id(void);

/* Inserts events as a statement of its own, or inside the transaction that is open. */
int db_events_add(
    struct db *db, const struct db_event *events, size_t n, struct err *err) ATTR_MUST_CHECK;

/* What to look for. */
struct db_event_filter {
	const char *node; /* or NULL */
	const char *tag;  /* or NULL */
	int64_t since_ms; /* from then on */
	int64_t until_ms; /* before then; 0: no end */
	size_t limit;	  /* the newest so many; 0: all */
	int level_most;	  /* EVENT_INFO takes all, and 0 the errors alone */
};
typedef int db_event_fn(const struct db_event *event, void *context, struct err *err);
/* Calls each, the oldest first. */
int db_events_read(struct db *db, const struct db_event_filter *filter, db_event_fn *each,
    void *context, struct err *err) ATTR_MUST_CHECK;

#endif
