/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/interface.h"

static const struct mib_word link_words[] = {
	{ MIB_INTERFACE_LINK_UNKNOWN, "unknown" },
	{ MIB_INTERFACE_LINK_UP, "up" },
	{ MIB_INTERFACE_LINK_DOWN, "down" },
	{ 0, NULL },
};

static const struct mib_word duplex_words[] = {
	{ MIB_INTERFACE_DUPLEX_UNKNOWN, "unknown" },
	{ MIB_INTERFACE_DUPLEX_HALF, "half" },
	{ MIB_INTERFACE_DUPLEX_FULL, "full" },
	{ 0, NULL },
};

#define AT(field) MIB_FIELD(mib_interface, field)

static const struct mib_column columns[] = {
	{ 2, "Name", MIB_TEXT, AT(name), NULL, NULL, "the interface's name" },
	{ 3, "State", MIB_STATE, AT(state), NULL, NULL,
	    "ok, or disabled: it was set down. That a link is down is no "
	    "alarm, for many are meant to be" },
	{ 4, "StateAge", MIB_AGE, AT(state_age), "seconds", NULL, "time in this state" },
	{ 5, "StateText", MIB_TEXT, AT(state_text), NULL, NULL, "link, speed and duplex" },
	{ 6, "IfIndex", MIB_UNSIGNED, AT(ifindex), NULL, NULL,
	    "ifIndex of IF-MIB; 0: not known" },
	{ 7, "Link", MIB_ENUM, AT(link), NULL, link_words, "whether it can pass packets" },
	{ 8, "AdminUp", MIB_TRUTH, AT(admin_up), NULL, NULL, "whether it was set up" },
	{ 9, "Hardware", MIB_TRUTH, AT(hardware), NULL, NULL,
	    "whether it has a hardware parent, and counts in haetaeNodeIn" },
	{ 10, "In", MIB_HUNDREDTHS, AT(in), "KiB per second", NULL,
	    "received, as haetaeNodeIn" },
	{ 11, "Out", MIB_HUNDREDTHS, AT(out), "KiB per second", NULL, "sent" },
	{ 12, "InErrors", MIB_HUNDREDTHS, AT(in_errors), "packets per second", NULL,
	    "received with errors" },
	{ 13, "OutErrors", MIB_HUNDREDTHS, AT(out_errors), "packets per second", NULL,
	    "not sent for errors" },
	{ 14, "InDrops", MIB_HUNDREDTHS, AT(in_drops), "packets per second", NULL,
	    "received and dropped" },
	{ 15, "OutDrops", MIB_HUNDREDTHS, AT(out_drops), "packets per second", NULL,
	    "dropped before they were sent" },
	{ 16, "InUse", MIB_HUNDREDTHS, AT(in_use), "percent", NULL, "received, of the speed" },
	{ 17, "OutUse", MIB_HUNDREDTHS, AT(out_use), "percent", NULL, "sent, of the speed" },
	{ 18, "InOctets", MIB_COUNTER64, AT(in_octets), "bytes", NULL,
	    "received, the kernel's own counter" },
	{ 19, "OutOctets", MIB_COUNTER64, AT(out_octets), "bytes", NULL, "sent, likewise" },
	{ 20, "Speed", MIB_GAUGE, AT(speed), "Mbit per second", NULL,
	    "its speed; missing where the driver does not tell" },
	{ 21, "Duplex", MIB_ENUM, AT(duplex), NULL, duplex_words, "of its link" },
	{ 22, "CarrierChanges", MIB_COUNTER, AT(carrier_changes), NULL, NULL,
	    "times that the link came or went, the kernel's own counter" },
	{ 23, "Missing", MIB_MISSING, 0, 0, NULL, NULL,
	    "names of the columns of this row that are not known" },
};

const struct mib_table mib_interface = {
	.number = 15,
	.name = "haetaeInterface",
	.index = "haetaeInterfaceIndex",
	.n_index = 1,
	.row_size = sizeof(struct mib_interface),
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.state = 3,
	.state_age = 4,
	.state_text = 5,
	.label = 2,
	.help = "network interfaces, of the network namespace that the subagent is in",
};
