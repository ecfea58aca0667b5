/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/pattern.h"

#include <errno.h>
#include <string.h>

/* --- what every match has -------------------------------------------------------------- */

/* The longest run of plain letters of an alternative, and the one that is being read. */
struct runs {
	struct pattern_must best, now;
};

static void run_end(struct runs *runs)
{
	if (runs->now.size > runs->best.size)
		runs->best = runs->now;
	runs->now.size = 0;
}

static void run_add(struct runs *runs, char c)
{
	if (runs->now.size == sizeof(runs->now.text))
		run_end(runs);
	runs->now.text[runs->now.size++] = c;
}

/* The letter before a quantifier may be missing. */
static void run_drop(struct runs *runs)
{
	if (runs->now.size > 0)
		runs->now.size--;
	run_end(runs);
}

/* Behind a "[...]" that begins at p. */
static const char *skip_bracket(const char *p)
{
	p++;
	if (*p == '^')
		p++;
	if (*p == ']')
		p++;
	while (*p && *p != ']') {
		if (p[0] == '[' && (p[1] == ':' || p[1] == '.' || p[1] == '=')) {
			const char end[3] = { p[1], ']', '\0' };

			p = strstr(p + 2, end);
			if (!p)
				return "";
			p++;
		}
		p++;
	}
	return *p ? p + 1 : p;
}

/* Behind a "(...)" that begins at p. */
static const char *skip_group(const char *p)
{
	unsigned depth = 0;

	while (*p) {
		if (*p == '[') {
			p = skip_bracket(p);
			continue;
		}
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
		p++;
	}
	return p;
}

/* Takes one item of the expression and returns what is behind it. */
static const char *read_item(const char *p, struct runs *runs)
{
	switch (*p) {
	case '(':
		run_end(runs);
		return skip_group(p);
	case '[':
		run_end(runs);
		return skip_bracket(p);
	case '{':
		run_drop(runs);
		return p + strcspn(p, "}");
	case '*':
	case '?':
		run_drop(runs);
		return p + 1;
	case '+':
	case '.':
	case '^':
	case '$':
	case '}':
	case ')':
		run_end(runs);
		return p + 1;
	case '\\':
		/* Before a letter it is no escape: \w, \b, \1. */
		if (p[1] && strchr("^$.[]()|*+?{}\\/-", p[1]))
			run_add(runs, p[1]);
		else
			run_end(runs);
		return p[1] ? p + 2 : p + 1;
	default:
		run_add(runs, *p);
		return p + 1;
	}
}

static void find_musts(struct pattern *pattern)
{
	struct runs runs = { .best = { .size = 0 } };
	const char *p = pattern->text;

	pattern->n_musts = 0;
	for (;;) {
		if (*p && *p != '|') {
			p = read_item(p, &runs);
			continue;
		}
		run_end(&runs);
		if (runs.best.size == 0 || pattern->n_musts == PATTERN_MUSTS)
			break;
		pattern->musts[pattern->n_musts++] = runs.best;
		if (!*p)
			return;
		runs = (struct runs){ .best = { .size = 0 } };
		p++;
	}
	/* One alternative may be anything. */
	pattern->n_musts = 0;
}

static bool has_must(const struct pattern *pattern, const char *text, size_t size)
{
	for (size_t i = 0; i < pattern->n_musts; i++) {
		if (memmem(text, size, pattern->musts[i].text, pattern->musts[i].size))
			return true;
	}
	return pattern->n_musts == 0;
}

/* --- patterns ----------------------------------------------------------------------------- */

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
	if (!pattern.is_literal)
		find_musts(&pattern);
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
	return has_must(pattern, text, size) && regexec(&pattern->regex, text, 0, NULL, 0) == 0;
}

static bool name_begins(const char *piece, size_t piece_size, const char *text, size_t size)
{
	const char *slash = memrchr(piece, '/', piece_size);
	const char *name = slash ? slash + 1 : piece;

	return (size_t)(piece + piece_size - name) >= size && memcmp(name, text, size) == 0;
}

bool pattern_begins_with(const struct pattern *pattern, const char *text, size_t size)
{
	if (pattern->is_literal)
		return name_begins(pattern->text, pattern->size, text, size);
	for (size_t i = 0; i < pattern->n_musts; i++) {
		if (name_begins(pattern->musts[i].text, pattern->musts[i].size, text, size))
			return true;
	}
	return false;
}
