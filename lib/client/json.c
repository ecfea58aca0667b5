/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/json.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "lib/base/num.h"

/* Values are jansson's own, by another name. */
static const json_t *in(const struct json *value)
{
	return (const json_t *)(const void *)value;
}

static const struct json *out(const json_t *value)
{
	return (const struct json *)(const void *)value;
}

/* --- parsing ----------------------------------------------------------------------------- */

static int bad_shape(const struct json_scan *scan, struct err *err)
{
	if (scan->depth > JSON_DEPTH_MAX)
		return err_set(
		    err, -EBADMSG, "JSON that is nested over %d deep", JSON_DEPTH_MAX);
	if (scan->n_values > JSON_VALUES_MAX)
		return err_set(err, -EBADMSG, "JSON with over %d values", JSON_VALUES_MAX);
	return 0;
}

/* Steps over one byte. jansson judges the grammar; here nesting and values are counted before
 * anything is allocated for them. */
static void scan_byte(struct json_scan *scan, char byte)
{
	if (scan->in_text) {
		if (scan->escaped)
			scan->escaped = false;
		else if (byte == '\\')
			scan->escaped = true;
		else if (byte == '"')
			scan->in_text = false;
		return;
	}
	switch (byte) {
	case '"':
		scan->in_text = true;
		break;
	case '[':
	case '{':
		scan->depth++;
		scan->n_values++;
		break;
	case ',':
		scan->n_values++;
		break;
	case ']':
	case '}':
		if (scan->depth > 0)
			scan->depth--;
		break;
	default:
		break;
	}
}

static int load(const char *text, size_t size, struct json **ret, struct err *err)
{
	const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
	json_error_t error = { .text = "" };
	json_t *value = json_loadb(text, size, flags, &error);

	if (!value && json_error_code(&error) == json_error_numeric_overflow)
		value = json_loadb(text, size, flags | JSON_DECODE_INT_AS_REAL, &error);
	/* jansson quotes what it read: the peer's bytes, which a report cleans. */
	if (!value)
		return err_set(err, -EBADMSG, "no valid JSON at byte %d: %.80s", error.position,
		    error.text);
	*ret = (struct json *)(void *)value;
	return 0;
}

