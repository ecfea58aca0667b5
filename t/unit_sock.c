/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/collect/sock.h"
#include "lib/collect/sockdiag.h"
#include "lib/collect/sockproc.h"
#include "t/tap.h"

/* As a kernel on this machine writes an address: words in its own byte order. */
#define HEX_127 (htonl(1) == 1 ? "7F000001" : "0100007F")
#define HEX_10	(htonl(1) == 1 ? "0A000001" : "0100000A")

static const char heading[] = "  sl  local_address rem_address   st tx_queue rx_queue tr "
			      "tm->when retrnsmt   uid  timeout inode\n";

/* One line of /proc/net/tcp, all but what matters as usual. */
static void add_line(struct buf *text, const char *local, unsigned local_port,
    const char *remote, unsigned remote_port, const char *rest)
{
	buf_addf(
	    text, "   0: %s:%04X %s:%04X %s\n", local, local_port, remote, remote_port, rest);
}

static void parse(struct buf *text, enum sockproc_file file, unsigned wants,
    struct sock_table *table, bool *more)
{
	struct err err = ERR_INIT;

	ok(sockproc_parse(file, buf_text(text), text->size, wants, table, more, &err) == 0 &&
		sock_table_finish(table, &err) == 0,
	    "parsed: %s", err.text);
}

static void test_tcp(void)
{
	CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct sock_span span;
	const struct sock *sock;
	bool more;

	buf_adds(&text, heading);
	add_line(&text, HEX_127, 8774, "00000000", 0,
	    "0A 00000000:00000003 00:00000000 00000000   108        0 1588 1 0000000025 100");
	add_line(&text, HEX_127, 40000, HEX_10, 5672,
	    "01 00000000:00000000 02:00000B5A 00000000   108        0 77 2 0000000026 20");
	add_line(&text, HEX_127, 40001, HEX_10, 5672,
	    "01 000000FF:00000000 01:0000015A 00000007   108        0 78 2 0000000026 20");
	add_line(&text, HEX_127, 40002, HEX_10, 5672,
	    "01 000000FF:00000000 04:0000015A 00000000   108        5 79 2 0000000026 20");
	add_line(&text, HEX_127, 40003, HEX_10, 5672,
	    "02 00000001:00000000 01:0000015A 00000003   108        0 80 2 0000000026 20");
	add_line(&text, HEX_127, 40004, HEX_10, 5672,
	    "06 00000000:00000000 03:0000015A 00000000     0        0 0 3 0000000026");
	parse(&text, SOCKPROC_TCP, SOCK_WANT_ALL, &table, &more);
	is_num(table.n_socks, 6, "six sockets");
	is_num(table.n_bad, 0, "the heading is no bad line");

	span = sock_listeners(&table, 8774);
	if (ok(span.n == 1, "one listens")) {
		sock = &table.socks[span.items[0]];
		ok(sock->uid == 108 && sock->has_uid && sock->inode == 1588, "whose it is");
		ok(sock_address_is_loopback(&sock->local), "on loopback");
		is_num(sock->rx_queue, 3, "waiting to be accepted");
		ok(sock_is_listener(sock) && !sock_is_stalled(sock, 0), "it cannot stall");
	}
	is_num(sock_listeners(&table, 40000).n, 0, "what is connected listens not");
	is_num(sock_connections(&table, 8774).n, 0, "a listener is connected to nobody");
	span = sock_connections(&table, 5672);
	is_num(span.n, 5, "all that talk to the port");
	for (size_t i = 0; i < span.n; i++) {
		sock = &table.socks[span.items[i]];
		switch (sock->local_port) {
		case 40000:
			ok(sock_is_live(sock, 3) && !sock_is_stalled(sock, 3), "a live one");
			break;
		case 40001:
			ok(sock->tries == 7 && sock_is_stalled(sock, 7) &&
				!sock_is_live(sock, 7),
			    "stalled: sent again and again");
			ok(!sock_is_stalled(sock, 8) && sock_is_live(sock, 8),
			    "not by a higher measure");
			break;
		case 40002:
			ok(sock_is_stalled(sock, 5), "stalled: the peer reads no more");
			/* The next probe is 3.46 s away: at least the fifth. */
			ok(sock_is_stalled(sock, 6) == false && sock->wait_ms == 3460,
			    "by the time to its next probe");
			break;
		case 40003:
			ok(sock_is_stalled(sock, 3) && !sock_is_live(sock, 9),
			    "stalled: nobody answers; never live");
			break;
		default:
			ok(!sock_is_live(sock, 1) && !sock_is_stalled(sock, 1), "over");
		}
	}
	sock = sock_by_inode(&table, 79);
	ok(sock && sock->local_port == 40002, "found by inode");
	ok(!sock_by_inode(&table, 0) && !sock_by_inode(&table, 12345), "others are not");
	ok(sock_listeners(&table, 0).n == 0, "port 0 is none");
}

