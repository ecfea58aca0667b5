/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a JSON text ends in a stream of bytes. OVSDB (RFC 7047, 4) and the control sockets of
 * Open vSwitch send one text behind the other without any separator, so brackets and quotes
 * must be counted. What is between them is for the parser: here only what can be no text at
 * all is refused, at its first byte, so that a peer of another kind is found out at once.
 */
#ifndef HAETAE_CLIENT_JSON_FRAME_H
#define HAETAE_CLIENT_JSON_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

enum { JSON_FRAME_DEPTH_MAX = 64 };

/* Starts zeroed, and is so again behind each text. */
struct json_frame {
	unsigned depth; /* open brackets and braces */
	bool in_string;
	bool escaped; /* behind a backslash */
};

/* Goes on with the next bytes. 1 when an object or array ends among them, *ret_used being the
 * bytes up to its end; 0 when more are needed (all were used); -EBADMSG for what is no JSON. */
int json_frame_scan(struct json_frame *frame, const char *data, size_t size, size_t *ret_used,
    struct err *err) ATTR_MUST_CHECK;

#endif
