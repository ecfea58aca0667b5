/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/collect/sockdiag.h"

/* UDIAG_SHOW_UID, newer than the oldest headers that this builds with. */
enum { SHOW_UID = 0x40 };

/* The kernel fills 32 KiB at once for who offers as much (netlink_dump). */
enum { ANSWER_SIZE = 32 << 10, ANSWER_S = 5, PROBING_MAX = 1000 };

/* The states that are wanted of tcp, as the kernel's mask. */
static uint32_t tcp_states(unsigned wants)
{
	uint32_t states = 0;

	for (unsigned state = 1; state < 32; state++) {
		if (sock_wanted(wants, SOCK_TCP, state))
			states |= 1U << state;
	}
	return states;
}

static int send_request(int fd, const void *request, size_t size)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t sent;

	do {
		sent = sendto(fd, request, size, 0, (const void *)&kernel, sizeof(kernel));
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

static int send_inet(int fd, enum sock_proto proto, uint8_t family, unsigned wants)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 body;
	} request = {
		.head = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.body = {
			.sdiag_family = family,
			.sdiag_protocol = proto == SOCK_TCP ? IPPROTO_TCP : IPPROTO_UDP,
			.idiag_states = proto == SOCK_TCP ? tcp_states(wants) : UINT32_MAX,
		},
	};

	return send_request(fd, &request, sizeof(request));
}

static int send_unix(int fd)
{
	struct {
		struct nlmsghdr head;
		struct unix_diag_req body;
	} request = {
		.head = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.body = {
			.sdiag_family = AF_UNIX,
			.udiag_states = UINT32_MAX,
			.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN |
				      SHOW_UID,
		},
	};

	return send_request(fd, &request, sizeof(request));
}

static int receive(int fd, enum sock_proto proto, char *answer, unsigned wants,
    struct sock_table *table, struct err *err)
{
	bool done = false;
	int r = 0;

	while (r == 0 && !done) {
		ssize_t size = recv(fd, answer, ANSWER_SIZE, 0);

		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			return size < 0 ? -errno : -EPROTO;
		r = sockdiag_parse(proto, answer, (size_t)size, wants, table, &done, err);
	}
	return r;
}

/* Asks for one socket: INET_DIAG_INFO of all would cost more than all else of them. */
static int send_one(int fd, const struct sock *sock)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 body;
	} request = {
		.head = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.body = {
			.sdiag_family = sock->local.family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_ext = 1U << (INET_DIAG_INFO - 1),
			.idiag_states = UINT32_MAX,
			.id = {
				.idiag_sport = htons(sock->local_port),
				.idiag_dport = htons(sock->remote_port),
				.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
			},
		},
	};

	memcpy(request.body.id.idiag_src, sock->local.bytes, sizeof(sock->local.bytes));
	memcpy(request.body.id.idiag_dst, sock->remote.bytes, sizeof(sock->remote.bytes));
	return send_request(fd, &request, sizeof(request));
}

/* Asks again for connections whose peer reads no more. What is gone meanwhile, or bound to an
 * interface, stays as it is. */
static int ask_probing(int fd, char *answer, size_t from, struct sock_table *table)
{
	size_t n_asked = 0;

	for (size_t i = from; i < table->n_socks && n_asked < PROBING_MAX; i++) {
		CLEANUP_SOCK_TABLE struct sock_table one = SOCK_TABLE_INIT;
		struct sock *sock = &table->socks[i];
		ssize_t size;
		bool done;

		if (sock->timer != SOCK_TIMER_PROBE || sock->tx_queue == 0)
			continue;
		n_asked++;
		if (send_one(fd, sock) < 0)
			return -EIO;
		size = recv(fd, answer, ANSWER_SIZE, 0);
		if (size < 0)
			return -errno;
		if (sockdiag_parse(SOCK_TCP, answer, (size_t)size, SOCK_WANT_TCP, &one, &done,
			NULL) == 0 &&
		    one.n_socks == 1 && one.socks[0].inode == sock->inode)
			sock->tries = one.socks[0].tries;
	}
	return 0;
}

static int ask(int fd, enum sock_proto proto, char *answer, unsigned wants,
    struct sock_table *table, struct err *err)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	size_t from = table->n_socks;
	int r;

	if (proto == SOCK_UNIX) {
		r = send_unix(fd);
		return r < 0 ? r : receive(fd, proto, answer, wants, table, err);
	}
	for (size_t i = 0; i < sizeof(families); i++) {
		r = send_inet(fd, proto, families[i], wants);
		if (r == 0)
			r = receive(fd, proto, answer, wants, table, err);
		if (r < 0)
			return r;
	}
	return proto == SOCK_TCP ? ask_probing(fd, answer, from, table) : 0;
}

int sockdiag_read(
    enum sock_proto proto, unsigned wants, struct sock_table *table, struct err *err)
{
	const struct timeval limit = { .tv_sec = ANSWER_S };
	size_t n_before = table->n_socks, bad_before = table->n_bad,
	       names_before = table->names.size;
	CLEANUP_FREE char *answer = malloc(ANSWER_SIZE);
	CLEANUP_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	int r;

	if (!answer)
		return err_sys(err, -ENOMEM, "cannot read sockets");
	if (fd < 0)
		return err_sys(err, -errno, "cannot ask the kernel for sockets");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	r = ask(fd, proto, answer, wants, table, err);
	if (r < 0) {
		table->n_socks = n_before;
		table->n_bad = bad_before;
		buf_cut(&table->names, names_before);
		return err_sys(err, r, "cannot ask the kernel for sockets");
	}
	return 0;
}