static void test_wants(void)
{
	CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
	CLEANUP_BUF struct buf text = BUF_INIT;
	bool more;

	add_line(&text, HEX_127, 65535, "00000000", 0,
	    "0A 00000000:00000000 00:00000000 00000000   108        0 1588 1 0000000025 100");
	add_line(&text, HEX_127, 40000, HEX_10, 65535,
	    "01 00000000:00000000 02:00000B5A 00000000   108        0 77 2 0000000026 20");
	add_line(&text, HEX_127, 40004, HEX_10, 1,
	    "06 00000000:00000000 03:0000015A 00000000     0        0 0 3 0000000026");
	parse(&text, SOCKPROC_TCP, SOCK_WANT_TCP_LISTEN, &table, &more);
	ok(table.n_socks == 1 && !more, "behind the listeners nothing is wanted");
	is_num(sock_listeners(&table, 65535).n, 1, "the last port");
	sock_table_free(&table);
	parse(&text, SOCKPROC_TCP, SOCK_WANT_TCP, &table, &more);
	ok(table.n_socks == 2 && more, "without TIME_WAIT");
	is_num(sock_connections(&table, 65535).n, 1, "the last port");
}

static void test_six(void)
{
	CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
	CLEANUP_BUF struct buf text = BUF_INIT;
	char line[200], shown[SOCK_ADDRESS_TEXT_SIZE];
	bool more;

	(void)snprintf(line, sizeof(line), "0000000000000000%s%s",
	    htonl(1) == 1 ? "0000FFFF" : "FFFF0000", HEX_127);
	add_line(&text, "00000000000000000000000000000000", 9696,
	    "00000000000000000000000000000000", 0,
	    "0A 00000000:00000000 00:00000000 00000000 0 0 5 1 0");
	add_line(&text, line, 9697, "00000000000000000000000000000000", 0,
	    "0A 00000000:00000000 00:00000000 00000000 0 0 6 1 0");
	parse(&text, SOCKPROC_TCP6, SOCK_WANT_TCP, &table, &more);
	is_num(table.n_socks, 2, "two");
	if (table.n_socks != 2)
		return;
	ok(sock_address_is_any(&table.socks[0].local), "::");
	sock_address_text(&table.socks[0].local, 9696, shown);
	is_str(shown, "[::]:9696", "as text");
	ok(sock_address_is_loopback(&table.socks[1].local), "IPv4 within IPv6");
	sock_address_text(&table.socks[1].local, 9697, shown);
	is_str(shown, "127.0.0.1:9697", "is IPv4");
}

static void test_unix(void)
{
	static const char text[] =
	    "Num       RefCount Protocol Flags    Type St Inode Path\n"
	    "0000000000000000: 00000002 00000000 00010000 0001 01  500 /run/x.sock\n"
	    "0000000000000000: 00000003 00000000 00000000 0001 03  501 /run/x.sock\n"
	    "0000000000000000: 00000003 00000000 00000000 0001 03  502\n"
	    "0000000000000000: 00000002 00000000 00000000 0002 01  503 @/org/x@y z\n"
	    "0000000000000000: 00000002 00000000 00000000 0005 01  504   two blanks\n"
	    "0000000000000000: 00000002 00000000 00000000 0002 01  505\n";
	CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
	CLEANUP_BUF struct buf buf = BUF_INIT;
	struct sock_span span;
	size_t size = 1;
	bool more;

	buf_add(&buf, text, sizeof(text) - 1);
	parse(&buf, SOCKPROC_UNIX, SOCK_WANT_UNIX, &table, &more);
	is_num(table.n_socks, 6, "six");
	is_num(table.n_bad, 0, "none is bad");
	span = sock_named(&table);
	is_num(span.n, 2, "a listener, and a dgram socket with a name");
	if (span.n == 2) {
		const struct sock *first = &table.socks[span.items[0]];
		const struct sock *second = &table.socks[span.items[1]];

		ok(first->inode == 500 && first->state == SOCK_LISTEN && !first->has_uid,
		    "what was accepted is no listener; nobody tells the user");
		ok(second->name_size == 11 &&
			memcmp(sock_name(&table, second), "@/org/x@y z", 11) == 0,
		    "an abstract name with a blank");
	}
	ok(table.socks[1].state == SOCK_ESTABLISHED, "connected");
	ok(table.socks[4].name_size == 12 && table.socks[4].type == SOCK_SEQPACKET,
	    "blanks begin a name");
	(void)sock_peer_name(&table, &table.socks[2], &size);
	is_num(size, 0, "no peer is told");
}

