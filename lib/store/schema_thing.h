/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a statement of the schema makes, or takes away: by this an upgrade sees whether one that
 * is not recorded has been run. It knows the forms that schema/NNNN.sql uses, and no others:
 * CREATE TABLE, ALTER TABLE with ADD and DROP of columns and keys; CREATE OR REPLACE VIEW and
 * REPLACE INTO, which may be run again.
 */
#ifndef HAETAE_STORE_SCHEMA_THING_H
#define HAETAE_STORE_SCHEMA_THING_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* Names have at most 64 characters (MySQL manual, "Identifier Length Limits"). */
enum { SCHEMA_NAME_SIZE = 65, SCHEMA_TYPE_SIZE = 256 };

enum schema_kind { SCHEMA_COLUMN, SCHEMA_KEY };

struct schema_thing {
	enum schema_kind kind;
	bool dropped; /* taken away: only kind and name are known */
	char name[SCHEMA_NAME_SIZE];
	/* Of a column its type as schema_type writes it and whether it takes NULL; of a key its
	 * columns, joined by ','. */
	char type[SCHEMA_TYPE_SIZE];
	bool nullable;
};

struct schema_things {
	char table[SCHEMA_NAME_SIZE];
	bool creates;	 /* the table itself */
	bool repeatable; /* a view or rows: table is what they are put into */
	struct schema_thing *items;
	size_t n;
};
void schema_things_free(struct schema_things *things);

/* -EINVAL for another form. The list is the caller's. */
int schema_things_parse(
    const char *statement, struct schema_things *ret, struct err *err) ATTR_MUST_CHECK;

/* A column's type in one spelling for all servers: lower case, and no width of whole numbers
 * (MySQL 8.0.19 stopped to print it). */
void schema_type(const char *type, char ret[SCHEMA_TYPE_SIZE]);

#endif
