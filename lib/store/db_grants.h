/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each kind of user of the database must be allowed, table by table, and no more. One table
 * in the code says it; the tests run with what comes of it.
 */
#ifndef HAETAE_STORE_DB_GRANTS_H
#define HAETAE_STORE_DB_GRANTS_H

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"

enum db_role {
	DB_ROLE_RUNNER,	  /* haetae-scheduler */
	DB_ROLE_OPERATOR, /* the haetae command, but for db init and db upgrade */
	DB_ROLE_VIEWER,	  /* only looks: dashboards, haetae status */
	DB_ROLE_COUNT
};
extern const char *const db_role_names[DB_ROLE_COUNT];

/* -EINVAL for a name that is none, with the names that are. */
int db_role_parse(const char *name, enum db_role *ret, struct err *err) ATTR_MUST_CHECK;

/* Appends the GRANT statements, a line each. */
void db_grants(enum db_role role, const char *database, const char *user, const char *from,
    struct buf *ret);

/* The tables that there are, for the test that none is forgotten; NULL at the end. */
const char *db_grants_table(size_t index);

#endif
