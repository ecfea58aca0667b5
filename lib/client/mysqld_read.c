/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The thin half of mysqld_replica.h and mysqld_trx.h: what they parse is asked here. */
#include "config.h"

#include <stdio.h>

#include "lib/client/mysqld_replica.h"
#include "lib/client/mysqld_trx.h"

/* --- replication --------------------------------------------------------------------------- */

enum { MYSQL_SAYS_REPLICA = 80022, MARIADB_HAS_MONITOR = 100500 };

int mysqld_replicas_read(
    struct mysqld *session, int64_t until_ms, struct mysqld_replicas *ret, struct err *err)
{
	CLEANUP_MYSQLD_TABLE struct mysqld_table table = { .cells = NULL };
	const char *sql = "SHOW SLAVE STATUS";
	int r;

	if (mysqld_is_mariadb(session))
		sql = "SHOW ALL SLAVES STATUS";
	else if (mysqld_version_number(session) >= MYSQL_SAYS_REPLICA)
		sql = "SHOW REPLICA STATUS";
	r = mysqld_ask(session, sql, sql, until_ms, &table, err);
	return r < 0 ? r : mysqld_replicas_parse(&table, ret, err);
}

const char *mysqld_replicas_right(const struct mysqld *session)
{
	return mysqld_is_mariadb(session) &&
		       mysqld_version_number(session) >= MARIADB_HAS_MONITOR
		   ? "REPLICA MONITOR"
		   : "REPLICATION CLIENT";
}

/* --- transactions --------------------------------------------------------------------------- */

static const char trx_sql[] =
    "SELECT COUNT(*) AS n, TIMESTAMPDIFF(SECOND, MIN(trx_started), NOW()) AS oldest_s, "
    "SUBSTRING_INDEX(MIN(CONCAT(trx_started, '/', trx_mysql_thread_id)), '/', -1) "
    "AS oldest_id, TIMESTAMPDIFF(SECOND, MIN(trx_wait_started), NOW()) AS wait_s, "
    "SUBSTRING_INDEX(MIN(CONCAT(trx_wait_started, '/', trx_mysql_thread_id)), '/', -1) "
    "AS wait_id FROM information_schema.INNODB_TRX "
    "WHERE trx_mysql_thread_id <> CONNECTION_ID()";

int mysqld_trx_read(
    struct mysqld *session, int64_t until_ms, struct mysqld_trx *ret, struct err *err)
{
	static const char what[] = "information_schema.INNODB_TRX";
	CLEANUP_MYSQLD_TABLE struct mysqld_table table = { .cells = NULL };
	CLEANUP_MYSQLD_TABLE struct mysqld_table who = { .cells = NULL };
	char sql[256];
	int r = mysqld_ask(session, trx_sql, what, until_ms, &table, err);

	if (r == 0)
		r = mysqld_trx_parse(&table, ret, err);
	if (r < 0 || (ret->oldest.age_s < 1 && ret->waits.age_s < 1))
		return r;
	(void)snprintf(sql, sizeof(sql),
	    "SELECT ID, USER, HOST, COMMAND FROM information_schema.PROCESSLIST "
	    "WHERE ID IN (%s, %s)",
	    ret->oldest.id[0] ? ret->oldest.id : "0", ret->waits.id[0] ? ret->waits.id : "0");
	/* Its age is the fact; who it is may be left out. */
	r = mysqld_ask(session, sql, "information_schema.PROCESSLIST", until_ms, &who, err);
	if (r == 0)
		mysqld_trx_parse_who(&who, ret);
	return mysqld_is_open(session) ? 0 : r;
}
