/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between snmp.c, which has net-snmp's headers and asks one question, and snmp_ask.c, which
 * makes a GET or a walk of questions and does not need them.
 */
#ifndef HAETAE_CLIENT_SNMP_PRIVATE_H
#define HAETAE_CLIENT_SNMP_PRIVATE_H

#include "lib/client/snmp.h"

struct snmp_question {
	bool bulk; /* GETBULK, else GET */
	unsigned max_repetitions;
	const struct snmp_peer_oid *const *oids;
	size_t n;
};

struct snmp_answer {
	struct snmp_peer_value *values; /* of the PDU; owned, what they point to is its */
	size_t n;
	size_t size;	 /* bytes of the datagram */
	bool is_too_big; /* the agent could not fit it: ask for less */
	void *pdu;	 /* owned */
};
#define SNMP_ANSWER_INIT \
	{                \
		.n = 0   \
	}
void snmp_answer_free(struct snmp_answer *answer);

/* The end of the view in an answer to GETBULK, which no caller of snmp.h sees. */
enum { SNMP_PEER_END = SNMP_PEER_OTHER + 1 };

/* One question and its answer, with retries. Failures are those of snmp.h. */
int snmp_ask(struct snmp_peer *peer, const struct snmp_question *question, int64_t until_ms,
    struct snmp_answer *ret, struct err *err) ATTR_MUST_CHECK;
const char *snmp_peer_host(const struct snmp_peer *peer);

#endif
