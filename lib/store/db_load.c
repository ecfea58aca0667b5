/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_load.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/labels.h"

enum { UNIT_SIZE_MAX = 8, VALUES_MAX = 4000 };

static int check_values(const struct db_run *run, struct err *err)
{
	if (run->n_values > VALUES_MAX)
		return err_set(err, -EBADMSG, "more than %d values", VALUES_MAX);
	for (size_t i = 0; i < run->n_values; i++) {
		const struct db_value *value = &run->values[i];
		size_t size = strlen(value->label);

		if (size == 0 || size > SPEC_NAME_SIZE_MAX)
			return err_set(err, -EBADMSG,
			    "value %zu: its label has %zu bytes, not 1 to %d", i + 1, size,
			    SPEC_NAME_SIZE_MAX);
		if (!isfinite(value->value))
			return err_set(
			    err, -EBADMSG, "value '%.60s' is no number", value->label);
		if (strlen(value->unit) > UNIT_SIZE_MAX)
			return err_set(err, -EBADMSG, "value '%.60s': unknown unit '%.20s'",
			    value->label, value->unit);
	}
	return 0;
}

/* The second is in the low half of scheduleid: so far goes the calendar. */
#define DUE_MOST_MS ((int64_t)UINT32_MAX * 1000)

int db_run_check(const struct db_run *run, struct err *err)
{
	uint32_t specid = (uint32_t)(run->scheduleid >> 32);
	struct slot_range slots = { run->due_ms, run->last_due_ms, run->n_slots };
	struct range range;

	if (specid == 0 || run->due_ms < 0 || run->due_ms > DUE_MOST_MS ||
	    spec_scheduleid(specid, run->due_ms) != run->scheduleid)
		return err_set(err, -EBADMSG, "scheduleid and due time do not agree");
	if (outcome_rank(run->outcome) == 0)
		return err_set(err, -EBADMSG, "unknown outcome %d", (int)run->outcome);
	if (run->state < 0 || run->state > 3)
		return err_set(err, -EBADMSG, "unknown state %d", run->state);
	if (run->exit_code < -1 || run->exit_code > 255 || run->signo < 0 || run->signo > 255)
		return err_set(err, -EBADMSG, "exit code %d or signal %d is out of range",
		    run->exit_code, run->signo);
	if (run->n_slots > 1 && run->outcome != OUTCOME_MISSED &&
	    run->outcome != OUTCOME_SKIPPED)
		return err_set(err, -EBADMSG, "a range of slots with the outcome '%s'",
		    outcome_text(run->outcome));
	if (db_range_of_slots(specid, &slots, run->outcome, &range, err) < 0)
		return -EBADMSG;
	return check_values(run, err);
}

void db_quote_cut(struct buf *statement, const char *text, size_t size_max)
{
	size_t size = strlen(text);

	if (size > size_max) {
		/* Bytes 10xxxxxx are not the first of a character (RFC 3629). */
		size = size_max;
		while (size && ((unsigned char)text[size] & 0xc0) == 0x80)
			size--;
	}
	sql_quote(statement, text, size);
}

static int by_slot(const void *a, const void *b)
{
	const struct load_entry *x = a, *y = b;

	if (x->run->scheduleid != y->run->scheduleid)
		return x->run->scheduleid > y->run->scheduleid ? 1 : -1;
	return (x->run > y->run) - (x->run < y->run);
}

static int check_all(struct load *load, const struct db_run *runs, struct err *err)
{
	load->entries = calloc(load->n + 1, sizeof(*load->entries));
	if (!load->entries)
		return err_sys(err, -ENOMEM, "cannot load runs");
	for (size_t i = 0; i < load->n; i++) {
		int r = db_run_check(&runs[i], err);

		if (r < 0) {
			err_prefix(err, "cannot load slot %llu",
			    (unsigned long long)runs[i].scheduleid);
			return r;
		}
		load->entries[i] = (struct load_entry){
			.run = &runs[i],
			.specid = (uint32_t)(runs[i].scheduleid >> 32),
			.day = db_day(runs[i].due_ms),
		};
	}
	qsort(load->entries, load->n, sizeof(*load->entries), by_slot);
	return 0;
}

