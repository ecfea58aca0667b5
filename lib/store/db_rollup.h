/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Roll-ups: RESULT and RUNLOG by UTC hour and by UTC day. Whoever writes rows of an hour marks it
 * in ROLLUP_TODO, in the same transaction; a pass works out every marked hour anew, whole, so
 * that repeats and late results do no harm, and takes the mark away if nobody set it again.
 */
#ifndef HAETAE_STORE_DB_ROLLUP_H
#define HAETAE_STORE_DB_ROLLUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/store/db.h"

/* A pass over what is marked and over by 2 minutes: each step is a few short statements, so that
 * others may work between them. */
struct db_rollup;

/* Looks for work: *ret is NULL when there is none, else the caller's. */
int db_rollup_begin(
    struct db *db, int64_t now_ms, struct db_rollup **ret, struct err *err) ATTR_MUST_CHECK;
/* *ret_done: the pass is at its end. A failure may be repeated. */
int db_rollup_step(struct db_rollup *rollup, bool *ret_done, struct err *err) ATTR_MUST_CHECK;
/* How many hours the pass has, and their first. */
size_t db_rollup_hours(const struct db_rollup *rollup, int64_t *ret_first_ms);
void db_rollup_free(struct db_rollup *rollup);

/* Begin, steps, free. *ret_hours may be NULL. */
int db_rollup_all(
    struct db *db, int64_t now_ms, size_t *ret_hours, struct err *err) ATTR_MUST_CHECK;

/* How many hours that are over wait, and the first of them (0: none). */
int db_rollup_waiting(struct db *db, int64_t now_ms, size_t *ret_hours, int64_t *ret_first_ms,
    struct err *err) ATTR_MUST_CHECK;

#endif
