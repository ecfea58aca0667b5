/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Materialise: turns specs into slots. Each pass makes the slots between where the last one
 * ended and the window's end, counts them, and tells claim how far it has come. It goes in
 * steps, the next seconds first: the first probe of many does not wait for the last one.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/store/db_node_state.h"
#include "scheduler/handover.h"
#include "scheduler/level.h"
#include "scheduler/share.h"
#include "scheduler/stage.h"

enum {
	PASS_MS = 1000,
	BEAT_MS = 10000,
	STAMP_MS = 2000,  /* how often it is asked whether the specs have changed */
	SPECS_MS = 60000, /* how often they are read again, whatever the answer */
	STEP_MS = 10000,
	BATCH_SPECS = 500,
	BATCH_SLOTS = 5000,
};

struct materialise {
	struct stage *stage;
	struct loop_event *timer;
	uint32_t hostid;
	struct spec_list specs;
	struct db_specs_stamp stamp;
	int64_t stamp_ms, specs_read_ms, beat_ms; /* monotonic */
	bool have_specs;
	int64_t made_ms;      /* slots due before it are made */
	size_t refused_specs; /* rows that cannot be worked with, said once */
	int states_error;     /* the last outcome of keeping the states of nodes */
	int refused;	      /* why this stage may not go on */
};

static int write_batch(struct materialise *self, struct db *db, const struct share *shares,
    size_t n, struct err *err)
{
	struct db_materialise *items;
	size_t made;
	int r;

	if (n == 0)
		return 0;
	items = calloc(n, sizeof(*items));
	if (!items)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		items[i] = shares[i].item;
	r = db_materialise(db, self->hostid, items, n, &made, err);
	free(items);
	return r;
}

/* What is made at once: the slots due before until_ms. */
struct step {
	int64_t now_ms, until_ms;
	bool last; /* of the pass: nothing is put off any more */
};

/* A spec that has no slot between now and the step's end can wait with what it was too late for. */
static bool is_of_step(const struct spec *spec, const struct step *step)
{
	return spec->nextdue_ms < step->until_ms &&
	       (step->last || spec_slot_at_or_after(spec->interval_ms, spec->phase_ms,
				  step->now_ms) < step->until_ms);
}

/* A batch: specs from *next on, until it is full. Moves their nextdue when it is written. */
static int make_batch(struct materialise *self, struct db *db, const struct step *step,
    size_t *next, bool *ret_more, struct err *err)
{
	struct share shares[BATCH_SPECS] = { 0 };
	struct spec *specs[BATCH_SPECS];
	size_t n = 0, n_slots = 0;
	int r = 0;

	for (; *next < self->specs.n && n < BATCH_SPECS && n_slots < BATCH_SLOTS; ++*next) {
		struct spec *spec = &self->specs.items[*next];

		if (!is_of_step(spec, step))
			continue;
		r = share_fill(&shares[n], spec, step->now_ms, step->until_ms,
		    self->stage->settings->window_ms, self->stage->once);
		if (r < 0) {
			share_free(&shares[n]);
			(void)err_set(err, r, "out of memory");
			break;
		}
		specs[n] = spec;
		n_slots += shares[n++].item.n_due;
	}
	if (r == 0)
		r = write_batch(self, db, shares, n, err);
	for (size_t i = 0; i < n; i++) {
		if (r == 0) {
			specs[i]->nextdue_ms = shares[i].item.nextdue_ms;
			*ret_more |= specs[i]->nextdue_ms < step->until_ms;
		}
		share_free(&shares[i]);
	}
	return r;
}

static int make_step(
    struct materialise *self, struct db *db, const struct step *step, struct err *err)
{
	bool more = true;
	int r = 0;

	while (more && r == 0) {
		more = false;
		for (size_t next = 0; r == 0 && next < self->specs.n;) {
			stage_beat(self->stage);
			r = make_batch(self, db, step, &next, &more, err);
		}
	}
	if (r < 0)
		return r;
	self->made_ms = step->until_ms;
	return handover_write_frontier(&self->stage->spool, step->until_ms, err);
}

static int make_slots(struct materialise *self, struct db *db, struct err *err)
{
	int64_t now = clock_real_ms();
	int64_t end = self->stage->once ? now + 1 : now + self->stage->settings->window_ms;
	struct step step = { .now_ms = now };
	int r = 0;

	/* What is made already is one step, and so is a clock that went back. */
	step.until_ms = self->made_ms > now && self->made_ms < end ? self->made_ms : now;
	while (r == 0 && !step.last) {
		step.now_ms = clock_real_ms();
		step.until_ms += STEP_MS;
		step.last = step.until_ms >= end;
		if (step.last)
			step.until_ms = end;
		r = make_step(self, db, &step, err);
	}
	return r;
}

static bool same_specs(const struct spec_list *a, const struct spec_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (a->items[i].specid != b->items[i].specid ||
		    a->items[i].version != b->items[i].version)
			return false;
	}
	return true;
}

