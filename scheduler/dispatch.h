/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which slots go: which of them wait for their time, for a run before them, for
 * their group, for room, and who comes first. What becomes of one is decide.h's business, and
 * how it is started and recorded the caller's: it hands in functions for that, and the time. So
 * a test drives it with a clock of its own and without processes.
 *
 * Every slot that is added is started, recorded, counted as missed or found to be a repeat
 * exactly once. Slots of a probe are decided in the order of their due times.
 */
#ifndef HAETAE_SCHEDULER_DISPATCH_H
#define HAETAE_SCHEDULER_DISPATCH_H

#include "lib/store/db.h"
#include "scheduler/bucket.h"
#include "scheduler/decide.h"
#include "scheduler/probes.h"
#include "scheduler/slotheap.h"

struct dispatch_ops {
	/* Whether one more run may go beside those that do. */
	bool (*has_room)(void *context);
	/* Starts the slot. false: it could not, and has its record. */
	bool (*start)(void *context, struct probe *probe, const struct waiting *slot);
	/* The next attempt of what pauses. false: it could not, and the slot has its record. */
	bool (*again)(void *context, struct probe *probe);
	/* What runs is to end at once. dispatch_ended follows when it has. */
	void (*replace)(void *context, struct probe *probe);
	/* What pauses gets no other attempt: its record is that of the last one. */
	void (*give_up)(void *context, struct probe *probe);
	/* A slot that never ran. */
	void (*record)(void *context, const struct waiting *slot, enum outcome outcome,
	    const char *reason);
	/* A slot that nobody started: these come in ranges. room: for want of room. */
	void (*miss)(void *context, struct probe *probe, const struct waiting *slot, bool room);
	/* A slot that has its record. */
	void (*repeat)(void *context, const struct waiting *slot);
};

struct dispatch {
	const struct dispatch_ops *ops;
	void *context;
	struct probes *probes;
	struct slotheap timed; /* before their time */
	struct slotheap due;   /* by priority */
	struct slotheap old;   /* the same, from before fresh_ms: started at a limited rate */
	bool once;
	bool full; /* the spool; with the share of its room */
	unsigned percent;
	int64_t fresh_ms;     /* slots that were due before then come on top of those on time */
	double rate;	      /* of all probes, slots a second */
	struct bucket bucket; /* of the old ones */
	int64_t sweep_ms;     /* when those that wait for groups were looked at last */
	uint64_t n_refused;   /* slots that were not started for want of room */
};

void dispatch_init(struct dispatch *dispatch, const struct dispatch_ops *ops, void *context,
    struct probes *probes);
void dispatch_free(struct dispatch *dispatch);

/* Slots that were due before now_ms are old: a start, the first claims, a clock that stepped. */
static inline void dispatch_renew(struct dispatch *dispatch, int64_t now_ms)
{
	dispatch->fresh_ms = now_ms;
}

/* The probes have changed. */
static inline void dispatch_set_rate(struct dispatch *dispatch)
{
	dispatch->rate = probes_rate(dispatch->probes);
}

/* Takes a slot. 0 or -ENOMEM. */
int dispatch_add(struct dispatch *dispatch, uint64_t scheduleid, int64_t due_ms,
    struct batch *batch) ATTR_MUST_CHECK;
/* Decides all that is due: the wall clock, and the monotonic one for rates. */
void dispatch_run(struct dispatch *dispatch, int64_t now_ms, int64_t mono_ms);

/* The probe's run has ended, and has its record. */
void dispatch_ended(struct dispatch *dispatch, struct probe *probe, enum run_end end);
/* An attempt has ended, and another one is wanted later. */
void dispatch_paused(struct dispatch *dispatch, struct probe *probe);
/* The pause is over: it goes when there is room. */
void dispatch_again(struct dispatch *dispatch, struct probe *probe, const struct waiting *slot);

/* How long from now_ms until something is due, at most most_ms. */
int64_t dispatch_wait_ms(const struct dispatch *dispatch, int64_t now_ms, int64_t most_ms);
/* Whether nothing waits whose time has come. */
bool dispatch_is_idle(const struct dispatch *dispatch, int64_t now_ms);

#endif
