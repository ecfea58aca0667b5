/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_import.h"

#define POLICIES                                                                   \
	"overrun, catchup, catchup_max, jitter_ms, priority, attempts, retry_ms, " \
	"backoff_ms, alive, judge"

static const char missed_text[] = "nobody was there to start it in time";

/* --- comparing ------------------------------------------------------------------------ */

static bool same_args(const struct spec *a, const struct spec *b)
{
	if (a->n_args != b->n_args)
		return false;
	for (size_t i = 0; i < a->n_args; i++) {
		if (strcmp(a->args[i], b->args[i]) != 0)
			return false;
	}
	return true;
}

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

static bool same_grid(const struct spec *a, const struct spec *b)
{
	return a->interval_ms == b->interval_ms && a->phase_ms == b->phase_ms &&
	       a->enabled == b->enabled;
}

static bool same_policies(const struct spec *a, const struct spec *b)
{
	return a->overrun == b->overrun && a->catchup == b->catchup &&
	       a->catchup_max == b->catchup_max && a->jitter_ms == b->jitter_ms &&
	       a->priority == b->priority && a->attempts == b->attempts &&
	       a->retry_ms == b->retry_ms && a->backoff_ms == b->backoff_ms &&
	       a->alive == b->alive && a->judge == b->judge;
}

static bool same_spec(const struct spec *a, const struct spec *b)
{
	return same_grid(a, b) && strcmp(a->probetype, b->probetype) == 0 &&
	       strcmp(text_or_empty(a->command), text_or_empty(b->command)) == 0 &&
	       strcmp(text_or_empty(a->synchgroup), text_or_empty(b->synchgroup)) == 0 &&
	       a->testtype == b->testtype && a->timeout_ms == b->timeout_ms &&
	       a->killgrace_ms == b->killgrace_ms && a->maxlate_ms == b->maxlate_ms &&
	       same_policies(a, b) && same_args(a, b);
}

/* --- changing ------------------------------------------------------------------------- */

static void add_columns(struct import *import, const struct import_entry *entry, struct buf *to)
{
	const struct spec *spec = entry->spec;
	CLEANUP_BUF struct buf args = BUF_INIT;

	(void)buf_addf(to, "%u, ", import->hostid);
	sql_quotes(to, spec->probetype);
	(void)buf_addf(to, ", %d, ", (int)spec->testtype);
	sql_quotes(to, text_or_empty(spec->synchgroup));
	(void)buf_adds(to, ", ");
	sql_quotes(to, text_or_empty(spec->command));
	(void)buf_adds(to, ", ");
	if (spec_args_text(spec->args, spec->n_args, &args) < 0)
		to->error = args.error;
	sql_quote(to, buf_text(&args), args.size);
	(void)buf_addf(to, ", %lld, %lld, %lld, %lld, %lld, %d", (long long)spec->interval_ms,
	    (long long)spec->phase_ms, (long long)spec->timeout_ms,
	    (long long)spec->killgrace_ms, (long long)spec->maxlate_ms, spec->enabled ? 1 : 0);
	(void)buf_addf(to, ", %d, %d, %u, %lld, %u, %u, %lld, %lld, %d, %d", (int)spec->overrun,
	    (int)spec->catchup, spec->catchup_max, (long long)spec->jitter_ms, spec->priority,
	    spec->attempts, (long long)spec->retry_ms, (long long)spec->backoff_ms,
	    spec->alive ? 1 : 0, (int)spec->judge);
}

