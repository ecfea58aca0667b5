/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slots, outcomes and ranges at random, over a midnight, against a model. */
#include "config.h"

#include "t/store.h"

/* Four specs over a midnight; each slot's outcome is known by its rank, and materialise makes
 * slots up to 60 s ahead, and gives up those that are more than 20 s late. */
enum { SPECS = 4, SLOTS = 400, STEP_MS = 5000 };
static const enum outcome by_rank[] = { 0, OUTCOME_MISSED, OUTCOME_LOST, OUTCOME_SKIPPED,
	OUTCOME_RUN };

struct model {
	uint32_t specid;
	int64_t first_ms;
	size_t n_made; /* slots below nextdue */
	int single[SLOTS], range[SLOTS];
};

static struct model models[SPECS];
static unsigned seed;

static size_t any(size_t below)
{
	return (size_t)rand_r(&seed) % below;
}

static int64_t slot_ms(const struct model *model, size_t slot)
{
	return model->first_ms + (int64_t)slot * STEP_MS;
}

static void model_single(struct model *model, size_t slot, int rank)
{
	if (model->single[slot]) {
		if (rank > model->single[slot])
			model->single[slot] = rank;
	} else if (rank > model->range[slot]) {
		model->single[slot] = rank;
		model->range[slot] = 0;
	}
}

static void model_range(struct model *model, size_t first, size_t n, int rank)
{
	for (size_t i = first; i < first + n; i++) {
		if (!model->single[i] && rank > model->range[i])
			model->range[i] = rank;
	}
}

/* Each round has specs of its own. */
static void setup_models(unsigned round)
{
	struct spec specs[SPECS];
	char names[SPECS][16];
	struct db_import_counts counts;

	for (size_t i = 0; i < SPECS; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "m%u-%zu", round, i);
		specs[i] = make_spec("model", names[i]);
		specs[i].interval_ms = STEP_MS;
		specs[i].phase_ms = (int64_t)i * 1001;
	}
	ok(db_specs_import(db, hostid, specs, SPECS, midnight_ms - 900000, &counts, &err) == 0,
	    "specs of the model %s", err.text);
	for (size_t i = 0; i < SPECS; i++) {
		memset(&models[i], 0, sizeof(models[i]));
		models[i].specid = (uint32_t)number(
		    "SELECT specid FROM TOOLSPECS WHERE name = '%s'", names[i]);
		models[i].first_ms =
		    number("SELECT nextdue_ms FROM TOOLSPECS WHERE name = '%s'", names[i]);
	}
}

/* Makes the slots up to `until`; those below `missed` as ranges, one a day. */
static int materialise(struct model *model, size_t until, size_t missed)
{
	int64_t due[SLOTS];
	struct slot_range ranges[2];
	size_t n_due = 0, n_ranges = 0, made;
	struct db_materialise item = { .specid = model->specid, .version = 1 };

	item.old_nextdue_ms = slot_ms(model, model->n_made);
	item.nextdue_ms = slot_ms(model, until);
	for (size_t i = model->n_made; i < until; i++) {
		int64_t at_ms = slot_ms(model, i);

		if (i >= missed) {
			due[n_due++] = at_ms;
			continue;
		}
		model_range(model, i, 1, 1);
		if (n_ranges && ranges[n_ranges - 1].first_ms / 86400000 == at_ms / 86400000) {
			ranges[n_ranges - 1].last_ms = at_ms;
			ranges[n_ranges - 1].n_slots++;
		} else {
			ranges[n_ranges++] = (struct slot_range){ at_ms, at_ms, 1 };
		}
	}
	item.due_ms = due;
	item.n_due = n_due;
	item.missed = ranges;
	item.n_missed = n_ranges;
	model->n_made = until;
	return db_materialise(db, hostid, &item, 1, &made, &err);
}

