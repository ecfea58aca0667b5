/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Thresholds that were set at run time: rows of THRESHOLD, each for a metric at a place of the
 * tree. What a range may be is not known here: lib/check/range.h says it.
 */
#ifndef HAETAE_STORE_DB_THRESHOLD_H
#define HAETAE_STORE_DB_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/store/spec.h"

struct db;

/* From the farthest to the nearest. */
enum threshold_scope { THRESHOLD_GROUP = 1, THRESHOLD_NODE = 2, THRESHOLD_SPEC = 3 };
enum {
	THRESHOLD_METRIC_SIZE_MAX = 190, /* bytes, as of a label */
	THRESHOLD_RANGE_SIZE_MAX = 64,
};

/* A warn or crit of "" is inherited from the place above; this one ends the inheritance. */
#define THRESHOLD_NONE "none"

/* Texts are borrowed. */
struct db_threshold {
	enum threshold_scope scope;
	uint32_t scopeid; /* a groupid (0: the root), nodeid or specid */
	const char *metric;
	const char *warn, *crit;
};

/* --- for the loader ------------------------------------------------------------------------ */

/* Another one says that thresholds, or the tree of groups, may have changed. Cheap: these tables
 * are small. */
struct db_threshold_stamp {
	uint64_t n_rows, sum, changed_ms, n_groups, groups_sum;
};
int db_threshold_stamp(
    struct db *db, struct db_threshold_stamp *ret, struct err *err) ATTR_MUST_CHECK;

typedef int db_threshold_fn(const struct db_threshold *row, void *context, struct err *err);
typedef int db_group_fn(uint32_t groupid, uint32_t parentid, void *context, struct err *err);
/* Calls each for every row, and each_group for every group. */
int db_thresholds_read(struct db *db, db_threshold_fn *each, db_group_fn *each_group,
    void *context, struct err *err) ATTR_MUST_CHECK;

/* Where a spec stands in the tree, and how its results are judged. */
struct db_spec_place {
	uint32_t specid, nodeid, groupid;
	enum judge judge;
	char probetype[SPEC_TYPE_SIZE_MAX + 1];
};
/* specids is in ascending order, without repeats; ret has room for n. Those that are not there are
 * left out: *ret_n is how many there are, by specid. */
int db_spec_places(struct db *db, const uint32_t *specids, size_t n, struct db_spec_place *ret,
    size_t *ret_n, struct err *err) ATTR_MUST_CHECK;

/* --- for the command ----------------------------------------------------------------------- */

/* One metric at one place. What is NULL stays as it is, "" is inherited again; a row that gives
 * neither goes. */
struct db_threshold_change {
	enum threshold_scope scope;
	uint32_t scopeid;
	const char *metric, *warn, *crit;
	const char *node;   /* for the event: the node that it concerns, or "" */
	const char *object; /* what was changed, as people call it */
	const char *user, *host;
};
enum { THRESHOLD_TEXT_SIZE = 192 };
/* What both ranges were and are: "warning 90, critical 95", or "not set". */
struct db_threshold_changed {
	bool changed;
	char old_text[THRESHOLD_TEXT_SIZE], new_text[THRESHOLD_TEXT_SIZE];
};
/* One transaction, with its event. The same again changes nothing, and is no event. */
int db_threshold_change(struct db *db, const struct db_threshold_change *change, int64_t now_ms,
    struct db_threshold_changed *ret, struct err *err) ATTR_MUST_CHECK;
void db_threshold_text(const char *warn, const char *crit, char out[THRESHOLD_TEXT_SIZE]);

/* A metric, or one of its instances, as probes have printed it. */
enum { THRESHOLD_UNIT_SIZE = 16 };
struct db_metric {
	char unit[THRESHOLD_UNIT_SIZE];
	size_t n_probes; /* that are enabled, */
	size_t n_judged; /* and whose specs ask to be judged by thresholds */
};
/* -ENOENT: nobody has printed it. */
int db_metric_find(
    struct db *db, const char *metric, struct db_metric *ret, struct err *err) ATTR_MUST_CHECK;

/* The probes of a node and the metrics that they have printed, by name; a probe without any comes
 * once, with label NULL. specid 0: all of the node. Those that were removed are left out. */
struct db_probe_label {
	uint32_t specid;
	const char *probe, *probetype;
	enum judge judge;
	const char *label;
};
typedef int db_probe_label_fn(const struct db_probe_label *row, void *context, struct err *err);
int db_probe_labels(struct db *db, uint32_t nodeid, uint32_t specid, db_probe_label_fn *each,
    void *context, struct err *err) ATTR_MUST_CHECK;

/* Node and name of a spec that has thresholds of its own, by specid. */
typedef int db_spec_name_fn(
    uint32_t specid, uint32_t nodeid, const char *name, void *context, struct err *err);
int db_threshold_specs(
    struct db *db, db_spec_name_fn *each, void *context, struct err *err) ATTR_MUST_CHECK;

#endif
