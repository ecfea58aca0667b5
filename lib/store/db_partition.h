/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The partitions of the tables that grow: made ahead, so that today's rows never share one with
 * tomorrow's, and dropped when they are too old, which costs the same for one row and for a
 * million. Rows are never deleted one by one, but for those of SLOTS.
 */
#ifndef HAETAE_STORE_DB_PARTITION_H
#define HAETAE_STORE_DB_PARTITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/store/db.h"

/* How long rows stay. */
struct db_retention {
	int64_t raw_ms;	   /* RUNLOG and RESULT */
	int64_t events_ms; /* EVENTLOG */
	int64_t hour_ms;   /* RUN_HOUR and RESULT_HOUR */
	int64_t day_ms;	   /* RUN_DAY and RESULT_DAY */
};

struct db_partitioned {
	size_t made, dropped;
	size_t busy;		   /* tables that were in use: later */
	size_t held;		   /* days that are too old, and not rolled up yet */
	const char *unpartitioned; /* a table that the server keeps in one piece, or NULL */
};

/*
 * Makes the partitions of the next 7 days, also out of rows that lie in the last one, and drops
 * those that are older than retention says (NULL: none). A table that somebody reads is left for
 * later: a statement waits for 1 s, for behind it every INSERT waits too. A day of RUNLOG goes
 * together with its rows of SLOTS and SCHEDULE, and when its hours are rolled up.
 * -EACCES when the user may not change a table; what was done before stays done.
 */
int db_partition_maintain(struct db *db, const struct db_retention *retention, int64_t now_ms,
    struct db_partitioned *ret, struct err *err) ATTR_MUST_CHECK;

/* One partitioned table as it is. */
struct db_partition_row {
	const char *table;
	size_t partitions;    /* but for the last one, which is for the days after */
	int64_t oldest_ms;    /* where the first one begins, as it was made; 0: there is none */
	int64_t ahead_ms;     /* up to when there are partitions */
	uint64_t rows, bytes; /* of all */
	uint64_t last_rows;   /* of the last one: 0 when the others are in time */
	/* Of the newest whole days that are one partition each: rows and bytes a day. */
	unsigned full_days;
	double rows_a_day, bytes_a_day;
	uint64_t today_bytes; /* of today's own, 0 where a partition is of more days */
};
typedef int db_partition_fn(const struct db_partition_row *row, void *context, struct err *err);
int db_partition_list(struct db *db, int64_t now_ms, db_partition_fn *each, void *context,
    struct err *err) ATTR_MUST_CHECK;

#endif
