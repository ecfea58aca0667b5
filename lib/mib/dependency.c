/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/dependency.h"

#define AT(field) MIB_FIELD(mib_dependency, field)

static const struct mib_column columns[] = {
	{ 3, "Name", MIB_TEXT, AT(name), NULL, NULL,
	    "the service, and what it depends on: nova-conductor amqp tcp 5672" },
	{ 4, "State", MIB_STATE, AT(state), NULL, NULL,
	    "the profile's verdict on its connections; disabled: the service does not run, or "
	    "it may be unconnected and is, or it is not told to the subagent's user" },
	{ 5, "StateAge", MIB_AGE, AT(state_age), "seconds", NULL, "time in this state" },
	{ 6, "StateText", MIB_TEXT, AT(state_text), NULL, NULL,
	    "what is wrong, or how many connections live" },
	{ 7, "Kind", MIB_TEXT, AT(kind), NULL, NULL,
	    "the profile's word: db, amqp, cache, api" },
	{ 8, "Proto", MIB_ENUM, AT(proto), NULL, mib_proto_words, "the kind of socket" },
	{ 9, "Peer", MIB_TEXT, AT(peer), NULL, NULL,
	    "which addresses the profile means: loopback, a prefix; empty: any" },
	{ 10, "Port", MIB_UNSIGNED, AT(port), NULL, NULL, "the peer's port; 0 for unix" },
	{ 11, "Path", MIB_TEXT, AT(path), NULL, NULL,
	    "the peer's path as the profile has it; else empty" },
	{ 12, "ExpectedMin", MIB_UNSIGNED, AT(expected_min), NULL, NULL,
	    "as many connections must live, or its state is critical; 0 where none need be" },
	{ 13, "Established", MIB_GAUGE, AT(established), NULL, NULL,
	    "connections that live: the peer acknowledges what is sent" },
	{ 14, "Stalled", MIB_GAUGE, AT(stalled), NULL, NULL,
	    "connections whose peer has not acknowledged four retransmissions" },
	{ 15, "Connecting", MIB_GAUGE, AT(connecting), NULL, NULL,
	    "connections that are tried and not answered yet" },
	{ 16, "Missing", MIB_MISSING, 0, 0, NULL, NULL,
	    "names of the columns of this row that are not known" },
};

static const uint32_t told[] = { 3, 4, 6, 12, 13, 0 };

const struct mib_table mib_dependency = {
	.number = 4,
	.name = "haetaeDependency",
	.index = "haetaeServiceIndex haetaeDependencyIndex",
	.n_index = 2,
	.row_size = sizeof(struct mib_dependency),
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.state = 4,
	.state_age = 5,
	.state_text = 6,
	.label = 3,
	.notification = 4,
	.notification_name = "haetaeDependencyStateChange",
	.told = told,
	.help = "connections that the profiles ask of the services",
};
