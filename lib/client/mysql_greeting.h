/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a MySQL or MariaDB server says first to whoever connects: its greeting, or why it will not
 * serve. Nothing is sent and nobody logs in. Source: MySQL internals, "Protocol::HandshakeV10"
 * and "ERR_Packet".
 *
 * Each look ends as an interrupted connection: a server that looks up names of its clients counts
 * those of another host towards max_connect_errors.
 */
#ifndef HAETAE_CLIENT_MYSQL_GREETING_H
#define HAETAE_CLIENT_MYSQL_GREETING_H

#include <sys/types.h>

#include "lib/client/dialog.h"

#define MYSQL_PORT "3306"

/* Error codes of the server that say that it may be well, but not for us. */
enum {
	MYSQL_TOO_MANY_CONNECTIONS = 1040,
	MYSQL_HOST_BLOCKED = 1129,
	MYSQL_HOST_NOT_ALLOWED = 1130,
};

enum { MYSQL_PACKET_MAX = 4096 };

struct mysql_greeting {
	unsigned protocol;	  /* 10; 0 for an error */
	char version[64];	  /* "8.0.36", "10.11.6-MariaDB-0+deb12u1" */
	unsigned long connection; /* the server's number of this connection */
	unsigned error;		  /* 0 or the server's code */
	char message[256];	  /* of the error */
};

/* Bytes of the packet at the start of data, its head of 4 included; 0 when the head is not whole;
 * -EBADMSG for what is no first packet of a server. */
ssize_t mysql_packet_size(
    const unsigned char *data, size_t size, struct err *err) ATTR_MUST_CHECK;
/* The payload of that packet. -EBADMSG for what is no greeting and no error. */
int mysql_greeting_parse(const unsigned char *data, size_t size, struct mysql_greeting *ret,
    struct err *err) ATTR_MUST_CHECK;

int mysql_greeting_open(const char *address, enum address_family family, int64_t until_ms,
    struct dialog *ret, struct err *err) ATTR_MUST_CHECK;
int mysql_greeting_read(
    struct dialog *dialog, struct mysql_greeting *ret, struct err *err) ATTR_MUST_CHECK;

#endif
