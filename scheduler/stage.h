/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the five stages have in common: a process of its own that holds its lock, dies
 * with its supervisor, has an event loop and ends on SIGTERM; and for four of them a
 * database that may be away at any time.
 */
#ifndef HAETAE_SCHEDULER_STAGE_H
#define HAETAE_SCHEDULER_STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/err.h"
#include "lib/base/loop.h"
#include "lib/store/db.h"
#include "scheduler/settings.h"
#include "scheduler/spool.h"

struct stage {
	const char *name;
	const struct settings *settings;
	struct spool spool;
	struct loop *loop;
	bool once;     /* one pass, then end */
	bool stopping; /* SIGTERM came */
	loop_fn *stop; /* called once when it comes, with context; ends the loop when done */
	void *context;

	/* Private to stage.c. */
	int lock_fd;
	struct loop_event *on_term, *on_int, *beat_timer;
	int64_t beat_ms;	/* monotonic: of the last beat */
	struct db_conf db_conf; /* of the settings, with our role */
	struct db *db;
	int64_t db_retry_ms; /* monotonic: not before then */
	int64_t db_backoff_ms;
	char db_complaint[256]; /* said last, so that an outage is one line */
	int db_code;		/* its errno: a full disk names another file each time */
};

/* The five stages, in the order in which one pass runs them. */
struct stage_entry {
	const char *name;
	int (*main)(struct stage *stage, struct err *err);
	unsigned writes; /* 1 << enum spool_dir: where it alone makes whole files */
};
enum { STAGE_COUNT = 5 };
extern const struct stage_entry stage_entries[STAGE_COUNT];

int stage_materialise(struct stage *stage, struct err *err);
int stage_claim(struct stage *stage, struct err *err);
int stage_run(struct stage *stage, struct err *err);
int stage_load(struct stage *stage, struct err *err);
int stage_maintain(struct stage *stage, struct err *err);

/* What a stage exits with: a failed one is started again; after a refusal all end. */
enum { STAGE_EXIT_FAILED = 1, STAGE_EXIT_REFUSED = 3 };

/* Runs a stage in this process, which then ends with the returned code. supervisor 0: none.
 * A lock that a dying stage still holds is waited for up to 10 s. */
int stage_execute(const struct stage_entry *entry, const struct settings *settings,
    pid_t supervisor, bool once);

/* Shows that the stage makes progress: its loop does, and a pass that may be long does itself.
 * Costs nothing when it is called often. */
void stage_beat(struct stage *stage);

/* The database, connected and with its schema checked; -EAGAIN while it is away (said once,
 * with a growing pause between attempts). The stage owns it. */
int stage_db(struct stage *stage, struct db **ret, struct err *err) ATTR_MUST_CHECK;
/* Tells that a pass failed, by the database or the spool: logs it once, and pauses before the
 * next attempt to connect. */
void stage_db_failed(struct stage *stage, int code, const struct err *err);
/* Tells that one went well: an outage is over. */
void stage_db_well(struct stage *stage);

/* This host's id, from the copy of the specs; -ENOENT until materialise has made it. */
int stage_hostid(const struct stage *stage, uint32_t *ret, struct err *err) ATTR_MUST_CHECK;

#endif
