/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables that are about the subagent itself: the board fills them, from what the collectors
 * publish and how they fare. Nothing here knows threads; who shares it locks.
 */
#ifndef HAETAE_SUBAGENT_OWN_H
#define HAETAE_SUBAGENT_OWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/mib/agent.h"
#include "lib/mib/alarm.h"
#include "lib/mib/collector.h"
#include "lib/mib/rows.h"
#include "subagent/agentx.h"
#include "subagent/notification.h"

/* --- what the columns of any table mean ------------------------------------------------------ */

/* MIB_NONE for column 0. */
int64_t own_number(const struct mib_table *table, uint32_t column, const void *row);
void own_set_number(const struct mib_table *table, uint32_t column, void *row, int64_t value);
/* "" for column 0. */
const char *own_text(const struct mib_table *table, uint32_t column, const void *row);
/* The state, MIB_OK in a table that has none. */
int own_state(const struct mib_table *table, const void *row);
/* Worse than ok, and not disabled. */
bool own_is_ill(int state);

/* --- rows_collector.c ------------------------------------------------------------------------ */

/* How a collector fares; times of clock_mono_ms. */
struct own_rounds {
	int64_t interval_ms, limit_ms;	    /* as they are now */
	int64_t wanted_ms, wanted_limit_ms; /* as they are configured */
	int64_t added_ms;		    /* since when it runs */
	int64_t round_ms;		    /* since when a round runs; 0: none does */
	int64_t taken_ms; /* of the facts that are shown; 0: there are none yet */
	int64_t took_ms;
	size_t n_rows;
	uint64_t n_dropped;
	uint32_t n_rounds, n_errors;
	bool failed;	   /* the last round */
	char problem[256]; /* of the last round, "" */
};

/* Whether its rows are too old to be shown. */
bool own_is_stale(const struct own_rounds *rounds, int64_t now_ms);
/* Fills all but the index, the name and the state's age; that changes when the state does. */
void own_collector_fill(
    const struct own_rounds *rounds, int64_t now_ms, struct mib_collector *row);

/* --- rows_alarm.c ---------------------------------------------------------------------------- */

/* Every row that is ill, from snapshot to snapshot. */
struct own_alarms;

enum { OWN_ALARMS_MAX = 2000 };

int own_alarms_new(struct own_alarms **ret, struct err *err) ATTR_MUST_CHECK;
void own_alarms_free(struct own_alarms *alarms);
/* The rows of a table as they are now: borrowed until they are set again. Unshown: they are too
 * old, so their alarms are kept but not told. */
void own_alarms_set(struct own_alarms *alarms, const struct mib_table *table,
    const struct mib_rows *rows, bool shown, int64_t now_ms, int64_t real_ms);
/* Critical rows that were last told of before before_ms: calls for each and takes it as told at
 * now_ms. */
typedef void own_alarm_fn(void *context, const struct mib_table *table, const void *row);
void own_alarms_repeat(struct own_alarms *alarms, int64_t before_ms, int64_t now_ms,
    own_alarm_fn *call, void *context);

struct own_worst {
	int state;		  /* of all */
	size_t n_by_state[6];	  /* alarms, by enum mib_state */
	char text[MIB_TEXT_SIZE]; /* for people: "CRITICAL - nova-api: not running; 3 alarms" */
};
/* The table as it is now, the worst first if they are too many. */
int own_alarms_build(const struct own_alarms *alarms, struct mib_rows *ret,
    struct own_worst *ret_worst) ATTR_MUST_CHECK;

/* --- rows_agent.c ---------------------------------------------------------------------------- */

struct own_agent {
	const char *role;
	const struct own_worst *worst;
	int64_t state_ms, started_ms, boot_real_ms;
	uint32_t generation;
	size_t services[6]; /* by state */
	size_t n_rows[MIB_AGENT_TABLES];
	const struct notification_counts *counts;
	const struct agentx_stats *stats;
};
void own_agent_fill(const struct own_agent *own, struct mib_agent *row);

#endif
