/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/agent.h"

#define F(field) MIB_FIELD(mib_agent, field)
#define COUNT(number, name, table, help)                                          \
	{                                                                         \
		number, name, MIB_GAUGE,                                          \
		    offsetof(struct mib_agent, rows) + (table) * sizeof(int64_t), \
		    sizeof(int64_t), NULL, NULL, help                             \
	}

static const struct mib_column columns[] = {
	{ MIB_AGENT_SEQUENCE, "NotificationSequence", MIB_COUNTER, F(sequence), NULL, NULL,
	    "number of the last notification; a gap in those that came is a loss on the way" },
	{ 2, "Version", MIB_TEXT, F(version), NULL, NULL, "of haetae-agentx" },
	{ 3, "Role", MIB_TEXT, F(role), NULL, NULL, "what the configuration calls this node" },
	{ 4, "State", MIB_STATE, F(state), NULL, NULL, "the worst state of all rows" },
	{ 5, "StateAge", MIB_AGE, F(state_age), "seconds", NULL, "for how long it is so" },
	{ 6, "StateText", MIB_TEXT, F(state_text), NULL, NULL,
	    "the worst alarm and the number of all, in one line" },
	{ 7, "Age", MIB_AGE, F(age), "seconds", NULL,
	    "since the subagent started: all counters began then" },
	{ 8, "BootTime", MIB_DATE, F(boot_time), NULL, NULL, "when the node was booted" },
	{ 9, "Generation", MIB_COUNTER, F(generation), NULL, NULL,
	    "snapshots published; the same before and after a walk: all of it is of one "
	    "moment" },
	{ 10, "AlarmsUnknown", MIB_GAUGE, F(alarms_unknown), NULL, NULL,
	    "active, by severity" },
	{ 11, "AlarmsWarning", MIB_GAUGE, F(alarms_warning), NULL, NULL,
	    "active, by severity" },
	{ 12, "AlarmsCritical", MIB_GAUGE, F(alarms_critical), NULL, NULL,
	    "active, by severity" },
	{ 13, "ServicesOk", MIB_GAUGE, F(services_ok), NULL, NULL, "services by state" },
	{ 14, "ServicesUnknown", MIB_GAUGE, F(services_unknown), NULL, NULL,
	    "services by state" },
	{ 15, "ServicesWarning", MIB_GAUGE, F(services_warning), NULL, NULL,
	    "services by state" },
	{ 16, "ServicesCritical", MIB_GAUGE, F(services_critical), NULL, NULL,
	    "services by state" },
	COUNT(20, "Services", 2, "rows of haetaeServiceTable"),
	COUNT(21, "Listeners", 3, "rows of haetaeListenerTable"),
	COUNT(22, "Dependencies", 4, "rows of haetaeDependencyTable"),
	COUNT(23, "OvsDaemons", 5, "rows of haetaeOvsDaemonTable"),
	COUNT(24, "OvsBridges", 6, "rows of haetaeOvsBridgeTable"),
	COUNT(25, "RabbitmqNodes", 7, "rows of haetaeRabbitmqNodeTable"),
	COUNT(26, "RabbitmqQueues", 8, "rows of haetaeRabbitmqQueueTable"),
	COUNT(27, "Domains", 9, "rows of haetaeDomainTable"),
	COUNT(28, "Probes", 10, "rows of haetaeProbeTable"),
	COUNT(29, "ProbePerfs", 11, "rows of haetaeProbePerfTable"),
	COUNT(30, "Alarms", 12, "rows of haetaeAlarmTable: all that is wrong now"),
	COUNT(31, "Collectors", 13, "rows of haetaeCollectorTable"),
	COUNT(32, "Filesystems", 14, "rows of haetaeFilesystemTable"),
	COUNT(33, "Interfaces", 15, "rows of haetaeInterfaceTable"),
	COUNT(34, "OvsInterfaces", 16, "rows of haetaeOvsInterfaceTable"),
	COUNT(35, "OvsRemotes", 17, "rows of haetaeOvsRemoteTable"),
	COUNT(36, "OvsDatapaths", 18, "rows of haetaeOvsDatapathTable"),
	COUNT(37, "OvsBonds", 19, "rows of haetaeOvsBondTable"),
	COUNT(38, "Findings", 23, "rows of haetaeFindingTable"),
	{ 42, "Connects", MIB_COUNTER, F(connects), NULL, NULL,
	    "sessions with the master agent" },
	{ 43, "Varbinds", MIB_COUNTER64, F(varbinds), NULL, NULL, "objects asked for" },
	{ 44, "HandlerMax", MIB_GAUGE, F(handler_max), "microseconds", NULL,
	    "longest time of one request" },
	{ 45, "Errors", MIB_COUNTER, F(errors), NULL, NULL,
	    "failures of the session with the master agent" },
	{ 46, "NotificationsRaised", MIB_COUNTER, F(raised), NULL, NULL,
	    "changes of state; Sent, Suppressed and Waiting together" },
	{ 47, "NotificationsSent", MIB_COUNTER, F(sent), NULL, NULL,
	    "given to the master agent" },
	{ 48, "NotificationsSuppressed", MIB_COUNTER, F(suppressed), NULL, NULL,
	    "overtaken by a newer change of the same row, or too many waited" },
	{ 49, "NotificationsWaiting", MIB_GAUGE, F(waiting), NULL, NULL,
	    "for the pace, or for the master agent" },
};

static const uint32_t told[] = { 4, 6, 12, 11, 10, 0 };

const struct mib_table mib_agent = {
	.number = 22,
	.name = "haetaeAgent",
	.row_size = sizeof(struct mib_agent),
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.state = 4,
	.state_age = 5,
	.state_text = 6,
	.notification = 1,
	.notification_name = "haetaeNodeStateChange",
	.told = told,
	.help = "the subagent itself, and the state of the whole node in one line",
};
