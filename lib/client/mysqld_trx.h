/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The transactions that are open in InnoDB, by information_schema.INNODB_TRX, and whose the
 * oldest is. Needs PROCESS. Statements are not read: they hold what nobody else should see.
 */
#ifndef HAETAE_CLIENT_MYSQLD_TRX_H
#define HAETAE_CLIENT_MYSQLD_TRX_H

#include "lib/base/attr.h"
#include "lib/client/mysqld.h"

enum { MYSQLD_WHO_SIZE = 288, MYSQLD_ID_SIZE = 24 };

/* A transaction that counts, and whose it is. */
struct mysqld_one_trx {
	double age_s;		   /* 0 without one */
	char id[MYSQLD_ID_SIZE];   /* of its thread, digits; "" without one */
	char who[MYSQLD_WHO_SIZE]; /* "thread 12 of nova at db1:40112, Sleep"; "" not asked */
};

struct mysqld_trx {
	double n;		      /* but our own */
	struct mysqld_one_trx oldest; /* since its start */
	struct mysqld_one_trx waits;  /* longest for a lock, since it waits */
};

/* The answer to the statement. -EBADMSG if it has no such columns. */
int mysqld_trx_parse(
    const struct mysqld_table *table, struct mysqld_trx *ret, struct err *err) ATTR_MUST_CHECK;
/* The rows of the processes whose ids it has. */
void mysqld_trx_parse_who(const struct mysqld_table *table, struct mysqld_trx *trx);

/* Errors of mysqld_ask. The session's time zone must be SYSTEM: trx_started is in that. Whose
 * a transaction is, is asked only from its first second on: it costs the server a temporary
 * table on disk. */
int mysqld_trx_read(struct mysqld *session, int64_t until_ms, struct mysqld_trx *ret,
    struct err *err) ATTR_MUST_CHECK;

#endif
