/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slots that the run stage has made by itself and that materialise will not: the database was
 * away from the host while the spec's grid was changed, or the spec disabled. SLOTS does not
 * know them, so the loader counts them. A slot that is counted has a row in SCHEDULE, or one in
 * RUNLOG, or lies in a range there; so one that has none of these, and that is behind nextdue,
 * off the grid, or of a disabled spec, is not.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/store/db_load.h"

static bool is_one(const struct load *load, size_t i)
{
	const struct load_entry *entry = &load->entries[i];

	return entry->uncounted && entry->run->n_slots == 1;
}

static size_t count(const struct load *load)
{
	size_t n = 0;

	for (size_t i = 0; i < load->n; i++)
		n += is_one(load, i);
	return n;
}

static void add_ids(const struct load *load, struct buf *statement)
{
	size_t n = 0;

	for (size_t i = 0; i < load->n; i++) {
		if (is_one(load, i))
			(void)buf_addf(statement, "%s%llu", n++ ? ", " : "",
			    (unsigned long long)load->entries[i].run->scheduleid);
	}
	(void)buf_adds(statement, ") ORDER BY scheduleid");
}

/* Both are sorted by id. */
static int take_out(struct load *load, struct buf *statement, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	size_t i = 0;
	int r = sql_select(load->db->sql, statement, &rows, err);

	while (r == 0 && sql_rows_next(&rows)) {
		uint64_t id = sql_u64(&rows, 0);

		while (i < load->n && load->entries[i].run->scheduleid < id)
			i++;
		for (; i < load->n && load->entries[i].run->scheduleid == id; i++)
			load->entries[i].uncounted = false;
	}
	return r;
}

static int take_out_scheduled(struct load *load, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	uint32_t last = load->hostid;

	(void)buf_addf(
	    &statement, "SELECT scheduleid FROM SCHEDULE WHERE hostid IN (%u", load->hostid);
	for (size_t i = 0; i < load->n; i++) {
		if (load->entries[i].hostid != last)
			(void)buf_addf(&statement, ", %u", load->entries[i].hostid);
		last = load->entries[i].hostid;
	}
	(void)buf_adds(&statement, ") AND scheduleid IN (");
	add_ids(load, &statement);
	return take_out(load, &statement, err);
}

static int take_out_answered(struct load *load, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	int64_t last = -1;

	(void)buf_adds(&statement, "SELECT scheduleid FROM RUNLOG WHERE kind = 0 AND day IN (");
	for (size_t i = 0; i < load->n; i++) {
		if (!is_one(load, i) || load->entries[i].day == last)
			continue;
		(void)buf_addf(&statement, "%s%lld", last < 0 ? "" : ", ",
		    (long long)load->entries[i].day);
		last = load->entries[i].day;
	}
	(void)buf_adds(&statement, ") AND scheduleid IN (");
	add_ids(load, &statement);
	return take_out(load, &statement, err);
}

static int take_out_ranges(struct load *load, struct err *err)
{
	CLEANUP(range_list_free) struct range_list ranges = { 0 };
	CLEANUP_FREE struct spec_day *days = calloc(load->n + 1, sizeof(*days));
	size_t n = 0;
	int r;

	if (!days)
		return err_sys(err, -ENOMEM, "cannot load runs");
	for (size_t i = 0; i < load->n; i++) {
		const struct load_entry *entry = &load->entries[i];

		if (is_one(load, i) && !(n && days[n - 1].specid == entry->specid &&
					   days[n - 1].day == entry->day))
			days[n++] = (struct spec_day){ entry->specid, entry->day };
	}
	r = db_ranges_read(load->db, days, n, &ranges, err);
	for (size_t i = 0; r == 0 && i < load->n; i++) {
		struct load_entry *entry = &load->entries[i];

		if (is_one(load, i) &&
		    range_list_find(&ranges, entry->specid, entry->run->due_ms))
			entry->uncounted = false;
	}
	return r;
}

int db_load_slots(struct load *load, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many = DB_SLOTS_MANY(load->db);
	uint64_t last = 0;
	int r = 0;

	if (count(load))
		r = take_out_scheduled(load, err);
	if (r == 0 && count(load))
		r = take_out_answered(load, err);
	if (r == 0 && count(load))
		r = take_out_ranges(load, err);
	for (size_t i = 0; r == 0 && i < load->n; i++) {
		const struct load_entry *entry = &load->entries[i];

		if (is_one(load, i) && entry->run->scheduleid != last)
			db_slots_count(&many, entry->specid, entry->day, 1, err);
		last = entry->run->scheduleid;
	}
	return r < 0 ? r : sql_many_end(&many, err);
}
