/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/icmp.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/client/wire.h"

/* Type, code, checksum, id, sequence; then the cookie, and as many bytes as ping sends. */
enum { HEAD_SIZE = 8, COOKIE_SIZE = 8, PACKET_SIZE = 64, IPV4_HEAD_MIN = 20 };

static int set_up(int fd, int family, const char *interface, const struct sockaddr *source,
    socklen_t source_size, struct err *err)
{
	if (family == AF_INET6) {
		/* A raw socket is given every ICMPv6 packet of the node. */
		struct icmp6_filter filter;

		ICMP6_FILTER_SETBLOCKALL(&filter);
		ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
		(void)setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter));
	}
	if (interface && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
			     (socklen_t)strlen(interface)) < 0)
		return err_sys(err, -errno, "cannot use interface %.60s", interface);
	if (source && bind(fd, source, source_size) < 0)
		return err_sys(err, -errno, "cannot use the source address");
	return 0;
}

int icmp_open(int family, const struct sockaddr *source, socklen_t source_size,
    const char *interface, struct icmp *ret, struct err *err)
{
	CLEANUP_ICMP struct icmp icmp = { .fd = -1, .family = family };
	int protocol = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int r;

	icmp.fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	if (icmp.fd < 0 && errno != EAFNOSUPPORT) {
		icmp.raw = true;
		icmp.fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	}
	if (icmp.fd < 0 && (errno == EPERM || errno == EACCES))
		return err_set(err, -errno,
		    "this user may not send ICMP: put its group into "
		    "net.ipv4.ping_group_range (sysctl), or give this program "
		    "cap_net_raw (setcap)");
	if (icmp.fd < 0)
		return err_sys(err, -errno, "cannot make an ICMP socket");
	r = set_up(icmp.fd, family, interface, source, source_size, err);
	if (r < 0)
		return r;
	icmp.id = (uint16_t)getpid();
	if (getrandom(&icmp.cookie, sizeof(icmp.cookie), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(icmp.cookie))
		icmp.cookie = (uint64_t)clock_real_ms() << 20 ^ (uint64_t)getpid();
	*ret = icmp;
	icmp.fd = -1;
	return 0;
}

void icmp_close(struct icmp *icmp)
{
	if (icmp->fd >= 0)
		close(icmp->fd);
	icmp->fd = -1;
}

/* The internet checksum (RFC 1071). ICMPv6's is the kernel's business. */
static uint16_t checksum(const unsigned char *data, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += wire_u16(data + i);
	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return (uint16_t)~sum;
}

int icmp_send(
    const struct icmp *icmp, const struct sockaddr *to, socklen_t to_size, uint16_t sequence)
{
	unsigned char packet[PACKET_SIZE] = { icmp->family == AF_INET ? ICMP_ECHO
								      : ICMP6_ECHO_REQUEST };

	wire_put_u16(packet + 4, icmp->id);
	wire_put_u16(packet + 6, sequence);
	memcpy(packet + HEAD_SIZE, &icmp->cookie, COOKIE_SIZE);
	if (icmp->family == AF_INET)
		wire_put_u16(packet + 2, checksum(packet, sizeof(packet)));
	if (sendto(icmp->fd, packet, sizeof(packet), MSG_NOSIGNAL, to, to_size) < 0)
		return -errno;
	return 0;
}

bool icmp_parse(
    const struct icmp *icmp, const unsigned char *data, size_t size, uint16_t *ret_sequence)
{
	size_t head = 0;

	/* A raw IPv4 socket gives the IP header, too, of 4 bytes a word. */
	if (icmp->raw && icmp->family == AF_INET) {
		if (size < IPV4_HEAD_MIN || data[0] >> 4 != 4)
			return false;
		head = (size_t)(data[0] & 0x0F) * 4;
		if (head < IPV4_HEAD_MIN)
			return false;
	}
	if (size < head + HEAD_SIZE + COOKIE_SIZE)
		return false;
	data += head;
	if (data[0] != (icmp->family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) ||
	    data[1] != 0)
		return false;
	if (icmp->raw && wire_u16(data + 4) != icmp->id)
		return false;
	if (memcmp(data + HEAD_SIZE, &icmp->cookie, COOKIE_SIZE) != 0)
		return false;
	*ret_sequence = wire_u16(data + 6);
	return true;
}

int icmp_receive(const struct icmp *icmp, uint16_t *ret_sequence)
{
	unsigned char packet[256];
	ssize_t size = recv(icmp->fd, packet, sizeof(packet), 0);

	if (size < 0)
		return -errno;
	return icmp_parse(icmp, packet, (size_t)size, ret_sequence) ? 1 : 0;
}
