/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/alarm.h"

#define F(field) MIB_FIELD(mib_alarm, field)

/* The numbers are those of the tables. */
static const struct mib_word kinds[] = { { 1, "node" }, { 2, "service" }, { 3, "listener" },
	{ 4, "dependency" }, { 5, "ovsDaemon" }, { 6, "ovsBridge" }, { 7, "rabbitmqNode" },
	{ 8, "rabbitmqQueue" }, { 9, "domain" }, { 10, "probe" }, { 11, "probePerf" },
	{ 13, "collector" }, { 14, "filesystem" }, { 15, "interface" }, { 16, "ovsInterface" },
	{ 17, "ovsRemote" }, { 18, "ovsDatapath" }, { 19, "ovsBond" }, { 20, "ovs" },
	{ 21, "rabbitmq" }, { 0, NULL } };

const char *mib_alarm_kind(int64_t number)
{
	return mib_word(kinds, number);
}

static const struct mib_column columns[] = {
	{ 2, "Severity", MIB_STATE, F(severity), NULL, NULL, "the row's state" },
	{ 3, "Kind", MIB_ENUM, F(kind), NULL, kinds,
	    "the table that the row is in; the number is the table's below haetaeObjects" },
	{ 4, "Subject", MIB_TEXT, F(subject), NULL, NULL, "what the row is called" },
	{ 5, "Text", MIB_TEXT, F(text), NULL, NULL, "what is wrong with it, for people" },
	{ 6, "Age", MIB_AGE, F(age), "seconds", NULL, "for how long it is not ok" },
	{ 7, "RaisedAt", MIB_DATE, F(raised_at), NULL, NULL, "since when it is not ok" },
};

const struct mib_table mib_alarm = {
	.number = 12,
	.name = "haetaeAlarm",
	.index = "haetaeAlarmIndex",
	.n_index = 1,
	.row_size = sizeof(struct mib_alarm),
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.label = 4,
	.help = "what is wrong now: all rows of other tables that are worse than ok",
};
