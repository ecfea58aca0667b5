/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/mysql_greeting.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { HEAD_SIZE = 4, PROTOCOL = 10, ERROR_PACKET = 0xFF, SQLSTATE_SIZE = 6 };

ssize_t mysql_packet_size(const unsigned char *data, size_t size, struct err *err)
{
	size_t payload;

	if (size < HEAD_SIZE)
		return 0;
	payload = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
	/* The first packet of a connection has number 0. */
	if (payload == 0 || payload > MYSQL_PACKET_MAX || data[3] != 0)
		return err_set(err, -EBADMSG, "no packet of the MySQL protocol");
	return (ssize_t)(HEAD_SIZE + payload);
}

/* "#08004Too many connections"; the SQL state is left out before it is known who asks. */
static int parse_error(
    const unsigned char *data, size_t size, struct mysql_greeting *ret, struct err *err)
{
	size_t at = 3;

	if (size < at)
		return err_set(err, -EBADMSG, "an error packet of %zu bytes", size);
	*ret = (struct mysql_greeting){ .error = data[1] | (unsigned)data[2] << 8 };
	if (size >= at + SQLSTATE_SIZE && data[at] == '#')
		at += SQLSTATE_SIZE;
	(void)snprintf(ret->message, sizeof(ret->message), "%.*s", (int)(size - at),
	    (const char *)data + at);
	return 0;
}

int mysql_greeting_parse(
    const unsigned char *data, size_t size, struct mysql_greeting *ret, struct err *err)
{
	const unsigned char *end, *id;

	if (size > 0 && data[0] == ERROR_PACKET)
		return parse_error(data, size, ret, err);
	if (size == 0 || data[0] != PROTOCOL)
		return err_set(err, -EBADMSG, "protocol version %u instead of %d",
		    size > 0 ? (unsigned)data[0] : 0U, PROTOCOL);
	end = memchr(data + 1, '\0', size - 1);
	if (!end || end == data + 1 || (size_t)(end - data) + 5 > size)
		return err_set(err, -EBADMSG, "a greeting that is cut off");
	id = end + 1;
	*ret = (struct mysql_greeting){
		.protocol = PROTOCOL,
		.connection = id[0] | (unsigned long)id[1] << 8 | (unsigned long)id[2] << 16 |
			      (unsigned long)id[3] << 24,
	};
	/* MariaDB puts this before its own version, for replicas of old. */
	data += 1 + (strncmp((const char *)data + 1, "5.5.5-", 6) == 0 ? 6 : 0);
	(void)snprintf(ret->version, sizeof(ret->version), "%s", (const char *)data);
	return 0;
}

int mysql_greeting_open(const char *address, enum address_family family, int64_t until_ms,
    struct dialog *ret, struct err *err)
{
	return dialog_open(
	    address, MYSQL_PORT, family, until_ms, HEAD_SIZE + MYSQL_PACKET_MAX, ret, err);
}

int mysql_greeting_read(struct dialog *dialog, struct mysql_greeting *ret, struct err *err)
{
	const unsigned char *data;
	ssize_t size;
	int r = dialog_need(dialog, HEAD_SIZE, err);

	if (r < 0)
		return r;
	size = mysql_packet_size(
	    (const unsigned char *)buf_text(&dialog->in), dialog->in.size, err);
	if (size < 0)
		return (int)size;
	r = dialog_need(dialog, (size_t)size, err);
	if (r < 0)
		return r;
	data = (const unsigned char *)buf_text(&dialog->in);
	return mysql_greeting_parse(data + HEAD_SIZE, (size_t)size - HEAD_SIZE, ret, err);
}
