/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A POSIX extended regular expression that is searched for in a text. One without
 * special characters is searched as the bytes that it is, which is much cheaper.
 */
#ifndef HAETAE_BASE_PATTERN_H
#define HAETAE_BASE_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"

struct pattern {
	const char *text; /* as given, borrowed; NULL before pattern_compile */
	size_t size;
	bool is_literal;
	regex_t regex; /* unless is_literal */
};

#define CLEANUP_PATTERN CLEANUP(pattern_free)

/* -EINVAL with the reason for an expression that is none, or an empty one. */
int pattern_compile(const char *text, struct pattern *ret, struct err *err) ATTR_MUST_CHECK;
void pattern_free(struct pattern *pattern);

/* Whether the expression is found in text, which has a NUL at text[size]. */
bool pattern_found(const struct pattern *pattern, const char *text, size_t size);

#endif
