/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/openflow.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/client/stream.h"
#include "lib/client/wire.h"

enum {
	HELLO_XID = 1,
	REQUEST_XID = 2,
	ANY_TABLE = 0xFF, /* OFPTT_ALL */
	AGGREGATE = 2,	  /* OFPST_AGGREGATE, OFPMP_AGGREGATE_STATS */
	VERSIONS = 0x7E,  /* bits 1 to 6: those of enum openflow_version */
	HELLO_BITMAP = 1, /* OFPHET_VERSIONBITMAP */
	/* A bridge sends its hello, perhaps an echo request, and the answer. */
	MESSAGES_MAX = 64,
};

/* The types of a statistics request, its answer, and where the answer's body begins. */
static const struct {
	unsigned char request, reply;
	size_t head;
} stats_rows[] = {
	[OPENFLOW_10] = { 16, 17, 12 },
	[OPENFLOW_11] = { 18, 19, 16 },
	[OPENFLOW_12] = { 18, 19, 16 },
	[OPENFLOW_13] = { 18, 19, 16 },
	[OPENFLOW_14] = { 18, 19, 16 },
	[OPENFLOW_15] = { 18, 19, 16 },
};

/* --- what comes --------------------------------------------------------------------- */

int openflow_header_parse(
    const unsigned char *data, struct openflow_header *ret, struct err *err)
{
	size_t size = wire_u16(data + 2);

	if (size < OPENFLOW_HEADER_SIZE)
		return err_set(err, -EBADMSG, "the answer is no OpenFlow message");
	*ret = (struct openflow_header){
		.version = data[0],
		.type = data[1],
		.size = size,
		.xid = wire_u32(data + 4),
	};
	return 0;
}

/* The header of a message that is there as a whole and has the type. */
static int whole_header(
    const unsigned char *data, size_t size, struct openflow_header *ret, struct err *err)
{
	int r;

	if (size < OPENFLOW_HEADER_SIZE)
		return err_set(err, -EBADMSG, "the OpenFlow message is cut");
	r = openflow_header_parse(data, ret, err);
	if (r == 0 && ret->size != size)
		r = err_set(err, -EBADMSG, "the OpenFlow message is cut");
	return r;
}

/* The first bitmap of a hello's elements, 0 if there is none. Versions past 31 are in the
 * words behind the first. */
static uint32_t hello_bitmap(const unsigned char *data, size_t size)
{
	size_t at = OPENFLOW_HEADER_SIZE;

	while (size - at >= 8) {
		size_t length = wire_u16(data + at + 2);
		size_t padded = (length + 7) / 8 * 8;

		if (wire_u16(data + at) == HELLO_BITMAP && length >= 8)
			return wire_u32(data + at + 4);
		if (length < 4 || padded > size - at)
			break;
		at += padded;
	}
	return 0;
}

int openflow_hello_parse(
    const unsigned char *data, size_t size, unsigned *ret_version, struct err *err)
{
	struct openflow_header header;
	uint32_t bitmap;
	int r = whole_header(data, size, &header, err);

	if (r < 0)
		return r;
	if (header.type != OPENFLOW_HELLO)
		return err_set(err, -EBADMSG,
		    "the OpenFlow peer begins with a message of type %u", header.type);
	bitmap = hello_bitmap(data, size);
	/* Without a bitmap it speaks each version up to that of its header. */
	if (bitmap == 0 && header.version <= OPENFLOW_15)
		bitmap = (1U << (header.version + 1)) - 1;
	else if (bitmap == 0)
		bitmap = VERSIONS;
	bitmap &= VERSIONS;
	for (unsigned version = OPENFLOW_15; version >= OPENFLOW_10; version--) {
		if (bitmap & (1U << version)) {
			*ret_version = version;
			return 0;
		}
	}
	return err_set(err, -EPROTO, "the bridge speaks no OpenFlow from 1.0 to 1.5");
}