int db_import_add(struct import *import, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many = SQL_MANY_INIT(import->db->sql,
	    "INSERT INTO TOOLSPECS (hostid, probetype, testtype, synchgroup, command, args, "
	    "interval_ms, phase_ms, timeout_ms, killgrace_ms, maxlate_ms, enabled, " POLICIES
	    ", nodeid, name, version, nextdue_ms, created_ms, changed_ms) VALUES ",
	    "");

	for (size_t i = 0; i < import->n; i++) {
		const struct import_entry *entry = &import->entries[i];
		const struct spec *spec = entry->spec;
		struct buf *row;

		if (entry->old.specid)
			continue;
		row = sql_many_next(&many, err);
		(void)buf_addc(row, '(');
		add_columns(import, entry, row);
		(void)buf_addf(row, ", %u, ", entry->nodeid);
		sql_quotes(row, spec->name);
		(void)buf_addf(row, ", 1, %lld, %lld, %lld)",
		    (long long)spec_slot_at_or_after(
			spec->interval_ms, spec->phase_ms, import->now_ms),
		    (long long)import->now_ms, (long long)import->now_ms);
		import->counts.added++;
	}
	return sql_many_end(&many, err);
}

/* Slots of the old grid that nobody has made until now are missed: with the new grid they
 * would vanish. One range a day. */
static int close_old_grid(struct import *import, const struct spec *old, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many = DB_SLOTS_MANY(import->db);
	int64_t from_ms = old->nextdue_ms;
	int r = 0;

	while (r == 0 && from_ms < import->now_ms) {
		int64_t until_ms = (db_day(from_ms) + 1) * 86400000;
		struct slot_range slots = { .first_ms = from_ms };
		struct range range;

		if (until_ms > import->now_ms)
			until_ms = import->now_ms;
		slots.n_slots =
		    spec_slots_between(old->interval_ms, old->phase_ms, from_ms, until_ms);
		slots.last_ms = from_ms + (int64_t)(slots.n_slots - 1) * old->interval_ms;
		r = db_range_of_slots(old->specid, &slots, OUTCOME_MISSED, &range, err);
		if (r == 0)
			r = db_range_put(
			    import->db, import->hostid, &range, 3, missed_text, err);
		db_slots_count(&many, old->specid, db_day(from_ms), slots.n_slots, err);
		from_ms = slots.last_ms + old->interval_ms;
	}
	return r < 0 ? r : sql_many_end(&many, err);
}

/* The first slot of the new grid: from now on, and behind the second of the last slot that
 * the old grid has made. */
static int64_t first_slot(
    const struct import *import, const struct spec *old, const struct spec *spec)
{
	int64_t last_ms = old->nextdue_ms - old->interval_ms;
	int64_t from_ms = (last_ms / 1000 + 1) * 1000;

	if (from_ms < import->now_ms)
		from_ms = import->now_ms;
	return spec_slot_at_or_after(spec->interval_ms, spec->phase_ms, from_ms);
}

/* Slots that nobody has claimed go along to another host. */
static int move_slots(struct import *import, const struct import_entry *entry, struct err *err)
{
	return sql_runf(import->db->sql, err,
	    "UPDATE SCHEDULE SET hostid = %u WHERE hostid = %u AND state = 0 AND scheduleid "
	    "BETWEEN %llu AND %llu",
	    import->hostid, entry->old_hostid, (unsigned long long)entry->old.specid << 32,
	    (unsigned long long)entry->old.specid << 32 | UINT32_MAX);
}

