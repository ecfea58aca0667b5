/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/datapath.h"

#include "lib/base/buf.h"
#include "t/tap.h"

/* A compute node's kernel datapath, and the one of ovs-vswitchd itself. */
static const char show[] =
    "netdev@ovs-netdev:\n  lookups: hit:30 missed:15 lost:0\n  flows: 0\n  port 0: ovs-netdev "
    "(tap)\n  port 1: br-int (tap)\nsystem@ovs-system:\n  lookups: hit:5209912 missed:19342 "
    "lost:7\n  flows: 51\n  masks: hit:9023091 total:12 hit/pkt:1.73\n  caches:\n    "
    "masks-cache: "
    "size:256\n  port 0: ovs-system (internal)\n";
static const char upcall[] =
    "netdev@ovs-netdev:\n  flows         : (current 0) (avg 0) (max 12) (limit 12000)\n  dump "
    "duration : 1ms\n  ufid enabled : true\n\n  5: (keys 0)\nsystem@ovs-system:\n  flows : "
    "(current 51) (avg 50) (max 80) (limit 2000)\n  offloaded flows : 0\n";

static void parse(const char *text, struct datapaths *ret)
{
	datapaths_parse(text, strlen(text), ret);
}

static void test_captured(void)
{
	struct datapaths got;

	parse(show, &got);
	if (!ok(got.n_items == 2, "two datapaths"))
		return;
	is_str(got.items[0].name, "netdev@ovs-netdev", "name");
	ok(got.items[0].hit == 30 && got.items[0].missed == 15 && got.items[0].lost == 0,
	    "lookups");
	is_num(got.items[0].ports, 2, "ports");
	ok(!got.items[0].has_masks, "no masks in userspace");
	ok(got.items[1].lost == 7 && got.items[1].flows == 51, "lost, flows");
	is_num(got.items[1].masks_per_packet, 1.73, "masks a packet");
	datapaths_parse_limits(upcall, strlen(upcall), &got);
	is_num(got.items[0].flow_limit, 12000, "limit");
	is_num(got.items[1].flow_limit, 2000, "of each");
}

static void test_odd(void)
{
	static const char *const none[] = { "", "x", ":", "a:", "a:\n  flows: 3\n",
		"  lookups: hit:1 missed:1", "a:\n  lookups: hit:1 missed:\n",
		"a:\n  lookups: hit:-1 missed:1 lost:1\n",
		"a:\n  lookups: hit:99999999999999999999 missed:1 lost:1\n" };
	CLEANUP_BUF struct buf many = BUF_INIT;
	struct datapaths got;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		parse(none[i], &got);
		ok(got.n_items == 0, "odd text %zu", i);
	}
	for (int i = 0; i < 2 * DATAPATHS_MAX; i++)
		buf_addf(&many, "d%d:\n  lookups: hit:1 missed:1 lost:1\n", i);
	parse(buf_text(&many), &got);
	is_num(got.n_items, DATAPATHS_MAX, "no more than fit");
	datapaths_parse_limits("d1:\n  x (limit x)\nno:\n (limit 5)\n", 33, &got);
	ok(!got.items[1].has_limit, "a limit that is no number is none");
}

int main(void)
{
	test_captured();
	test_odd();
	return tap_done();
}
