/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/probe.h"

static const struct mib_word outcomes[] = {
	{ MIB_PROBE_RUN, "run" },
	{ MIB_PROBE_TIMEOUT, "timeout" },
	{ MIB_PROBE_CANCELLED, "cancelled" },
	{ MIB_PROBE_SKIPPED, "skipped" },
	{ MIB_PROBE_LOST, "lost" },
	{ MIB_PROBE_MISSED, "missed" },
	{ MIB_PROBE_NEVER, "never" },
	{ 0, NULL },
};

enum { NAME = 2, STATE, STATE_AGE, STATE_TEXT };

#define ROW(number, name, syntax, field, unit, words, help)                          \
	{                                                                            \
		number, name, syntax, MIB_FIELD(mib_probe, field), unit, words, help \
	}

static const struct mib_column columns[] = {
	ROW(NAME, "Name", MIB_TEXT, name, NULL, NULL, "name of the probe in the scheduler"),
	ROW(STATE, "State", MIB_STATE, state, NULL, NULL,
	    "what it said last; unknown(2) when that is stale or it said nothing yet, "
	    "disabled(5) when "
	    "it is disabled or its node is in maintenance"),
	ROW(STATE_AGE, "StateAge", MIB_AGE, state_age, "seconds", NULL,
	    "how long it has been in that state"),
	ROW(STATE_TEXT, "StateText", MIB_TEXT, state_text, NULL, NULL,
	    "line 1 of what it printed"),
	ROW(6, "Type", MIB_TEXT, type, NULL, NULL,
	    "its probe type: what may be started, as haetae.conf has it"),
	ROW(7, "Outcome", MIB_ENUM, outcome, NULL, outcomes,
	    "what became of the slot that the state is from"),
	ROW(8, "Stale", MIB_TRUTH, stale, NULL, NULL,
	    "its last result is older than two intervals, its timeout and its greatest delay"),
	ROW(9, "LastRunAge", MIB_AGE, last_run_age, "seconds", NULL,
	    "since it was started for that slot"),
	ROW(10, "Interval", MIB_GAUGE, interval, "milliseconds", NULL,
	    "between two slots of it"),
	ROW(11, "Duration", MIB_GAUGE, duration, "milliseconds", NULL, "how long it ran"),
	ROW(12, "Latency", MIB_GAUGE, latency, "milliseconds", NULL,
	    "how long after it was due it was started"),
	ROW(13, "Attempts", MIB_GAUGE, attempts, "starts", NULL,
	    "how often it was started for that slot"),
	ROW(14, "ExitCode", MIB_INTEGER, exit_code, NULL, NULL,
	    "its exit code; -1 when a signal ended it or it never ran"),
	{ 15, "Missing", MIB_MISSING, 0, 0, NULL, NULL, "columns that are not known" },
};

static const uint32_t told[] = { NAME, STATE, STATE_TEXT, 0 };

const struct mib_table mib_probe = {
	.number = 10,
	.name = "haetaeProbe",
	.index = "haetaeProbeIndex",
	.n_index = 1,
	.row_size = sizeof(struct mib_probe),
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.state = STATE,
	.state_age = STATE_AGE,
	.state_text = STATE_TEXT,
	.label = NAME,
	.notification = 10,
	.notification_name = "haetaeProbeStateChange",
	.told = told,
	.help = "probes of this node, and what each said last, from the scheduler's database",
};
