/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/listener.h"

const struct mib_word mib_proto_words[] = {
	{ MIB_PROTO_TCP, "tcp" },
	{ MIB_PROTO_UDP, "udp" },
	{ MIB_PROTO_UNIX, "unix" },
	{ 0, NULL },
};

/* InetAddressType of RFC 4001, as far as sockets have them. */
static const struct mib_word address_words[] = {
	{ 0, "unknown" },
	{ 1, "ipv4" },
	{ 2, "ipv6" },
	{ 0, NULL },
};

#define AT(field) MIB_FIELD(mib_listener, field)

static const struct mib_column columns[] = {
	{ 3, "Name", MIB_TEXT, AT(name), NULL, NULL,
	    "the service and its socket, as the profile has it: nova-api tcp 8774" },
	{ 4, "State", MIB_STATE, AT(state), NULL, NULL,
	    "critical: not there, or another's; disabled: the service does not run, or it may "
	    "be absent and is, or sockets may not be read" },
	{ 5, "StateAge", MIB_AGE, AT(state_age), "seconds", NULL, "time in this state" },
	{ 6, "StateText", MIB_TEXT, AT(state_text), NULL, NULL,
	    "what is wrong, or who listens" },
	{ 7, "Proto", MIB_ENUM, AT(proto), NULL, mib_proto_words, "the kind of socket" },
	{ 8, "AddressType", MIB_ENUM, AT(address_type), NULL, address_words,
	    "the type of Address; unknown with an empty one" },
	{ 9, "Address", MIB_OCTETS, AT(address), NULL, NULL,
	    "where it is bound; empty for unix, and where nobody listens" },
	{ 10, "Port", MIB_UNSIGNED, AT(port), NULL, NULL, "its port; 0 for unix" },
	{ 11, "Path", MIB_TEXT, AT(path), NULL, NULL,
	    "its path as the profile has it, @ in front of an abstract one; else empty" },
	{ 12, "OwnerPid", MIB_UNSIGNED, AT(owner_pid), NULL, NULL,
	    "a process that has the socket; 0: none, or not told" },
	{ 13, "AcceptQueue", MIB_GAUGE, AT(accept_queue), NULL, NULL,
	    "connections that wait to be accepted, of the fullest of its sockets" },
	{ 14, "AcceptQueueMax", MIB_GAUGE, AT(accept_queue_max), NULL, NULL,
	    "as many may wait there" },
	{ 15, "Connections", MIB_GAUGE, AT(connections), NULL, NULL,
	    "connections that were accepted and are open" },
	{ 16, "Missing", MIB_MISSING, 0, 0, NULL, NULL,
	    "names of the columns of this row that are not known" },
};

static const uint32_t told[] = { 3, 4, 6, 12, 0 };

const struct mib_table mib_listener = {
	.number = 3,
	.name = "haetaeListener",
	.index = "haetaeServiceIndex haetaeListenerIndex",
	.n_index = 2,
	.row_size = sizeof(struct mib_listener),
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.state = 4,
	.state_age = 5,
	.state_text = 6,
	.label = 3,
	.notification = 3,
	.notification_name = "haetaeListenerStateChange",
	.told = told,
	.help = "sockets that the profiles ask of the services",
};
