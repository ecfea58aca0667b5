/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * haetaeFindingTable: what the node found of a service beside its numbers, a row each, in the
 * order in which it was found: what is wrong whatever the ranges say, and the words for what a
 * range may find wrong. check_services_snmp judges a service by its numbers and these. A row's
 * index is its place among the service's findings, and no identity.
 */
#ifndef HAETAE_MIB_FINDING_H
#define HAETAE_MIB_FINDING_H

#include "lib/mib/mib.h"

enum mib_finding_kind {
	MIB_FINDING_PROCESS = 1, /* wrong: a title, an owner, processes outside of the unit */
	MIB_FINDING_OTHER,	 /* wrong: the unit, listeners, connections, the ping */
	MIB_FINDING_NOTE,	 /* worth saying and not wrong: what could not be read */
	MIB_FINDING_FOUND,	 /* its unit, sockets and ping, for people */
	MIB_FINDING_UNSEEN,	 /* why more processes may run than are seen */
	MIB_FINDING_ZOMBIES,	 /* the zombies, by name */
	MIB_FINDING_STALE,	 /* a process that is stale */
	MIB_FINDING_MORE,	 /* goes on with the text of the row before */
};

struct mib_finding {
	uint32_t index[2];
	int64_t state; /* of what is wrong; else ok */
	int64_t kind;  /* enum mib_finding_kind */
	char text[MIB_TEXT_SIZE];
};

extern const struct mib_table mib_finding;

#endif
