/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IP addresses of sockets: IPv4, IPv6, and IPv4 that an IPv6 socket talks to (::ffff:a.b.c.d),
 * which counts as IPv4 in every comparison.
 */
#ifndef HAETAE_COLLECT_SOCKADDR_H
#define HAETAE_COLLECT_SOCKADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

struct sock_address {
	uint8_t family; /* AF_INET, AF_INET6; AF_UNIX: no address */
	uint8_t bytes[16];
};

/* 0.0.0.0 or ::. */
bool sock_address_is_any(const struct sock_address *address);
/* 127.0.0.0/8 or ::1. */
bool sock_address_is_loopback(const struct sock_address *address);

/* "10.0.0.0/8", "fd00::/8", or an address alone. */
struct sock_prefix {
	struct sock_address address;
	uint8_t bits;
};
/* -EINVAL with what was expected: bits behind the prefix must be 0. */
int sock_prefix_parse(
    const char *text, struct sock_prefix *ret, struct err *err) ATTR_MUST_CHECK;
bool sock_prefix_has(const struct sock_prefix *prefix, const struct sock_address *address);

/* "10.0.0.1:3306", "[::1]:3306". */
enum { SOCK_ADDRESS_TEXT_SIZE = 56 };
void sock_address_text(
    const struct sock_address *address, uint16_t port, char out[SOCK_ADDRESS_TEXT_SIZE]);

#endif
