/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables in texts, and specs that have them. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/store/spec_field.h"
#include "lib/store/spec_source.h"
#include "lib/store/template.h"
#include "t/tap.h"

static struct err err;

static const char *value(const char *name, void *context)
{
	(void)context;
	if (strcmp(name, "name") == 0)
		return "n1";
	if (strcmp(name, "odd") == 0)
		return "$(node.name) ; $$( '\n";
	return strcmp(name, "empty") == 0 ? "" : NULL;
}

static void expands(const char *text, const char *expected)
{
	CLEANUP_BUF struct buf buf = BUF_INIT;

	ok(template_expand(text, value, NULL, &buf, NULL, &err) == 0, "'%s': %s", text,
	    err.text);
	is_str(buf_text(&buf), expected, "gives its text");
	err = (struct err)ERR_INIT;
}

static void lacks(const char *text, const char *name)
{
	CLEANUP_BUF struct buf buf = BUF_INIT;
	char found[TEMPLATE_NAME_SIZE_MAX + 1] = "";

	ok(template_expand(text, value, NULL, &buf, found, &err) == -ENODATA, "'%s' has a hole",
	    text);
	is_str(found, name, "of that name");
}

static void refused(const char *text, const char *why)
{
	CLEANUP_BUF struct buf buf = BUF_INIT;

	ok(template_expand(text, value, NULL, &buf, NULL, &err) == -EINVAL, "'%s' is refused",
	    text);
	ok(strstr(err.text, why), "%s: %s", why, err.text);
}

static void test_texts(void)
{
	char name[80] = "$(node.";

	expands("", "");
	expands("plain $ $$ $) ()", "plain $ $$ $) ()");
	expands("$(node.name)", "n1");
	expands("a$(node.name)b$(node.name)", "an1bn1");
	expands("$$(node.name)", "$(node.name)");
	expands("$$$(node.name)", "$$(node.name)");
	expands("$$$$(", "$$$(");
	expands("$", "$");
	expands("$(node.odd)", "$(node.name) ; $$( '\n");
	lacks("x$(node.nothing)", "nothing");
	lacks("$(node.empty)", "empty");
	refused("$(", "is no variable");
	refused("$(date)", "is no variable");
	refused("$(node.)", "has no name");
	refused("$(node.name", "has no end");
	refused("$(node.a b)", "is no variable");
	refused("$(node.$(node.name))", "is no variable");
	refused("$(Node.name)", "is no variable");
	memset(name + 7, 'a', 65);
	memcpy(name + 72, ")", 2);
	refused(name, "too long");
	memmove(name + 71, name + 72, 2);
	lacks(name, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void test_escape(void)
{
	static const char *const texts[] = { "", "$", "$(", "$$(", "$$$(x)", "a$(b)$$(c",
		"$)(" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CLEANUP_BUF struct buf escaped = BUF_INIT, back = BUF_INIT;

		ok(template_escape(texts[i], &escaped) == 0 &&
			template_expand(buf_text(&escaped), value, NULL, &back, NULL, &err) ==
			    0,
		    "'%s' is escaped as '%s'", texts[i], buf_text(&escaped));
		is_str(buf_text(&back), texts[i], "and comes back");
	}
}

static void test_specs(void)
{
	char group[] = "g$(node.name)", one[] = "$(node.name)", two[] = "$$(x)",
	     hole[] = "$(node.empty)";
	char *args[] = { one, two, NULL };
	struct spec spec = { .synchgroup = group, .args = args, .n_args = 2, .phase_ms = -1 };
	CLEANUP(spec_filled_free) struct spec_filled filled = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT;
	CLEANUP(spec_free) struct spec back = { 0 };
	char name[TEMPLATE_NAME_SIZE_MAX + 1] = "";

	ok(spec_source_varies(&spec), "a spec with variables");
	ok(spec_source_text(&spec, &text) == 0 &&
		spec_source_parse(buf_text(&text), &back, &err) == 0 && back.n_args == 2,
	    "goes through a text");
	is_str(back.synchgroup, group, "with its synchgroup");
	is_str(back.args[1], two, "and its arguments");
	ok(spec_source_parse("", &back, &err) == -EBADMSG, "an empty text is none");
	ok(spec_source_fill(&spec, value, NULL, &filled, name, &err) == -EINVAL,
	    "what is no spec is not filled");
	args[0] = hole;
	ok(spec_source_fill(&spec, value, NULL, &filled, name, &err) == -ENODATA,
	    "nor one with a hole");
	is_str(name, "empty", "which is named");
	args[0] = two;
	spec.synchgroup = NULL;
	ok(!spec_source_varies(&spec), "escapes alone do not vary");
}

static void test_fields(void)
{
	char one[] = "a b", two[] = "", three[] = "x\ny", plain[] = "-w";
	char *args[] = { one, two, three, plain, NULL };
	struct spec a = { .command = one, .args = args, .n_args = 4, .interval_ms = 1500 },
		    b = a;
	CLEANUP_BUF struct buf text = BUF_INIT;
	size_t n = 0;

	ok(spec_same(&a, &b), "a spec is the same as itself");
	/* Each setting alone makes a difference. */
	for (size_t i = 0; i < SPEC_FIELDS; i++) {
		static char other[] = "other";

		b = a;
		if (spec_fields[i].kind == SPEC_TEXT)
			*(char **)((char *)&b + spec_fields[i].offset) = other;
		else if (spec_fields[i].kind == SPEC_ARGS)
			b.n_args = 3;
		else
			*((char *)&b + spec_fields[i].offset) = 1;
		n += !spec_same(&a, &b) && !spec_field_same(&spec_fields[i], &a, &b);
	}
	is_num((int64_t)n, SPEC_FIELDS, "every setting counts");
	spec_command_text(&a, &text);
	is_str(buf_text(&text), "a b 'a b' '' 'x\\ny' -w", "a command line to read");
	buf_reset(&text);
	spec_ms_text(1500, &text);
	is_str(buf_text(&text), "1500 ms", "milliseconds");
}

int main(void)
{
	test_texts();
	test_escape();
	test_specs();
	test_fields();
	return tap_done();
}
