/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets that a profile asks of a service: listeners, and connections to what it depends
 * on. service_socket.c reads them from the profile.
 */
#ifndef HAETAE_HEALTH_SERVICE_SOCKET_H
#define HAETAE_HEALTH_SERVICE_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/conf.h"
#include "lib/base/err.h"
#include "lib/check/range.h"
#include "lib/collect/sockaddr.h"

enum service_proto { SERVICE_TCP, SERVICE_UDP, SERVICE_UNIX };

/* Which local or remote address is meant. */
enum service_where { SERVICE_WHEREVER, SERVICE_ANY, SERVICE_LOOPBACK, SERVICE_PREFIX };
struct service_address {
	enum service_where where;
	char *text; /* as written; owned, NULL for none */
	struct sock_prefix prefix;
};

struct service_listen {
	enum service_proto proto;
	uint16_t port; /* tcp, udp */
	char *path;    /* unix: pattern of fnmatch(3), "@" in front of an abstract one; owned */
	char *type;    /* unix: "stream", "dgram", "seqpacket", or NULL; owned */
	struct service_address address;
	bool is_shared; /* owned = false: whoever has it */
	bool optional;
};

struct service_depend {
	char *kind; /* "db"; owned */
	enum service_proto proto;
	uint16_t port;
	char *path;
	struct service_address address;
	bool optional;
	char *established_text, *stalled_text, *warn_established_text, *warn_stalled_text;
	bool has_stalled, has_warn_established, has_warn_stalled;
	struct range established, stalled, warn_established, warn_stalled;
};

/* Reads "listen" and "depends" of a group. Limits are the profile's. */
int service_listens_read(const struct conf_item *list, struct service_listen **ret,
    size_t *ret_n, struct err *err) ATTR_MUST_CHECK;
int service_depends_read(const struct conf_item *list, struct service_depend **ret,
    size_t *ret_n, struct err *err) ATTR_MUST_CHECK;
void service_listens_free(struct service_listen *listens, size_t n);
void service_depends_free(struct service_depend *depends, size_t n);

bool service_address_fits(
    const struct service_address *address, const struct sock_address *socket);

const char *service_proto_text(enum service_proto proto);
/* "tcp 8774", "unix /run/x.sock", with the address behind it where there is one. */
enum { SERVICE_SOCKET_TEXT_SIZE = 160 };
void service_listen_text(
    const struct service_listen *listen, char out[SERVICE_SOCKET_TEXT_SIZE]);
/* "amqp tcp 5672" */
void service_depend_text(
    const struct service_depend *depend, char out[SERVICE_SOCKET_TEXT_SIZE]);

#endif
