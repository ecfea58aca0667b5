/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_specrow.h"
#include "lib/store/spec_field.h"

#define COLUMNS                                                                             \
	"hostid, probetype, testtype, synchgroup, command, args, interval_ms, phase_ms, "   \
	"timeout_ms, killgrace_ms, maxlate_ms, enabled, overrun, catchup, catchup_max, "    \
	"jitter_ms, priority, attempts, retry_ms, backoff_ms, alive, judge, nodeid, name, " \
	"groupid, parentid, wanted, template, version, nextdue_ms, used_ms, removed_ms, "   \
	"changed_ms, created_ms"

static const char missed_text[] = "nobody was there to start it in time";

/* --- comparing ------------------------------------------------------------------------ */

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool db_specput_same(const struct specput *put)
{
	const struct specrow *old = put->old;

	if (!put->spec)
		return !old || old->removed_ms;
	return old && old->removed_ms == 0 && old->parentid == put->parentid &&
	       old->hostid == put->hostid && old->wanted == put->wanted &&
	       same_text(old->template, put->template) && spec_same(&old->spec, put->spec);
}

static bool same_grid(const struct spec *a, const struct spec *b)
{
	return a->interval_ms == b->interval_ms && a->phase_ms == b->phase_ms &&
	       a->enabled == b->enabled;
}

/* --- rows ----------------------------------------------------------------------------- */

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

/* What a row has beside its settings. */
struct life {
	uint32_t version;
	int64_t nextdue_ms, used_ms, removed_ms;
};

static void add_settings(const struct spec *spec, bool enabled, struct buf *to)
{
	CLEANUP_BUF struct buf args = BUF_INIT;

	sql_quotes(to, spec->probetype);
	(void)buf_addf(to, ", %d, ", (int)spec->testtype);
	sql_quotes(to, text_or_empty(spec->synchgroup));
	(void)buf_adds(to, ", ");
	sql_quotes(to, text_or_empty(spec->command));
	(void)buf_adds(to, ", ");
	if (spec_args_text(spec->args, spec->n_args, &args) < 0)
		to->error = args.error;
	sql_quote(to, buf_text(&args), args.size);
	(void)buf_addf(to,
	    ", %lld, %lld, %lld, %lld, %lld, %d, %d, %d, %u, %lld, %u, %u, %lld, %lld, %d, "
	    "%d, ",
	    (long long)spec->interval_ms, (long long)spec->phase_ms,
	    (long long)spec->timeout_ms, (long long)spec->killgrace_ms,
	    (long long)spec->maxlate_ms, enabled ? 1 : 0, (int)spec->overrun,
	    (int)spec->catchup, spec->catchup_max, (long long)spec->jitter_ms, spec->priority,
	    spec->attempts, (long long)spec->retry_ms, (long long)spec->backoff_ms,
	    spec->alive ? 1 : 0, (int)spec->judge);
}

/* The values of COLUMNS. A spec that is removed stays as it was, but nobody runs it. */
static void add_row(
    const struct specput *put, const struct life *life, int64_t now_ms, struct buf *to)
{
	const struct spec *spec = put->spec ? put->spec : &put->old->spec;
	const char *template = put->spec ? put->template : put->old->template;

	(void)buf_addf(to, "%u, ", put->hostid);
	add_settings(spec, put->spec && spec->enabled, to);
	(void)buf_addf(to, "%u, ", put->nodeid);
	sql_quotes(to, spec->name);
	(void)buf_addf(to, ", %u, %u, %d, ", put->groupid, put->parentid, put->wanted);
	if (template)
		sql_quotes(to, template);
	else
		(void)buf_adds(to, "NULL");
	(void)buf_addf(to, ", %u, %lld, %lld, %lld, %lld, %lld", life->version,
	    (long long)life->nextdue_ms, (long long)life->used_ms, (long long)life->removed_ms,
	    (long long)now_ms, (long long)now_ms);
}

static int add_new(
    struct db *db, const struct specput *puts, size_t n, int64_t now_ms, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many =
	    SQL_MANY_INIT(db->sql, "INSERT INTO TOOLSPECS (" COLUMNS ") VALUES ", "");

	for (size_t i = 0; i < n; i++) {
		const struct spec *spec = puts[i].spec;
		struct life life = { .version = 1 };
		struct buf *row;

		if (puts[i].old || !spec)
			continue;
		if (puts[i].nodeid)
			life.nextdue_ms =
			    spec_slot_at_or_after(spec->interval_ms, spec->phase_ms, now_ms);
		row = sql_many_next(&many, err);
		(void)buf_addc(row, '(');
		add_row(&puts[i], &life, now_ms, row);
		(void)buf_addc(row, ')');
	}
	return sql_many_end(&many, err);
}

