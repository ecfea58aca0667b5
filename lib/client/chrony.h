/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What chronyd says about the clock that it keeps: the answer to "chronyc tracking", asked in
 * chronyd's own command protocol, version 6 (chrony 2.0 and later). It only asks, which
 * chronyd lets every local user do over UDP port 323.
 */
#ifndef HAETAE_CLIENT_CHRONY_H
#define HAETAE_CLIENT_CHRONY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/client/dgram.h"

#define CHRONY_ADDRESS "127.0.0.1"
#define CHRONY_PORT    "323"

enum chrony_leap { CHRONY_NORMAL, CHRONY_INSERT, CHRONY_DELETE, CHRONY_UNSYNCHRONISED };

enum { CHRONY_SOURCE_SIZE = 64, CHRONY_ANSWER_MAX = 1024 };

struct chrony {
	char source[CHRONY_SOURCE_SIZE]; /* address or name of the clock; "" if there is none */
	unsigned stratum;		 /* 0 when not synchronised */
	enum chrony_leap leap;
	double updated_s;     /* when the clock was last compared, since 1970; 0: never */
	double correction_s;  /* what the clock is behind by now (ahead: negative) */
	double last_offset_s; /* found at the last comparison */
	double rms_offset_s;
	double frequency_ppm; /* how much the clock would gain (lose: negative) by itself */
	double skew_ppm;      /* how far that may be wrong */
	double root_delay_s;
	double root_dispersion_s;
};

/* The answer with its header. -EPERM when chronyd refuses, -EPROTO or -EBADMSG for an answer
 * to something else. */
int chrony_parse(const unsigned char *data, size_t size, struct chrony *ret,
    struct err *err) ATTR_MUST_CHECK;

/* address: as dgram_open takes it, a unix socket or HOST[:PORT]. */
int chrony_ask(const char *address, enum address_family family, int64_t timeout_ms,
    struct chrony *ret, struct err *err) ATTR_MUST_CHECK;

#endif
