/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/store/db_load.h"

enum { PERF_DECIMALS = 9 };

static const char on_duplicate[] = " ON DUPLICATE KEY UPDATE";

static bool says(const struct db_run *run)
{
	return db_run_seq(run) != 0;
}

static int64_t began_ms(const struct db_run *run)
{
	return run->started_ms ? run->started_ms : run->due_ms;
}

/* 'label'=value[unit];warn;crit;min;max: whole items, as many as the column takes. A label has
 * no quote: lib/check/perf.h has replaced it. */
static void add_perf(const struct db_run *run, struct buf *row)
{
	CLEANUP_BUF struct buf perf = BUF_INIT;

	for (size_t i = 0; i < run->n_values; i++) {
		const struct db_value *value = &run->values[i];
		char number[NUM_TEXT_SIZE];
		size_t size = perf.size;

		/* Perfdata knows no exponent; RESULT has what is out of reach here. */
		num_text(value->value, PERF_DECIMALS, number);
		if (!*number)
			continue;
		(void)buf_addf(&perf, "%s'%s'=%s%s;%s;%s;%s;%s", size ? " " : "", value->label,
		    number, value->unit, value->warn, value->crit, value->min, value->max);
		while (perf.size > size && perf.data[perf.size - 1] == ';')
			buf_cut(&perf, perf.size - 1);
		if (perf.size > DB_PERF_SIZE_MAX) {
			buf_cut(&perf, size);
			break;
		}
	}
	sql_quote(row, buf_text(&perf), perf.size);
}

static void add_row(const struct load_entry *entry, int64_t since_ms, struct buf *row)
{
	const struct db_run *run = entry->run;

	(void)buf_addf(row, "(%u, %lld, %d, %d, %llu, %lld, %lld, %lld, %lld, ", entry->specid,
	    (long long)db_run_seq(run), run->state, (int)run->outcome,
	    (unsigned long long)run->scheduleid, (long long)run->due_ms,
	    (long long)run->started_ms, (long long)run->duration_ms, (long long)since_ms);
	db_quote_cut(row, run->text, DB_TEXT_SIZE_MAX);
	(void)buf_adds(row, ", ");
	db_quote_cut(row, run->details, DB_DETAILS_SIZE_MAX);
	(void)buf_adds(row, ", ");
	add_perf(run, row);
	(void)buf_addf(row, ", %lld)", run->n_values ? (long long)run->due_ms : 0LL);
}

static const char *const replaced[] = { "state", "outcome", "scheduleid", "due_ms",
	"started_ms", "duration_ms", "text", "details", "seq" };

/* Assigned from left to right: what the others compare with changes last. Values stay when the
 * newer result has none. */
static int add_tail(struct buf *tail)
{
	CLEANUP_BUF struct buf rest = BUF_INIT;

	sql_replace_if("seq", replaced, sizeof(replaced) / sizeof(replaced[0]), &rest);
	(void)buf_addf(tail,
	    "%.*s since_ms = IF(VALUES(seq) > seq AND state <> VALUES(state), "
	    "VALUES(since_ms), since_ms), "
	    "perf = IF(VALUES(perf_ms) > perf_ms, VALUES(perf), perf), "
	    "perf_ms = GREATEST(perf_ms, VALUES(perf_ms)),%s",
	    (int)strlen(on_duplicate), buf_text(&rest), buf_text(&rest) + strlen(on_duplicate));
	return rest.error ? rest.error : tail->error;
}

/* The rows of one spec: one a change of state, so that since_ms is right, each with what was
 * said last in that state. Nothing said: one row, which counts only if there is no other. */
static void add_spec(
    const struct load_entry *entries, size_t n, struct sql_many *many, struct err *err)
{
	const struct load_entry *last = NULL;
	int64_t since_ms = 0;

	for (size_t i = 0; i < n; i++) {
		const struct load_entry *entry = &entries[i];

		if (!says(entry->run))
			continue;
		if (last && last->run->state != entry->run->state)
			add_row(last, since_ms, sql_many_next(many, err));
		if (!last || last->run->state != entry->run->state)
			since_ms = began_ms(entry->run);
		last = entry;
	}
	if (!last) {
		last = &entries[n - 1];
		since_ms = began_ms(last->run);
	}
	add_row(last, since_ms, sql_many_next(many, err));
}

int db_load_status(struct load *load, struct err *err)
{
	CLEANUP_BUF struct buf tail = BUF_INIT;
	CLEANUP_SQL_MANY struct sql_many many = SQL_MANY_INIT(load->db->sql,
	    "INSERT INTO STATUS (specid, seq, state, outcome, scheduleid, due_ms, started_ms, "
	    "duration_ms, since_ms, text, details, perf, perf_ms) VALUES ",
	    "");
	size_t n;

	if (add_tail(&tail) < 0)
		return err_sys(err, -ENOMEM, "cannot load runs");
	many.tail = buf_text(&tail);
	for (size_t i = 0; i < load->n; i += n) {
		n = 1;
		while (
		    i + n < load->n && load->entries[i + n].specid == load->entries[i].specid)
			n++;
		add_spec(load->entries + i, n, &many, err);
	}
	return sql_many_end(&many, err);
}
