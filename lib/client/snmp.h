/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an SNMP agent on another node tells: the manager's side of SNMPv2c and SNMPv3 over UDP.
 * The one place with net-snmp's headers for it. It loads no MIB, reads no configuration of
 * net-snmp's, writes none of its state, and prints nothing.
 *
 * Every answer is checked before it is handed on: what comes from elsewhere than the peer, or
 * answers nothing that was asked, is passed over; a walk that does not go forward is refused, and
 * what it may bring is bounded. Not for threads.
 */
#ifndef HAETAE_CLIENT_SNMP_H
#define HAETAE_CLIENT_SNMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/client/address.h"

#define SNMP_PEER_PORT "161"

enum {
	SNMP_PEER_OID_MAX = 64,
	SNMP_PEER_RETRIES_MAX = 10,
	SNMP_PEER_WALKS_MAX = 64, /* columns of one walk */
};

/* RFC 3414: how messages are protected. */
enum snmp_peer_level { SNMP_PEER_NO_AUTH, SNMP_PEER_AUTH, SNMP_PEER_PRIV };

/* All borrowed. */
struct snmp_peer_settings {
	const char *host; /* HOST[:PORT], as address_split takes it */
	enum address_family family;
	bool v3;
	const char *community; /* v2c; NULL: "public" */
	const char *user;      /* v3, as are those below */
	enum snmp_peer_level level;
	const char *auth_protocol; /* NULL: "SHA"; MD5, SHA-224, SHA-256, SHA-384, SHA-512 */
	const char *auth_password; /* at least 8 bytes */
	const char *priv_protocol; /* NULL: "AES"; DES, AES-192, AES-256 */
	const char *priv_password;
	const char *context; /* NULL: "" */
	unsigned retries;    /* a question is asked once, and again so many times */
};

struct snmp_peer;

/* What net-snmp cannot use: a protocol that it has not, a password that is too short. -EINVAL
 * with the name of the setting in the text. Asks nobody. */
int snmp_peer_check(const struct snmp_peer_settings *settings, struct err *err) ATTR_MUST_CHECK;

/*
 * Failures of all that ask:
 *   -ETIMEDOUT     no answer until until_ms (clock_mono_ms); an agent is silent, too, when it does
 *                  not know the community
 *   -ECONNREFUSED  the host answers that nobody listens there
 *   -EHOSTUNREACH, -ENETUNREACH, … of the way there, or a host that cannot be looked up
 *   -EACCES        the agent refuses: an unknown user, a wrong password, a level or a view
 *   -ENOENT        the agent answers, and has nothing of what was asked for
 *   -EIO           the agent answers that it failed (genErr, when its subagent does not answer)
 *   -EBADMSG       what no agent should answer: OIDs that do not go forward, too many values
 */

/* Looks the host up, which may take long, and for v3 asks for the agent's engine. */
int snmp_peer_open(const struct snmp_peer_settings *settings, int64_t until_ms,
    struct snmp_peer **ret, struct err *err) ATTR_MUST_CHECK;
void snmp_peer_close(struct snmp_peer *peer);
static inline void snmp_peer_cleanup(struct snmp_peer **peer)
{
	snmp_peer_close(*peer);
}
#define CLEANUP_SNMP_PEER CLEANUP(snmp_peer_cleanup)

struct snmp_peer_oid {
	unsigned long subids[SNMP_PEER_OID_MAX];
	size_t n;
};
/* Adds the numbers of "1.3.6.1"; -EINVAL for what is none, -ENAMETOOLONG. */
int snmp_peer_oid_add(struct snmp_peer_oid *oid, const char *numbers) ATTR_MUST_CHECK;

enum snmp_peer_type {
	SNMP_PEER_NO_OBJECT, /* no such object: nothing is registered there, or a view hides it */
	SNMP_PEER_NO_INSTANCE,
	SNMP_PEER_INTEGER,
	SNMP_PEER_UNSIGNED, /* Gauge32, Unsigned32 */
	SNMP_PEER_COUNTER,
	SNMP_PEER_COUNTER64, /* the bits of number */
	SNMP_PEER_TICKS,
	SNMP_PEER_TEXT,	 /* an OCTET STRING: bytes */
	SNMP_PEER_OTHER, /* of a type that no table here has */
};

/* One value, as long as the call that hands it over lasts. */
struct snmp_peer_value {
	const unsigned long *oid;
	size_t n_oid;
	enum snmp_peer_type type;
	int64_t number;
	const char *bytes; /* any, with no end; size of them */
	size_t size;
};
/* place is that of the OID in what was asked for. Negative ends it with that result. */
typedef int snmp_peer_fn(
    void *context, size_t place, const struct snmp_peer_value *value, struct err *err);

/* GET of n OIDs, in one datagram where they and their answer fit, else in as few as it takes.
 * take is called for each, in order, also for what is not there. */
int snmp_peer_get(struct snmp_peer *peer, const struct snmp_peer_oid *oids, size_t n,
    int64_t until_ms, snmp_peer_fn *take, void *context, struct err *err) ATTR_MUST_CHECK;

/* GETBULK of all that is below each of n columns, row by row: each datagram asks for the next
 * rows of every column that has not ended, as many as fit into one answer. Values of one column
 * come in order; take is called with the first row's value of each column before the second
 * row's. More than max_values together are -EBADMSG. */
int snmp_peer_walk(struct snmp_peer *peer, const struct snmp_peer_oid *columns, size_t n,
    size_t max_values, int64_t until_ms, snmp_peer_fn *take, void *context,
    struct err *err) ATTR_MUST_CHECK;

/* Datagrams that were sent so far, those sent again too. */
unsigned snmp_peer_datagrams(const struct snmp_peer *peer);

#endif