/* 1.5: statistics are a list of fields (OXS, 7.2.4.1 of the specification). */
static int parse_oxs(const unsigned char *body, size_t size, struct openflow_aggregate *ret)
{
	enum { OXS_BASIC = 0x8002, FLOWS = 3, PACKETS = 4, BYTES = 5 };
	size_t length = size >= 4 ? wire_u16(body + 2) : 0;
	bool has_flows = false;

	if (length < 4 || length > size)
		return -EBADMSG;
	for (size_t at = 4; length - at >= 4; at += 4 + body[at + 3]) {
		const unsigned char *value = body + at + 4;
		unsigned field = body[at + 2] >> 1;
		size_t width = body[at + 3];

		if (width > length - at - 4)
			return -EBADMSG;
		if (wire_u16(body + at) != OXS_BASIC)
			continue;
		if (field == FLOWS && width == 4) {
			ret->flows = wire_u32(value);
			has_flows = true;
		} else if (field == PACKETS && width == 8) {
			ret->packets = wire_u64(value);
		} else if (field == BYTES && width == 8) {
			ret->bytes = wire_u64(value);
		}
	}
	return has_flows ? 0 : -EBADMSG;
}

int openflow_aggregate_parse(
    const unsigned char *data, size_t size, struct openflow_aggregate *ret, struct err *err)
{
	struct openflow_aggregate found = { .version = 0 };
	struct openflow_header header;
	const unsigned char *body;
	size_t head;
	int r = whole_header(data, size, &header, err);

	if (r < 0)
		return r;
	if (header.version < OPENFLOW_10 || header.version > OPENFLOW_15 ||
	    header.type != stats_rows[header.version].reply)
		return err_set(err, -EBADMSG, "the bridge answers with type %u of version %u",
		    header.type, header.version);
	found.version = header.version;
	head = stats_rows[header.version].head;
	if (size < head || wire_u16(data + OPENFLOW_HEADER_SIZE) != AGGREGATE)
		return err_set(err, -EBADMSG, "the bridge answers with other statistics");
	body = data + head;
	size -= head;
	if (header.version == OPENFLOW_15) {
		r = parse_oxs(body, size, &found);
	} else if (size >= 20) {
		found.packets = wire_u64(body);
		found.bytes = wire_u64(body + 8);
		found.flows = wire_u32(body + 16);
	} else {
		r = -EBADMSG;
	}
	if (r < 0)
		return err_set(err, r, "the bridge's statistics are cut");
	*ret = found;
	return 0;
}

/* --- what goes ----------------------------------------------------------------------- */

static void put_u32(unsigned char *data, uint32_t value)
{
	wire_put_u16(data, (uint16_t)(value >> 16));
	wire_put_u16(data + 2, (uint16_t)(value & 0xFFFF));
}

static size_t put_header(
    unsigned char *out, unsigned version, unsigned type, size_t size, uint32_t xid)
{
	out[0] = (unsigned char)version;
	out[1] = (unsigned char)type;
	wire_put_u16(out + 2, (uint16_t)size);
	put_u32(out + 4, xid);
	return size;
}

size_t openflow_hello_make(unsigned char out[OPENFLOW_REQUEST_MAX])
{
	memset(out, 0, OPENFLOW_REQUEST_MAX);
	wire_put_u16(out + 8, HELLO_BITMAP);
	wire_put_u16(out + 10, 8);
	put_u32(out + 12, VERSIONS);
	return put_header(out, OPENFLOW_15, OPENFLOW_HELLO, 16, HELLO_XID);
}

/* ofp_flow_stats_request of 1.0: ofp_match with every wildcard, table, port. */
static size_t put_request_10(unsigned char *body)
{
	enum { WILDCARDS = 0x3FFFFF, NO_PORT = 0xFFFF };

	put_u32(body, WILDCARDS);
	body[40] = ANY_TABLE;
	wire_put_u16(body + 42, NO_PORT);
	return 44;
}

/* ofp_match of 1.1 (A.2.3.1): fields are wildcards by a bit, addresses by their masks. */
static size_t put_match_11(unsigned char *match)
{
	enum { SIZE = 88, WILDCARDS = 0x3FF };
	static const struct {
		unsigned char offset, size;
	} masks[] = { { 18, 6 }, { 30, 6 }, { 48, 4 }, { 56, 4 }, { 80, 8 } };

	wire_put_u16(match + 2, SIZE);
	put_u32(match + 8, WILDCARDS);
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++)
		memset(match + masks[i].offset, 0xFF, masks[i].size);
	return SIZE;
}

/* From 1.2 on a list of fields (OXM), which is empty: type 1, length 4, padding. */
static size_t put_match_oxm(unsigned char *match)
{
	wire_put_u16(match, 1);
	wire_put_u16(match + 2, 4);
	return 8;
}