static void test_bad(void)
{
	static const char *const lines[] = { "x", ":", "0:", "0: 0100007F",
		"0: 0100007F:", "0: 0100007F:1F90:", "0: 0100007:1F90 00000000:0000 0A",
		"0: 0100007F:1F90 00000000:0000",
		"0: 0100007F:1F900 00000000:0000 0A 00000000:00000000 00:00000000 0 0 0 5",
		"0: 0100007F:1F90 00000000:0000 0A 000000000:100000000 00:00000000 0 0 0 5",
		"0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 0 0 0",
		"0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 0 -1 0 5",
		"0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 0 4294967296 "
		"0 5",
		"0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 0 0 99999999999999999999999",
		"0: 0100007F:1F90 00000000:0000 FFF 0:0 0:0 0 0 0 5" };
	CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
	static const char newer[] = "0: 0100007F:1F90 00000000:0000 EE 0:0 0:0 0 0 0 5";
	const size_t n = sizeof(lines) / sizeof(lines[0]);
	size_t refused = 0;
	bool more;

	for (size_t i = 0; i < n; i++) {
		for (unsigned file = 0; file < SOCKPROC_FILES; file++) {
			if (sockproc_parse((enum sockproc_file)file, lines[i], strlen(lines[i]),
				SOCK_WANT_ALL, &table, &more, NULL) == 0)
				refused++;
		}
	}
	is_num(refused, n * SOCKPROC_FILES, "bad lines are no failure");
	is_num(table.n_socks, 0, "and no sockets");
	is_num(table.n_bad, n * SOCKPROC_FILES, "but are counted");
	ok(sockproc_parse(SOCKPROC_TCP, "0: 0\0:", 6, SOCK_WANT_ALL, &table, &more, NULL) == 0,
	    "nor is a NUL");
	ok(sockproc_parse(SOCKPROC_TCP, newer, sizeof(newer) - 1, SOCK_WANT_ALL, &table, &more,
	       NULL) == 0 &&
		table.n_socks == 1 && table.socks[0].state == 0,
	    "a state of a newer kernel is 0");
}

/* --- netlink ------------------------------------------------------------------------ */

/* Appends a message: its fixed part, and attributes that the caller has made. */
static void add_message(
    struct buf *buf, unsigned type, const void *body, size_t size, const struct buf *attrs)
{
	struct nlmsghdr head = { .nlmsg_type = (uint16_t)type };
	size_t attrs_size = attrs ? attrs->size : 0;

	head.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size + attrs_size);
	buf_add(buf, &head, sizeof(head));
	buf_add(buf, body, size);
	if (attrs_size > 0)
		buf_add(buf, attrs->data, attrs_size);
	while (buf->size % NLMSG_ALIGNTO)
		buf_addc(buf, 0);
}

static void add_attr(struct buf *buf, unsigned type, const void *value, size_t size)
{
	struct rtattr attr = { .rta_type = (uint16_t)type,
		.rta_len = (uint16_t)(sizeof(attr) + size) };

	buf_add(buf, &attr, sizeof(attr));
	buf_add(buf, value, size);
	while (buf->size % RTA_ALIGNTO)
		buf_addc(buf, 0);
}

