/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/conf.h"

#include <errno.h>

#include "lib/base/cleanup.h"
#include "t/tap.h"

struct target {
	char *text;
	struct conf_texts texts;
	bool flag, has_ms;
	int64_t number, ms;
	unsigned small;
	uint64_t bytes;
	const struct conf_item *item;
};

#define KEY(key, kind, field)                                                       \
	{                                                                           \
		.name = key, .type = kind, .offset = offsetof(struct target, field) \
	}

static const struct conf_key keys[] = {
	KEY("text", CONF_TEXT, text),
	KEY("texts", CONF_TEXTS, texts),
	KEY("flag", CONF_BOOL, flag),
	KEY("number", CONF_NUMBER, number),
	{ "small", CONF_UNSIGNED, offsetof(struct target, small), 1, 10, 0 },
	{ "ms", CONF_MS, offsetof(struct target, ms), 0, 60000,
	    offsetof(struct target, has_ms) },
	KEY("bytes", CONF_BYTES, bytes),
	KEY("item", CONF_ITEM, item),
};

static void target_free(struct target *target)
{
	free(target->text);
	conf_texts_free(&target->texts);
}

/* Reads a text into target; the message of a failure goes to err. */
static int read_text(const char *text, struct target *target, struct err *err)
{
	struct conf *conf = NULL;
	int r = conf_parse(text, strlen(text), "f.cfg", &conf, err);

	if (r == 0)
		r = conf_group_read(
		    conf_root(conf), keys, sizeof(keys) / sizeof(keys[0]), target, err);
	target->item = NULL;
	conf_free(conf);
	return r;
}

static void test_values(void)
{
	CLEANUP(target_free) struct target target = { .number = 7 };
	struct err err = ERR_INIT;

	ok(read_text("text = \"a\"; texts = ( \"b\", \"c\" ); flag = true; small = 10;\n"
		     "ms = \"1.5 s\"; bytes = \"64 KiB\"; item = { };",
	       &target, &err) == 0,
	    "all kinds of values %s", err.text);
	is_str(target.text, "a", "a text");
	ok(target.texts.n == 2 && strcmp(target.texts.items[1], "c") == 0, "texts");
	ok(target.flag && target.small == 10 && target.ms == 1500 && target.has_ms &&
		target.bytes == 65536,
	    "numbers");
	is_num(target.number, 7, "what is not there is left alone");
	ok(read_text(
	       "text = \"new\"; texts = [ ]; ms = 2; bytes = 5000000000L;", &target, &err) == 0,
	    "again %s", err.text);
	is_str(target.text, "new", "a later text replaces the first");
	ok(target.texts.n == 0 && target.ms == 2000 && target.bytes == 5000000000u,
	    "and so do others");
	ok(read_text("ms = 0.25;", &target, &err) == 0 && target.ms == 250, "a fraction");
	ok(read_text("ms = \"1m\";", &target, &err) == 0 && target.ms == 60000, "a unit");
	ok(read_text("", &target, &err) == 0, "an empty file is none wrong");
}

static void test_errors(void)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "\n\nunknown = 1;", "f.cfg:3: unknown key 'unknown'; known are text, texts" },
		{ "text = 5;", "f.cfg:1: key 'text': expected a text in quotes" },
		{ "\ntexts = \"a\";", "f.cfg:2: key 'texts': expected a list of texts" },
		{ "texts = ( \"a\", 5 );", "f.cfg:1: key 'texts': expected texts in quotes, "
					   "but element 2 is none" },
		{ "flag = 1;", "f.cfg:1: key 'flag': expected true or false" },
		{ "number = 1.5;", "f.cfg:1: key 'number': expected a whole number" },
		{ "small = 11;", "f.cfg:1: key 'small': 11 is not between 1 and 10" },
		{ "ms = \"5 x\";", "f.cfg:1: key 'ms': '5x' is not a time" },
		{ "ms = true;", "f.cfg:1: key 'ms': expected a time: a number of seconds" },
		{ "ms = -1;", "f.cfg:1: key 'ms': expected a time" },
		{ "ms = 61;", "f.cfg:1: key 'ms': 61000 ms is not between 0 and 60000 ms" },
		{ "ms = 1e300;", "f.cfg:1: key 'ms': expected a time" },
		{ "bytes = \"5 parsecs\";", "f.cfg:1: key 'bytes': '5parsecs' is not a number "
					    "of bytes" },
		{ "item = 1;", "f.cfg:1: key 'item': expected a group" },
		{ "\nthis is wrong", "f.cfg:2: syntax error" },
		{ "text = \"a\"; text = \"b\";", "f.cfg:1: duplicate setting name" },
		{ "flag = true;\n @include \"/etc/passwd\"\n",
		    "f.cfg:2: @include is not taken" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(target_free) struct target target = { 0 };
		struct err err = ERR_INIT;

		ok(read_text(rows[i].text, &target, &err) == -EBADMSG &&
			strncmp(err.text, rows[i].message, strlen(rows[i].message)) == 0,
		    "%s", err.text);
	}
}

static void test_files(void)
{
	struct conf *conf = NULL;
	struct err err = ERR_INIT;

	ok(conf_parse("a\0b", 3, "f.cfg", &conf, &err) == -EBADMSG, "%s", err.text);
	ok(conf_read("/nonexistent", &conf, &err) == -ENOENT, "%s", err.text);
	ok(!conf, "and nothing is returned");
}

static void test_members(void)
{
	static const char text[] = "a = \"x\";\nb = 5;\n";
	struct conf *conf = NULL;
	struct err err = ERR_INIT;
	const struct conf_item *root;

	ok(conf_parse(text, strlen(text), "f.cfg", &conf, &err) == 0, "members %s", err.text);
	root = conf_root(conf);
	is_str(conf_text(conf_member(root, "a")), "x", "a member's text");
	ok(!conf_text(conf_member(root, "b")) && !conf_member(root, "c"), "and none");
	ok(!conf_member(conf_member(root, "a"), "x"), "a text has no members");
	(void)err_set(&err, -EINVAL, "too small");
	ok(conf_error_key(root, "b", &err) == -EBADMSG, "an error at a key");
	is_str(err.text, "f.cfg:2: key 'b': too small", "has its line");
	conf_free(conf);
}

int main(void)
{
	test_values();
	test_members();
	test_errors();
	test_files();
	return tap_done();
}