size_t openflow_aggregate_make(
    unsigned version, uint32_t xid, unsigned char out[OPENFLOW_REQUEST_MAX])
{
	size_t head = stats_rows[version].head, size = head;

	memset(out, 0, OPENFLOW_REQUEST_MAX);
	wire_put_u16(out + OPENFLOW_HEADER_SIZE, AGGREGATE);
	if (version == OPENFLOW_10) {
		size += put_request_10(out + head);
	} else {
		/* Table; port and group are "any"; cookie and its mask 0. */
		out[head] = ANY_TABLE;
		put_u32(out + head + 4, UINT32_MAX);
		put_u32(out + head + 8, UINT32_MAX);
		size += 32;
		size += version == OPENFLOW_11 ? put_match_11(out + size)
					       : put_match_oxm(out + size);
	}
	return put_header(out, version, stats_rows[version].request, size, xid);
}

/* --- the talk -------------------------------------------------------------------------- */

/* One whole message into data, of OPENFLOW_MESSAGE_MAX bytes. */
static int read_message(struct stream *stream, unsigned char *data, int64_t until_ms,
    struct openflow_header *ret, struct err *err)
{
	int r = stream_read_all(stream, data, OPENFLOW_HEADER_SIZE, until_ms, err);

	if (r == 0)
		r = openflow_header_parse(data, ret, err);
	if (r == 0)
		r = stream_read_all(stream, data + OPENFLOW_HEADER_SIZE,
		    ret->size - OPENFLOW_HEADER_SIZE, until_ms, err);
	return r;
}

static int answer_echo(struct stream *stream, unsigned char *data,
    const struct openflow_header *header, int64_t until_ms, struct err *err)
{
	data[1] = OPENFLOW_ECHO_REPLY;
	return stream_write(stream, data, header->size, until_ms, err);
}

static int refusal(
    const unsigned char *data, const struct openflow_header *header, struct err *err)
{
	if (header->size < OPENFLOW_HEADER_SIZE + 4)
		return err_set(err, -EPROTO, "the bridge answers with an OpenFlow error");
	return err_set(err, -EPROTO, "the bridge answers with OpenFlow error type %u, code %u",
	    wire_u16(data + 8), wire_u16(data + 10));
}

/* What comes before the answer is none of ours, but for echo requests. */
static int await_aggregate(struct stream *stream, unsigned char *data, int64_t until_ms,
    struct openflow_aggregate *ret, struct err *err)
{
	struct openflow_header header;

	for (int n = 0; n < MESSAGES_MAX; n++) {
		int r = read_message(stream, data, until_ms, &header, err);

		if (r == 0 && header.type == OPENFLOW_ECHO_REQUEST)
			r = answer_echo(stream, data, &header, until_ms, err);
		else if (r == 0 && header.type == OPENFLOW_ERROR)
			r = refusal(data, &header, err);
		else if (r == 0 && header.xid == REQUEST_XID &&
			 header.type > OPENFLOW_ECHO_REPLY)
			return openflow_aggregate_parse(data, header.size, ret, err);
		if (r < 0)
			return r;
	}
	return err_set(err, -EMSGSIZE, "none of the first %d OpenFlow messages is the answer",
	    MESSAGES_MAX);
}

int openflow_ask(
    const char *path, int64_t until_ms, struct openflow_aggregate *ret, struct err *err)
{
	CLEANUP_FREE unsigned char *data = malloc(OPENFLOW_MESSAGE_MAX);
	CLEANUP_STREAM struct stream stream = STREAM_NONE;
	unsigned char request[OPENFLOW_REQUEST_MAX];
	struct openflow_header header;
	unsigned version;
	int r;

	if (!data)
		return err_sys(err, -ENOMEM, "cannot talk OpenFlow");
	r = stream_open(path, NULL, ADDRESS_ANY, until_ms, &stream, err);
	if (r == 0)
		r = stream_write(&stream, request, openflow_hello_make(request), until_ms, err);
	if (r == 0)
		r = read_message(&stream, data, until_ms, &header, err);
	if (r == 0)
		r = openflow_hello_parse(data, header.size, &version, err);
	if (r == 0)
		r = stream_write(&stream, request,
		    openflow_aggregate_make(version, REQUEST_XID, request), until_ms, err);
	if (r == 0)
		r = await_aggregate(&stream, data, until_ms, ret, err);
	return r;
}