/* --- grids ---------------------------------------------------------------------------- */

/* Slots of the old grid that nobody has made until now are missed: with the new grid they
 * would vanish. One range a day. */
static int close_old_grid(
    struct db *db, const struct specrow *row, int64_t now_ms, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many = DB_SLOTS_MANY(db);
	CLEANUP(db_hours_free) struct db_hours hours = { 0 };
	const struct spec *old = &row->spec;
	int64_t from_ms = old->nextdue_ms;
	int r = 0;

	while (r == 0 && from_ms < now_ms) {
		int64_t until_ms = (db_day(from_ms) + 1) * 86400000;
		struct slot_range slots = { .first_ms = from_ms };
		struct range range;

		if (until_ms > now_ms)
			until_ms = now_ms;
		slots.n_slots =
		    spec_slots_between(old->interval_ms, old->phase_ms, from_ms, until_ms);
		slots.last_ms = from_ms + (int64_t)(slots.n_slots - 1) * old->interval_ms;
		r = db_range_of_slots(old->specid, &slots, OUTCOME_MISSED, &range, err);
		if (r == 0)
			r = db_range_put(db, row->hostid, &range, 3, missed_text, err);
		db_slots_count(&many, old->specid, db_day(from_ms), slots.n_slots, err);
		if (r == 0 && db_hours_add(&hours, slots.first_ms, slots.last_ms) < 0)
			r = err_sys(err, -ENOMEM, "cannot change specs");
		from_ms = slots.last_ms + old->interval_ms;
	}
	if (r == 0)
		r = sql_many_end(&many, err);
	/* What was missed is in no result: the roll-up hears of it here. */
	return r < 0 ? r : db_hours_mark(db, row->hostid, &hours, err);
}

/* Ends the old grid and begins the new one: from now on, and behind the second of the last slot
 * that any grid before it has made. A grid that has made none yet tells of no such slot, so
 * the row remembers it. */
static int change_grid(struct db *db, const struct specput *put, int64_t now_ms,
    struct life *life, struct err *err)
{
	struct spec *old = &put->old->spec;
	int64_t last_ms, from_ms;

	if (old->enabled && old->nextdue_ms < now_ms) {
		int r = close_old_grid(db, put->old, now_ms, err);

		if (r < 0)
			return r;
		old->nextdue_ms =
		    spec_slot_at_or_after(old->interval_ms, old->phase_ms, now_ms);
	}
	last_ms = old->nextdue_ms - old->interval_ms;
	if (last_ms > life->used_ms)
		life->used_ms = last_ms;
	life->nextdue_ms = old->nextdue_ms;
	if (!put->spec)
		return 0;
	from_ms = (life->used_ms / 1000 + 1) * 1000;
	if (from_ms < now_ms)
		from_ms = now_ms;
	life->nextdue_ms =
	    spec_slot_at_or_after(put->spec->interval_ms, put->spec->phase_ms, from_ms);
	return 0;
}

/* --- changing ------------------------------------------------------------------------- */

/* Slots that nobody has claimed go along to another host. */
static int move_slots(struct db *db, const struct specput *put, struct err *err)
{
	return sql_runf(db->sql, err,
	    "UPDATE SCHEDULE SET hostid = %u WHERE hostid = %u AND state = 0 AND scheduleid "
	    "BETWEEN %llu AND %llu",
	    put->hostid, put->old->hostid, (unsigned long long)put->old->spec.specid << 32,
	    (unsigned long long)put->old->spec.specid << 32 | UINT32_MAX);
}

static int change_one(struct db *db, const struct specput *put, int64_t now_ms,
    struct sql_many *many, struct err *err)
{
	const struct specrow *old = put->old;
	struct life life = { .version = old->spec.version + 1,
		.nextdue_ms = old->spec.nextdue_ms,
		.used_ms = old->used_ms,
		.removed_ms = put->spec ? 0 : now_ms };
	struct buf *row;
	int r = 0;

