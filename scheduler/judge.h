/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results judged by the thresholds that were set at run time. The rules are kept by the place of
 * the tree that they were set at; a value asks from its spec upwards: spec, node, group, the
 * groups above, root. Of its warning and of its critical range each is the nearest that was
 * given. It asks no database.
 *
 * A metric is a perfdata label. METRIC@INSTANCE is one instance, METRIC@* each; METRIC alone is
 * the value of that label, and where a result has none, each instance: as the plugins' own -w.
 * Of the rules of one place the one that says more wins.
 */
#ifndef HAETAE_SCHEDULER_JUDGE_H
#define HAETAE_SCHEDULER_JUDGE_H

#include "lib/store/db_threshold.h"
#include "scheduler/load_parse.h"

struct judge_rules;
int judge_new(struct judge_rules **ret, struct err *err) ATTR_MUST_CHECK;
void judge_free(struct judge_rules *judge);

/* Forgets all rules and groups. */
void judge_clear(struct judge_rules *judge);
/* In any order; -ENOMEM. */
int judge_add_group(struct judge_rules *judge, uint32_t groupid, uint32_t parentid,
    struct err *err) ATTR_MUST_CHECK;
int judge_add(
    struct judge_rules *judge, const struct db_threshold *row, struct err *err) ATTR_MUST_CHECK;

/* The rule of a label at a place: what its range is, and where that was found. */
struct judge_range {
	const char *text; /* NULL: no range is in effect */
	enum threshold_scope scope;
	uint32_t scopeid;
};
/* has_plain: the result has a value of the metric without an instance as well. */
void judge_find(const struct judge_rules *judge, const struct db_spec_place *place,
    const char *label, bool has_plain, struct judge_range *ret_warn,
    struct judge_range *ret_crit);

/*
 * Judges a result in place: its state, its line 1, and the ranges of its values. stateless: the
 * probe has no state of its own; exit code 0 is OK before judging, others are UNKNOWN. A result
 * without a value that could be judged keeps the state that it has, and so does one of a probe
 * that did not end by itself.
 */
int judge_run(const struct judge_rules *judge, const struct db_spec_place *place,
    bool stateless, struct loadable *loadable, struct err *err) ATTR_MUST_CHECK;

#endif
