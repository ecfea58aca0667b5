/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_private.h"

/* A CASE is sought through from its beginning: so many specs in one. */
enum { SPECS_AT_ONCE = 200 };

static const char missed_text[] = "nobody was there to start it in time";

/* One transaction's view of the items: those whose spec is as they say, by specid. */
struct pass {
	struct db *db;
	uint32_t hostid;
	const struct db_materialise **items;
	size_t n_items;
	struct range_list ranges; /* of the days of due slots */
	uint64_t *answered;	  /* scheduleids with a row of kind 0, ascending */
	size_t n_answered;
};

static void pass_free(struct pass *pass)
{
	free(pass->items);
	free(pass->answered);
	range_list_free(&pass->ranges);
}

static int by_specid(const void *a, const void *b)
{
	const struct db_materialise *const *x = a, *const *y = b;

	return ((*x)->specid > (*y)->specid) - ((*x)->specid < (*y)->specid);
}

static int by_id(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Locks the specs and leaves out the items that were worked out from another state. */
static int keep_current(struct pass *pass, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_FREE uint32_t *specids = calloc(pass->n_items + 1, sizeof(*specids));
	size_t at = 0, kept = 0;
	int r;

	if (!specids)
		return err_sys(err, -ENOMEM, "cannot make slots");
	for (size_t i = 0; i < pass->n_items; i++)
		specids[i] = pass->items[i]->specid;
	r = db_specs_lock(pass->db, specids, pass->n_items, &rows, err);
	if (r < 0)
		return r;
	while (sql_rows_next(&rows)) {
		const struct db_materialise *item;

		while (at < pass->n_items && pass->items[at]->specid < sql_u64(&rows, 0))
			at++;
		if (at == pass->n_items)
			break;
		item = pass->items[at];
		if (item->specid == sql_u64(&rows, 0) &&
		    item->old_nextdue_ms == sql_i64(&rows, 1) &&
		    item->version == sql_u64(&rows, 2) && pass->hostid == sql_u64(&rows, 3)) {
			pass->items[kept++] = item;
			at++;
		}
	}
	pass->n_items = kept;
	return 0;
}

/* Calls each for every UTC day of an item's due slots, with those of that day. */
typedef int due_day_fn(struct pass *pass, const struct db_materialise *item, size_t first,
    size_t n, void *context);

static int each_due_day(struct pass *pass, due_day_fn *each, void *context)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < pass->n_items; i++) {
		const struct db_materialise *item = pass->items[i];
		size_t first = 0;

		while (r == 0 && first < item->n_due) {
			size_t n = 1;

			while (first + n < item->n_due &&
			       db_day(item->due_ms[first + n]) == db_day(item->due_ms[first]))
				n++;
			r = each(pass, item, first, n, context);
			first += n;
		}
	}
	return r;
}

struct answered_query {
	struct buf statement;
	struct spec_day *days;
	size_t n_days, room;
};

static void answered_query_free(struct answered_query *query)
{
	buf_free(&query->statement);
	free(query->days);
}

static int ask_day(
    struct pass *pass, const struct db_materialise *item, size_t first, size_t n, void *context)
{
	struct answered_query *query = context;
	int64_t day = db_day(item->due_ms[first]);
	struct spec_day *days;

	(void)pass;
	if (query->n_days == query->room) {
		query->room = query->room ? query->room * 2 : 64;
		days = realloc(query->days, query->room * sizeof(*days));
		if (!days)
			return -ENOMEM;
		query->days = days;
	}
	query->days[query->n_days++] = (struct spec_day){ item->specid, day };
	(void)buf_addf(&query->statement,
	    "%s(day = %lld AND kind = 0 AND scheduleid BETWEEN %llu AND %llu)",
	    query->n_days > 1 ? " OR " : "", (long long)day,
	    (unsigned long long)spec_scheduleid(item->specid, item->due_ms[first]),
	    (unsigned long long)spec_scheduleid(item->specid, item->due_ms[first + n - 1]));
	return 0;
}

/* What the runner has already done by itself while the database was away. */
static int read_answered(struct pass *pass, struct err *err)
{
	CLEANUP(answered_query_free)
	struct answered_query query = { .statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX) };
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r;

	(void)buf_adds(&query.statement, "SELECT scheduleid FROM RUNLOG WHERE ");
	r = each_due_day(pass, ask_day, &query);
	if (r < 0)
		return err_sys(err, r, "cannot make slots");
	if (query.n_days == 0)
		return 0;
	r = sql_select(pass->db->sql, &query.statement, &rows, err);
	if (r == 0)
		r = db_ranges_read(pass->db, query.days, query.n_days, &pass->ranges, err);
	if (r < 0)
		return r;
	pass->answered = calloc(sql_rows_count(&rows) + 1, sizeof(*pass->answered));
	if (!pass->answered)
		return err_sys(err, -ENOMEM, "cannot make slots");
	while (sql_rows_next(&rows))
		pass->answered[pass->n_answered++] = sql_u64(&rows, 0);
	qsort(pass->answered, pass->n_answered, sizeof(*pass->answered), by_id);
	return 0;
}

static bool is_answered(const struct pass *pass, uint32_t specid, int64_t due_ms)
{
	uint64_t id = spec_scheduleid(specid, due_ms);

	return bsearch(&id, pass->answered, pass->n_answered, sizeof(id), by_id) ||
	       range_list_find(&pass->ranges, specid, due_ms);
}

