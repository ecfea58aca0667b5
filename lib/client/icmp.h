/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMP echo requests and replies (RFC 792, RFC 4443), by the kernel's unprivileged sockets
 * where net.ipv4.ping_group_range (icmp(7)) lets this user, else by raw ones.
 */
#ifndef HAETAE_CLIENT_ICMP_H
#define HAETAE_CLIENT_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"

struct icmp {
	int fd;	    /* non-blocking */
	int family; /* AF_INET or AF_INET6 */
	bool raw;
	uint16_t id;	 /* of raw requests; the kernel chooses that of others */
	uint64_t cookie; /* in every request: what comes back without it is not ours */
};
#define ICMP_NONE        \
	{                \
		.fd = -1 \
	}
#define CLEANUP_ICMP CLEANUP(icmp_close)

/* source and interface may be NULL. -EACCES or -EPERM when this user may open neither kind of
 * socket; err then says what to grant. -EAFNOSUPPORT where the kernel lacks the family. */
int icmp_open(int family, const struct sockaddr *source, socklen_t source_size,
    const char *interface, struct icmp *ret, struct err *err) ATTR_MUST_CHECK;
void icmp_close(struct icmp *icmp);

/* 0 or -errno, such as -ENETUNREACH. */
int icmp_send(const struct icmp *icmp, const struct sockaddr *to, socklen_t to_size,
    uint16_t sequence) ATTR_MUST_CHECK;

/* Takes one packet from the socket. 1 with the sequence of a reply to us, 0 for a packet that
 * is none, -EAGAIN when there are no more, or another -errno. */
int icmp_receive(const struct icmp *icmp, uint16_t *ret_sequence) ATTR_MUST_CHECK;

/* Whether the bytes, as the socket of that kind gives them, are a reply to us. */
bool icmp_parse(
    const struct icmp *icmp, const unsigned char *data, size_t size, uint16_t *ret_sequence);

#endif
