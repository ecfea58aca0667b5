/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two questions to an NTP server, both read-only.
 *
 * ntp_measure asks for the time, as every client does (RFC 5905), and tells how far this
 * node's clock is from that of the server. ntp_read_vars asks a local ntpd, in the control
 * protocol (RFC 9327, mode 6), what it thinks of the clock that it keeps; ntpd answers that
 * only to those that its restrict lines allow to query, which is by default the node itself.
 */
#ifndef HAETAE_CLIENT_NTP_H
#define HAETAE_CLIENT_NTP_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/client/dgram.h"

#define NTP_ADDRESS "127.0.0.1"
#define NTP_PORT    "123"

enum ntp_leap { NTP_NORMAL, NTP_INSERT, NTP_DELETE, NTP_UNSYNCHRONISED };

enum { NTP_SOURCE_SIZE = 64, NTP_STRATUM_MAX = 16 };

struct ntp {
	char source[NTP_SOURCE_SIZE]; /* reference id: a clock's name, an address or a hash */
	unsigned stratum;	      /* 1 to 15; 16 is not synchronised */
	enum ntp_leap leap;
	double offset_s; /* what this node's clock is behind (ahead: negative) */
	double root_delay_s;
	double root_dispersion_s;
};

/* A server's answer of 48 bytes and more. nonce is what the question's transmit time was;
 * sent and received are this node's clock, in 1/2^32 s since any point: only their distances
 * to the server's times count. -EBADMSG for what is no such answer, -EPROTO when the server
 * says by a "kiss code" that it will not answer. */
int ntp_parse_time(const unsigned char *data, size_t size, uint64_t nonce, uint64_t sent,
    uint64_t received, struct ntp *ret, struct err *err) ATTR_MUST_CHECK;

/* The variables of the system, "stratum=2, refid=…, offset=0.1": milliseconds inside. stratum
 * and offset must be there. */
int ntp_parse_vars(
    const char *text, size_t size, struct ntp *ret, struct err *err) ATTR_MUST_CHECK;

/* address: HOST[:PORT]. Up to three questions within the time. */
int ntp_measure(const char *address, enum address_family family, int64_t timeout_ms,
    struct ntp *ret, struct err *err) ATTR_MUST_CHECK;

int ntp_read_vars(const char *address, enum address_family family, int64_t timeout_ms,
    struct ntp *ret, struct err *err) ATTR_MUST_CHECK;

#endif
