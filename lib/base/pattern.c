/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/pattern.h"

#include <errno.h>
#include <string.h>

int pattern_compile(const char *text, struct pattern *ret, struct err *err)
{
	struct pattern pattern = { .text = text, .size = strlen(text) };
	int code;

	if (!*text)
		return err_set(err, -EINVAL, "an empty pattern would match everything");
	pattern.is_literal = !strpbrk(text, "^$.[]()|*+?{}\\");
	if (!pattern.is_literal) {
		code = regcomp(&pattern.regex, text, REG_EXTENDED | REG_NOSUB);
		if (code != 0) {
			char reason[128];

			(void)regerror(code, &pattern.regex, reason, sizeof(reason));
			return err_set(
			    err, -EINVAL, "cannot use pattern '%.100s': %s", text, reason);
		}
	}
	*ret = pattern;
	return 0;
}

void pattern_free(struct pattern *pattern)
{
	if (pattern->text && !pattern->is_literal)
		regfree(&pattern->regex);
	pattern->text = NULL;
}

bool pattern_found(const struct pattern *pattern, const char *text, size_t size)
{
	if (pattern->is_literal)
		return memmem(text, size, pattern->text, pattern->size) != NULL;
	return regexec(&pattern->regex, text, 0, NULL, 0) == 0;
}
