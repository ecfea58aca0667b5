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

/* Patterns whose pieces are sought first find what the bare expression finds. */
static void test_musts(void)
{
	static const char *const patterns[] = { "/nova-api( |$)",
		"nova-api-uwsgi\\.ini|/nova-api( |$)", "ab?c", "ab*c", "ab+c", "ab{0,2}c",
		"ab{2}c", "(ab|cd)ef", "(a|b)?c", "x|", "a|b.|c", "[]a]b", "[^]a]b",
		"[[:alpha:]]b", "[a[.-.]b]c", "\\(healthy\\)$", "a\\.b", "a\\wb", "^$",
		"beam\\.smp .*rabbit", "(a(b)[)]c)d", "a|(b|c)d|e", "\\[x\\]", "a.b.c", "(",
		"a{", "a{1",
		"longer-than-the-piece-that-is-kept-of-it-which-is-sixty-four-bytes.", "a\\|b",
		"1{2}3|4", "a**b", "(x)*y", "a$b|c" };
	static const char *const texts[] = { "", "a", "b", "c", "ab", "ac", "abc", "abbc",
		"abbbc", "abef", "cdef", "ef", "x", "d", "bd", "cd", "e", "]b", "-c", "[x]",
		"a.b", "axb", "a|b", "a b c", "/usr/bin/nova-api", "/usr/bin/nova-api --x",
		"nova-api-uwsgi.ini", "nova-apx", "ovs: (healthy)", "beam.smp -x rabbit",
		"beam_smp rabbit", "ab)cd", "a)d", "a{", "a{1", "113", "1223", "4", "y", "xxy",
		"longer-than-the-piece-that-is-kept-of-it-which-is-sixty-four-bytes!",
		"longer-than-the" };
	unsigned differ = 0, compared = 0;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		CLEANUP_PATTERN struct pattern compiled = { 0 };

		if (pattern_compile(patterns[i], &compiled, NULL) < 0 || compiled.is_literal)
			continue;
		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
			bool bare = regexec(&compiled.regex, texts[k], 0, NULL, 0) == 0;

			compared++;
			if (pattern_found(&compiled, texts[k], strlen(texts[k])) == bare)
				continue;
			differ++;
			printf("# '%s' in '%s'\n", patterns[i], texts[k]);
		}
	}
	ok(compared > 1000 && differ == 0, "%u searches find the same", compared);
}

static void test_pieces(void)
{
	CLEANUP_PATTERN struct pattern two = { 0 }, none = { 0 }, some = { 0 };

	ok(pattern_compile("nova-api-uwsgi\\.ini|/nova-api( |$)", &two, NULL) == 0 &&
		two.n_musts == 2 && two.musts[0].size == strlen("nova-api-uwsgi.ini") &&
		two.musts[1].size == strlen("/nova-api"),
	    "a piece an alternative, as long as can be");
	ok(pattern_compile("abc|.", &none, NULL) == 0 && none.n_musts == 0, "or none at all");
	ok(pattern_compile("abcd?e", &some, NULL) == 0 && some.n_musts == 1 &&
		some.musts[0].size == 3,
	    "without what may be missing");
	ok(pattern_begins_with(&two, "nova-api-uwsg", 13) &&
		pattern_begins_with(&two, "nova-api", 8) &&
		!pattern_begins_with(&two, "ova", 3) && !pattern_begins_with(&none, "abc", 3),
	    "a name that was cut");
}

int main(void)
{
	struct pattern pattern = { 0 };
	struct err err = ERR_INIT;

	test_musts();
	test_pieces();
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