static void test_diag(void)
{
	CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
	CLEANUP_BUF struct buf buf = BUF_INIT, attrs = BUF_INIT;
	struct inet_diag_msg msg = { .idiag_family = AF_INET,
		.idiag_state = SOCK_ESTABLISHED,
		.idiag_timer = 1,
		.idiag_retrans = 6,
		.idiag_wqueue = 9,
		.idiag_uid = 42,
		.idiag_inode = 4000000000U };
	const uint64_t cgroup = 0x100000001ULL;
	const unsigned char info[8] = { [4] = 9 };
	const int none = 0;
	bool done;

	msg.id.idiag_sport = htons(40000);
	msg.id.idiag_dport = htons(3306);
	inet_pton(AF_INET, "10.1.2.3", msg.id.idiag_dst);
	add_attr(&attrs, 99, "x", 1);
	add_attr(&attrs, 21, &cgroup, sizeof(cgroup));
	add_message(&buf, SOCK_DIAG_BY_FAMILY, &msg, sizeof(msg), &attrs);
	ok(sockdiag_parse(SOCK_TCP, buf.data, buf.size, SOCK_WANT_TCP, &table, &done, NULL) ==
		    0 &&
		!done && table.n_socks == 1,
	    "an answer that goes on");
	if (table.n_socks == 1) {
		const struct sock *sock = &table.socks[0];

		ok(sock->local_port == 40000 && sock->remote_port == 3306, "ports");
		ok(sock->uid == 42 && sock->inode == 4000000000U, "user and inode");
		ok(sock->cgroup_id == cgroup, "cgroup");
		ok(sock_is_stalled(sock, 6), "stalled");
	}
	sock_table_free(&table);
	buf_reset(&buf);
	buf_reset(&attrs);
	msg.idiag_timer = SOCK_TIMER_PROBE;
	msg.idiag_retrans = 0;
	add_attr(&attrs, INET_DIAG_INFO, info, sizeof(info));
	add_message(&buf, SOCK_DIAG_BY_FAMILY, &msg, sizeof(msg), &attrs);
	buf_reset(&attrs);
	add_attr(&attrs, INET_DIAG_INFO, info, 4);
	add_message(&buf, SOCK_DIAG_BY_FAMILY, &msg, sizeof(msg), &attrs);
	ok(sockdiag_parse(SOCK_TCP, buf.data, buf.size, SOCK_WANT_TCP, &table, &done, NULL) ==
		    0 &&
		table.n_socks == 2 && table.socks[0].tries == 9 && table.socks[1].tries == 0,
	    "a closed window: by its doublings, where they are told");
	buf_reset(&buf);
	add_message(&buf, NLMSG_DONE, &none, sizeof(none), NULL);
	ok(sockdiag_parse(SOCK_TCP, buf.data, buf.size, SOCK_WANT_TCP, &table, &done, NULL) ==
		    0 &&
		done,
	    "the end");
}

static void test_diag_unix(void)
{
	CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
	CLEANUP_BUF struct buf buf = BUF_INIT, attrs = BUF_INIT;
	struct unix_diag_msg msg = { .udiag_family = AF_UNIX,
		.udiag_type = SOCK_STREAM,
		.udiag_state = SOCK_ESTABLISHED,
		.udiag_ino = 5 };
	const uint32_t peer = 6, uid = 33;
	const char *name;
	size_t size;
	bool done;

	add_attr(&attrs, UNIX_DIAG_PEER, &peer, sizeof(peer));
	add_attr(&attrs, 7, &uid, sizeof(uid));
	add_message(&buf, SOCK_DIAG_BY_FAMILY, &msg, sizeof(msg), &attrs);
	buf_reset(&attrs);
	msg.udiag_ino = 6;
	add_attr(&attrs, UNIX_DIAG_NAME, "\0a\0b", 4);
	add_message(&buf, SOCK_DIAG_BY_FAMILY, &msg, sizeof(msg), &attrs);
	buf_reset(&attrs);
	msg.udiag_ino = 7;
	msg.udiag_state = SOCK_LISTEN;
	add_attr(&attrs, UNIX_DIAG_NAME, "/run/y\0rest", 11);
	add_message(&buf, SOCK_DIAG_BY_FAMILY, &msg, sizeof(msg), &attrs);
	ok(sockdiag_parse(SOCK_UNIX, buf.data, buf.size, SOCK_WANT_UNIX, &table, &done, NULL) ==
		    0 &&
		sock_table_finish(&table, NULL) == 0 && table.n_socks == 3,
	    "three");
	if (table.n_socks != 3)
		return;
	ok(table.socks[0].has_uid && table.socks[0].uid == 33, "user");
	name = sock_peer_name(&table, &table.socks[0], &size);
	ok(size == 4 && memcmp(name, "@a@b", 4) == 0, "the abstract name that it talks to");
	ok(table.socks[2].name_size == 6, "a path ends at its NUL");
	is_num(sock_named(&table).n, 1, "one can be found by name");
}

