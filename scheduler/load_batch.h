/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of one file on their way into the tables: judged, stored in one transaction, and,
 * when the database does not take them, divided until those that it does not take stand alone.
 */
#ifndef HAETAE_SCHEDULER_LOAD_BATCH_H
#define HAETAE_SCHEDULER_LOAD_BATCH_H

#include "scheduler/load_judge.h"
#include "scheduler/load_parse.h"
#include "scheduler/record.h"
#include "scheduler/spool.h"

struct load_batch {
	struct loadable *items;
	struct db_run *runs;
	struct record *records; /* their texts are the file's */
	size_t n, room;
};
void load_batch_free(struct load_batch *batch);
/* Copies the record, but not its texts. */
int load_batch_add(
    struct load_batch *batch, const struct record *record, struct err *err) ATTR_MUST_CHECK;

/* Where they go, and what judges them. */
struct load_target {
	const struct spool *spool;
	struct db *db;
	uint32_t hostid;
	struct load_judge *judge;
};

/*
 * Judges and stores. A record that cannot be stored (-EBADMSG of db_load) goes to bad/, and the
 * others are in the tables: 0. With an error of the database that says nothing about records,
 * and is no outage either, the others are in the tables too, if those that it meets are few: its
 * code, and what was not stored is the file's to keep.
 */
int load_batch_store(struct load_batch *batch, const struct load_target *target,
    struct err *err) ATTR_MUST_CHECK;
/* Whether a code of load_batch_store is such an error. */
bool load_error_is_odd(int code);

/* Writes it into bad/, with its reason in the tables and in the log. */
int load_quarantine(const struct load_target *target, const char *name, const char *data,
    size_t size, const char *reason, struct err *err) ATTR_MUST_CHECK;

#endif