	if (put->nodeid && (!put->spec || !same_grid(&old->spec, put->spec)))
		r = change_grid(db, put, now_ms, &life, err);
	if (r == 0 && old->hostid != put->hostid)
		r = move_slots(db, put, err);
	if (r < 0)
		return r;
	row = sql_many_next(many, err);
	(void)buf_addc(row, '(');
	add_row(put, &life, now_ms, row);
	(void)buf_addf(row, ", %u)", old->spec.specid);
	return many->error;
}

static int by_specid(const void *a, const void *b)
{
	const struct specput *const *x = a, *const *y = b;

	return ((*x)->old->spec.specid > (*y)->old->spec.specid) -
	       ((*x)->old->spec.specid < (*y)->old->spec.specid);
}

/* With the rows locked: nextdue may have moved since they were read, and that is all. */
static int refresh(struct db *db, struct specput **changed, size_t n, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_FREE uint32_t *specids = calloc(n + 1, sizeof(*specids));
	size_t at = 0;
	int r;

	if (!specids)
		return err_sys(err, -ENOMEM, "cannot change specs");
	for (size_t i = 0; i < n; i++)
		specids[i] = changed[i]->old->spec.specid;
	r = db_specs_lock(db, specids, n, &rows, err);
	if (r < 0)
		return r;
	for (; sql_rows_next(&rows); at++) {
		if (at == n || changed[at]->old->spec.specid != sql_u64(&rows, 0) ||
		    changed[at]->old->spec.version != sql_u64(&rows, 2))
			break;
		changed[at]->old->spec.nextdue_ms = sql_i64(&rows, 1);
	}
	if (at != n)
		return err_set(err, -EAGAIN,
		    "cannot change specs: somebody else is changing them at the same time");
	return 0;
}

static int change_old(
    struct db *db, struct specput **changed, size_t n, int64_t now_ms, struct err *err)
{
	/* The id is given, so this never makes a row. */
	CLEANUP_SQL_MANY struct sql_many many = SQL_MANY_INIT(db->sql,
	    "INSERT INTO TOOLSPECS (" COLUMNS ", specid) VALUES ",
	    " ON DUPLICATE KEY UPDATE hostid = VALUES(hostid), "
	    "probetype = VALUES(probetype), testtype = VALUES(testtype), "
	    "synchgroup = VALUES(synchgroup), command = VALUES(command), "
	    "args = VALUES(args), interval_ms = VALUES(interval_ms), "
	    "phase_ms = VALUES(phase_ms), timeout_ms = VALUES(timeout_ms), "
	    "killgrace_ms = VALUES(killgrace_ms), maxlate_ms = VALUES(maxlate_ms), "
	    "enabled = VALUES(enabled), overrun = VALUES(overrun), catchup = VALUES(catchup), "
	    "catchup_max = VALUES(catchup_max), jitter_ms = VALUES(jitter_ms), "
	    "priority = VALUES(priority), attempts = VALUES(attempts), "
	    "retry_ms = VALUES(retry_ms), backoff_ms = VALUES(backoff_ms), "
	    "alive = VALUES(alive), judge = VALUES(judge), parentid = VALUES(parentid), "
	    "wanted = VALUES(wanted), template = VALUES(template), version = VALUES(version), "
	    "nextdue_ms = VALUES(nextdue_ms), used_ms = VALUES(used_ms), "
	    "removed_ms = VALUES(removed_ms), changed_ms = VALUES(changed_ms)");
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i += SPECROWS_AT_ONCE)
		r = refresh(
		    db, changed + i, n - i < SPECROWS_AT_ONCE ? n - i : SPECROWS_AT_ONCE, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = change_one(db, changed[i], now_ms, &many, err);
	return r < 0 ? r : sql_many_end(&many, err);
}

int db_specs_put(struct db *db, struct specput *puts, size_t n, int64_t now_ms, struct err *err)
{
	CLEANUP_FREE struct specput **changed = calloc(n + 1, sizeof(*changed));
	size_t n_changed = 0;
	int r;

	if (!changed)
		return err_sys(err, -ENOMEM, "cannot change specs");
	for (size_t i = 0; i < n; i++) {
		if (puts[i].old && !db_specput_same(&puts[i]))
			changed[n_changed++] = &puts[i];
	}
	qsort(changed, n_changed, sizeof(*changed), by_specid);
	r = change_old(db, changed, n_changed, now_ms, err);
	if (r == 0)
		r = add_new(db, puts, n, now_ms, err);
	/* A row of that name came in since it was looked for. */
	return r == -EEXIST ? -EAGAIN : r;
}