/* The copy comes before the slots, so that the run stage knows each spec that it meets. */
static int read_specs(struct materialise *self, struct db *db, struct err *err)
{
	struct spec_list specs = { 0 };
	struct err reason = ERR_INIT;
	size_t refused;
	int r = db_specs_read(db, self->hostid, &specs, &refused, &reason);

	if (r < 0)
		return err_set(err, r, "%s", reason.text);
	if (refused && refused != self->refused_specs)
		log_error("%zu specs are left out: %s", refused, reason.text);
	self->refused_specs = refused;
	if (!self->have_specs || !same_specs(&self->specs, &specs)) {
		r = handover_write_specs(&self->stage->spool, self->hostid, &specs, err);
		if (r < 0) {
			spec_list_free(&specs);
			return r;
		}
		log_info("%zu specs of host %s", specs.n, self->stage->settings->host);
	}
	spec_list_free(&self->specs);
	self->specs = specs;
	self->have_specs = true;
	self->made_ms = 0;
	self->specs_read_ms = clock_mono_ms();
	return 0;
}

/* Reading 100,000 specs takes a second: they are read when they have changed. */
static int refresh_specs(struct materialise *self, struct db *db, struct err *err)
{
	struct db_specs_stamp stamp;
	int64_t now = clock_mono_ms();
	int r;

	if (self->have_specs && now - self->stamp_ms < STAMP_MS)
		return 0;
	r = db_specs_stamp(db, self->hostid, &stamp, err);
	if (r < 0)
		return r;
	self->stamp_ms = now;
	if (self->have_specs && now - self->specs_read_ms < SPECS_MS &&
	    stamp.n == self->stamp.n && stamp.versions == self->stamp.versions &&
	    stamp.changed_ms == self->stamp.changed_ms)
		return 0;
	r = read_specs(self, db, err);
	if (r == 0)
		self->stamp = stamp;
	return r;
}

/* How full the spool is, as the run stage has measured it last. */
static int tell_level(struct materialise *self, struct db *db, struct err *err)
{
	struct level level = { 0 };
	struct err none = ERR_INIT;
	bool durable;
	int r = db_durable(db, &durable, err);

	if (r < 0)
		return r;
	(void)!level_read(&self->stage->spool, &level, &none);
	return db_host_level(db, self->hostid,
	    &(struct db_host_level){ .bytes = level.bytes,
		.files = level.files,
		.percent = level.percent,
		.refused = level.refused,
		.durable = durable,
		.program = PACKAGE_VERSION },
	    err);
}

static int beat(struct materialise *self, struct db *db, struct err *err)
{
	const struct stage *stage = self->stage;
	int64_t now = clock_real_ms();
	int r;

	if (self->hostid == 0)
		r = db_host_claim(
		    db, stage->settings->host, stage->spool.id, now, &self->hostid, err);
	else
		r = db_host_beat(db, self->hostid, stage->spool.id, now, err);
	if (r == 0)
		r = tell_level(self, db, err);
	if (r == 0)
		self->beat_ms = clock_mono_ms();
	return r;
}

/* Slots are made whether or not states can be kept: what forbids it is said when it begins. */
static void keep_states(struct materialise *self, struct db *db)
{
	struct err err = ERR_INIT;
	size_t changed;
	int r = db_node_states_store(
	    db, self->hostid, self->stage->settings->host, clock_real_ms(), &changed, &err);

	if (r < 0 && r != -EAGAIN && r != self->states_error)
		log_warning("the states of nodes are not kept: %s", err.text);
	self->states_error = r;
}

static int pass(struct materialise *self, struct err *err)
{
	bool beaten = false;
	int64_t now = clock_mono_ms();
	struct db *db;
	size_t swept;
	int r = stage_db(self->stage, &db, err);

	if (r < 0)
		return r;
	if (self->hostid == 0 || now - self->beat_ms >= BEAT_MS) {
		r = beat(self, db, err);
		/* Another spool beats under our name: two would claim each other's slots. */
		self->refused = r == -EEXIST ? r : 0;
		beaten = true;
		if (r == 0)
			r = db_sweep(db, self->hostid, &swept, err);
	}
	if (r == 0)
		r = refresh_specs(self, db, err);
	if (r == 0)
		r = make_slots(self, db, err);
	if (r < 0) {
		/* Another's change to a spec shows in the table: read it before the next try. */
		self->stamp_ms = -STAMP_MS;
		self->specs_read_ms = -SPECS_MS;
		stage_db_failed(self->stage, r, err);
		return r;
	}
	if (beaten)
		keep_states(self, db);
	stage_db_well(self->stage);
	return 0;
}

static void tick(void *context)
{
	struct materialise *self = context;
	struct err err = ERR_INIT;

	(void)pass(self, &err);
	if (self->refused) {
		loop_stop(self->stage->loop);
		return;
	}
	loop_start_ms(self->timer, PASS_MS);
}

int stage_materialise(struct stage *stage, struct err *err)
{
	struct materialise self = { .stage = stage };
	int r = 0;

	if (stage->once) {
		r = pass(&self, err);
	} else {
		self.timer = loop_timer(stage->loop, tick, &self);
		if (!self.timer)
			return err_set(err, -ENOMEM, "out of memory");
		loop_start_ms(self.timer, 0);
		r = loop_run(stage->loop);
		if (r == 0 && self.refused)
			r = err_set(
			    err, self.refused, "host name %s is taken", stage->settings->host);
		loop_event_free(self.timer);
	}
	spec_list_free(&self.specs);
	return r;
}
