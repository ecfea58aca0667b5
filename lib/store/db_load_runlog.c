/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/store/db_load.h"

/* A CASE is sought through from its beginning: so many ranges in one. */
enum { RANGES_AT_ONCE = 200 };

/* How many slots leave a stored range, because a row of their own comes. */
struct leaving {
	struct range_list ranges;
	uint64_t *n_slots; /* of each */
};

static void leaving_free(struct leaving *leaving)
{
	range_list_free(&leaving->ranges);
	free(leaving->n_slots);
}

static int read_ranges(struct load *load, struct leaving *leaving, struct err *err)
{
	CLEANUP_FREE struct spec_day *days = calloc(load->n + 1, sizeof(*days));
	size_t n = 0;
	int r;

	if (!days)
		return err_sys(err, -ENOMEM, "cannot load runs");
	for (size_t i = 0; i < load->n; i++) {
		const struct load_entry *entry = &load->entries[i];

		if (entry->run->n_slots > 1 ||
		    (n && days[n - 1].specid == entry->specid && days[n - 1].day == entry->day))
			continue;
		days[n++] = (struct spec_day){ entry->specid, entry->day };
	}
	r = db_ranges_read(load->db, days, n, &leaving->ranges, err);
	if (r < 0)
		return r;
	leaving->n_slots = calloc(leaving->ranges.n + 1, sizeof(*leaving->n_slots));
	if (!leaving->n_slots)
		return err_sys(err, -ENOMEM, "cannot load runs");
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct ids {
	uint64_t *items;
	size_t n;
};

static void ids_free(struct ids *ids)
{
	free(ids->items);
}

/* Which slots within ranges have a row of their own already. */
static int read_own_rows(
    struct load *load, const struct range_list *ranges, struct ids *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	size_t n = 0;
	int r;

	(void)buf_adds(&statement, "SELECT scheduleid FROM RUNLOG WHERE kind = 0 AND day IN (");
	for (size_t i = 0; i < load->n; i++) {
		if (i == 0 || load->entries[i].day != load->entries[i - 1].day)
			(void)buf_addf(&statement, "%s%lld", i ? ", " : "",
			    (long long)load->entries[i].day);
	}
	(void)buf_adds(&statement, ") AND scheduleid IN (");
	for (size_t i = 0; i < load->n; i++) {
		const struct load_entry *entry = &load->entries[i];

		if (entry->run->n_slots == 1 &&
		    range_list_find(ranges, entry->specid, entry->run->due_ms))
			(void)buf_addf(&statement, "%s%llu", n++ ? ", " : "",
			    (unsigned long long)entry->run->scheduleid);
	}
	(void)buf_adds(&statement, ") ORDER BY scheduleid");
	if (n == 0)
		return 0;
	r = sql_select(load->db->sql, &statement, &rows, err);
	if (r < 0)
		return r;
	ret->items = calloc(sql_rows_count(&rows) + 1, sizeof(*ret->items));
	if (!ret->items)
		return err_sys(err, -ENOMEM, "cannot load runs");
	while (sql_rows_next(&rows))
		ret->items[ret->n++] = sql_u64(&rows, 0);
	return 0;
}

/* Decides which single slots leave their range, and which stay in it: those of no higher
 * rank, that have no row yet. */
static int leave_ranges(struct load *load, struct leaving *leaving, struct err *err)
{
	CLEANUP(ids_free) struct ids own = { 0 };
	uint64_t last_left = 0;
	int r = read_own_rows(load, &leaving->ranges, &own, err);

	for (size_t i = 0; r == 0 && i < load->n; i++) {
		struct load_entry *entry = &load->entries[i];
		const struct db_run *run = entry->run;
		const struct range *range;

		if (run->n_slots > 1)
			continue;
		range = range_list_find(&leaving->ranges, entry->specid, run->due_ms);
		if (!range || run->scheduleid == last_left ||
		    (own.n &&
			bsearch(&run->scheduleid, own.items, own.n, sizeof(*own.items), by_id)))
			continue;
		if (outcome_rank(run->outcome) <= outcome_rank(range->outcome)) {
			entry->answered = true;
			continue;
		}
		leaving->n_slots[range - leaving->ranges.items]++;
		last_left = run->scheduleid;
	}
	return r;
}

static void add_key(const struct range *range, bool first, struct buf *statement)
{
	(void)buf_addf(statement, "%s%llu", first ? "" : ", ",
	    (unsigned long long)spec_scheduleid(range->specid, range->first_ms));
}

/* Up to so many ranges of one day from *at on. */
static int shrink_some(
    struct load *load, const struct leaving *leaving, size_t *at, struct err *err)
{
	CLEANUP_BUF struct buf keys = BUF_INIT;
	CLEANUP_BUF struct buf cases = BUF_INIT;
	const struct range *items = leaving->ranges.items;
	int64_t day = 0;
	size_t n = 0, i = *at;
	int r;

	for (; i < leaving->ranges.n && n < RANGES_AT_ONCE; i++) {
		if (leaving->n_slots[i] == 0)
			continue;
		if (n && db_day(items[i].first_ms) != day)
			break;
		day = db_day(items[i].first_ms);
		add_key(&items[i], n == 0, &keys);
		(void)buf_addf(&cases, " WHEN %llu THEN %llu",
		    (unsigned long long)spec_scheduleid(items[i].specid, items[i].first_ms),
		    (unsigned long long)leaving->n_slots[i]);
		n++;
	}
	*at = i;
	if (n == 0)
		return 0;
	if (keys.error || cases.error)
		return err_sys(err, -ENOMEM, "cannot load runs");
	r = sql_runf(load->db->sql, err,
	    "UPDATE RUNLOG SET slots = slots - CASE scheduleid%s ELSE 0 END "
	    "WHERE day = %lld AND kind = 1 AND scheduleid IN (%s)",
	    buf_text(&cases), (long long)day, buf_text(&keys));
	if (r < 0)
		return r;
	return sql_runf(load->db->sql, err,
	    "DELETE FROM RUNLOG WHERE day = %lld AND kind = 1 AND scheduleid IN (%s) "
	    "AND slots = 0",
	    (long long)day, buf_text(&keys));
}

static void add_row(const struct load *load, const struct load_entry *entry, struct buf *row)
{
	const struct db_run *run = entry->run;
	int64_t latency_ms = run->started_ms - run->due_ms;

	(void)buf_addf(row, "(%lld, 0, %llu, %u, %u, %lld, %lld, 1, 1, %d, %d, %d, %d, %d, ",
	    (long long)entry->day, (unsigned long long)run->scheduleid, load->hostid,
	    entry->specid, (long long)run->due_ms, (long long)run->due_ms, (int)run->outcome,
	    outcome_rank(run->outcome), run->state, run->exit_code, run->signo);
	if (run->started_ms)
		(void)buf_addf(row, "%lld, %lld, %lld, %llu, %llu, ",
		    (long long)run->started_ms, (long long)run->duration_ms,
		    (long long)latency_ms, (unsigned long long)run->rss_kb,
		    (unsigned long long)run->cpu_ms);
	else
		(void)buf_adds(row, "NULL, NULL, NULL, NULL, NULL, ");
	(void)buf_addf(row, "%u, %d, ", run->attempts, run->cut ? 1 : 0);
	db_quote_cut(row, run->text, DB_TEXT_SIZE_MAX);
	(void)buf_addc(row, ')');
}

/* A row of a higher rank takes the place of the old one. The assignments are done from left to
 * right, so the rank that they compare with changes last. */
static const char *const replaced[] = { "hostid", "outcome", "state", "exit_code", "signo",
	"started_ms", "duration_ms", "latency_ms", "rss_kb", "cpu_ms", "attempts", "cut",
	"text", "outcome_rank" };

static int put_singles(struct load *load, struct err *err)
{
	CLEANUP_BUF struct buf tail = BUF_INIT;
	CLEANUP_SQL_MANY struct sql_many many = SQL_MANY_INIT(load->db->sql,
	    "INSERT INTO RUNLOG (day, kind, scheduleid, hostid, specid, due_ms, last_due_ms, "
	    "step_ms, slots, outcome, outcome_rank, state, exit_code, signo, started_ms, "
	    "duration_ms, latency_ms, rss_kb, cpu_ms, attempts, cut, text) VALUES ",
	    "");

	sql_replace_if("outcome_rank", replaced, sizeof(replaced) / sizeof(replaced[0]), &tail);
	if (tail.error)
		return err_sys(err, tail.error, "cannot load runs");
	many.tail = buf_text(&tail);
	for (size_t i = 0; i < load->n; i++) {
		const struct load_entry *entry = &load->entries[i];

		if (entry->run->n_slots == 1 && !entry->answered)
			add_row(load, entry, sql_many_next(&many, err));
	}
	return sql_many_end(&many, err);
}

static int put_ranges(struct load *load, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < load->n; i++) {
		const struct load_entry *entry = &load->entries[i];
		const struct db_run *run = entry->run;
		struct slot_range slots = { run->due_ms, run->last_due_ms, run->n_slots };
		struct range range;

		if (run->n_slots == 1)
			continue;
		r = db_range_of_slots(entry->specid, &slots, run->outcome, &range, err);
		if (r == 0)
			r = db_range_put(
			    load->db, load->hostid, &range, run->state, run->text, err);
	}
	return r;
}

int db_load_runlog(struct load *load, struct err *err)
{
	CLEANUP(leaving_free) struct leaving leaving = { 0 };
	int r = read_ranges(load, &leaving, err);

	if (r == 0 && leaving.ranges.n)
		r = leave_ranges(load, &leaving, err);
	if (r == 0)
		r = put_singles(load, err);
	for (size_t at = 0; r == 0 && at < leaving.ranges.n;)
		r = shrink_some(load, &leaving, &at, err);
	return r < 0 ? r : put_ranges(load, err);
}
