/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/address.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "lib/base/num.h"

static int port_check(const char *port, const char *address, struct err *err)
{
	uint64_t number;

	if (num_u64(port, &number, NULL) < 0 || number < 1 || number > 65535)
		return err_set(err, -EINVAL, "'%.60s' has no port from 1 to 65535", address);
	return 0;
}

int address_split(const char *address, const char *default_port, char host[ADDRESS_HOST_SIZE],
    char port[ADDRESS_PORT_SIZE], struct err *err)
{
	const char *start = address, *end, *behind;

	if (*address == '[') {
		start = address + 1;
		end = strchr(start, ']');
		if (!end || (end[1] != '\0' && end[1] != ':'))
			return err_set(
			    err, -EINVAL, "'%.60s' is not [IPV6] or [IPV6]:PORT", address);
		behind = end + 1;
	} else {
		end = strchr(address, ':');
		/* A second colon: a bare IPv6 address. */
		if (!end || strchr(end + 1, ':'))
			end = address + strlen(address);
		behind = end;
	}
	if (end == start || end - start >= ADDRESS_HOST_SIZE)
		return err_set(err, -EINVAL, "'%.60s' has no host", address);
	if (*behind == ':' && strlen(behind + 1) >= ADDRESS_PORT_SIZE)
		return port_check("", address, err);
	if (*behind == ':' && port_check(behind + 1, address, err) < 0)
		return -EINVAL;
	(void)snprintf(
	    port, ADDRESS_PORT_SIZE, "%.7s", *behind == ':' ? behind + 1 : default_port);
	(void)snprintf(host, ADDRESS_HOST_SIZE, "%.*s", (int)(end - start), start);
	return 0;
}

int address_unix(const char *path, struct sockaddr_un *ret, struct err *err)
{
	if (strlen(path) >= sizeof(ret->sun_path))
		return err_set(
		    err, -ENAMETOOLONG, "cannot connect to %.100s: the path is too long", path);
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret->sun_path, path, strlen(path) + 1);
	return 0;
}

void address_list_free(struct addrinfo **list)
{
	if (*list)
		freeaddrinfo(*list);
}

int address_look_up(const char *host, const char *port, enum address_family family, int type,
    struct addrinfo **ret, struct err *err)
{
	struct addrinfo hints = {
		.ai_family = family == ADDRESS_IPV4   ? AF_INET
			     : family == ADDRESS_IPV6 ? AF_INET6
						      : AF_UNSPEC,
		.ai_socktype = type,
		.ai_flags = AI_NUMERICSERV,
	};
	int r = getaddrinfo(host, port, &hints, ret);

	if (r == EAI_SYSTEM)
		return err_sys(err, -errno, "cannot look up %s", host);
	if (r != 0)
		return err_set(
		    err, -EHOSTUNREACH, "cannot look up %s: %s", host, gai_strerror(r));
	return 0;
}
