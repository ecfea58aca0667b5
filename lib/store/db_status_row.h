/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The row of a probe as db_status.h hands it over, of a SELECT from TOOLSPECS t with STATUS s
 * beside it. Nobody but the db_*.c files includes this.
 */
#ifndef HAETAE_STORE_DB_STATUS_ROW_H
#define HAETAE_STORE_DB_STATUS_ROW_H

#include "lib/store/db_status.h"
#include "lib/store/sql.h"

/* The first fields; behind them t.name, s.text, t.probetype, s.started_ms, s.duration_ms and
 * s.details, as far as they are asked for. */
#define DB_STATUS_PROBE_COLUMNS                                                         \
	"t.specid, t.nodeid, t.enabled, t.alive, t.interval_ms, t.timeout_ms, "         \
	"t.maxlate_ms, t.backoff_ms, s.seq, s.state, s.outcome, s.due_ms, s.since_ms, " \
	"s.perf_ms, s.perf"
enum { DB_STATUS_PROBE_FIELDS = 21 };

struct db_status_probe db_status_probe_row(const struct sql_rows *rows);

#endif
