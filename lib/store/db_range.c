/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/store/db_private.h"

/* The text of a WHERE over day, kind and scheduleid has some 80 bytes a spec, and the
 * optimizer weighs each: so many at once. */
enum { RANGES_AT_ONCE = 200 };

static int read_some(struct db *db, const struct spec_day *days, size_t n_days,
    struct range_list *list, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	int r;

	(void)buf_adds(&statement,
	    "SELECT specid, due_ms, last_due_ms, step_ms, outcome FROM RUNLOG WHERE ");
	for (size_t i = 0; i < n_days; i++)
		(void)buf_addf(&statement,
		    "%s(day = %lld AND kind = 1 AND scheduleid BETWEEN %llu AND %llu)",
		    i ? " OR " : "", (long long)days[i].day,
		    (unsigned long long)days[i].specid << 32,
		    (unsigned long long)days[i].specid << 32 | UINT32_MAX);
	(void)buf_adds(&statement, " ORDER BY scheduleid");
	r = sql_select(db->sql, &statement, &rows, err);
	while (r == 0 && sql_rows_next(&rows)) {
		struct range range = {
			.specid = (uint32_t)sql_u64(&rows, 0),
			.first_ms = sql_i64(&rows, 1),
			.last_ms = sql_i64(&rows, 2),
			.step_ms = sql_i64(&rows, 3) > 0 ? sql_i64(&rows, 3) : 1,
			.outcome = (enum outcome)sql_u64(&rows, 4),
		};

		r = range_list_add(list, &range);
		if (r < 0)
			(void)err_sys(err, r, "cannot keep the ranges");
	}
	return r;
}

int db_ranges_read(struct db *db, const struct spec_day *days, size_t n_days,
    struct range_list *ret, struct err *err)
{
	CLEANUP(range_list_free) struct range_list list = { 0 };
	size_t some;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_days; i += some) {
		some = n_days - i < RANGES_AT_ONCE ? n_days - i : RANGES_AT_ONCE;
		r = read_some(db, days + i, some, &list, err);
	}
	if (r < 0)
		return r;
	*ret = list;
	list = (struct range_list){ 0 };
	return 0;
}

/* How many slots of a range have no row of their own. */
static int count_left(struct db *db, const struct range *range, uint64_t *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	uint64_t slots = range_slots(range), answered = 0;
	int r;

	r = sql_selectf(db->sql, &rows, err,
	    "SELECT COUNT(*) FROM RUNLOG WHERE day = %lld AND kind = 0 AND scheduleid BETWEEN "
	    "%llu AND %llu AND MOD(due_ms - %lld, %lld) = 0",
	    (long long)db_day(range->first_ms),
	    (unsigned long long)spec_scheduleid(range->specid, range->first_ms),
	    (unsigned long long)spec_scheduleid(range->specid, range->last_ms),
	    (long long)range->first_ms, (long long)range->step_ms);
	if (r < 0)
		return r;
	if (sql_rows_next(&rows))
		answered = sql_u64(&rows, 0);
	*ret = answered < slots ? slots - answered : 0;
	return 0;
}

static int insert(struct db *db, uint32_t hostid, const struct range *range, int state,
    const char *text, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	uint64_t slots;
	int r = count_left(db, range, &slots, err);

	if (r < 0 || slots == 0)
		return r;
	(void)buf_addf(&statement,
	    "INSERT INTO RUNLOG (day, kind, scheduleid, hostid, specid, due_ms, last_due_ms, "
	    "step_ms, slots, outcome, outcome_rank, state, exit_code, signo, cut, text) VALUES "
	    "(%lld, 1, %llu, %u, %u, %lld, %lld, %lld, %llu, %d, %d, %d, -1, 0, 0, ",
	    (long long)db_day(range->first_ms),
	    (unsigned long long)spec_scheduleid(range->specid, range->first_ms), hostid,
	    range->specid, (long long)range->first_ms, (long long)range->last_ms,
	    (long long)range->step_ms, (unsigned long long)slots, (int)range->outcome,
	    outcome_rank(range->outcome), state);
	sql_quotes(&statement, text);
	(void)buf_adds(&statement, ")");
	return sql_run(db->sql, &statement, NULL, err);
}

/* The part above the cut becomes a row of its own, a copy but for its ends. */
static int copy_above(
    struct db *db, const struct range *old, const struct range *part, struct err *err)
{
	uint64_t slots;
	int r = count_left(db, part, &slots, err);