/* A batch of outcomes of any slots up to `until`, made or not. */
static int load_some(size_t until)
{
	struct db_run runs[40];
	size_t n = 1 + any(40);
	int r;

	for (size_t i = 0; i < n; i++) {
		struct model *model = &models[any(SPECS)];
		size_t first = any(until), n_slots = 1;
		int rank = 1 + (int)any(4);

		if (any(5) == 0 && by_rank[rank] != OUTCOME_RUN &&
		    by_rank[rank] != OUTCOME_LOST)
			n_slots = 1 + any(until - first);
		while (slot_ms(model, first) / 86400000 !=
		       slot_ms(model, first + n_slots - 1) / 86400000)
			n_slots--;
		runs[i] = make_run(model->specid, slot_ms(model, first), by_rank[rank]);
		runs[i].n_slots = n_slots;
		runs[i].last_due_ms = slot_ms(model, first + n_slots - 1);
	}
	r = db_load(db, hostid, runs, n, &err);
	if (r == 0 && any(3) == 0)
		r = db_load(db, hostid, runs, n, &err);
	/* The single ones go first, then the ranges, each by slot. */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t s = 0; s < SPECS; s++) {
			for (size_t slot = 0; slot < until; slot++) {
				for (size_t i = 0; i < n; i++) {
					if (runs[i].scheduleid !=
						spec_scheduleid(models[s].specid,
						    slot_ms(&models[s], slot)) ||
					    (runs[i].n_slots > 1) != (pass == 1))
						continue;
					if (pass == 0)
						model_single(&models[s], slot,
						    outcome_rank(runs[i].outcome));
					else
						model_range(&models[s], slot,
						    (size_t)runs[i].n_slots,
						    outcome_rank(runs[i].outcome));
				}
			}
		}
	}
	return r;
}

/* The model's sums are those of the database. */
static bool agrees(const struct db_accounting *before)
{
	uint64_t slots = 0, open = 0, counts[5] = { 0 };
	struct db_accounting sums;

	if (db_accounting(db, 0, now_ms, 1000, &sums, &err) < 0)
		return false;
	for (size_t s = 0; s < SPECS; s++) {
		slots += models[s].n_made;
		for (size_t i = 0; i < models[s].n_made; i++) {
			int rank =
			    models[s].single[i] ? models[s].single[i] : models[s].range[i];

			counts[rank]++;
			open += rank == 0;
		}
	}
	if (sums.unaccounted == 0 && sums.slots - before->slots == slots &&
	    sums.open - before->open == open && sums.missed - before->missed == counts[1] &&
	    sums.lost - before->lost == counts[2] &&
	    sums.skipped - before->skipped == counts[3] && sums.run - before->run == counts[4])
		return true;
	note("unaccounted %lld; slots %llu, %llu; open %llu, %llu; missed %llu, %llu; lost "
	     "%llu, "
	     "%llu; skipped %llu, %llu; run %llu, %llu",
	    (long long)sums.unaccounted, (unsigned long long)(sums.slots - before->slots),
	    (unsigned long long)slots, (unsigned long long)(sums.open - before->open),
	    (unsigned long long)open, (unsigned long long)(sums.missed - before->missed),
	    (unsigned long long)counts[1], (unsigned long long)(sums.lost - before->lost),
	    (unsigned long long)counts[2], (unsigned long long)(sums.skipped - before->skipped),
	    (unsigned long long)counts[3], (unsigned long long)(sums.run - before->run),
	    (unsigned long long)counts[4]);
	return false;
}

static void test_model(unsigned round)
{
	struct db_accounting before;
	bool good = true;
	size_t n = 0, now = 0;

	seed = 20260001 + round;
	setup_models(round);
	ok(db_accounting(db, 0, now_ms, 1000, &before, &err) == 0, "accounting %s", err.text);
	while (good && now < SLOTS - 30) {
		size_t which = any(3);
		int r = 0;

		now += any(4);
		if (which == 0) {
			struct model *model = &models[any(SPECS)];
			/* Sometimes it comes late, and sometimes it stops half way. */
			size_t until = now + (any(4) ? 12 : 1);

			if (until > model->n_made)
				r = materialise(model, until, now > 4 ? now - 4 : 0);
		} else if (now > 0) {
			r = load_some(now);
		}
		if (r < 0)
			note("step %zu: %s", n, err.text);
		good = r == 0 && agrees(&before);
		n++;
	}
	ok(good, "%zu steps at random: every slot has the outcome that it should have", n);
	is_num(number("SELECT COUNT(*) FROM RUNLOG WHERE slots = 0"), 0, "no range is empty");
	ok(number("SELECT COUNT(*) FROM RUNLOG WHERE kind = 1") > 0, "there are ranges");
	is_num(number("SELECT COUNT(*) FROM SCHEDULE s JOIN RUNLOG r ON r.scheduleid = "
		      "s.scheduleid AND r.kind = 0"),
	    0, "no slot is to be run that has an outcome");
}

int main(int argc, char **argv)
{
	unsigned version, ran;

	if (!connect_both(argc, argv))
		return close_both();
	ok(db_schema_init(db, &version, &ran, &err) == 0 &&
		db_host_ensure(db, "host-a", now_ms, &hostid, &err) == 0,
	    "tables and a host %s", err.text);
	for (unsigned round = 0; round < 2; round++)
		test_model(round);
	return close_both();
}