static int put_missed(struct pass *pass, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < pass->n_items; i++) {
		const struct db_materialise *item = pass->items[i];

		for (size_t j = 0; r == 0 && j < item->n_missed; j++) {
			struct range range;

			r = db_range_of_slots(
			    item->specid, &item->missed[j], OUTCOME_MISSED, &range, err);
			if (r == 0)
				r = db_range_put(
				    pass->db, pass->hostid, &range, 3, missed_text, err);
		}
	}
	return r;
}

static int count_missed(struct pass *pass, struct sql_many *many, struct err *err)
{
	for (size_t i = 0; i < pass->n_items; i++) {
		const struct db_materialise *item = pass->items[i];

		for (size_t j = 0; j < item->n_missed; j++)
			db_slots_count(many, item->specid, db_day(item->missed[j].first_ms),
			    item->missed[j].n_slots, err);
	}
	return many->error;
}

static int count_due_day(
    struct pass *pass, const struct db_materialise *item, size_t first, size_t n, void *context)
{
	(void)pass;
	db_slots_count(context, item->specid, db_day(item->due_ms[first]), n, NULL);
	return 0;
}

static int count_slots(struct pass *pass, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many = DB_SLOTS_MANY(pass->db);

	(void)count_missed(pass, &many, err);
	(void)each_due_day(pass, count_due_day, &many);
	return sql_many_end(&many, err);
}

static int insert_due(struct pass *pass, size_t *ret_made, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many = SQL_MANY_INIT(pass->db->sql,
	    "INSERT INTO SCHEDULE (hostid, scheduleid, due_ms) VALUES ",
	    " ON DUPLICATE KEY UPDATE hostid = hostid");
	size_t made = 0;

	for (size_t i = 0; i < pass->n_items; i++) {
		const struct db_materialise *item = pass->items[i];

		for (size_t j = 0; j < item->n_due; j++) {
			if (is_answered(pass, item->specid, item->due_ms[j]))
				continue;
			(void)buf_addf(sql_many_next(&many, err), "(%u, %llu, %lld)",
			    pass->hostid,
			    (unsigned long long)spec_scheduleid(item->specid, item->due_ms[j]),
			    (long long)item->due_ms[j]);
			made++;
		}
	}
	*ret_made = made;
	return sql_many_end(&many, err);
}

static int move_some(struct pass *pass, size_t first, size_t n, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);

	(void)buf_adds(&statement, "UPDATE TOOLSPECS SET nextdue_ms = CASE specid");
	for (size_t i = first; i < first + n; i++)
		(void)buf_addf(&statement, " WHEN %u THEN %lld", pass->items[i]->specid,
		    (long long)pass->items[i]->nextdue_ms);
	(void)buf_adds(&statement, " ELSE nextdue_ms END WHERE specid IN (");
	for (size_t i = first; i < first + n; i++)
		(void)buf_addf(
		    &statement, "%s%u", i > first ? ", " : "", pass->items[i]->specid);
	(void)buf_addc(&statement, ')');
	return sql_run(pass->db->sql, &statement, NULL, err);
}

static int move_nextdue(struct pass *pass, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < pass->n_items; i += SPECS_AT_ONCE)
		r = move_some(pass, i,
		    pass->n_items - i < SPECS_AT_ONCE ? pass->n_items - i : SPECS_AT_ONCE, err);
	return r;
}

/* What was missed is in no result: the roll-up hears of it here. */
static int mark_missed(struct pass *pass, struct err *err)
{
	CLEANUP(db_hours_free) struct db_hours hours = { 0 };

	for (size_t i = 0; i < pass->n_items; i++) {
		const struct db_materialise *item = pass->items[i];

		for (size_t j = 0; j < item->n_missed; j++) {
			if (db_hours_add(
				&hours, item->missed[j].first_ms, item->missed[j].last_ms) < 0)
				return err_sys(err, -ENOMEM, "cannot make slots");
		}
	}
	return db_hours_mark(pass->db, pass->hostid, &hours, err);
}

static int make(struct pass *pass, size_t *ret_made, struct err *err)
{
	int r = keep_current(pass, err);

	if (r < 0 || pass->n_items == 0)
		return r;
	r = read_answered(pass, err);
	if (r == 0)
		r = move_nextdue(pass, err);
	if (r == 0)
		r = put_missed(pass, err);
	if (r == 0)
		r = count_slots(pass, err);
	if (r == 0)
		r = insert_due(pass, ret_made, err);
	return r < 0 ? r : mark_missed(pass, err);
}

int db_materialise(struct db *db, uint32_t hostid, const struct db_materialise *items,
    size_t n_items, size_t *ret_made, struct err *err)
{
	CLEANUP(pass_free) struct pass pass = { .db = db, .hostid = hostid };
	size_t made = 0;
	int r;

	pass.items = calloc(n_items + 1, sizeof(*pass.items));
	if (!pass.items)
		return err_sys(err, -ENOMEM, "cannot make slots");
	for (size_t i = 0; i < n_items; i++)
		pass.items[i] = &items[i];
	pass.n_items = n_items;
	qsort(pass.items, n_items, sizeof(*pass.items), by_specid);
	if (n_items) {
		r = sql_begin(db->sql, err);
		if (r == 0)
			r = sql_end(db->sql, make(&pass, &made, err), err);
		if (r < 0)
			return r;
	}
	*ret_made = made;
	return 0;
}
