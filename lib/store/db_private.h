/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the db_*.c files share. Nobody else includes this.
 *
 * Every transaction takes its locks in this order, and rows of a table by key: the tree
 * (db_tree_lock), NODEGROUP, NODE, NODEATTR, TOOLSPECS, RUNLOG, RESULT, STATUS, SLOTS, SCHEDULE,
 * THRESHOLD, ROLLUP_TODO. So two of them wait, but hardly ever deadlock. EVENTLOG may come anywhere: its rows
 * are only added, each by who made its id.
 */
#ifndef HAETAE_STORE_DB_PRIVATE_H
#define HAETAE_STORE_DB_PRIVATE_H

#include <stdint.h>

#include "lib/store/db.h"
#include "lib/store/range.h"
#include "lib/store/sql.h"

struct db_event;
struct labels;

struct db {
	struct sql *sql;
	struct labels *labels; /* metric numbers that are known; labels.h */
};

/* A file's row of SCHEMA_VERSION. */
struct db_version {
	unsigned version;
	size_t statements, done;
	unsigned serves; /* 0: nobody but its own programs */
};
/* All rows, by version; none when the table is not there. The list is the caller's: free(). */
int db_versions_read(
    struct db *db, struct db_version **ret, size_t *ret_n, struct err *err) ATTR_MUST_CHECK;

/* Runs a statement that changes a table, waiting for its lock so long, so many times. -EBUSY when
 * the table was in use each time: behind one long SELECT a waiting ALTER stops every INSERT, so it
 * must not wait long. */
int db_ddl(struct db *db, const char *statement, unsigned wait_s, unsigned tries,
    struct err *err) ATTR_MUST_CHECK;

static inline int64_t db_day(int64_t due_ms)
{
	return due_ms / 86400000;
}

/* The first statement of a transaction that changes nodes or groups, or specs by what stands in
 * the tree: such transactions follow one another. */
int db_tree_lock(struct db *db, int64_t now_ms, struct err *err) ATTR_MUST_CHECK;

/* Locks the rows of these specs in TOOLSPECS, so that nobody else makes slots of them or
 * writes ranges. specids is in ascending order. The rows are specid, nextdue_ms, version,
 * hostid, interval_ms, phase_ms, enabled. */
int db_specs_lock(struct db *db, const uint32_t *specids, size_t n, struct sql_rows *ret,
    struct err *err) ATTR_MUST_CHECK;

/* The columns of a spec's row ("t" is TOOLSPECS, "n" NODE); t.hostid is among them. */
enum { DB_SPEC_HOSTID = 16, DB_SPEC_COLUMNS = 27 };
extern const char db_spec_columns[];
int db_spec_from_row(
    const struct sql_rows *rows, struct spec *ret, struct err *err) ATTR_MUST_CHECK;

/* --- ranges: RUNLOG's rows of kind 1 ------------------------------------------------ */

/* A spec on a day, by which ranges are looked for. */
struct spec_day {
	uint32_t specid;
	int64_t day;
};
/* All ranges of these, by specid and time. */
int db_ranges_read(struct db *db, const struct spec_day *days, size_t n_days,
    struct range_list *ret, struct err *err) ATTR_MUST_CHECK;

/*
 * Stores a range, with the spec's row locked: what a row of kind 0 or a range of the same or a
 * higher rank has answered is left out, a range of a lower rank is cut. Inside a transaction.
 */
int db_range_put(struct db *db, uint32_t hostid, const struct range *range, int state,
    const char *text, struct err *err) ATTR_MUST_CHECK;

/* first, last and count of slots as a range. -EBADMSG when they do not agree, or when the days
 * of the ends differ. */
int db_range_of_slots(uint32_t specid, const struct slot_range *slots, enum outcome outcome,
    struct range *ret, struct err *err) ATTR_MUST_CHECK;

/* A statement that adds to EVENTLOG; a row that is there already stays as it is. */
#define DB_EVENTS_MANY(db)                                                         \
	SQL_MANY_INIT((db)->sql,                                                   \
	    "INSERT INTO EVENTLOG (day, time_ms, eventid, level, tag, user_name, " \
	    "host_name, node, object, old_value, new_value) VALUES ",              \
	    " ON DUPLICATE KEY UPDATE eventid = VALUES(eventid)")
void db_event_row(const struct db_event *event, struct buf *row);

/* --- roll-ups: marks of hours in which rows changed, db_load_rollup.c ----------------- */

struct db_hours {
	int64_t *items;
	size_t n, room;
};
void db_hours_free(struct db_hours *hours);
/* The hours from first_ms to last_ms. 0 or -ENOMEM. */
int db_hours_add(struct db_hours *hours, int64_t first_ms, int64_t last_ms) ATTR_MUST_CHECK;
/* Sorts and marks them, inside the transaction that changed rows of them, behind all else. */
int db_hours_mark(
    struct db *db, uint32_t hostid, struct db_hours *hours, struct err *err) ATTR_MUST_CHECK;

/* A statement that adds to SLOTS. */
#define DB_SLOTS_MANY(db)                                                            \
	SQL_MANY_INIT((db)->sql, "INSERT INTO SLOTS (specid, day, n_slots) VALUES ", \
	    " ON DUPLICATE KEY UPDATE n_slots = n_slots + VALUES(n_slots)")
void db_slots_count(
    struct sql_many *many, uint32_t specid, int64_t day, uint64_t n_slots, struct err *err);

#endif
