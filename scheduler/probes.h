/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run stage's table of probes: each spec of the host, up to which slot it is decided, what
 * runs for it now and which of its slots wait for that.
 */
#ifndef HAETAE_SCHEDULER_PROBES_H
#define HAETAE_SCHEDULER_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uthash.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/store/spec.h"
#include "scheduler/slotheap.h"

struct job;

/* Its probes run one at a time. */
struct synchgroup {
	char *name;
	bool taken;
	struct slotheap waits; /* slots that are due and wait for it */
	UT_hash_handle hh;
};

enum probe_state {
	PROBE_IDLE,
	PROBE_RUNS,
	PROBE_PAUSES, /* between two attempts of a slot */
};

struct probe {
	uint32_t specid;
	bool known; /* the spec below is in the copy; else only its cursor is kept */
	struct spec spec;
	int64_t since_ms;  /* wall clock: when this version of the spec was heard of */
	int64_t cursor_ms; /* slots due up to here are decided, */
	int64_t solid_ms;  /* if they are due from here on: before it there may be gaps */
	int64_t newest_ms; /* of --once: the newest slot that is due */
	enum probe_state state;
	bool caught_up;		  /* what runs was later than maxlate */
	int64_t run_due_ms;	  /* of the slot that runs or pauses */
	int64_t started_ms;	  /* wall clock, of that run */
	struct synchgroup *group; /* that it has taken, or NULL */
	struct job *job;	  /* the process, or NULL: the run stage's business */
	struct slotheap waits;	  /* slots that wait for the end of the run */
	size_t n_old;		  /* slots among those of before the start */
	uint32_t n_failures;	  /* in a row */
	int64_t last_run_ms;	  /* due time of the last run that counted */
	/* Missed slots in a row that are not recorded yet. */
	int64_t missed_first_ms, missed_last_ms;
	uint64_t n_missed;
	bool missed_room; /* for want of room in the spool */
};

struct probes;
int probes_new(struct probes **ret, struct err *err) ATTR_MUST_CHECK;
void probes_free(struct probes *probes);

/* NULL when there is none. */
struct probe *probes_find(const struct probes *probes, uint32_t specid);
/* Finds or makes the entry; NULL without memory. */
struct probe *probes_get(struct probes *probes, uint32_t specid);

/* The slot is decided. One that does not follow the one before it on the grid leaves a gap: its
 * slots may still come, when the database was away. */
void probe_decided(struct probe *probe, int64_t due_ms);

/* Takes the new copy of the specs, at now_ms: entries that are not in it stay as cursors. Moves
 * the specs out of the list. */
int probes_update(struct probes *probes, struct spec_list *specs, int64_t now_ms,
    struct err *err) ATTR_MUST_CHECK;

/* Calls each entry. */
typedef void probes_fn(struct probe *probe, void *context);
void probes_each(struct probes *probes, probes_fn *call, void *context);
size_t probes_count(const struct probes *probes);

/* Slots a second of all known probes together. */
double probes_rate(const struct probes *probes);

/* Takes the group of a background-syn probe: 1 with the group (NULL for a background probe,
 * which needs none), 0 with the group when another job has it, -ENOMEM. */
int probes_group_take(
    struct probes *probes, const struct probe *probe, struct synchgroup **ret) ATTR_MUST_CHECK;
typedef void probes_group_fn(struct synchgroup *group, void *context);
void probes_groups_each(struct probes *probes, probes_group_fn *call, void *context);

#endif
