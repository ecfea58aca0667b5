/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of db_load, each a table's.
 */
#ifndef HAETAE_STORE_DB_LOAD_H
#define HAETAE_STORE_DB_LOAD_H

#include "lib/store/db_private.h"

/* One given run. */
struct load_entry {
	const struct db_run *run;
	uint32_t specid;
	int64_t day;
	bool answered;	 /* a range of the same or a higher rank stands for it: no row */
	uint32_t hostid; /* of the spec */
	bool uncounted;	 /* materialise neither has made it, as far as is known, nor will */
};

struct load {
	struct db *db;
	uint32_t hostid;
	struct load_entry *entries; /* by spec and due time; of one slot as they were given */
	size_t n;
};

/* Whether a run can be stored at all: -EBADMSG with the field's name. */
int db_run_check(const struct db_run *run, struct err *err) ATTR_MUST_CHECK;

/* Inside the transaction, with the specs' rows locked, in this order. */
/* Counts in SLOTS what nobody else does. */
int db_load_slots(struct load *load, struct err *err) ATTR_MUST_CHECK;
int db_load_runlog(struct load *load, struct err *err) ATTR_MUST_CHECK;
int db_load_results(struct load *load, struct err *err) ATTR_MUST_CHECK;
/* Reads STATUS as it was before the batch: in front of db_load_status. */
int db_load_events(struct load *load, struct err *err) ATTR_MUST_CHECK;
int db_load_status(struct load *load, struct err *err) ATTR_MUST_CHECK;

/* STATUS.seq of a run: what decides which of two is newer. 0 for an outcome that says nothing
 * about what is probed, nor why it is not. */
static inline int64_t db_run_seq(const struct db_run *run)
{
	if (run->outcome != OUTCOME_RUN && run->outcome != OUTCOME_TIMEOUT &&
	    run->outcome != OUTCOME_CANCELLED)
		return 0;
	return run->due_ms * 8 + outcome_rank(run->outcome);
}

/* Marks the hours of all entries for their roll-up; the last of all. */
int db_load_rollup(struct load *load, struct err *err) ATTR_MUST_CHECK;

/* The most of a text that a column of characters takes, cut in front of a character. */
void db_quote_cut(struct buf *statement, const char *text, size_t size_max);
enum { DB_TEXT_SIZE_MAX = 500, DB_DETAILS_SIZE_MAX = 60000, DB_PERF_SIZE_MAX = 4000 };

#endif
