/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/ovs.h"

static const struct mib_word fail_mode_words[] = {
	{ MIB_OVS_STANDALONE, "standalone" },
	{ MIB_OVS_SECURE, "secure" },
	{ 0, NULL },
};

static const struct mib_word link_words[] = {
	{ MIB_OVS_LINK_UNKNOWN, "unknown" },
	{ MIB_OVS_LINK_UP, "up" },
	{ MIB_OVS_LINK_DOWN, "down" },
	{ 0, NULL },
};

static const struct mib_word kind_words[] = {
	{ MIB_OVS_CONTROLLER, "controller" },
	{ MIB_OVS_MANAGER, "manager" },
	{ 0, NULL },
};

#define FIELD(field) MIB_FIELD(mib_ovs_bridge, field)
static const struct mib_column bridge_columns[] = {
	{ 2, "Name", MIB_TEXT, FIELD(name), NULL, NULL, "its name" },
	{ 3, "State", MIB_STATE, FIELD(state), NULL, NULL,
	    "the state that it is in, as check_ovs judges it without options" },
	{ 4, "StateAge", MIB_AGE, FIELD(state_age), "seconds", NULL,
	    "since when it is in this state" },
	{ 5, "StateText", MIB_TEXT, FIELD(state_text), NULL, NULL,
	    "what is wrong with it; empty where nothing is" },
	{ 6, "Missing", MIB_MISSING, 0, 0, NULL, NULL,
	    "columns of this row that are not known, with blanks between them" },
	{ 7, "FailMode", MIB_ENUM, FIELD(fail_mode), NULL, fail_mode_words,
	    "what it does without a controller" },
	{ 8, "DatapathType", MIB_TEXT, FIELD(datapath_type), NULL, NULL,
	    "the type of its datapath; empty: system, the kernel's" },
	{ 9, "Ports", MIB_GAUGE, FIELD(ports), "ports", NULL, "its ports" },
	{ 10, "PortErrors", MIB_GAUGE, FIELD(port_errors), "interfaces", NULL,
	    "its interfaces that ovs-vswitchd could not set up" },
	{ 11, "LinksDown", MIB_GAUGE, FIELD(links_down), "interfaces", NULL,
	    "its interfaces that are set up, and whose link is down" },
	{ 12, "Controllers", MIB_GAUGE, FIELD(controllers), "controllers", NULL,
	    "its controllers" },
	{ 13, "ControllersConnected", MIB_GAUGE, FIELD(controllers_connected), "controllers",
	    NULL, "those of them that are connected" },
	{ 14, "Flows", MIB_GAUGE, FIELD(flows), "flows", NULL, "its OpenFlow flows" },
	{ 15, "Answer", MIB_ENUM, FIELD(answer), NULL, mib_ovs_answer_words,
	    "what came of asking it over OpenFlow" },
	{ 16, "AnswerText", MIB_TEXT, FIELD(answer_text), NULL, NULL,
	    "why there was no answer" },
};
#undef FIELD

static const uint32_t bridge_told[] = { 2, 3, 14, 5, 0 };

const struct mib_table mib_ovs_bridge = {
	.number = 6,
	.name = "haetaeOvsBridge",
	.index = "haetaeOvsBridgeIndex",
	.n_index = 1,
	.row_size = sizeof(struct mib_ovs_bridge),
	.columns = bridge_columns,
	.n_columns = sizeof(bridge_columns) / sizeof(bridge_columns[0]),
	.state = 3,
	.state_age = 4,
	.state_text = 5,
	.label = 2,
	.notification = 6,
	.notification_name = "haetaeOvsBridgeStateChange",
	.told = bridge_told,
	.help = "the bridges of Open vSwitch",
};

