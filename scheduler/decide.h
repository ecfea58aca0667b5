/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of a slot whose time has come: the policies of its spec, as pure functions of the
 * probe's state and the wall clock. Nothing here starts, records or remembers anything.
 */
#ifndef HAETAE_SCHEDULER_DECIDE_H
#define HAETAE_SCHEDULER_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scheduler/probes.h"

/* With a full spool only these go on: SPEC_PRIORITY_FIRST to this. */
enum { DECIDE_VITAL_PRIORITY = 3 };

/* What the decision depends on beside the probe and its slot. */
struct decide_view {
	int64_t now_ms;
	bool once;	  /* a single pass: the newest slot that is due, however late */
	bool full;	  /* the spool has no room: the vital ones alone */
	unsigned percent; /* of its room that is taken */
};

enum verdict {
	VERDICT_START,
	VERDICT_WAIT,	 /* for the end of the run that goes */
	VERDICT_QUEUE,	 /* the same, however late it gets */
	VERDICT_REPLACE, /* the same, and the run is ended now */
	VERDICT_SKIP,
	VERDICT_MISS,
	VERDICT_CANCEL,
	VERDICT_REPEAT, /* it has its record */
	VERDICT_GAP,	/* a later one is decided: missed, unless it has a record */
};

enum why {
	WHY_NOBODY,  /* nobody was there to start it in time */
	WHY_SPOOL,   /* no room */
	WHY_OVERRUN, /* the run before it still goes */
	WHY_NEWER,   /* it waited, and a newer one is due */
	WHY_BACKOFF, /* its probe fails */
	WHY_GONE,    /* no such spec any more */
};

struct decision {
	enum verdict verdict;
	enum why why;
	bool caught_up; /* of a start: later than maxlate, by the catch-up policy */
};

struct decision decide(
    const struct probe *probe, const struct waiting *slot, const struct decide_view *view);

/* The text for the slot's record. */
enum { DECIDE_REASON_SIZE = 120 };
void decide_reason(const struct decision *decision, const struct probe *probe,
    const struct decide_view *view, char out[DECIDE_REASON_SIZE]);

/* When its time comes: due plus jitter, and never behind the next slot's. */
int64_t decide_start_ms(const struct spec *spec, uint64_t scheduleid, int64_t due_ms);

/* How far back slots of the spec may still be started. */
int64_t decide_reach_ms(const struct spec *spec);

/* Whether a run that was not OK may be started once more so late, after so many attempts. */
bool decide_may_retry(
    const struct spec *spec, unsigned attempts, int64_t due_ms, int64_t start_ms);

/* The end of a run: what backoff remembers. */
enum run_end {
	RUN_GOOD,    /* OK or WARNING */
	RUN_FAILED,  /* CRITICAL, UNKNOWN, or killed at its deadline */
	RUN_NEITHER, /* ended by us: says nothing about the probe */
};
void decide_note_end(struct probe *probe, int64_t due_ms, enum run_end end);
/* The first slot that runs again; 0: the next one. */
int64_t decide_backoff_until_ms(const struct probe *probe);

#endif
