/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A POSIX extended regular expression that is searched for in a text. One without
 * special characters is searched as the bytes that it is, which is much cheaper; of others
 * the bytes that every match has are sought first ("nova-api" of "/nova-api( |$)").
 */
#ifndef HAETAE_BASE_PATTERN_H
#define HAETAE_BASE_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"

enum { PATTERN_MUSTS = 8, PATTERN_MUST_SIZE = 64 };

/* A piece that a match of one alternative has. */
struct pattern_must {
	char text[PATTERN_MUST_SIZE];
	size_t size;
};

struct pattern {
	const char *text; /* as given, borrowed; NULL before pattern_compile */
	size_t size;
	bool is_literal;
	regex_t regex; /* unless is_literal */
	/* One an alternative; none: nothing is known without a search. */
	struct pattern_must musts[PATTERN_MUSTS];
	size_t n_musts;
};

#define CLEANUP_PATTERN CLEANUP(pattern_free)

/* -EINVAL with the reason for an expression that is none, or an empty one. */
int pattern_compile(const char *text, struct pattern *ret, struct err *err) ATTR_MUST_CHECK;
void pattern_free(struct pattern *pattern);

/* Whether the expression is found in text, which has a NUL at text[size]. */
bool pattern_found(const struct pattern *pattern, const char *text, size_t size);

/* Whether one of the pieces that a match must have, behind its last '/', begins with text: for
 * names that were cut, as those of zombies are. */
bool pattern_begins_with(const struct pattern *pattern, const char *text, size_t size);

#endif
