/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/collector.h"

#define F(field) MIB_FIELD(mib_collector, field)

static const struct mib_column columns[] = {
	{ 2, "Name", MIB_TEXT, F(name), NULL, NULL, "what it collects: node, services, ovs" },
	{ 3, "State", MIB_STATE, F(state), NULL, NULL,
	    "unknown: something could not be read, or no round has ended yet; warning: the "
	    "last "
	    "round failed; critical: its rows are older than Limit and not shown" },
	{ 4, "StateAge", MIB_AGE, F(state_age), "seconds", NULL, "for how long it is so" },
	{ 5, "StateText", MIB_TEXT, F(state_text), NULL, NULL, "what went wrong, for people" },
	{ 6, "Age", MIB_AGE, F(age), "seconds", NULL, "age of the facts in its rows" },
	{ 7, "Duration", MIB_GAUGE, F(duration), "milliseconds", NULL,
	    "how long its last round took" },
	{ 8, "Interval", MIB_GAUGE, F(interval), "seconds", NULL,
	    "from round to round; wider than configured when rounds take long" },
	{ 9, "Limit", MIB_GAUGE, F(limit), "seconds", NULL,
	    "rows with older facts are not shown" },
	{ 10, "RoundAge", MIB_AGE, F(round_age), "seconds", NULL,
	    "for how long the round that runs now has run" },
	{ 11, "Rows", MIB_GAUGE, F(rows), NULL, NULL, "rows in its last snapshot" },
	{ 12, "RowsDropped", MIB_COUNTER, F(rows_dropped), NULL, NULL,
	    "rows that a cap left out, summed over all rounds" },
	{ 13, "Errors", MIB_COUNTER, F(errors), NULL, NULL, "rounds that failed" },
	{ 14, "Rounds", MIB_COUNTER, F(rounds), NULL, NULL, "rounds that have ended" },
	{ 15, "Missing", MIB_MISSING, 0, 0, NULL, NULL, "columns that are not known, by name" },
};

static const uint32_t told[] = { 2, 3, 5, 6, 0 };

const struct mib_table mib_collector = {
	.number = 13,
	.name = "haetaeCollector",
	.index = "haetaeCollectorIndex",
	.n_index = 1,
	.row_size = sizeof(struct mib_collector),
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.state = 3,
	.state_age = 4,
	.state_text = 5,
	.label = 2,
	.notification = 13,
	.notification_name = "haetaeCollectorStateChange",
	.told = told,
	.help =
	    "the collectors of all other tables: how old their facts are, and what they miss",
};
