/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * haetaeProbeTable: what each probe of a node said last, as the scheduler's database has it.
 */
#ifndef HAETAE_MIB_PROBE_H
#define HAETAE_MIB_PROBE_H

#include "lib/mib/mib.h"

enum { MIB_PROBE_NAME_SIZE = 191, MIB_PROBE_TYPE_SIZE = 17 };

/* What became of the slot that the state is from. The numbers are those of RUNLOG.outcome. */
enum mib_probe_outcome {
	MIB_PROBE_RUN = 1,
	MIB_PROBE_TIMEOUT = 2,
	MIB_PROBE_CANCELLED = 3,
	MIB_PROBE_SKIPPED = 4,
	MIB_PROBE_LOST = 5,
	MIB_PROBE_MISSED = 6,
	MIB_PROBE_NEVER = 7, /* it had no slot yet */
};

struct mib_probe {
	uint32_t index[1];
	char name[MIB_PROBE_NAME_SIZE];
	int64_t state;
	int64_t state_age; /* since when, clock_mono_ms */
	char state_text[MIB_TEXT_SIZE];
	char type[MIB_PROBE_TYPE_SIZE];
	int64_t outcome;      /* enum mib_probe_outcome */
	int64_t stale;	      /* 0 or 1 */
	int64_t last_run_age; /* started, clock_mono_ms */
	int64_t interval;     /* ms */
	int64_t duration;     /* ms */
	int64_t latency;      /* ms between when it was due and its start */
	int64_t attempts;     /* starts for that slot */
	int64_t exit_code;    /* -1: a signal ended it, or it never ran */
};

extern const struct mib_table mib_probe;

#endif
