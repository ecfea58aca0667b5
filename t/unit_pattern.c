/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "lib/base/pattern.h"
#include "t/tap.h"

static bool found(const char *pattern, const char *text)
{
	CLEANUP_PATTERN struct pattern compiled = { 0 };

	return pattern_compile(pattern, &compiled, NULL) == 0 &&
	       pattern_found(&compiled, text, strlen(text));
}

int main(void)
{
	struct pattern pattern = { 0 };
	struct err err = ERR_INIT;

	ok(found("nova-api", "/usr/bin/nova-api --x"), "a literal inside");
	ok(!found("nova-api", "/usr/bin/nova-apx"), "and not inside");
	ok(found("/nova-api( |$)", "/usr/bin/nova-api"), "an expression at the end");
	ok(!found("/nova-api( |$)", "/usr/bin/nova-api-metadata"), "not a longer name");
	ok(found("^a.c$", "abc") && !found("a\\.c", "abc"), "dots and their escape");
	ok(!found("a", ""), "nothing in an empty text");
	ok(pattern_compile("a", &pattern, NULL) == 0 && pattern.is_literal,
	    "no regex is compiled");
	pattern_free(&pattern);
	pattern_free(&pattern);
	ok(pattern_compile("", &pattern, &err) == -EINVAL, "an empty pattern is refused");
	ok(pattern_compile("a(b", &pattern, &err) == -EINVAL, "a broken one too");
	ok(strstr(err.text, "cannot use pattern 'a(b': "), "with the reason");
	ok(!pattern.text, "and leaves the result alone");
	return tap_done();
}
