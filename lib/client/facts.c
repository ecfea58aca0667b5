/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/facts.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/num.h"

void facts_clear(const struct fact *facts, size_t n_facts, void *ret)
{
	for (size_t i = 0; i < n_facts; i++) {
		char *place = (char *)ret + facts[i].offset;
		double none = NAN;

		if (facts[i].text_size > 0)
			*place = '\0';
		else
			memcpy(place, &none, sizeof(none));
	}
}

static bool store(const struct fact *fact, const char *value, size_t size, void *ret)
{
	char *place = (char *)ret + fact->offset;
	double number;

	if (fact->text_size > 0) {
		(void)snprintf(place, fact->text_size, "%.*s", (int)size, value);
		return true;
	}
	if (num_double_n(value, size, &number) < 0)
		return false;
	memcpy(place, &number, sizeof(number));
	return true;
}

/* One line without its end. */
static bool parse_line(const char *line, size_t size, const char *separator,
    const struct fact *facts, size_t n_facts, void *ret)
{
	const char *end = memmem(line, size, separator, strlen(separator));
	size_t name_size = end ? (size_t)(end - line) : 0;
	const char *value = end ? end + strlen(separator) : NULL;

	for (size_t i = 0; end && i < n_facts; i++) {
		if (strlen(facts[i].name) == name_size &&
		    memcmp(facts[i].name, line, name_size) == 0)
			return store(&facts[i], value, (size_t)(line + size - value), ret);
	}
	return false;
}

size_t facts_parse(const char *text, size_t size, const char *prefix, const char *separator,
    const struct fact *facts, size_t n_facts, void *ret)
{
	const char *end = text + size;
	size_t n_found = 0, prefix_size = strlen(prefix);

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t line_size = (size_t)((newline ? newline : end) - text);

		if (line_size > 0 && text[line_size - 1] == '\r')
			line_size--;
		if (line_size >= prefix_size && memcmp(text, prefix, prefix_size) == 0)
			n_found += parse_line(text + prefix_size, line_size - prefix_size,
			    separator, facts, n_facts, ret);
		text = newline ? newline + 1 : end;
	}
	return n_found;
}
