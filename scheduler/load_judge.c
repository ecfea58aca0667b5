/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/load_judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"

enum { REFRESH_MS = 1000 };

struct load_judge {
	const struct settings *settings;
	struct judge_rules *judge;
	struct db_threshold_stamp stamp;
	bool known;	  /* judge is of the stamp */
	int64_t asked_ms; /* monotonic */
};

int load_judge_new(const struct settings *settings, struct load_judge **ret, struct err *err)
{
	struct load_judge *self = calloc(1, sizeof(*self));
	int r;

	if (!self)
		return err_sys(err, -ENOMEM, "cannot keep the thresholds");
	self->settings = settings;
	r = judge_new(&self->judge, err);
	if (r < 0) {
		free(self);
		return r;
	}
	*ret = self;
	return 0;
}

void load_judge_free(struct load_judge *self)
{
	if (!self)
		return;
	judge_free(self->judge);
	free(self);
}

/* --- the rules --------------------------------------------------------------------------- */

static int add_rule(const struct db_threshold *row, void *context, struct err *err)
{
	return judge_add(context, row, err);
}

static int add_group(uint32_t groupid, uint32_t parentid, void *context, struct err *err)
{
	return judge_add_group(context, groupid, parentid, err);
}

static bool same_stamp(const struct db_threshold_stamp *a, const struct db_threshold_stamp *b)
{
	return a->n_rows == b->n_rows && a->sum == b->sum && a->changed_ms == b->changed_ms &&
	       a->n_groups == b->n_groups && a->groups_sum == b->groups_sum;
}

int load_judge_refresh(struct load_judge *self, struct db *db, bool now, struct err *err)
{
	struct db_threshold_stamp stamp;
	struct judge_rules *fresh = NULL;
	int64_t mono_ms = clock_mono_ms();
	int r;

	if (self->known && !now && mono_ms - self->asked_ms < REFRESH_MS)
		return 0;
	/* Taken before the rows: a change between the two is seen next time. */
	r = db_threshold_stamp(db, &stamp, err);
	if (r < 0)
		return r;
	self->asked_ms = mono_ms;
	if (self->known && same_stamp(&stamp, &self->stamp))
		return 0;
	r = judge_new(&fresh, err);
	if (r == 0)
		r = db_thresholds_read(db, add_rule, add_group, fresh, err);
	if (r < 0) {
		judge_free(fresh);
		return r;
	}
	judge_free(self->judge);
	self->judge = fresh;
	self->stamp = stamp;
	self->known = true;
	return 0;
}

/* --- a batch ------------------------------------------------------------------------------ */

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint32_t specid_of(const struct loadable *item)
{
	return (uint32_t)(item->run.scheduleid >> 32);
}

/* The specs of those that ran, each once, in ascending order. */
static size_t specids_of(const struct loadable *items, size_t n, uint32_t *ret)
{
	size_t n_all = 0, n_unique = 0;

	for (size_t i = 0; i < n; i++) {
		if (items[i].run.outcome == OUTCOME_RUN)
			ret[n_all++] = specid_of(&items[i]);
	}
	if (n_all)
		qsort(ret, n_all, sizeof(*ret), by_number);
	for (size_t i = 0; i < n_all; i++) {
		if (n_unique == 0 || ret[n_unique - 1] != ret[i])
			ret[n_unique++] = ret[i];
	}
	return n_unique;
}

static int by_spec(const void *key, const void *item)
{
	const uint32_t *specid = key;
	const struct db_spec_place *place = item;

	return (*specid > place->specid) - (*specid < place->specid);
}

static bool is_stateless(const struct load_judge *self, const struct db_spec_place *place,
    const struct loadable *item)
{
	const struct probetype *type;

	if (item->stateless)
		return true;
	type = settings_probetype(self->settings, place->probetype);
	return type && type->stateless;
}

int load_judge_batch(
    struct load_judge *self, struct db *db, struct loadable *items, size_t n, struct err *err)
{
	CLEANUP_FREE uint32_t *specids = calloc(n + 1, sizeof(*specids));
	CLEANUP_FREE struct db_spec_place *places = NULL;
	size_t n_specs, n_places = 0;
	int r;

	if (!specids)
		return err_sys(err, -ENOMEM, "cannot judge results");
	n_specs = specids_of(items, n, specids);
	places = calloc(n_specs + 1, sizeof(*places));
	if (!places)
		return err_sys(err, -ENOMEM, "cannot judge results");
	r = db_spec_places(db, specids, n_specs, places, &n_places, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		uint32_t specid = specid_of(&items[i]);
		const struct db_spec_place *place =
		    bsearch(&specid, places, n_places, sizeof(*places), by_spec);

		/* A spec that is not there: the store says so. */
		if (place)
			r = judge_run(self->judge, place, is_stateless(self, place, &items[i]),
			    &items[i], err);
	}
	return r;
}