#define FIELD(field) MIB_FIELD(mib_ovs_interface, field)
static const struct mib_column interface_columns[] = {
	{ 2, "Name", MIB_TEXT, FIELD(name), NULL, NULL, "its name" },
	{ 3, "State", MIB_STATE, FIELD(state), NULL, NULL,
	    "the state that it is in, as check_ovs judges it without options" },
	{ 4, "StateAge", MIB_AGE, FIELD(state_age), "seconds", NULL,
	    "since when it is in this state" },
	{ 5, "StateText", MIB_TEXT, FIELD(state_text), NULL, NULL,
	    "what is wrong with it; empty where nothing is" },
	{ 6, "Missing", MIB_MISSING, 0, 0, NULL, NULL,
	    "columns of this row that are not known, with blanks between them" },
	{ 7, "Bridge", MIB_TEXT, FIELD(bridge), NULL, NULL, "the bridge that it is a port of" },
	{ 8, "Type", MIB_TEXT, FIELD(type), NULL, NULL,
	    "its type; empty: a device of the system" },
	{ 9, "Error", MIB_TEXT, FIELD(error), NULL, NULL,
	    "why ovs-vswitchd could not set it up" },
	{ 10, "Ofport", MIB_INTEGER, FIELD(ofport), NULL, NULL,
	    "its OpenFlow port number; -1: it could not be made" },
	{ 11, "Admin", MIB_ENUM, FIELD(admin), NULL, link_words, "whether it is set up" },
	{ 12, "Link", MIB_ENUM, FIELD(link), NULL, link_words, "whether it has a link" },
	{ 13, "InErrors", MIB_COUNTER64, FIELD(in_errors), "packets", NULL,
	    "packets received with errors" },
	{ 14, "OutErrors", MIB_COUNTER64, FIELD(out_errors), "packets", NULL,
	    "packets not sent for errors" },
	{ 15, "InDrops", MIB_COUNTER64, FIELD(in_drops), "packets", NULL,
	    "packets received and dropped" },
	{ 16, "OutDrops", MIB_COUNTER64, FIELD(out_drops), "packets", NULL,
	    "packets dropped before they were sent" },
};
#undef FIELD

static const uint32_t interface_told[] = { 2, 3, 7, 5, 0 };

const struct mib_table mib_ovs_interface = {
	.number = 16,
	.name = "haetaeOvsInterface",
	.index = "haetaeOvsInterfaceIndex",
	.n_index = 1,
	.row_size = sizeof(struct mib_ovs_interface),
	.columns = interface_columns,
	.n_columns = sizeof(interface_columns) / sizeof(interface_columns[0]),
	.state = 3,
	.state_age = 4,
	.state_text = 5,
	.label = 2,
	.notification = 16,
	.notification_name = "haetaeOvsInterfaceStateChange",
	.told = interface_told,
	.help = "interfaces of Open vSwitch, those that are sick first: 500, or as many as the "
		"subagent is told to show. haetaeOvsInterfaces counts all",
};

#define FIELD(field) MIB_FIELD(mib_ovs_remote, field)
static const struct mib_column remote_columns[] = {
	{ 2, "Name", MIB_TEXT, FIELD(name), NULL, NULL, "its target: tcp:192.0.2.1:6653" },
	{ 3, "State", MIB_STATE, FIELD(state), NULL, NULL,
	    "the state that it is in, as check_ovs judges it without options" },
	{ 4, "StateAge", MIB_AGE, FIELD(state_age), "seconds", NULL,
	    "since when it is in this state" },
	{ 5, "StateText", MIB_TEXT, FIELD(state_text), NULL, NULL,
	    "what is wrong with it; empty where nothing is" },
	{ 6, "Kind", MIB_ENUM, FIELD(kind), NULL, kind_words, "what it is" },
	{ 7, "Bridge", MIB_TEXT, FIELD(bridge), NULL, NULL,
	    "the bridge whose controller it is" },
	{ 8, "Connected", MIB_TRUTH, FIELD(connected), NULL, NULL, "whether it is connected" },
	{ 9, "Role", MIB_TEXT, FIELD(role), NULL, NULL,
	    "its role as a controller: master, slave, other" },
	{ 10, "Status", MIB_TEXT, FIELD(status), NULL, NULL,
	    "the state of the connection: ACTIVE, BACKOFF" },
	{ 11, "Error", MIB_TEXT, FIELD(error), NULL, NULL, "why the last attempt failed" },
};
#undef FIELD

static const uint32_t remote_told[] = { 2, 3, 7, 5, 0 };

