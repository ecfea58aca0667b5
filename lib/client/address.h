/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a peer is: HOST, HOST:PORT, an IPv6 address in brackets or bare, or the path of a
 * unix socket. One way to write it in every option.
 */
#ifndef HAETAE_CLIENT_ADDRESS_H
#define HAETAE_CLIENT_ADDRESS_H

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"

struct addrinfo;
struct sockaddr_un;

enum address_family { ADDRESS_ANY, ADDRESS_IPV4, ADDRESS_IPV6 };

/* Splits HOST, HOST:PORT, [IPV6], [IPV6]:PORT or a bare IPv6 address. port is default_port if
 * there is none. -EINVAL for what is none of these. */
enum { ADDRESS_HOST_SIZE = 256, ADDRESS_PORT_SIZE = 8 };
int address_split(const char *address, const char *default_port, char host[ADDRESS_HOST_SIZE],
    char port[ADDRESS_PORT_SIZE], struct err *err) ATTR_MUST_CHECK;

/* The addresses of a host, for a socket type (SOCK_STREAM). Names are looked up, which may
 * take long: the deadline of the process ends that. -EHOSTUNREACH if it has none. */
int address_look_up(const char *host, const char *port, enum address_family family, int type,
    struct addrinfo **ret, struct err *err) ATTR_MUST_CHECK;
void address_list_free(struct addrinfo **list);
#define CLEANUP_ADDRINFO CLEANUP(address_list_free)

/* The address of a unix socket; -ENAMETOOLONG for a path that does not fit (unix(7)). */
int address_unix(const char *path, struct sockaddr_un *ret, struct err *err) ATTR_MUST_CHECK;

#endif
