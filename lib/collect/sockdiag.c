/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/sockdiag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/base/cleanup.h"

/* Constants that are newer than the oldest headers that this builds with. */
enum {
	ATTR_CGROUP_ID = 21, /* INET_DIAG_CGROUP_ID, Linux 5.8 */
	ATTR_UNIX_UID = 7,   /* UNIX_DIAG_UID, Linux 4.20 */
	SHOW_UID = 0x40,     /* UDIAG_SHOW_UID */
};

/* The kernel fills 32 KiB at once for who offers as much (netlink_dump). */
enum { ANSWER_SIZE = 32 << 10, ANSWER_S = 5, NAME_MAX_SIZE = 108 };

/* Finds an attribute behind the fixed part of a message. */
static bool find_attr(
    const char *text, size_t size, unsigned type, const char **ret, size_t *ret_size)
{
	struct rtattr attr;

	while (size >= sizeof(attr)) {
		size_t step;

		memcpy(&attr, text, sizeof(attr));
		if (attr.rta_len < sizeof(attr) || attr.rta_len > size)
			return false;
		if ((attr.rta_type & NLA_TYPE_MASK) == type) {
			*ret = text + sizeof(attr);
			*ret_size = attr.rta_len - sizeof(attr);
			return true;
		}
		step = RTA_ALIGN(attr.rta_len);
		if (step > size)
			return false;
		text += step;
		size -= step;
	}
	return false;
}

/* A number of exactly that many bytes. */
static bool find_number(
    const char *text, size_t size, unsigned type, void *ret, size_t ret_size)
{
	const char *value;
	size_t value_size;

	if (!find_attr(text, size, type, &value, &value_size) || value_size != ret_size)
		return false;
	memcpy(ret, value, ret_size);
	return true;
}

static void set_address(uint8_t family, const void *bytes, struct sock_address *ret)
{
	ret->family = family;
	memcpy(ret->bytes, bytes, family == AF_INET6 ? 16 : 4);
}

static int add_inet(enum sock_proto proto, const char *text, size_t size, unsigned wants,
    struct sock_table *table, struct err *err)
{
	struct inet_diag_msg msg;
	struct sock sock = { .proto = (uint8_t)proto, .has_uid = true };

	if (size < sizeof(msg)) {
		table->n_bad++;
		return 0;
	}
	memcpy(&msg, text, sizeof(msg));
	if (msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6) {
		table->n_bad++;
		return 0;
	}
	sock.state = msg.idiag_state < SOCK_STATES ? msg.idiag_state : 0;
	if (!sock_wanted(wants, proto, sock.state))
		return 0;
	sock.type = proto == SOCK_TCP ? SOCK_STREAM : SOCK_DGRAM;
	sock.timer = msg.idiag_timer;
	sock.tries = msg.idiag_retrans;
	sock.wait_ms = msg.idiag_expires;
	set_address(msg.idiag_family, msg.id.idiag_src, &sock.local);
	set_address(msg.idiag_family, msg.id.idiag_dst, &sock.remote);
	sock.local_port = ntohs(msg.id.idiag_sport);
	sock.remote_port = ntohs(msg.id.idiag_dport);
	sock.rx_queue = msg.idiag_rqueue;
	sock.tx_queue = msg.idiag_wqueue;
	sock.uid = msg.idiag_uid;
	sock.inode = msg.idiag_inode;
	(void)find_number(text + sizeof(msg), size - sizeof(msg), ATTR_CGROUP_ID,
	    &sock.cgroup_id, sizeof(sock.cgroup_id));
	return sock_table_add(table, &sock, err);
}

/* The kernel's name as /proc/net/unix writes it: NULs are "@". */
static size_t clean_name(const char *name, size_t size, char out[NAME_MAX_SIZE])
{
	if (size > NAME_MAX_SIZE)
		size = NAME_MAX_SIZE;
	if (size > 0 && name[0] != '\0')
		size = strnlen(name, size);
	for (size_t i = 0; i < size; i++)
		out[i] = (char)(name[i] ? name[i] : '@');
	return size;
}

static int add_unix(
    const char *text, size_t size, unsigned wants, struct sock_table *table, struct err *err)
{
	struct unix_diag_msg msg;
	struct unix_diag_rqlen queues;
	struct sock sock = { .proto = SOCK_UNIX };
	char clean[NAME_MAX_SIZE];
	const char *attrs, *name;
	size_t attrs_size, name_size;
	uint32_t peer;
	int r;

	if (size < sizeof(msg)) {
		table->n_bad++;
		return 0;
	}
	memcpy(&msg, text, sizeof(msg));
	attrs = text + sizeof(msg);
	attrs_size = size - sizeof(msg);
	sock.state = msg.udiag_state < SOCK_STATES ? msg.udiag_state : 0;
	if (!sock_wanted(wants, SOCK_UNIX, sock.state))
		return 0;
	sock.type = msg.udiag_type;
	sock.local.family = sock.remote.family = AF_UNIX;
	sock.inode = msg.udiag_ino;
	sock.has_uid =
	    find_number(attrs, attrs_size, ATTR_UNIX_UID, &sock.uid, sizeof(sock.uid));
	if (find_number(attrs, attrs_size, UNIX_DIAG_PEER, &peer, sizeof(peer)))
		sock.peer = peer;
	if (find_number(attrs, attrs_size, UNIX_DIAG_RQLEN, &queues, sizeof(queues))) {
		sock.rx_queue = queues.udiag_rqueue;
		sock.tx_queue = queues.udiag_wqueue;
	}
	r = sock_table_add(table, &sock, err);
	if (r < 0 || !find_attr(attrs, attrs_size, UNIX_DIAG_NAME, &name, &name_size))
		return r;
	name_size = clean_name(name, name_size, clean);
	return name_size > 0 ? sock_table_name(table, clean, name_size, err) : 0;
}

/* The error that a message of type NLMSG_ERROR or NLMSG_DONE carries, 0 if none. */
static int message_error(const char *text, size_t size)
{
	int code = 0;

	if (size >= sizeof(code))
		memcpy(&code, text, sizeof(code));
	return code < 0 ? code : 0;
}

int sockdiag_parse(enum sock_proto proto, const void *data, size_t size, unsigned wants,
    struct sock_table *table, bool *ret_done, struct err *err)
{
	const char *text = data;
	struct nlmsghdr head;
	int r = 0;

	*ret_done = false;
	while (r == 0 && size >= sizeof(head)) {
		const char *body = text + NLMSG_HDRLEN;
		size_t body_size, step;

		memcpy(&head, text, sizeof(head));
		if (head.nlmsg_len < NLMSG_HDRLEN || head.nlmsg_len > size) {
			table->n_bad++;
			return 0;
		}
		body_size = head.nlmsg_len - NLMSG_HDRLEN;
		if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) {
			*ret_done = true;
			r = message_error(body, body_size);
			return r < 0 ? err_sys(err, r, "cannot ask the kernel for sockets") : 0;
		}
		if (head.nlmsg_type == SOCK_DIAG_BY_FAMILY)
			r = proto == SOCK_UNIX
				? add_unix(body, body_size, wants, table, err)
				: add_inet(proto, body, body_size, wants, table, err);
		step = NLMSG_ALIGN(head.nlmsg_len);
		if (step > size)
			step = size;
		text += step;
		size -= step;
	}
	return r;
}

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

static int ask(int fd, enum sock_proto proto, char *answer, unsigned wants,
    struct sock_table *table, struct err *err)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
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
	return 0;
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