int json_parse(const char *text, size_t size, struct json **ret, struct err *err)
{
	struct json_scan scan = JSON_SCAN_INIT;
	int r;

	if (size > JSON_SIZE_MAX)
		return err_set(err, -EBADMSG, "JSON of over %d bytes", JSON_SIZE_MAX);
	for (; scan.at < size; scan.at++) {
		scan_byte(&scan, text[scan.at]);
		r = bad_shape(&scan, err);
		if (r < 0)
			return r;
	}
	return load(text, size, ret, err);
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

int json_parse_next(struct json_scan *scan, const char *text, size_t size, struct json **ret,
    size_t *ret_size, struct err *err)
{
	int r;

	while (scan->at < size && scan->depth == 0 && is_blank(text[scan->at]))
		scan->at++;
	if (scan->at < size && scan->depth == 0 && text[scan->at] != '{' &&
	    text[scan->at] != '[')
		return err_set(err, -EBADMSG, "what comes is neither a JSON object nor array");
	while (scan->at < size) {
		scan_byte(scan, text[scan->at++]);
		r = bad_shape(scan, err);
		if (r < 0)
			return r;
		if (scan->depth > 0)
			continue;
		r = load(text, scan->at, ret, err);
		if (r == 0)
			*ret_size = scan->at;
		*scan = (struct json_scan)JSON_SCAN_INIT;
		return r;
	}
	if (size > JSON_SIZE_MAX)
		return err_set(err, -EBADMSG, "JSON of over %d bytes", JSON_SIZE_MAX);
	return err_set(err, -EAGAIN, "the JSON text has no end yet");
}

void json_free(struct json *json)
{
	json_decref((json_t *)(void *)json);
}

/* --- values ------------------------------------------------------------------------------ */

enum json_kind json_kind(const struct json *value)
{
	static const enum json_kind kinds[] = {
		[JSON_OBJECT] = JSON_KIND_OBJECT,
		[JSON_ARRAY] = JSON_KIND_ARRAY,
		[JSON_STRING] = JSON_KIND_TEXT,
		[JSON_INTEGER] = JSON_KIND_INTEGER,
		[JSON_REAL] = JSON_KIND_REAL,
		[JSON_TRUE] = JSON_KIND_BOOL,
		[JSON_FALSE] = JSON_KIND_BOOL,
		[JSON_NULL] = JSON_KIND_NULL,
	};

	return value ? kinds[json_typeof(in(value))] : JSON_KIND_NONE;
}

const char *json_kind_text(enum json_kind kind)
{
	static const char *const texts[] = {
		[JSON_KIND_NONE] = "nothing",
		[JSON_KIND_NULL] = "null",
		[JSON_KIND_BOOL] = "a truth value",
		[JSON_KIND_INTEGER] = "an integer",
		[JSON_KIND_REAL] = "a number",
		[JSON_KIND_TEXT] = "a text",
		[JSON_KIND_ARRAY] = "an array",
		[JSON_KIND_OBJECT] = "an object",
	};

	return texts[kind];
}

const struct json *json_get(const struct json *object, const char *name)
{
	return object ? out(json_object_get(in(object), name)) : NULL;
}

const struct json *json_at(const struct json *array, size_t index)
{
	return array ? out(json_array_get(in(array), index)) : NULL;
}

size_t json_count(const struct json *value)
{
	if (!value)
		return 0;
	/* Each is 0 for what it is not meant for. */
	return json_array_size(in(value)) + json_object_size(in(value));
}

/* jansson walks objects that may be changed; ours are not. */
static json_t *in_mutable(const struct json *value)
{
	union {
		const struct json *given;
		json_t *wanted;
	} cast = { .given = value };

	return cast.wanted;
}

static void *in_member(const struct json_member *member)
{
	union {
		const struct json_member *given;
		void *wanted;
	} cast = { .given = member };

	return cast.wanted;
}

const struct json_member *json_first(const struct json *object)
{
	return object ? json_object_iter(in_mutable(object)) : NULL;
}

const struct json_member *json_next(const struct json *object, const struct json_member *member)
{
	return json_object_iter_next(in_mutable(object), in_member(member));
}

const char *json_member_name(const struct json_member *member)
{
	return json_object_iter_key(in_member(member));
}

const struct json *json_member_value(const struct json_member *member)
{
	return out(json_object_iter_value(in_member(member)));
}

bool json_bool(const struct json *value, bool *ret)
{
	if (json_kind(value) != JSON_KIND_BOOL)
		return false;
	*ret = json_is_true(in(value));
	return true;
}

bool json_i64(const struct json *value, int64_t *ret)
{
	if (json_kind(value) != JSON_KIND_INTEGER)
		return false;
	*ret = json_integer_value(in(value));
	return true;
}

bool json_double(const struct json *value, double *ret)
{
	if (json_kind(value) != JSON_KIND_INTEGER && json_kind(value) != JSON_KIND_REAL)
		return false;
	*ret = json_number_value(in(value));
	return true;
}

const char *json_text(const struct json *value, size_t *ret_size)
{
	if (json_kind(value) != JSON_KIND_TEXT)
		return NULL;
	if (ret_size)
		*ret_size = json_string_length(in(value));
	return json_string_value(in(value));
}

/* --- paths ------------------------------------------------------------------------------- */

const struct json *json_find(const struct json *value, const char *path)
{
	char name[128];

	while (value && *path) {
		size_t size = strcspn(path, "/");
		uint64_t index;

		if (size >= sizeof(name))
			return NULL;
		memcpy(name, path, size);
		name[size] = '\0';
		path += size + (path[size] == '/');
		if (json_kind(value) != JSON_KIND_ARRAY)
			value = json_get(value, name);
		else if (num_u64(name, &index, NULL) == 0 && index <= SIZE_MAX)
			value = json_at(value, (size_t)index);
		else
			value = NULL;
	}
	return value;
}

int json_need(const struct json *value, const char *path, enum json_kind kind,
    const struct json **ret, struct err *err)
{
	const struct json *found = json_find(value, path);
	enum json_kind is = json_kind(found);

	if (!found)
		return err_set(err, -ENOENT, "the answer has no %.100s", path);
	if (is != kind && !(kind == JSON_KIND_REAL && is == JSON_KIND_INTEGER))
		return err_set(err, -EBADMSG, "%.100s is %s, not %s",
		    *path ? path : "the answer", json_kind_text(is), json_kind_text(kind));
	*ret = found;
	return 0;
}
