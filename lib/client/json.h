/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON of a peer, to be read and never changed. The one place with jansson.
 *
 * Nothing here trusts a shape: each function takes any value, also NULL, and says that what
 * was asked for is not there. Texts may hold any character, NULs included. A number too large
 * for 64 bits does not spoil the rest: it is a real. Where an object has a name twice, the last
 * value holds, as in most other readers: RabbitMQ sends such ones when a member has just gone.
 */
#ifndef HAETAE_CLIENT_JSON_H
#define HAETAE_CLIENT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"

/* A value. It lives as long as the text that json_parse was given for made it. */
struct json;

/* What is refused: deeper nesting, more values (each costs some 100 bytes), longer texts. */
enum { JSON_DEPTH_MAX = 64, JSON_VALUES_MAX = 1 << 20, JSON_SIZE_MAX = 64 << 20 };

/* The whole text is one value. *ret is the caller's, for json_free. -EBADMSG with what is wrong
 * and where. */
int json_parse(
    const char *text, size_t size, struct json **ret, struct err *err) ATTR_MUST_CHECK;
void json_free(struct json *json);
static inline void json_cleanup(struct json **json)
{
	json_free(*json);
}
#define CLEANUP_JSON CLEANUP(json_cleanup)

/* How far a text has been looked at that comes in pieces; begins as JSON_SCAN_INIT. */
struct json_scan {
	size_t at;
	unsigned depth, n_values;
	bool in_text, escaped;
};
#define JSON_SCAN_INIT  \
	{               \
		.at = 0 \
	}

/* The first of several objects or arrays that follow one another without a separator. 0, and
 * *ret_size is how many bytes it took; scan is as new. -EAGAIN when its end has not come yet:
 * call again with the same scan and more text behind the same bytes, so that no byte is looked
 * at twice. -EBADMSG as above. */
int json_parse_next(struct json_scan *scan, const char *text, size_t size, struct json **ret,
    size_t *ret_size, struct err *err) ATTR_MUST_CHECK;

enum json_kind {
	JSON_KIND_NONE, /* of NULL: there is no value */
	JSON_KIND_NULL,
	JSON_KIND_BOOL,
	JSON_KIND_INTEGER,
	JSON_KIND_REAL,
	JSON_KIND_TEXT,
	JSON_KIND_ARRAY,
	JSON_KIND_OBJECT,
};
enum json_kind json_kind(const struct json *value);
/* "null", "a number", "an object": for messages. */
const char *json_kind_text(enum json_kind kind);

/* A member of an object, an item of an array; NULL if there is none. */
const struct json *json_get(const struct json *object, const char *name);
const struct json *json_at(const struct json *array, size_t index);
/* How many an object or array has; 0 for what is neither. */
size_t json_count(const struct json *value);

/* The members of an object, in no order: for (m = json_first(o); m; m = json_next(o, m)). */
struct json_member;
const struct json_member *json_first(const struct json *object);
const struct json_member *json_next(
    const struct json *object, const struct json_member *member);
const char *json_member_name(const struct json_member *member);
const struct json *json_member_value(const struct json_member *member);

/* Each tells whether the value is of that kind, and leaves *ret alone if not. Integers are
 * also doubles; a real is no integer. */
bool json_bool(const struct json *value, bool *ret);
bool json_i64(const struct json *value, int64_t *ret);
bool json_double(const struct json *value, double *ret);
/* NULL if it is no text; *ret_size (may be NULL) counts the NULs inside. */
const char *json_text(const struct json *value, size_t *ret_size);

/* The value at "queue_totals/messages" or "rows/0/name", an index for an array. NULL if there
 * is none. json_need asks for a kind as well (JSON_KIND_REAL: any number): -ENOENT "the answer
 * has no queue_totals/messages", -EBADMSG "queue_totals/messages is null, not a number". */
const struct json *json_find(const struct json *value, const char *path);
int json_need(const struct json *value, const char *path, enum json_kind kind,
    const struct json **ret, struct err *err) ATTR_MUST_CHECK;

#endif