	if (r < 0 || slots == 0)
		return r;
	return sql_runf(db->sql, err,
	    "INSERT INTO RUNLOG (day, kind, scheduleid, hostid, specid, due_ms, last_due_ms, "
	    "step_ms, slots, outcome, outcome_rank, state, exit_code, signo, cut, text) "
	    "SELECT day, kind, %llu, hostid, specid, %lld, last_due_ms, step_ms, %llu, "
	    "outcome, outcome_rank, state, exit_code, signo, cut, text FROM RUNLOG "
	    "WHERE day = %lld AND kind = 1 AND scheduleid = %llu",
	    (unsigned long long)spec_scheduleid(part->specid, part->first_ms),
	    (long long)part->first_ms, (unsigned long long)slots,
	    (long long)db_day(old->first_ms),
	    (unsigned long long)spec_scheduleid(old->specid, old->first_ms));
}

/* Takes the span of `by` out of a stored range of lower rank. */
static int cut(struct db *db, const struct range *old, const struct range *by, struct err *err)
{
	struct range part;
	uint64_t slots = 0;
	int r = 0;

	if (range_above(old, by->last_ms, &part))
		r = copy_above(db, old, &part, err);
	if (r == 0 && range_below(old, by->first_ms, &part))
		r = count_left(db, &part, &slots, err);
	if (r < 0)
		return r;
	if (slots == 0)
		return sql_runf(db->sql, err,
		    "DELETE FROM RUNLOG WHERE day = %lld AND kind = 1 AND scheduleid = %llu",
		    (long long)db_day(old->first_ms),
		    (unsigned long long)spec_scheduleid(old->specid, old->first_ms));
	return sql_runf(db->sql, err,
	    "UPDATE RUNLOG SET last_due_ms = %lld, slots = %llu "
	    "WHERE day = %lld AND kind = 1 AND scheduleid = %llu",
	    (long long)part.last_ms, (unsigned long long)slots,
	    (long long)db_day(old->first_ms),
	    (unsigned long long)spec_scheduleid(old->specid, old->first_ms));
}

int db_range_put(struct db *db, uint32_t hostid, const struct range *range, int state,
    const char *text, struct err *err)
{
	CLEANUP(range_list_free) struct range_list old = { 0 };
	CLEANUP(range_list_free) struct range_list taken = { 0 };
	CLEANUP(range_list_free) struct range_list parts = { 0 };
	struct spec_day day = { range->specid, db_day(range->first_ms) };
	int r = db_ranges_read(db, &day, 1, &old, err);

	for (size_t i = 0; r == 0 && i < old.n; i++) {
		const struct range *other = &old.items[i];

		if (!range_overlaps(other, range))
			continue;
		if (outcome_rank(other->outcome) < outcome_rank(range->outcome)) {
			r = cut(db, other, range, err);
			continue;
		}
		r = range_list_add(&taken, other);
		if (r < 0)
			(void)err_sys(err, r, "cannot keep the ranges");
	}
	if (r < 0)
		return r;
	r = range_subtract(range, &taken, &parts);
	if (r < 0)
		return err_sys(err, r, "cannot keep the ranges");
	for (size_t i = 0; r == 0 && i < parts.n; i++)
		r = insert(db, hostid, &parts.items[i], state, text, err);
	return r;
}

int db_range_of_slots(uint32_t specid, const struct slot_range *slots, enum outcome outcome,
    struct range *ret, struct err *err)
{
	int64_t span_ms = slots->last_ms - slots->first_ms;
	int64_t steps = slots->n_slots < INT32_MAX ? (int64_t)slots->n_slots - 1 : -1;

	if (slots->first_ms < 0 || span_ms < 0 || steps < 0 || (steps == 0) != (span_ms == 0) ||
	    (steps && span_ms % steps) || db_day(slots->first_ms) != db_day(slots->last_ms))
		return err_set(err, -EBADMSG,
		    "cannot use a range of %llu slots from %lld to %lld ms",
		    (unsigned long long)slots->n_slots, (long long)slots->first_ms,
		    (long long)slots->last_ms);
	*ret = (struct range){
		.specid = specid,
		.first_ms = slots->first_ms,
		.last_ms = slots->last_ms,
		.step_ms = steps ? span_ms / steps : 1,
		.outcome = outcome,
	};
	return 0;
}

void db_slots_count(
    struct sql_many *many, uint32_t specid, int64_t day, uint64_t n_slots, struct err *err)
{
	(void)buf_addf(sql_many_next(many, err), "(%u, %lld, %llu)", specid, (long long)day,
	    (unsigned long long)n_slots);
}
