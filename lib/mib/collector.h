/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the collectors of the subagent fare. These rows are always there: the age of the facts in the
 * other tables stands here, and why some of them are not shown.
 */
#ifndef HAETAE_MIB_COLLECTOR_H
#define HAETAE_MIB_COLLECTOR_H

#include "lib/mib/mib.h"

struct mib_collector {
	uint32_t index[1];
	char name[MIB_NAME_SIZE];
	int64_t state;	   /* warning: the last round failed; critical: its rows are hidden */
	int64_t state_age; /* instant */
	char state_text[MIB_TEXT_SIZE];
	int64_t age;	   /* instant of the snapshot that is shown, MIB_NONE: there is none */
	int64_t duration;  /* ms that the last round took */
	int64_t interval;  /* s */
	int64_t limit;	   /* s: rows of a snapshot that is older are hidden */
	int64_t round_age; /* instant that the round that runs began; to come: none runs */
	int64_t rows;	   /* of all its tables */
	int64_t rows_dropped; /* above a cap, summed over all rounds */
	int64_t errors;	      /* rounds that failed */
	int64_t rounds;	      /* that have ended */
};

extern const struct mib_table mib_collector;

#endif