static void test_diag_bad(void)
{
	CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
	CLEANUP_BUF struct buf buf = BUF_INIT;
	struct inet_diag_msg msg = { .idiag_family = AF_INET, .idiag_state = 1 };
	const int refused = -ENOENT;
	struct err err = ERR_INIT;
	size_t accepted = 0;
	bool done;

	add_message(&buf, NLMSG_ERROR, &refused, sizeof(refused), NULL);
	ok(sockdiag_parse(SOCK_TCP, buf.data, buf.size, SOCK_WANT_TCP, &table, &done, &err) ==
		    -ENOENT &&
		done,
	    "the kernel refuses");
	is_str(err.text, "cannot ask the kernel for sockets: No such file or directory",
	    "and says why");

	buf_reset(&buf);
	add_message(&buf, SOCK_DIAG_BY_FAMILY, &msg, sizeof(msg), NULL);
	for (size_t size = 0; size < buf.size; size++)
		accepted += sockdiag_parse(SOCK_TCP, buf.data, size, SOCK_WANT_TCP, &table,
				&done, NULL) == 0;
	ok(accepted == buf.size && table.n_socks == 0, "cut at any byte it is no socket");
	ok(table.n_bad > 0, "but counted");

	buf_reset(&buf);
	add_message(&buf, SOCK_DIAG_BY_FAMILY, &msg, sizeof(msg) - 1, NULL);
	msg.idiag_family = 99;
	add_message(&buf, SOCK_DIAG_BY_FAMILY, &msg, sizeof(msg), NULL);
	ok(sockdiag_parse(SOCK_TCP, buf.data, buf.size, SOCK_WANT_TCP, &table, &done, NULL) ==
		    0 &&
		table.n_socks == 0,
	    "a short body, another family");
	memset(buf.data, 0, 4);
	ok(sockdiag_parse(SOCK_TCP, buf.data, buf.size, SOCK_WANT_TCP, &table, &done, NULL) ==
		0,
	    "a message of no length ends the reading");
}

/* --- addresses ----------------------------------------------------------------------- */

static bool in_prefix(const char *prefix, const char *address)
{
	struct sock_address given = { .family = strchr(address, ':') ? AF_INET6 : AF_INET };
	struct sock_prefix parsed;

	return inet_pton(given.family, address, given.bytes) == 1 &&
	       sock_prefix_parse(prefix, &parsed, NULL) == 0 &&
	       sock_prefix_has(&parsed, &given);
}

static void test_prefix(void)
{
	static const char *const bad[] = { "", "/", "/8", "10.0.0.0/", "10.0.0.0/33",
		"10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.1/8", "fd00::/129", "fd00::1/64", "10/8",
		"any", "10.0.0.0.0", "::/0/0",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee" };
	struct sock_prefix prefix;
	size_t refused = 0;

	ok(in_prefix("10.0.0.0/8", "10.255.255.255"), "within");
	ok(!in_prefix("10.0.0.0/8", "11.0.0.0"), "without");
	ok(in_prefix("10.128.0.0/9", "10.200.0.1") && !in_prefix("10.128.0.0/9", "10.1.0.1"),
	    "bits within a byte");
	ok(in_prefix("10.0.0.1", "10.0.0.1") && !in_prefix("10.0.0.1", "10.0.0.2"),
	    "an address alone");
	ok(in_prefix("0.0.0.0/0", "1.2.3.4") && !in_prefix("0.0.0.0/0", "::1"), "all of IPv4");
	ok(in_prefix("fd00::/8", "fdff::1") && !in_prefix("fd00::/8", "fe80::1"), "IPv6");
	ok(in_prefix("10.0.0.0/8", "::ffff:10.1.1.1"), "IPv4 within IPv6 is IPv4");
	ok(in_prefix("::ffff:10.0.0.0/104", "10.1.1.1"), "in the prefix, too");
	ok(in_prefix("::/0", "fe80::1") && in_prefix("::1", "::1"), "all of IPv6; ::1");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused += sock_prefix_parse(bad[i], &prefix, NULL) == -EINVAL;
	is_num(refused, sizeof(bad) / sizeof(bad[0]), "what is none is refused");
}

int main(void)
{
	test_tcp();
	test_wants();
	test_six();
	test_unix();
	test_bad();
	test_diag();
	test_diag_unix();
	test_diag_bad();
	test_prefix();
	return tap_done();
}
