/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/schema_thing.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/cleanup.h"

void schema_things_free(struct schema_things *things)
{
	free(things->items);
	*things = (struct schema_things){ 0 };
}

static const char *skip_blanks(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static size_t word_size(const char *text)
{
	size_t size = 0;

	while (isalnum((unsigned char)text[size]) || text[size] == '_')
		size++;
	return size;
}

/* Whether the words stand at *text; then *text is behind them. */
static bool take(const char **text, const char *words)
{
	const char *at = skip_blanks(*text);

	while (*words) {
		size_t size = word_size(words);

		if (word_size(at) != size || strncasecmp(at, words, size) != 0)
			return false;
		at = skip_blanks(at + size);
		words = skip_blanks(words + size);
	}
	*text = at;
	return true;
}

static bool take_name(const char **text, char ret[SCHEMA_NAME_SIZE])
{
	const char *at = skip_blanks(*text);
	size_t size = word_size(at);

	if (size == 0 || size >= SCHEMA_NAME_SIZE)
		return false;
	memcpy(ret, at, size);
	ret[size] = '\0';
	*text = skip_blanks(at + size);
	return true;
}

/* The end of an item: a ',' or ')' outside of parentheses and quotes, or the text's end. */
static const char *item_end(const char *at)
{
	int depth = 0;
	bool quoted = false;

	for (; *at; at++) {
		if (*at == '\'')
			quoted = !quoted;
		if (quoted)
			continue;
		if (depth == 0 && (*at == ',' || *at == ')'))
			break;
		depth += (*at == '(') - (*at == ')');
	}
	return at;
}

void schema_type(const char *type, char ret[SCHEMA_TYPE_SIZE])
{
	size_t n = 0;
	bool number = false;

	for (const char *at = type; *at && n + 1 < SCHEMA_TYPE_SIZE; at++) {
		if (*at == '(' && n >= 3 && strncmp(ret + n - 3, "int", 3) == 0)
			number = true;
		if (!number)
			ret[n++] = (char)tolower((unsigned char)*at);
		if (*at == ')')
			number = false;
	}
	ret[n] = '\0';
}

/* "(a, b)" as "a,b". */
static bool take_columns(const char *at, char ret[SCHEMA_TYPE_SIZE])
{
	size_t n = 0;

	if (*at++ != '(')
		return false;
	for (; *at && *at != ')' && n + 1 < SCHEMA_TYPE_SIZE; at++) {
		if (!isspace((unsigned char)*at))
			ret[n++] = *at;
	}
	ret[n] = '\0';
	return *at == ')';
}

/* "NAME TYPE[(…)] [UNSIGNED] [NOT NULL] …" */
static bool read_column(const char *at, const char *end, struct schema_thing *ret)
{
	char type[SCHEMA_TYPE_SIZE] = "";
	const char *behind, *closing;
	size_t size;

	ret->kind = SCHEMA_COLUMN;
	if (!take_name(&at, ret->name))
		return false;
	size = word_size(at);
	closing = at[size] == '(' ? strchr(at, ')') : at + size - 1;
	if (size == 0 || !closing || closing >= end)
		return false;
	size = (size_t)(closing + 1 - at);
	behind = at + size;
	(void)snprintf(type, sizeof(type), "%.*s%s", (int)size, at,
	    take(&behind, "UNSIGNED") ? " unsigned" : "");
	schema_type(type, ret->type);
	ret->nullable = !take(&behind, "NOT NULL");
	return true;
}

/* One item of a CREATE TABLE, or what stands behind ADD. */
static bool read_item(const char *at, const char *end, struct schema_thing *ret)
{
	ret->kind = SCHEMA_KEY;
	if (take(&at, "PRIMARY KEY")) {
		(void)snprintf(ret->name, sizeof(ret->name), "PRIMARY");
		return take_columns(at, ret->type);
	}
	if (take(&at, "UNIQUE KEY") || take(&at, "KEY"))
		return take_name(&at, ret->name) && take_columns(at, ret->type);
	return read_column(at, end, ret);
}

static bool read_change(const char *at, const char *end, struct schema_thing *ret)
{
	if (take(&at, "ADD COLUMN") || take(&at, "ADD"))
		return read_item(at, end, ret);
	if (!take(&at, "DROP"))
		return false;
	ret->dropped = true;
	ret->kind = take(&at, "KEY") ? SCHEMA_KEY : SCHEMA_COLUMN;
	if (ret->kind == SCHEMA_COLUMN && !take(&at, "COLUMN"))
		return false;
	return take_name(&at, ret->name) && at >= end;
}

typedef bool item_fn(const char *at, const char *end, struct schema_thing *ret);

static int read_items(
    const char *at, item_fn *read, struct schema_things *things, struct err *err)
{
	for (;;) {
		const char *end = item_end(at);
		struct schema_thing *items =
		    realloc(things->items, (things->n + 1) * sizeof(*items));

		if (!items)
			return err_sys(err, -ENOMEM, "cannot read a statement of the schema");
		things->items = items;
		items[things->n] = (struct schema_thing){ .kind = SCHEMA_COLUMN };
		if (!read(at, end, &items[things->n]))
			return err_set(err, -EINVAL,
			    "cannot read a statement of the schema at '%.40s'",
			    skip_blanks(at));
		things->n++;
		if (*end != ',')
			return 0;
		at = end + 1;
	}
}

int schema_things_parse(const char *statement, struct schema_things *ret, struct err *err)
{
	CLEANUP(schema_things_free) struct schema_things things = { 0 };
	const char *at = statement;
	item_fn *read = NULL;
	int r = 0;

	if (take(&at, "CREATE OR REPLACE SQL SECURITY INVOKER VIEW") ||
	    take(&at, "REPLACE INTO")) {
		things.repeatable = true;
	} else if (take(&at, "CREATE TABLE")) {
		(void)take(&at, "IF NOT EXISTS");
		things.creates = true;
		read = read_item;
	} else if (take(&at, "ALTER TABLE")) {
		read = read_change;
	}
	if ((!read && !things.repeatable) || !take_name(&at, things.table) ||
	    (things.creates && *at++ != '('))
		return err_set(err, -EINVAL,
		    "cannot read a statement of the schema: '%.40s' has an unknown form",
		    statement);
	if (read)
		r = read_items(at, read, &things, err);
	if (r < 0)
		return r;
	*ret = things;
	things = (struct schema_things){ 0 };
	return 0;
}
