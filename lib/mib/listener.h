/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * haetaeListenerTable: what the profiles say that their services listen on. What is in no profile
 * has no row.
 */
#ifndef HAETAE_MIB_LISTENER_H
#define HAETAE_MIB_LISTENER_H

#include "lib/mib/mib.h"

enum mib_proto { MIB_PROTO_TCP = 1, MIB_PROTO_UDP, MIB_PROTO_UNIX };
extern const struct mib_word mib_proto_words[];

enum { MIB_PATH_SIZE = 129 };

struct mib_listener {
	uint32_t index[2];
	char name[MIB_TEXT_SIZE]; /* "nova-api tcp 8774" */
	int64_t state, state_age;
	char state_text[MIB_TEXT_SIZE];
	int64_t proto;				 /* enum mib_proto */
	int64_t address_type;			 /* InetAddressType of RFC 4001 */
	unsigned char address[MIB_ADDRESS_SIZE]; /* its size, then its bytes */
	int64_t port;				 /* 0 for unix */
	char path[MIB_PATH_SIZE];		 /* of unix, as the profile has it */
	int64_t owner_pid;			 /* 0: not told */
	int64_t accept_queue, accept_queue_max, connections;
};

extern const struct mib_table mib_listener;

#endif
