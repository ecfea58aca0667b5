/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/net.h"

#include <errno.h>
#include <stdlib.h>

#include "t/tap.h"

static const char text[] =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs "
    "drop fifo colls carrier compressed\n"
    "    lo:    3267      29    0    0    0     0          0         0     3267      29    0 "
    "   0    0     0       0          0\n"
    "  eth0:28713348 1206 1 2 0 0 0 0 78874 1051 3 4 0 0 0 0\n"
    "a:b: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
    "eth1: 1 2 3\n"
    "name_of_16_bytes: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
    "../../x: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
    ": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
    "big: 99999999999999999999 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
    "tap0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16";

static void test_parse(void)
{
	CLEANUP_NET struct net net = NET_INIT;
	const struct net_interface *eth0;

	ok(net_parse(text, sizeof(text) - 1, &net, NULL) == 0, "net/dev parses");
	is_num(net.n_interfaces, 4, "headings and bad lines are left out");
	eth0 = net_find(&net, "eth0", 1);
	ok(eth0 != NULL, "a number may follow the colon at once");
	if (!eth0)
		return;
	is_num(eth0->in_bytes, 28713348, "in bytes");
	is_num(eth0->in_packets, 1206, "in packets");
	is_num(eth0->in_errors, 1, "in errors");
	is_num(eth0->in_drops, 2, "in drops");
	is_num(eth0->out_bytes, 78874, "out bytes");
	is_num(eth0->out_packets, 1051, "out packets");
	is_num(eth0->out_errors, 3, "out errors");
	is_num(eth0->out_drops, 4, "out drops");
	ok(net_find(&net, "a:b", 0) != NULL, "the last colon ends the name");
	ok(!net_find(&net, "eth9", 0), "not found");
}

static void test_names(void)
{
	static const char *const virtual[] = { "lo", "tap1f", "qvoab", "br-int", "vnet12",
		"eth0.100", "bond0", "ovs-system", "veth12", "docker0" };
	static const char *const real[] = { "eth0", "ens3f1", "enp0s1", "wlan0", "ib0", "em1" };

	for (size_t i = 0; i < sizeof(virtual) / sizeof(virtual[0]); i++)
		ok(net_name_is_virtual(virtual[i]), "%s is virtual", virtual[i]);
	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++)
		ok(!net_name_is_virtual(real[i]), "%s is real", real[i]);
}

static void test_rate(void)
{
	struct net_interface a = {
		.name = "a", .in_bytes = 4294967000, .out_bytes = 1ULL << 40
	};
	struct net_interface b = a;
	struct net_rate rate, sum = { .in = 1 };

	b.in_bytes = 704;
	b.out_bytes += 5000;
	b.in_errors = 3;
	ok(net_rate(&a, &b, 2, &rate) == 0, "a 32-bit wrap");
	is_num(rate.in, 500, "in");
	is_num(rate.out, 2500, "out");
	is_num(rate.in_errors, 1.5, "errors per second");
	net_rate_add(&sum, &rate);
	is_num(sum.in, 501, "a sum");
	ok(net_rate(NULL, &b, 1, &rate) == 0, "since boot");
	b.out_bytes = 0;
	ok(net_rate(&a, &b, 2, &rate) == -ERANGE, "a reset counter is no rate");
}

static void test_limits(void)
{
	CLEANUP_NET struct net net = NET_INIT;
	CLEANUP_BUF struct buf many = BUF_INIT;

	ok(net_parse("", 0, &net, NULL) == 0 && net.n_interfaces == 0, "nothing");
	ok(net_parse("e\0h: 1", 6, &net, NULL) == 0 && net.n_interfaces == 0, "a NUL inside");
	net_free(&net);
	for (int i = 0; i <= NET_MAX; i++)
		buf_addf(&many, "i%d: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", i);
	ok(net_parse(buf_text(&many), many.size, &net, NULL) == -E2BIG, "too many are refused");
}

static void test_live(void)
{
	const struct fsroot root = FSROOT_LIVE;
	CLEANUP_NET struct net net = NET_INIT;
	CLEANUP_BUF struct buf buf = BUF_INIT;
	struct net_link link;

	ok(net_read_text(&root, &buf, NULL) == 0, "the live list is read");
	ok(net_parse(buf_text(&buf), buf.size, &net, NULL) == 0, "... and parsed");
	net_mark_counted(&root, &net);
	for (size_t i = 0; i < net.n_interfaces; i++) {
		if (strcmp(net.interfaces[i].name, "lo") == 0)
			ok(!net.interfaces[i].counted, "lo has no hardware");
	}
	net_link_read(&root, "no-such-if", &link);
	ok(link.state == NET_STATE_UNKNOWN && link.speed_mbit == 0,
	    "an interface that is gone");
}

int main(void)
{
	test_parse();
	test_names();
	test_rate();
	test_limits();
	test_live();
	return tap_done();
}
