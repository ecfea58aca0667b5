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
#include <string.h>
#include <sys/socket.h>

/* Constants that are newer than the oldest headers that this builds with. */
enum {
	ATTR_CGROUP_ID = 21, /* INET_DIAG_CGROUP_ID, Linux 5.8 */
	ATTR_UNIX_UID = 7,   /* UNIX_DIAG_UID, Linux 4.20 */
};

enum { NAME_MAX_SIZE = 108 };

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

/* How often the time between two probes was doubled (tcpi_backoff of struct tcp_info), where
 * that was asked for. The number of probes begins anew whenever the peer's kernel answers. */
static uint16_t count_probes(const char *attrs, size_t size, uint16_t probes)
{
	enum { BACKOFF_AT = 4 };
	const char *info;
	size_t info_size;
	uint8_t doubled;

	if (!find_attr(attrs, size, INET_DIAG_INFO, &info, &info_size) ||
	    info_size <= BACKOFF_AT)
		return probes;
	doubled = (uint8_t)info[BACKOFF_AT];
	return doubled > probes ? doubled : probes;
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
	if (sock.timer == SOCK_TIMER_PROBE)
		sock.tries = count_probes(text + sizeof(msg), size - sizeof(msg), sock.tries);
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
