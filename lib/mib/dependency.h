/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * haetaeDependencyTable: what the profiles say that their services are connected to, and the
 * connections of all processes of the service together. Peers are counted, never named.
 */
#ifndef HAETAE_MIB_DEPENDENCY_H
#define HAETAE_MIB_DEPENDENCY_H

#include "lib/mib/listener.h"

struct mib_dependency {
	uint32_t index[2];
	char name[MIB_TEXT_SIZE]; /* "nova-conductor amqp tcp 5672" */
	int64_t state, state_age;
	char state_text[MIB_TEXT_SIZE];
	char kind[MIB_NAME_SIZE]; /* the profile's word: "db", "amqp" */
	int64_t proto;		  /* enum mib_proto */
	char peer[MIB_NAME_SIZE]; /* which addresses are meant, as the profile has it; "" any */
	int64_t port;		  /* 0 for unix */
	char path[MIB_PATH_SIZE]; /* of unix */
	int64_t expected_min;
	int64_t established, stalled, connecting;
};

extern const struct mib_table mib_dependency;

#endif
