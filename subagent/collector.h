/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A collector reads facts that belong together, in a thread and at an interval of its own, and
 * publishes them as one snapshot that never changes again. Whatever it waits for, the others
 * and the answers to snmpd go on.
 *
 * subagent/rows_NOUN.c has one, and one line in collectors.c.
 */
#ifndef HAETAE_SUBAGENT_COLLECTOR_H
#define HAETAE_SUBAGENT_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/mib/rows.h"
#include "subagent/settings.h"

enum { COLLECTOR_TABLES_MAX = 8 };

/* What one round is given. */
struct collect {
	const struct settings *settings; /* borrowed; outlives the round */
	const struct fsroot *root;
	void *state;	  /* what open made: samples for rates, connections */
	int64_t until_ms; /* clock_mono_ms by which a peer must have answered */
};

struct collector {
	const char *name; /* "node", "services": in haetaeCollectorName and the configuration */
	int64_t interval_ms; /* by default */
	/* The tables that it publishes; the last is NULL. Each has one collector. */
	const struct mib_table *const *tables;
	/* Whether the settings ask for it; NULL: always. */
	bool (*is_wanted)(const struct settings *settings);
	/* State that lives from round to round; NULL functions: none. open may be called again
	 * after close, with other settings (SIGHUP). */
	int (*open)(const struct settings *settings, void **ret_state, struct err *err);
	void (*close)(void *state);
	/* Fills rows, one for each table in their order, which were initialised; they are
	 * finished by the caller, except that a parent table must be finished before its children
	 * are filled. Negative: the last good snapshot stays and ages, and the text is shown in
	 * haetaeCollectorErrorText. A part that could not be read while others could is said in err
	 * with a return of 0. */
	int (*collect)(const struct collect *given, struct mib_rows *rows, struct err *err);
};

/* All of them; the last is NULL. */
extern const struct collector *const collectors[];

#endif
