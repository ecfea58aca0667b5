/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the load stage needs to judge: the rules of the database, read again when they have
 * changed, and for each batch where its specs stand in the tree.
 */
#ifndef HAETAE_SCHEDULER_LOAD_JUDGE_H
#define HAETAE_SCHEDULER_LOAD_JUDGE_H

#include "scheduler/judge.h"
#include "scheduler/settings.h"

struct load_judge;
int load_judge_new(
    const struct settings *settings, struct load_judge **ret, struct err *err) ATTR_MUST_CHECK;
void load_judge_free(struct load_judge *self);

/* Reads the rules if they are others than those that are known. Asks once a second at most, but
 * at once with now; a failure leaves the old ones in place. */
int load_judge_refresh(
    struct load_judge *self, struct db *db, bool now, struct err *err) ATTR_MUST_CHECK;

/* Judges those that ran. */
int load_judge_batch(struct load_judge *self, struct db *db, struct loadable *items, size_t n,
    struct err *err) ATTR_MUST_CHECK;

#endif
