/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claim: takes this host's slots out of SCHEDULE, ahead of their time, and writes them as
 * files for the run stage.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "lib/base/log.h"
#include "scheduler/handover.h"
#include "scheduler/stage.h"

enum { PASS_MS = 500, BATCH_SLOTS = 1000 };

struct claim {
	struct stage *stage;
	struct loop_event *timer;
	struct slot *slots; /* BATCH_SLOTS */
	uint32_t hostid;
	uint64_t token;	    /* of the claim under way: kept until its slots are in a file */
	int64_t horizon_ms; /* last one that was written */
	bool recovered;	    /* what an earlier claim stage had claimed is handed over again */
};

/* A token that no other claim has; never 0. */
static uint64_t new_token(void)
{
	uint64_t token = 0;

	while (token == 0) {
		if (getrandom(&token, sizeof(token), 0) != (ssize_t)sizeof(token))
			token = 0;
	}
	return token;
}

/* A claim stage may die between UPDATE and its file: whatever is claimed is handed over once
 * more at the start. The run stage knows which of them it has had. */
static int recover(struct claim *self, struct db *db, struct err *err)
{
	uint64_t after = 0;
	size_t n = BATCH_SLOTS;
	int r = 0;

	while (r == 0 && n == BATCH_SLOTS) {
		r = db_claimed(db, self->hostid, after, BATCH_SLOTS, self->slots, &n, err);
		if (r == 0 && n) {
			after = self->slots[n - 1].scheduleid;
			r = handover_write_claims(&self->stage->spool, 0, self->slots, n, err);
		}
	}
	self->recovered = r == 0;
	return r;
}

static int claim_until(struct claim *self, struct db *db, int64_t frontier_ms, struct err *err)
{
	size_t n = BATCH_SLOTS;

	while (n == BATCH_SLOTS) {
		bool last;
		int r;

		if (self->token == 0)
			self->token = new_token();
		r = db_claim(db, self->hostid, self->token, frontier_ms, BATCH_SLOTS,
		    self->slots, &n, err);
		if (r < 0)
			return r;
		last = n < BATCH_SLOTS;
		if (n || (last && frontier_ms > self->horizon_ms)) {
			r = handover_write_claims(
			    &self->stage->spool, last ? frontier_ms : 0, self->slots, n, err);
			if (r < 0)
				return r;
		}
		self->token = 0;
	}
	self->horizon_ms = frontier_ms;
	return 0;
}

static int pass(struct claim *self, struct err *err)
{
	struct stage *stage = self->stage;
	struct err local = ERR_INIT;
	int64_t frontier;
	struct db *db;
	int r;

	/* Until materialise has made both there is nothing to claim. */
	if ((self->hostid == 0 && stage_hostid(stage, &self->hostid, &local) < 0) ||
	    handover_read_frontier(&stage->spool, &frontier, &local) < 0)
		return 0;
	r = stage_db(stage, &db, err);
	if (r < 0)
		return r;
	if (!self->recovered)
		r = recover(self, db, err);
	if (r == 0)
		r = claim_until(self, db, frontier, err);
	if (r < 0)
		stage_db_failed(stage, r, err);
	else
		stage_db_well(stage);
	return r;
}

static void tick(void *context)
{
	struct claim *self = context;
	struct err err = ERR_INIT;

	(void)pass(self, &err);
	loop_start_ms(self->timer, PASS_MS);
}

int stage_claim(struct stage *stage, struct err *err)
{
	struct claim self = { .stage = stage };
	int r;

	self.slots = calloc(BATCH_SLOTS, sizeof(*self.slots));
	if (!self.slots)
		return err_set(err, -ENOMEM, "out of memory");
	if (stage->once) {
		r = pass(&self, err);
	} else {
		self.timer = loop_timer(stage->loop, tick, &self);
		if (!self.timer) {
			free(self.slots);
			return err_set(err, -ENOMEM, "out of memory");
		}
		loop_start_ms(self.timer, 0);
		r = loop_run(stage->loop);
		loop_event_free(self.timer);
	}
	free(self.slots);
	return r;
}
