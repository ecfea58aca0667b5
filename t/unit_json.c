/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/client/json.h"
#include "t/tap.h"

static int parse(const char *text, struct json **ret, struct err *err)
{
	return json_parse(text, strlen(text), ret, err);
}

static void test_values(void)
{
	CLEANUP_JSON struct json *json = NULL;
	struct err err = ERR_INIT;
	const struct json *found = NULL;
	int64_t integer = 7;
	double real = 7;
	bool truth = false;
	size_t size = 0;

	is_num(parse("{\"a\":[1,2.5,-3],\"b\":{\"c\":\"x\\u0000y\"},\"t\":true,\"n\":null,"
		     "\"big\":9223372036854775807,\"a\":[10,20]}",
		   &json, &err),
	    0, "an object is parsed");
	is_num(json_count(json), 5, "a name that is there twice counts once");
	ok(json_i64(json_find(json, "a/1"), &integer) && integer == 20,
	    "and its last value holds");
	ok(json_i64(json_get(json, "big"), &integer) && integer == INT64_MAX,
	    "the largest integer");
	ok(json_double(json_get(json, "big"), &real) && real > 9.2e18, "is a double, too");
	ok(json_bool(json_get(json, "t"), &truth) && truth, "a truth value");
	is_num(json_kind(json_get(json, "n")), JSON_KIND_NULL, "null is a value");
	ok(json_text(json_find(json, "b/c"), &size) && size == 3, "a text may hold a NUL");
	ok(!json_text(json_get(json, "t"), NULL), "a truth value is no text");
	ok(!json_i64(json_get(json, "n"), &integer) && integer == INT64_MAX,
	    "null is no integer, and the result is as it was");
	ok(!json_find(json, "a/2") && !json_find(json, "a/x") && !json_find(json, "t/x"),
	    "paths that lead nowhere");
	ok(json_find(json, "") == json, "an empty path is the value itself");
	is_num(
	    json_need(json, "b/d", JSON_KIND_TEXT, &found, &err), -ENOENT, "what is missing");
	is_str(err.text, "the answer has no b/d", "is named");
	is_num(json_need(json, "b", JSON_KIND_REAL, &found, &err), -EBADMSG, "a wrong kind");
	is_str(err.text, "b is an object, not a number", "is named");
	is_num(
	    json_need(json, "big", JSON_KIND_REAL, &found, &err), 0, "an integer is a number");
}

static void test_nothing(void)
{
	bool truth;
	double real;

	ok(!json_get(NULL, "a") && !json_at(NULL, 0) && !json_find(NULL, "a") &&
		!json_first(NULL) && json_count(NULL) == 0 && !json_bool(NULL, &truth) &&
		!json_double(NULL, &real) && !json_text(NULL, NULL),
	    "no value has nothing");
	is_num(json_kind(NULL), JSON_KIND_NONE, "and is of no kind");
	json_free(NULL);
}

static void test_members(void)
{
	CLEANUP_JSON struct json *json = NULL;
	unsigned n = 0;
	int64_t sum = 0, one;

	is_num(parse("{\"a\":1,\"b\":2,\"c\":4}", &json, NULL), 0, "an object");
	for (const struct json_member *m = json_first(json); m; m = json_next(json, m)) {
		n += strlen(json_member_name(m)) == 1;
		if (json_i64(json_member_value(m), &one))
			sum += one;
	}
	is_num(n, 3, "its members are walked");
	is_num(sum, 7, "with their values");
	ok(!json_first(json_get(json, "a")), "a number has no members");
}

static void repeat(const char *text, size_t n, struct buf *ret)
{
	for (size_t i = 0; i < n; i++)
		buf_adds(ret, text);
}

static void test_hostile(void)
{
	static const char *const bad[] = { "", " ", "{", "[1,]", "{\"a\"}", "nul", "[1] x",
		"\"\xff\"", "]", "[}", "{\"a\":1e999}", "\"\\ud800\"", "{\"\\u0000\":1}" };
	CLEANUP_BUF struct buf deep = BUF_INIT;
	struct json *json = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err.text[0] = '\0';
		ok(parse(bad[i], &json, &err) == -EBADMSG && err.text[0] && !json,
		    "refused: bad text %zu", i);
	}
	repeat("[", 100000, &deep);
	is_num(parse(buf_text(&deep), &json, &err), -EBADMSG, "nesting without end");
	is_str(err.text, "JSON that is nested over 64 deep", "is named");
	buf_reset(&deep);
	buf_addc(&deep, '[');
	repeat("[],", JSON_VALUES_MAX, &deep);
	is_num(parse(buf_text(&deep), &json, &err), -EBADMSG, "too many values are refused");
	is_num(parse("[18446744073709551615, 1]", &json, &err), 0,
	    "a number above 64 bits does not spoil the rest");
	is_num(json_kind(json_at(json, 0)), JSON_KIND_REAL, "it is a real");
	json_free(json);
	json = NULL;
	is_num(parse("\"[[[[\\\"[[\"", &json, &err), 0, "brackets in a text do not nest");
	json_free(json);
}

static void test_stream(void)
{
	static const char text[] = "{\"a\":\"}\\\"{\"}[1,[2]] {\"b\":null}\n7";
	struct json_scan scan = JSON_SCAN_INIT;
	struct json *json = NULL;
	struct err err = ERR_INIT;
	size_t taken = 0, at = 0, n = 0;

	/* A byte more each time, as a slow peer sends it. */
	for (size_t size = 0; size < sizeof(text) - 1; size++) {
		int r = json_parse_next(&scan, text + at, size - at, &json, &taken, &err);

		if (r == -EAGAIN)
			continue;
		if (r < 0)
			break;
		at += taken;
		n++;
		json_free(json);
	}
	is_num(n, 3, "texts without a separator are taken one by one");
	json = NULL;
	scan = (struct json_scan)JSON_SCAN_INIT;
	is_num(json_parse_next(&scan, text + at, sizeof(text) - 1 - at, &json, &taken, &err),
	    -EBADMSG, "a bare number has no end that could be seen");
	scan = (struct json_scan)JSON_SCAN_INIT;
	is_num(json_parse_next(&scan, "[}", 2, &json, &taken, &err), -EBADMSG,
	    "brackets that do not match");
	scan = (struct json_scan)JSON_SCAN_INIT;
	is_num(json_parse_next(&scan, "  ", 2, &json, &taken, &err), -EAGAIN,
	    "blanks alone are no end");
	ok(!json, "and nothing was made");
}

int main(void)
{
	test_values();
	test_nothing();
	test_members();
	test_hostile();
	test_stream();
	return tap_done();
}
