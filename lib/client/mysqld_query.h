/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a session behaves, and an operator's own statement in it.
 */
#ifndef HAETAE_CLIENT_MYSQLD_QUERY_H
#define HAETAE_CLIENT_MYSQLD_QUERY_H

#include "lib/base/attr.h"
#include "lib/client/mysqld.h"

/* Tells the server when nobody waits for an answer any more, so that it ends such a statement
 * itself, and sets its time zone to the system's. What a server does not know is left out;
 * fails only when the session does. */
int mysqld_prepare(struct mysqld *session, int64_t until_ms, struct err *err) ATTR_MUST_CHECK;

/* The first cell of the first row of a statement in a transaction that only reads, as a
 * number. Errors of mysqld_ask; -ENODATA without a row, -EDOM for NULL or what is no number:
 * the text quotes it. */
int mysqld_query_number(struct mysqld *session, const char *sql, const char *what,
    int64_t until_ms, double *ret, struct err *err) ATTR_MUST_CHECK;

/* The account as the server knows it, for GRANT: 'haetae'@'localhost'. */
int mysqld_account(struct mysqld *session, int64_t until_ms, char *ret, size_t ret_size,
    struct err *err) ATTR_MUST_CHECK;

#endif
