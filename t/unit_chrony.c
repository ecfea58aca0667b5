/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/chrony.h"

#include <errno.h>
#include <stdlib.h>

#include "t/tap.h"

/* What chronyd 4.3 answered while it followed 127.0.0.1. "chronyc tracking" said a moment
 * later: stratum 9, 0.000000934 s fast, last offset +0.000000013, RMS offset 0.000000133, skew
 * 0.005 ppm, root delay 0.000005191, root dispersion 0.000000938, leap status normal. */
static const unsigned char captured[] = { 0x06, 0x02, 0x00, 0x00, 0x00, 0x21, 0x00, 0x05, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x12, 0x34, 0x56, 0x78, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x7f, 0x00, 0x00, 0x01, 0x7f, 0x00, 0x00, 0x01, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
	0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x6b, 0x02, 0x13, 0x6b, 0x1a,
	0xec, 0x01, 0x1b, 0xdb, 0x05, 0x64, 0x9e, 0xce, 0xdb, 0x31, 0xa9, 0xd6, 0x8e, 0xd5,
	0xbe, 0xec, 0xb3, 0xf6, 0x10, 0xe6, 0xf2, 0x31, 0x47, 0xf4, 0x94, 0x0b, 0x0a, 0xe0,
	0xae, 0x2e, 0x5a, 0xda, 0xf8, 0xb9, 0xe9, 0x04, 0x82, 0x5b, 0xfe };

/* Parses exactly size bytes, so that a sanitizer sees one byte too many. */
static int parse(const unsigned char *data, size_t size, struct chrony *ret, struct err *err)
{
	unsigned char *exact = malloc(size ? size : 1);
	int r;

	memcpy(exact, data, size);
	r = chrony_parse(exact, size, ret, err);
	free(exact);
	return r;
}

/* The captured answer with one byte changed. */
static int parse_changed(size_t at, unsigned char value, struct chrony *ret, struct err *err)
{
	unsigned char data[sizeof(captured)];

	memcpy(data, captured, sizeof(data));
	data[at] = value;
	return parse(data, sizeof(data), ret, err);
}

static bool is_near(double got, double want, double within)
{
	return fabs(got - want) <= within;
}

static void test_captured(void)
{
	struct chrony chrony;
	struct err err = ERR_INIT;

	is_num(parse(captured, sizeof(captured), &chrony, &err), 0, "a captured answer");
	is_str(chrony.source, "127.0.0.1", "source");
	is_num(chrony.stratum, 9, "stratum");
	ok(chrony.leap == CHRONY_NORMAL, "leap status");
	ok(is_near(chrony.updated_s, 1795298155.4517, 0.001), "when it was updated");
	ok(is_near(chrony.correction_s, -9.34e-7, 1e-9), "ahead is negative");
	ok(is_near(chrony.last_offset_s, 1.3e-8, 1e-9), "last offset");
	ok(is_near(chrony.rms_offset_s, 1.33e-7, 1e-9), "RMS offset");
	ok(is_near(chrony.frequency_ppm, 0, 0.001), "frequency");
	ok(is_near(chrony.skew_ppm, 0.005, 0.001), "skew");
	ok(is_near(chrony.root_delay_s, 5.191e-6, 1e-9), "root delay");
	ok(is_near(chrony.root_dispersion_s, 9.38e-7, 1e-7), "root dispersion");
}

static void test_variants(void)
{
	struct chrony chrony;
	struct err err = ERR_INIT;

	is_num(parse_changed(49, 2, &chrony, &err), 0, "a source with an IPv6 address");
	is_str(chrony.source, "7f00:1::", "is named by it");
	is_num(parse_changed(49, 0, &chrony, &err), 0, "a source without an address");
	is_str(chrony.source, "127.0.0.1", "is named by its reference id");
	is_num(parse_changed(55, 3, &chrony, &err), 0, "chronyd without a source");
	ok(chrony.leap == CHRONY_UNSYNCHRONISED, "is not synchronised");

	is_num(parse_changed(0, 5, &chrony, &err), -EPROTO, "an old protocol is refused");
	is_num(parse_changed(1, 1, &chrony, &err), -EBADMSG, "a question is no answer");
	is_num(parse_changed(7, 6, &chrony, &err), -EPROTO, "another answer is refused");
	is_num(parse_changed(9, 2, &chrony, &err), -EPERM, "chronyd may refuse");
	is_str(err.text, "chronyd refuses to tell (see cmdallow in chrony.conf)",
	    "and it says so");
	is_num(parse_changed(9, 9, &chrony, &err), -EPROTO, "or fail");
}

static void test_cut(void)
{
	struct chrony chrony;
	int accepted = 0;

	for (size_t size = 0; size < sizeof(captured); size++)
		accepted += parse(captured, size, &chrony, NULL) == 0;
	is_num(accepted, 0, "no part of an answer is taken for one");
}

int main(void)
{
	test_captured();
	test_variants();
	test_cut();
	return tap_done();
}
