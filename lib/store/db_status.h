/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking: what is known now, for haetae status. Each operation is one statement that hands
 * over row by row, so that 60,000 probes are neither kept twice nor asked for one by one. Texts
 * are borrowed, until the function that they are handed to returns.
 */
#ifndef HAETAE_STORE_DB_STATUS_H
#define HAETAE_STORE_DB_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store/db.h"

struct db_status_node {
	uint32_t nodeid, groupid;
	const char *name, *hostname, *address;
	int64_t maintenance_ms;
	int state; /* as the last pass found it, see schema/0002.sql */
	int64_t state_since_ms;
};
typedef int db_status_node_fn(
    const struct db_status_node *node, void *context, struct err *err);
/* Every node that is not removed; name NULL: all. */
int db_status_nodes(struct db *db, const char *name, db_status_node_fn *each, void *context,
    struct err *err) ATTR_MUST_CHECK;

struct db_status_probe {
	uint32_t specid, nodeid;
	const char *name, *probetype;
	bool enabled, alive;
	int64_t interval_ms, timeout_ms, maxlate_ms, backoff_ms;
	bool has_run; /* the fields below are known */
	bool said;    /* it has reported: not only skipped, lost or missed */
	int state;
	enum outcome outcome;
	int64_t due_ms, started_ms, duration_ms;
	int64_t since_ms;    /* of the state's last change */
	const char *text;    /* line 1 */
	const char *details; /* further lines */
	const char *perf;    /* the values that were printed last, as perfdata */
	int64_t perf_ms;     /* and when */
};
typedef int db_status_probe_fn(
    const struct db_status_probe *probe, void *context, struct err *err);

/* How much of a probe is fetched: what a node's row needs (texts of those alone that are not
 * OK), line 1 of all, or the further lines too. */
enum db_status_depth { DB_STATUS_ROWS, DB_STATUS_TEXTS, DB_STATUS_ALL };
/* Every probe of every node that is not removed, in no order; nodeid 0: of all nodes. */
int db_status_probes(struct db *db, uint32_t nodeid, enum db_status_depth depth,
    db_status_probe_fn *each, void *context, struct err *err) ATTR_MUST_CHECK;

struct db_status_host {
	const char *name;
	int64_t beat_ms;
	uint64_t spool_bytes, spool_files, spool_refused;
	unsigned spool_percent;
	bool durable;
	uint64_t n_specs;   /* enabled ones that it owns */
	uint64_t n_overdue; /* slots that should long have an outcome, and have none */
	int64_t overdue_ms; /* when the oldest of them was due */
	uint64_t n_errors;  /* LOADERR rows */
	int64_t error_ms;   /* of the newest */
	const char *error_file, *error_reason;
};
typedef int db_status_host_fn(
    const struct db_status_host *host, void *context, struct err *err);
/* Every probe host that owns a spec or has beaten in the last week. A slot is overdue when
 * nobody may start it any more and nothing that was started may still run. */
int db_status_hosts(struct db *db, int64_t now_ms, db_status_host_fn *each, void *context,
    struct err *err) ATTR_MUST_CHECK;

#endif
