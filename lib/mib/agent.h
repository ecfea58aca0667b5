/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subagent itself, and the node in one line: the worst state of all, how many rows each table
 * has, and what became of the notifications. Counters begin again when the subagent starts, which
 * Age tells.
 */
#ifndef HAETAE_MIB_AGENT_H
#define HAETAE_MIB_AGENT_H

#include "lib/mib/mib.h"

/* Tables are counted by their number below haetaeObjects. */
enum { MIB_AGENT_TABLES = 24 };

struct mib_agent {
	char version[MIB_WORD_SIZE];
	char role[MIB_TEXT_SIZE];
	int64_t state; /* the worst of all rows; enum mib_state */
	int64_t state_age;
	char state_text[MIB_TEXT_SIZE];
	int64_t age;	   /* instant of the start */
	int64_t boot_time; /* of the node, ms since 1970 */
	int64_t generation;
	int64_t alarms_warning, alarms_critical, alarms_unknown;
	int64_t services_ok, services_warning, services_critical, services_unknown;
	int64_t rows[MIB_AGENT_TABLES]; /* by the table's number */
	int64_t connects, varbinds, handler_max /* us */, errors;
	int64_t raised, sent, suppressed, waiting, sequence;
};

/* Its notification is haetaeNodeStateChange. */
extern const struct mib_table mib_agent;

/* The scalar that ends every notification. */
enum { MIB_AGENT_SEQUENCE = 1 };

#endif