const struct mib_table mib_ovs_remote = {
	.number = 17,
	.name = "haetaeOvsRemote",
	.index = "haetaeOvsRemoteIndex",
	.n_index = 1,
	.row_size = sizeof(struct mib_ovs_remote),
	.columns = remote_columns,
	.n_columns = sizeof(remote_columns) / sizeof(remote_columns[0]),
	.state = 3,
	.state_age = 4,
	.state_text = 5,
	.label = 2,
	.notification = 17,
	.notification_name = "haetaeOvsRemoteStateChange",
	.told = remote_told,
	.help = "whom Open vSwitch is to be connected with: controllers of its bridges, and "
		"managers of its database",
};

#define FIELD(field) MIB_FIELD(mib_ovs_datapath, field)
static const struct mib_column datapath_columns[] = {
	{ 2, "Name", MIB_TEXT, FIELD(name), NULL, NULL, "its name: system@ovs-system" },
	{ 3, "Missing", MIB_MISSING, 0, 0, NULL, NULL,
	    "columns of this row that are not known, with blanks between them" },
	{ 4, "Hit", MIB_COUNTER64, FIELD(hit), "packets", NULL,
	    "packets that it had a flow for" },
	{ 5, "Missed", MIB_COUNTER64, FIELD(missed), "packets", NULL,
	    "packets that it had no flow for" },
	{ 6, "Lost", MIB_COUNTER64, FIELD(lost), "packets", NULL,
	    "packets lost on the way to ovs-vswitchd" },
	{ 7, "Flows", MIB_GAUGE, FIELD(flows), "flows", NULL, "flows that it holds" },
	{ 8, "FlowLimit", MIB_GAUGE, FIELD(flow_limit), "flows", NULL,
	    "flows that ovs-vswitchd can look after at present" },
	{ 9, "Masks", MIB_HUNDREDTHS, FIELD(masks), "tables", NULL,
	    "tables searched for a packet, in the mean; not known in userspace" },
	{ 10, "Ports", MIB_GAUGE, FIELD(ports), "ports", NULL, "its ports" },
};
#undef FIELD

const struct mib_table mib_ovs_datapath = {
	.number = 18,
	.name = "haetaeOvsDatapath",
	.index = "haetaeOvsDatapathIndex",
	.n_index = 1,
	.row_size = sizeof(struct mib_ovs_datapath),
	.columns = datapath_columns,
	.n_columns = sizeof(datapath_columns) / sizeof(datapath_columns[0]),
	.label = 2,
	.help = "the datapaths of Open vSwitch",
};

#define FIELD(field) MIB_FIELD(mib_ovs_bond, field)
static const struct mib_column bond_columns[] = {
	{ 2, "Name", MIB_TEXT, FIELD(name), NULL, NULL, "its name" },
	{ 3, "State", MIB_STATE, FIELD(state), NULL, NULL,
	    "the state that it is in, as check_ovs judges it without options" },
	{ 4, "StateAge", MIB_AGE, FIELD(state_age), "seconds", NULL,
	    "since when it is in this state" },
	{ 5, "StateText", MIB_TEXT, FIELD(state_text), NULL, NULL,
	    "what is wrong with it; empty where nothing is" },
	{ 6, "Mode", MIB_TEXT, FIELD(mode), NULL, NULL,
	    "how it shares the load: active-backup, balance-tcp" },
	{ 7, "Lacp", MIB_TEXT, FIELD(lacp), NULL, NULL,
	    "negotiated, off, or configured: there is no partner" },
	{ 8, "Members", MIB_GAUGE, FIELD(members), "interfaces", NULL, "its members" },
	{ 9, "MembersDisabled", MIB_GAUGE, FIELD(members_disabled), "interfaces", NULL,
	    "its members that are not in use" },
	{ 10, "Disabled", MIB_TEXT, FIELD(disabled), NULL, NULL, "the names of some of those" },
};
#undef FIELD

static const uint32_t bond_told[] = { 2, 3, 9, 5, 0 };

const struct mib_table mib_ovs_bond = {
	.number = 19,
	.name = "haetaeOvsBond",
	.index = "haetaeOvsBondIndex",
	.n_index = 1,
	.row_size = sizeof(struct mib_ovs_bond),
	.columns = bond_columns,
	.n_columns = sizeof(bond_columns) / sizeof(bond_columns[0]),
	.state = 3,
	.state_age = 4,
	.state_text = 5,
	.label = 2,
	.notification = 19,
	.notification_name = "haetaeOvsBondStateChange",
	.told = bond_told,
	.help = "the bonds of Open vSwitch",
};
