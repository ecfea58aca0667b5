/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many flows a bridge of Open vSwitch has, asked over OpenFlow as a controller would: the
 * hello of both sides, then one request for the aggregate statistics of all flows, in the
 * newest version that both speak (1.0 to 1.5). It changes nothing, and asks nothing else.
 *
 * Numbers are from the OpenFlow Switch Specifications 1.0.0 to 1.5.1.
 */
#ifndef HAETAE_CLIENT_OPENFLOW_H
#define HAETAE_CLIENT_OPENFLOW_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* As the version byte of every message has it. */
enum openflow_version {
	OPENFLOW_10 = 1,
	OPENFLOW_11,
	OPENFLOW_12,
	OPENFLOW_13,
	OPENFLOW_14,
	OPENFLOW_15,
};

/* The length field of a header has 16 bits. */
enum { OPENFLOW_HEADER_SIZE = 8, OPENFLOW_MESSAGE_MAX = 65535 };

enum openflow_type {
	OPENFLOW_HELLO = 0,
	OPENFLOW_ERROR = 1,
	OPENFLOW_ECHO_REQUEST = 2,
	OPENFLOW_ECHO_REPLY = 3,
};

struct openflow_header {
	unsigned version;
	unsigned type;
	size_t size; /* of the whole message */
	uint32_t xid;
};

struct openflow_aggregate {
	unsigned version; /* that was spoken */
	uint64_t flows;
	uint64_t packets; /* that they matched, as far as the datapath has told */
	uint64_t bytes;
};

/* The first OPENFLOW_HEADER_SIZE bytes. -EBADMSG for a size below that of a header. */
int openflow_header_parse(
    const unsigned char *data, struct openflow_header *ret, struct err *err) ATTR_MUST_CHECK;

/* A whole hello: the newest version that both sides speak. -EPROTO if there is none,
 * -EBADMSG for another message. */
int openflow_hello_parse(const unsigned char *data, size_t size, unsigned *ret_version,
    struct err *err) ATTR_MUST_CHECK;

/* A whole reply to the request for aggregate statistics. -EBADMSG for anything else. */
int openflow_aggregate_parse(const unsigned char *data, size_t size,
    struct openflow_aggregate *ret, struct err *err) ATTR_MUST_CHECK;

/* Our side. Each writes one message and returns its size. */
enum { OPENFLOW_REQUEST_MAX = 160 };
size_t openflow_hello_make(unsigned char out[OPENFLOW_REQUEST_MAX]);
size_t openflow_aggregate_make(
    unsigned version, uint32_t xid, unsigned char out[OPENFLOW_REQUEST_MAX]);

/* Asks the bridge whose management socket this is (RUNDIR/BRIDGE.mgmt). Errors as
 * stream_open's and stream_read's; -EMSGSIZE when the answer does not come among the first
 * messages; -EPROTO when the bridge refuses. */
int openflow_ask(const char *path, int64_t until_ms, struct openflow_aggregate *ret,
    struct err *err) ATTR_MUST_CHECK;

#endif
