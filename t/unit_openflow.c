/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/openflow.h"

#include <errno.h>
#include <stdlib.h>

#include "t/tap.h"

/* What ovs-vswitchd 3.1 sent: its hello with versions 1.0 to 1.5, and its answers in 1.0, 1.3
 * and 1.5 for a bridge with 6 flows that had matched 3 packets of 258 bytes. */
static const unsigned char hello[] = { 6, 0, 0, 16, 0, 0, 0, 3, 0, 1, 0, 8, 0, 0, 0, 0x7E };
static const unsigned char answer_10[] = { 1, 17, 0, 36, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 3, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 6, 0, 0, 0, 0 };
static const unsigned char answer_13[] = { 4, 19, 0, 40, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 6, 0, 0, 0, 0 };
static const unsigned char answer_15[] = { 6, 19, 0, 56, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 36, 0x80, 2, 6, 4, 0, 0, 0, 6, 0x80, 2, 8, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0x80, 2, 10,
	8, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0 };

/* Each parses exactly size bytes, so that a sanitizer sees one byte too many. */
static int parse_hello(const unsigned char *data, size_t size, unsigned *ret)
{
	unsigned char *exact = malloc(size ? size : 1);
	int r;

	memcpy(exact, data, size);
	r = openflow_hello_parse(exact, size, ret, NULL);
	free(exact);
	return r;
}

static int parse_answer(const unsigned char *data, size_t size, struct openflow_aggregate *ret)
{
	unsigned char *exact = malloc(size ? size : 1);
	int r;

	memcpy(exact, data, size);
	r = openflow_aggregate_parse(exact, size, ret, NULL);
	free(exact);
	return r;
}

static void test_hello(void)
{
	unsigned char changed[sizeof(hello)];
	unsigned version = 0;
	bool cut = false;

	is_num(parse_hello(hello, sizeof(hello), &version), 0, "a hello");
	is_num(version, OPENFLOW_15, "the newest version of both");
	memcpy(changed, hello, sizeof(hello));
	changed[15] = 0x12;
	is_num(parse_hello(changed, sizeof(changed), &version), 0, "versions 1.0 and 1.3");
	is_num(version, OPENFLOW_13, "the newer of them");
	changed[15] = 0;
	changed[14] = 1;
	is_num(parse_hello(changed, sizeof(changed), &version), -EPROTO, "only a later one");
	changed[1] = OPENFLOW_ERROR;
	is_num(parse_hello(changed, sizeof(changed), &version), -EBADMSG, "no hello");
	/* Without a bitmap each version up to that of the header is meant. */
	memcpy(changed, hello, sizeof(hello));
	changed[0] = 1;
	changed[3] = 8;
	is_num(parse_hello(changed, 8, &version), 0, "a hello of OpenFlow 1.0");
	is_num(version, OPENFLOW_10, "is of that version");
	changed[0] = 200;
	is_num(parse_hello(changed, 8, &version), 0, "a version that is to come");
	is_num(version, OPENFLOW_15, "speaks ours, too");
	changed[0] = 0;
	is_num(parse_hello(changed, 8, &version), -EPROTO, "version 0");
	for (size_t size = 0; size < sizeof(hello); size++)
		cut |= parse_hello(hello, size, &version) == 0;
	ok(!cut, "a cut hello is none");
	memcpy(changed, hello, sizeof(hello));
	changed[8] = 0xFF;
	changed[11] = 0;
	is_num(parse_hello(changed, sizeof(changed), &version), 0,
	    "an element of no size ends the list");
}

static void test_answers(void)
{
	static const struct {
		const unsigned char *data;
		size_t size;
	} answers[] = {
		{ answer_10, sizeof(answer_10) },
		{ answer_13, sizeof(answer_13) },
		{ answer_15, sizeof(answer_15) },
	};
	struct openflow_aggregate got;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const unsigned char *data = answers[i].data;
		bool cut = false;

		got = (struct openflow_aggregate){ .version = 0 };
		ok(parse_answer(data, answers[i].size, &got) == 0 && got.version == data[0],
		    "an answer of version byte %u", data[0]);
		ok(got.flows == 6 && got.packets == 3 && got.bytes == 258, "its numbers");
		for (size_t size = 0; size < answers[i].size; size++)
			cut |= parse_answer(data, size, &got) == 0;
		ok(!cut, "cut anywhere it is none");
	}
}

static void test_hostile(void)
{
	unsigned char changed[sizeof(answer_15)];
	struct openflow_aggregate got;
	struct err err = ERR_INIT;

	memcpy(changed, answer_15, sizeof(changed));
	changed[19] = 200;
	is_num(parse_answer(changed, sizeof(changed), &got), -EBADMSG,
	    "a list of fields that is longer than the message");
	memcpy(changed, answer_15, sizeof(changed));
	changed[23] = 255;
	is_num(parse_answer(changed, sizeof(changed), &got), -EBADMSG,
	    "a field that is longer than the list");
	memcpy(changed, answer_15, sizeof(changed));
	changed[22] = 40;
	is_num(parse_answer(changed, sizeof(changed), &got), -EBADMSG, "no number of flows");
	memcpy(changed, answer_15, sizeof(changed));
	changed[0] = 7;
	is_num(parse_answer(changed, sizeof(changed), &got), -EBADMSG, "an unknown version");
	memcpy(changed, answer_15, sizeof(changed));
	changed[9] = 1;
	is_num(openflow_aggregate_parse(changed, sizeof(changed), &got, &err), -EBADMSG,
	    "other statistics");
	is_str(err.text, "the bridge answers with other statistics", "are named");
}

static void test_requests(void)
{
	static const size_t sizes[] = { [OPENFLOW_10] = 56,
		[OPENFLOW_11] = 136,
		[OPENFLOW_12] = 56,
		[OPENFLOW_13] = 56,
		[OPENFLOW_14] = 56,
		[OPENFLOW_15] = 56 };
	unsigned char out[OPENFLOW_REQUEST_MAX];
	struct openflow_header header;
	unsigned version = 0;

	is_num(parse_hello(out, openflow_hello_make(out), &version), 0, "our hello is one");
	is_num(version, OPENFLOW_15, "with all versions");
	for (unsigned v = OPENFLOW_10; v <= OPENFLOW_15; v++) {
		size_t size = openflow_aggregate_make(v, 77, out);

		ok(size == sizes[v] && openflow_header_parse(out, &header, NULL) == 0 &&
			header.size == size && header.version == v && header.xid == 77,
		    "a request of version byte %u", v);
	}
}

int main(void)
{
	test_hello();
	test_answers();
	test_hostile();
	test_requests();
	return tap_done();
}
