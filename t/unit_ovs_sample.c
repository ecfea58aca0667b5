/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/ovs_sample.h"

#include <errno.h>

#include "t/tap.h"

static int parse(const char *text, struct ovs_sample *ret)
{
	return ovs_sample_parse(text, strlen(text), ret, NULL);
}

static void test_rates(void)
{
	struct vswitch_interface one = { .name = "tap with blank",
		.counters = { .known = true, .in_drops = 1000, .out_errors = 5 } };
	struct datapath datapath = { .name = "system@ovs-system", .hit = 30, .lost = 1 };
	CLEANUP_OVS_SAMPLE struct ovs_sample sample = OVS_SAMPLE_INIT;
	CLEANUP_BUF struct buf text = BUF_INIT;
	double rate[OVS_COUNTERS];

	ovs_sample_add_interface(&one, &text);
	ovs_sample_add_datapath(&datapath, &text);
	is_str(buf_text(&text), "i 0 5 1000 0 tap with blank\nd 1 0 30 0 system@ovs-system\n",
	    "the text");
	is_num(parse(buf_text(&text), &sample), 0, "can be read again");
	one.counters.in_drops = 2500;
	ok(ovs_sample_interface_rate(&sample, 10, &one, rate), "an interface has a rate");
	ok(rate[0] == 0 && rate[1] == 0 && rate[2] == 150 && rate[3] == 0, "per second");
	datapath.hit = 130;
	ok(ovs_sample_datapath_rate(&sample, 20, &datapath, rate) && rate[2] == 5,
	    "a datapath, too");
	datapath.lost = 0;
	ok(!ovs_sample_datapath_rate(&sample, 20, &datapath, rate), "not when it was reset");
	one.name = "tap";
	ok(!ovs_sample_interface_rate(&sample, 10, &one, rate), "nor when it is new");
	one.name = "tap with blank";
	one.counters.known = false;
	ok(!ovs_sample_interface_rate(&sample, 10, &one, rate), "nor without counters");
}

static void test_odd(void)
{
	static const char *const none[] = { "", "\n\n", "i 1 2 3 4", "i 1 2 3 4 ",
		"i 1 2 3 name", "x 1 2 3 4 name", "i -1 2 3 4 name",
		"i 1 2 3 99999999999999999999 name", "i" };
	const struct vswitch_interface newline = { .name = "a\nb",
		.counters = { .known = true } };
	CLEANUP_BUF struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct ovs_sample sample = OVS_SAMPLE_INIT;

		ok(parse(none[i], &sample) == 0 && sample.n_items == 0, "no line: '%s'",
		    none[i]);
		ovs_sample_free(&sample);
	}
	ovs_sample_add_interface(&newline, &text);
	is_num(text.size, 0, "a name with a newline is left out");
}

int main(void)
{
	test_rates();
	test_odd();
	return tap_done();
}
