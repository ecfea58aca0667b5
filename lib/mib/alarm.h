/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong now: one row for each row of another table whose state is worse than ok and not
 * disabled. Who missed a notification finds here what it said.
 */
#ifndef HAETAE_MIB_ALARM_H
#define HAETAE_MIB_ALARM_H

#include "lib/mib/mib.h"

struct mib_alarm {
	uint32_t index[1]; /* of kind, subject and the row's own index */
	int64_t severity;  /* enum mib_state */
	int64_t kind;	   /* number of the row's table below haetaeObjects */
	char subject[MIB_TEXT_SIZE];
	char text[MIB_TEXT_SIZE];
	int64_t age;	   /* instant since which the row is not ok */
	int64_t raised_at; /* the same, ms since 1970 */
};

extern const struct mib_table mib_alarm;

/* "service" of 2; NULL for a table that raises none. */
const char *mib_alarm_kind(int64_t number);

#endif