/* Whether materialise will make the slot, by the spec's row. */
static bool is_to_be_made(const struct sql_rows *rows, int64_t due_ms)
{
	int64_t interval_ms = sql_i64(rows, 4), phase_ms = sql_i64(rows, 5);

	return sql_u64(rows, 6) && due_ms >= sql_i64(rows, 1) && interval_ms > 0 &&
	       (due_ms - phase_ms) % interval_ms == 0;
}

/* Locks the specs of all entries. A record of a spec that never was would break the sum over
 * SLOTS. */
static int lock_specs(struct load *load, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_FREE uint32_t *specids = calloc(load->n + 1, sizeof(*specids));
	size_t n = 0;
	int r;

	if (!specids)
		return err_sys(err, -ENOMEM, "cannot load runs");
	for (size_t i = 0; i < load->n; i++) {
		if (n == 0 || specids[n - 1] != load->entries[i].specid)
			specids[n++] = load->entries[i].specid;
	}
	r = db_specs_lock(load->db, specids, n, &rows, err);
	if (r < 0)
		return r;
	for (size_t i = 0, at = 0; i < n; i++) {
		if (!sql_rows_next(&rows) || sql_u64(&rows, 0) != specids[i])
			return err_set(
			    err, -EBADMSG, "cannot load runs: there is no spec %u", specids[i]);
		for (; at < load->n && load->entries[at].specid == specids[i]; at++) {
			load->entries[at].hostid = (uint32_t)sql_u64(&rows, 3);
			load->entries[at].uncounted =
			    !is_to_be_made(&rows, load->entries[at].run->due_ms);
		}
	}
	return 0;
}

static int delete_scheduled(struct load *load, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	size_t n = 0;
	int r = 0;

	(void)buf_addf(&statement, "DELETE FROM SCHEDULE WHERE hostid = %u AND scheduleid IN (",
	    load->hostid);
	for (size_t i = 0; i < load->n; i++) {
		if (load->entries[i].run->n_slots == 1)
			(void)buf_addf(&statement, "%s%llu", n++ ? ", " : "",
			    (unsigned long long)load->entries[i].run->scheduleid);
	}
	(void)buf_addc(&statement, ')');
	if (n)
		r = sql_run(load->db->sql, &statement, NULL, err);
	for (size_t i = 0; r == 0 && i < load->n; i++) {
		const struct db_run *run = load->entries[i].run;

		if (run->n_slots > 1)
			r = sql_runf(load->db->sql, err,
			    "DELETE FROM SCHEDULE WHERE hostid = %u AND scheduleid BETWEEN "
			    "%llu "
			    "AND %llu AND MOD(due_ms - %lld, %lld) = 0",
			    load->hostid, (unsigned long long)run->scheduleid,
			    (unsigned long long)spec_scheduleid(
				load->entries[i].specid, run->last_due_ms),
			    (long long)run->due_ms,
			    (long long)((run->last_due_ms - run->due_ms) /
					(int64_t)(run->n_slots - 1)));
	}
	return r;
}

static int load_all(struct load *load, struct err *err)
{
	int r = lock_specs(load, err);

	if (r == 0)
		r = db_load_slots(load, err);
	if (r == 0)
		r = db_load_runlog(load, err);
	if (r == 0)
		r = db_load_results(load, err);
	if (r == 0)
		r = db_load_events(load, err);
	if (r == 0)
		r = db_load_status(load, err);
	if (r == 0)
		r = delete_scheduled(load, err);
	return r < 0 ? r : db_load_rollup(load, err);
}

static void load_free(struct load *load)
{
	free(load->entries);
}

int db_load(
    struct db *db, uint32_t hostid, const struct db_run *runs, size_t n_runs, struct err *err)
{
	CLEANUP(load_free) struct load load = { .db = db, .hostid = hostid, .n = n_runs };
	int r = check_all(&load, runs, err);

	if (r < 0 || n_runs == 0)
		return r;
	r = sql_begin(db->sql, err);
	if (r == 0)
		r = sql_end(db->sql, load_all(&load, err), err);
	/* The cache may know numbers that went with the transaction. */
	if (r < 0)
		labels_clear(db->labels);
	return r;
}
