/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/amqp_start.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/client/wire.h"

enum {
	HEAD_SIZE = 7,	 /* type, channel, size */
	HEADER_SIZE = 8, /* "AMQP" and a version, instead of a frame */
	FRAME_METHOD = 1,
	FRAME_END = 0xCE,
	CLASS_CONNECTION = 10,
	METHOD_START = 10,
};

/* --- bytes ----------------------------------------------------------------------------- */

/* What is left of a frame; `bad` once something did not fit. */
struct cursor {
	const unsigned char *at, *end;
	bool bad;
};

static const unsigned char *take(struct cursor *cursor, size_t size)
{
	const unsigned char *taken = cursor->at;

	if (cursor->bad || size > (size_t)(cursor->end - cursor->at)) {
		cursor->bad = true;
		return NULL;
	}
	cursor->at += size;
	return taken;
}

static size_t take_u8(struct cursor *cursor)
{
	const unsigned char *data = take(cursor, 1);

	return data ? data[0] : 0;
}

static size_t take_u16(struct cursor *cursor)
{
	const unsigned char *data = take(cursor, 2);

	return data ? wire_u16(data) : 0;
}

static size_t take_u32(struct cursor *cursor)
{
	const unsigned char *data = take(cursor, 4);

	return data ? wire_u32(data) : 0;
}

/* --- the table of properties ----------------------------------------------------------------- */

/* Passes over a value; those of a list or table have their size before them. */
static void skip_value(struct cursor *cursor, char type)
{
	/* Table of field types as RabbitMQ and Qpid write them (RabbitMQ, "AMQP 0-9-1 errata"). */
	static const struct {
		const char *types;
		size_t size;
	} sizes[] = {
		{ "tbB", 1 },
		{ "sUu", 2 },
		{ "Iif", 4 },
		{ "D", 5 },
		{ "LldT", 8 },
		{ "V", 0 },
	};

	if (type == '\0') {
		cursor->bad = true;
		return;
	}
	if (strchr("SAFx", type)) {
		(void)take(cursor, take_u32(cursor));
		return;
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (strchr(sizes[i].types, type)) {
			(void)take(cursor, sizes[i].size);
			return;
		}
	}
	cursor->bad = true;
}

static void take_text(struct cursor *cursor, char *out, size_t out_size)
{
	size_t size = take_u32(cursor);
	const unsigned char *data = take(cursor, size);

	if (data)
		(void)snprintf(out, out_size, "%.*s", (int)size, (const char *)data);
}

static void parse_properties(struct cursor *table, struct amqp_start *ret)
{
	const struct {
		const char *name;
		char *out;
		size_t size;
	} wanted[] = {
		{ "product", ret->product, sizeof(ret->product) },
		{ "version", ret->version, sizeof(ret->version) },
		{ "cluster_name", ret->cluster, sizeof(ret->cluster) },
	};

	while (!table->bad && table->at < table->end) {
		size_t name_size = take_u8(table), i = 0;
		const unsigned char *name = take(table, name_size);
		char type = (char)take_u8(table);

		while (name && type == 'S' && i < 3 &&
		       (strlen(wanted[i].name) != name_size ||
			   memcmp(wanted[i].name, name, name_size) != 0))
			i++;
		if (name && type == 'S' && i < 3)
			take_text(table, wanted[i].out, wanted[i].size);
		else
			skip_value(table, type);
	}
}

/* --- frames -------------------------------------------------------------------------------- */

ssize_t amqp_frame_size(const unsigned char *data, size_t size, struct err *err)
{
	size_t payload;

	if (size < HEAD_SIZE)
		return 0;
	if (memcmp(data, "AMQP", 4) == 0) {
		if (size < HEADER_SIZE)
			return 0;
		return err_set(err, -EPROTONOSUPPORT,
		    "AMQP %u-%u-%u (protocol %u) instead of 0-9-1", data[5], data[6], data[7],
		    data[4]);
	}
	payload = wire_u32(data + 3);
	if (data[0] != FRAME_METHOD || wire_u16(data + 1) != 0 || payload > AMQP_FRAME_MAX)
		return err_set(err, -EBADMSG, "no frame of AMQP");
	return (ssize_t)(HEAD_SIZE + payload + 1);
}

int amqp_start_parse(
    const unsigned char *data, size_t size, struct amqp_start *ret, struct err *err)
{
	struct amqp_start start = { .product = "" };
	struct cursor frame = { data, data + size, false }, table;
	size_t table_size;

	(void)take(&frame, HEAD_SIZE);
	if (frame.bad || size < HEAD_SIZE + 1 || data[size - 1] != FRAME_END)
		return err_set(err, -EBADMSG, "a frame without its end");
	frame.end--;
	if (take_u16(&frame) != CLASS_CONNECTION || take_u16(&frame) != METHOD_START)
		return err_set(err, -EBADMSG, "a frame that is not Connection.Start");
	if (take_u16(&frame) != 9)
		return err_set(err, -EBADMSG, "a version that is not 0-9");
	table_size = take_u32(&frame);
	table.at = take(&frame, table_size);
	table.bad = frame.bad;
	table.end = frame.bad ? table.at : table.at + table_size;
	parse_properties(&table, &start);
	take_text(&frame, start.mechanisms, sizeof(start.mechanisms));
	if (table.bad || frame.bad)
		return err_set(err, -EBADMSG, "a Connection.Start that is not well formed");
	*ret = start;
	return 0;
}

int amqp_start_open(const char *address, enum address_family family, int64_t until_ms,
    struct dialog *ret, struct err *err)
{
	return dialog_open(address, AMQP_START_PORT, family, until_ms,
	    AMQP_FRAME_MAX + HEAD_SIZE + 1, ret, err);
}

int amqp_start_ask(struct dialog *dialog, struct amqp_start *ret, struct err *err)
{
	static const char header[HEADER_SIZE] = { 'A', 'M', 'Q', 'P', 0, 0, 9, 1 };
	ssize_t size = 0;
	int r = dialog_send(dialog, header, sizeof(header), err);

	while (r == 0) {
		size = amqp_frame_size(
		    (const unsigned char *)buf_text(&dialog->in), dialog->in.size, err);
		if (size != 0)
			break;
		r = dialog_more(dialog, err);
	}
	if (r == 0 && size < 0)
		return (int)size;
	if (r == 0)
		r = dialog_need(dialog, (size_t)size, err);
	if (r < 0)
		return r;
	return amqp_start_parse(
	    (const unsigned char *)buf_text(&dialog->in), (size_t)size, ret, err);
}