static int change_spec(struct import *import, struct import_entry *entry, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	CLEANUP_BUF struct buf columns = BUF_INIT;
	struct spec *old = &entry->old;
	int64_t nextdue_ms = old->nextdue_ms;
	int r = 0;

	if (!same_grid(old, entry->spec)) {
		if (old->enabled && old->nextdue_ms < import->now_ms) {
			r = close_old_grid(import, old, err);
			if (r < 0)
				return r;
			old->nextdue_ms = spec_slot_at_or_after(
			    old->interval_ms, old->phase_ms, import->now_ms);
		}
		nextdue_ms = first_slot(import, old, entry->spec);
	}
	/* The id is given, so this never makes a row. */
	add_columns(import, entry, &columns);
	(void)buf_addf(&statement,
	    "INSERT INTO TOOLSPECS (hostid, probetype, testtype, synchgroup, command, args, "
	    "interval_ms, phase_ms, timeout_ms, killgrace_ms, maxlate_ms, enabled, " POLICIES
	    ", specid, nodeid, name, version, nextdue_ms, created_ms, changed_ms) VALUES (%s, "
	    "%u, %u, ",
	    buf_text(&columns), old->specid, entry->nodeid);
	sql_quotes(&statement, entry->spec->name);
	(void)buf_addf(&statement,
	    ", %u, %lld, 0, %lld) ON DUPLICATE KEY UPDATE hostid = VALUES(hostid), "
	    "probetype = VALUES(probetype), testtype = VALUES(testtype), "
	    "synchgroup = VALUES(synchgroup), command = VALUES(command), "
	    "args = VALUES(args), interval_ms = VALUES(interval_ms), "
	    "phase_ms = VALUES(phase_ms), timeout_ms = VALUES(timeout_ms), "
	    "killgrace_ms = VALUES(killgrace_ms), maxlate_ms = VALUES(maxlate_ms), "
	    "enabled = VALUES(enabled), overrun = VALUES(overrun), catchup = VALUES(catchup), "
	    "catchup_max = VALUES(catchup_max), jitter_ms = VALUES(jitter_ms), "
	    "priority = VALUES(priority), attempts = VALUES(attempts), "
	    "retry_ms = VALUES(retry_ms), backoff_ms = VALUES(backoff_ms), "
	    "alive = VALUES(alive), judge = VALUES(judge), version = VALUES(version), "
	    "nextdue_ms = VALUES(nextdue_ms), changed_ms = VALUES(changed_ms)",
	    old->version + 1, (long long)nextdue_ms, (long long)import->now_ms);
	if (columns.error)
		statement.error = columns.error;
	r = sql_run(import->db->sql, &statement, NULL, err);
	if (r == 0 && entry->old_hostid != import->hostid)
		r = move_slots(import, entry, err);
	return r;
}

static int by_specid(const void *a, const void *b)
{
	const struct import_entry *const *x = a, *const *y = b;

	return ((*x)->old.specid > (*y)->old.specid) - ((*x)->old.specid < (*y)->old.specid);
}

/* With the rows locked: nextdue may have moved since they were read, and that is all. */
static int refresh(
    struct import *import, struct import_entry **changed, size_t n, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_FREE uint32_t *specids = calloc(n + 1, sizeof(*specids));
	size_t at = 0;
	int r;

	if (!specids)
		return err_sys(err, -ENOMEM, "cannot change specs");
	for (size_t i = 0; i < n; i++)
		specids[i] = changed[i]->old.specid;
	r = db_specs_lock(import->db, specids, n, &rows, err);
	if (r < 0)
		return r;
	for (; sql_rows_next(&rows); at++) {
		if (at == n || changed[at]->old.specid != sql_u64(&rows, 0) ||
		    changed[at]->old.version != sql_u64(&rows, 2))
			break;
		changed[at]->old.nextdue_ms = sql_i64(&rows, 1);
	}
	if (at != n)
		return err_set(err, -EAGAIN,
		    "cannot change specs: somebody else is changing them at the same time");
	return 0;
}

int db_import_change(struct import *import, struct err *err)
{
	CLEANUP_FREE struct import_entry **changed = calloc(import->n + 1, sizeof(*changed));
	size_t n = 0;
	int r = 0;

	if (!changed)
		return err_sys(err, -ENOMEM, "cannot change specs");
	for (size_t i = 0; i < import->n; i++) {
		struct import_entry *entry = &import->entries[i];

		if (!entry->old.specid)
			continue;
		if (entry->old_hostid == import->hostid && same_spec(&entry->old, entry->spec))
			import->counts.unchanged++;
		else
			changed[n++] = entry;
	}
	import->counts.changed = n;
	qsort(changed, n, sizeof(*changed), by_specid);
	for (size_t i = 0; r == 0 && i < n; i += IMPORT_SPECS_AT_ONCE)
		r = refresh(import, changed + i,
		    n - i < IMPORT_SPECS_AT_ONCE ? n - i : IMPORT_SPECS_AT_ONCE, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = change_spec(import, changed[i], err);
	return r;
}
