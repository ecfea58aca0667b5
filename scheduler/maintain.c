/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/maintain.h"

#include <errno.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/store/db_lease.h"
#include "lib/store/db_partition.h"
#include "lib/store/db_rollup.h"
#include "scheduler/stage.h"

enum {
	PASS_MS = 60000,
	PARTITIONS_MS = 600000, /* how often they are looked at when nothing is left to do */
	LEASE_MS = 180000,
	RENEW_MS = 30000,
	RETRY_MS = 2000,
};

struct maintain {
	struct stage *stage;
	struct loop_event *timer;
	char holder[DB_LEASE_HOLDER_SIZE];
	bool has_lease;
	int64_t leased_ms, partitions_ms; /* monotonic, of the last time; 0: never */
	struct db_rollup *rollup;	  /* a pass that is going on */
	char complaint[256];		  /* about partitions, said last */
	const char *unpartitioned;
	size_t held;
};

/* --- partitions ------------------------------------------------------------------------------ */

/* One that may not change tables goes on with all else. */
static void complain(struct maintain *self, const struct err *err)
{
	if (strncmp(self->complaint, err->text, sizeof(self->complaint) - 1) == 0)
		return;
	(void)snprintf(self->complaint, sizeof(self->complaint), "%.255s", err->text);
	log_error("%s", err->text);
}

static void say(struct maintain *self, const struct db_partitioned *result)
{
	if (result->made || result->dropped)
		log_info("%zu partitions made, %zu dropped", result->made, result->dropped);
	if (result->unpartitioned && result->unpartitioned != self->unpartitioned)
		log_error("table %s has no partitions on this server: nothing of it is dropped "
			  "when it is too old",
		    result->unpartitioned);
	if (result->held && result->held != self->held)
		log_warning(
		    "%zu days are too old, but not rolled up yet: they stay", result->held);
	self->unpartitioned = result->unpartitioned;
	self->held = result->held;
}

static int partitions(struct maintain *self, struct db *db, struct err *err)
{
	struct db_partitioned result = { 0 };
	int64_t now = clock_mono_ms();
	int r;

	if (self->partitions_ms && now - self->partitions_ms < PARTITIONS_MS)
		return 0;
	r = db_partition_maintain(
	    db, &self->stage->settings->retention, clock_real_ms(), &result, err);
	say(self, &result);
	if (r == -EACCES) {
		complain(self, err);
		r = 0;
	}
	if (r == 0 && result.busy)
		log_info("%zu tables are in use: their partitions come later", result.busy);
	if (r == 0)
		self->partitions_ms = result.busy || result.held ? 0 : now;
	return r;
}

/* --- a pass ---------------------------------------------------------------------------------- */

/* -EBUSY while another host has it. */
static int lease(struct maintain *self, struct db *db, struct err *err)
{
	int64_t now = clock_mono_ms();
	int r;

	if (self->has_lease && now - self->leased_ms < RENEW_MS)
		return 0;
	r = db_lease_take(db, MAINTAIN_LEASE, self->holder, LEASE_MS, err);
	self->has_lease = r == 0;
	self->leased_ms = now;
	return r;
}

static int step(struct maintain *self, bool *ret_done, struct err *err)
{
	struct db *db;
	int r = stage_db(self->stage, &db, err);

	if (r < 0)
		return r;
	r = lease(self, db, err);
	if (r == -EBUSY) {
		log_debug("%s", err->text);
		*ret_done = true;
		return 0;
	}
	if (r == 0 && self->rollup)
		return db_rollup_step(self->rollup, ret_done, err);
	if (r == 0)
		r = db_rollup_begin(db, clock_real_ms(), &self->rollup, err);
	/* Behind the roll-ups, for what they need must not be dropped before. */
	if (r == 0 && !self->rollup) {
		r = partitions(self, db, err);
		*ret_done = true;
	}
	return r;
}

static void rolled_up(struct maintain *self)
{
	int64_t first_ms;
	size_t hours;

	if (!self->rollup)
		return;
	hours = db_rollup_hours(self->rollup, &first_ms);
	log_debug("%zu hours rolled up", hours);
	db_rollup_free(self->rollup);
	self->rollup = NULL;
}

/* Returns in how many ms to go on, or -errno of a pass that failed. */
static int64_t pass(struct maintain *self, struct err *err)
{
	bool was_rolling = self->rollup != NULL, done = false;
	int r = step(self, &done, err);

	if (r < 0) {
		db_rollup_free(self->rollup);
		self->rollup = NULL;
		stage_db_failed(self->stage, r, err);
		return r;
	}
	stage_db_well(self->stage);
	if (done && was_rolling) {
		rolled_up(self);
		return 0;
	}
	return done ? PASS_MS : 0;
}

static void tick(void *context)
{
	struct maintain *self = context;
	struct err err = ERR_INIT;
	int64_t ms = pass(self, &err);

	loop_start_ms(self->timer, ms < 0 ? RETRY_MS : ms);
}

static int once(struct maintain *self, struct err *err)
{
	int64_t ms = 0;

	while (ms == 0)
		ms = pass(self, err);
	return ms < 0 ? (int)ms : 0;
}

static int forever(struct maintain *self, struct err *err)
{
	int r;

	self->timer = loop_timer(self->stage->loop, tick, self);
	if (!self->timer)
		return err_set(err, -ENOMEM, "out of memory");
	loop_start_ms(self->timer, 0);
	r = loop_run(self->stage->loop);
	loop_event_free(self->timer);
	return r;
}

int stage_maintain(struct stage *stage, struct err *err)
{
	struct maintain self = { .stage = stage };
	struct db *db;
	int r;

	db_lease_holder("haetae-scheduler", self.holder);
	r = stage->once ? once(&self, err) : forever(&self, err);
	db_rollup_free(self.rollup);
	/* Another host need not wait for its end. */
	if (self.has_lease && stage_db(stage, &db, NULL) == 0)
		(void)!db_lease_release(db, MAINTAIN_LEASE, self.holder, NULL);
	return r;
}
