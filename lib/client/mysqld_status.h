/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a server counts and how it is set: SHOW GLOBAL STATUS and SHOW GLOBAL VARIABLES, which
 * every account may read. The names are those of "Server Status Variables" and "Server System
 * Variables" in the manuals of MySQL and MariaDB, "Galera Cluster Status Variables", and
 * INNODB_METRICS for what MySQL 8 keeps there.
 *
 * Both are read as text, "NAME<TAB>VALUE" a line, so that an earlier run's is read alike.
 */
#ifndef HAETAE_CLIENT_MYSQLD_STATUS_H
#define HAETAE_CLIENT_MYSQLD_STATUS_H

#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/client/mysqld_table.h"

/* What is counted or set as a number; ON and YES are 1, OFF and NO are 0. */
enum mysqld_number {
	MYSQLD_UPTIME,
	MYSQLD_THREADS_CONNECTED,
	MYSQLD_THREADS_RUNNING,
	MYSQLD_MAX_CONNECTIONS,
	MYSQLD_MAX_USED_CONNECTIONS,
	MYSQLD_CONNECTIONS,
	MYSQLD_REFUSED, /* by max_connections */
	MYSQLD_ACCESS_DENIED,
	MYSQLD_ABORTED_CLIENTS,
	MYSQLD_ABORTED_CONNECTS,
	MYSQLD_QUERIES,
	MYSQLD_QUESTIONS,
	MYSQLD_COM_SELECT,
	MYSQLD_COM_INSERT,
	MYSQLD_COM_UPDATE,
	MYSQLD_COM_DELETE,
	MYSQLD_COM_COMMIT,
	MYSQLD_COM_ROLLBACK,
	MYSQLD_SLOW_QUERIES,
	MYSQLD_TMP_DISK_TABLES,
	MYSQLD_BYTES_RECEIVED,
	MYSQLD_BYTES_SENT,
	MYSQLD_OPEN_FILES,
	MYSQLD_OPEN_FILES_LIMIT,
	MYSQLD_OPEN_TABLES,
	MYSQLD_OPENED_TABLES,
	MYSQLD_TABLE_OPEN_CACHE,
	MYSQLD_POOL_REQUESTS,
	MYSQLD_POOL_READS,
	MYSQLD_ROW_LOCK_WAITING,
	MYSQLD_ROW_LOCK_WAITS,
	MYSQLD_ROW_LOCK_TIME, /* ms */
	MYSQLD_DEADLOCKS,
	MYSQLD_HISTORY_LENGTH,
	MYSQLD_READ_ONLY,
	MYSQLD_SUPER_READ_ONLY,
	MYSQLD_WSREP_ON,
	MYSQLD_WSREP_READY,
	MYSQLD_WSREP_CONNECTED,
	MYSQLD_WSREP_CLUSTER_SIZE,
	MYSQLD_WSREP_LOCAL_STATE,
	MYSQLD_WSREP_DESYNC,
	MYSQLD_WSREP_PAUSED, /* ns */
	MYSQLD_WSREP_RECV_QUEUE,
	MYSQLD_WSREP_RECV_QUEUE_AVG,
	MYSQLD_WSREP_SEND_QUEUE,
	MYSQLD_WSREP_CERT_FAILURES,
	MYSQLD_WSREP_BF_ABORTS,
	MYSQLD_NUMBERS,
};

enum mysqld_word {
	MYSQLD_HOSTNAME,
	MYSQLD_GTID_MODE,
	MYSQLD_WSREP_CLUSTER_STATUS,
	MYSQLD_WSREP_LOCAL_STATE_COMMENT,
	MYSQLD_WSREP_PROVIDER,
	MYSQLD_WSREP_CLUSTER_NAME,
	MYSQLD_WORDS,
};

enum { MYSQLD_WORD_SIZE = 128, MYSQLD_STATUS_MAX = 64 << 10 };

struct mysqld_status {
	double number[MYSQLD_NUMBERS];		   /* NaN: not told */
	char word[MYSQLD_WORDS][MYSQLD_WORD_SIZE]; /* "": not told */
};

/* The statements, appended. */
enum mysqld_source { MYSQLD_STATUS, MYSQLD_VARIABLES };
int mysqld_status_sql(enum mysqld_source source, struct buf *sql);
/* Where Innodb_deadlocks and Innodb_history_list_length are not told. Needs PROCESS. */
extern const char mysqld_innodb_metrics_sql[];

/* Appends the names and values of an answer that this module reads. */
int mysqld_status_add(const struct mysqld_table *table, struct buf *text);

/* Fills *ret from nothing. Lines that are none, and values that are no numbers, are passed
 * over: it never fails. */
void mysqld_status_parse(const char *text, size_t size, struct mysqld_status *ret);

/* What was counted between the two; NaN where one does not tell. A counter that went back was
 * reset, by a restart or FLUSH STATUS: what it counts since is then all that is known. */
double mysqld_status_delta(const struct mysqld_status *earlier,
    const struct mysqld_status *later, enum mysqld_number number);

#endif
