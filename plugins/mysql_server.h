/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What check_mysql_server is made of: the metrics, what one run knows, and the judgement of
 * each source.
 */
#ifndef HAETAE_PLUGINS_MYSQL_SERVER_H
#define HAETAE_PLUGINS_MYSQL_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/clock.h"
#include "lib/check/plugin.h"
#include "lib/client/mysqld.h"
#include "lib/client/mysqld_replica.h"
#include "lib/client/mysqld_status.h"
#include "lib/client/mysqld_trx.h"

enum mysql_metric {
	MYSQL_CONNECTIONS,
	MYSQL_CONNECTIONS_USED,
	MYSQL_CONNECTIONS_PEAK,
	MYSQL_NEW_CONNECTIONS,
	MYSQL_REFUSED,
	MYSQL_ABORTED_CLIENTS,
	MYSQL_ABORTED_CONNECTS,
	MYSQL_ACCESS_DENIED,
	MYSQL_THREADS_RUNNING,
	MYSQL_QUERIES,
	MYSQL_QUESTIONS,
	MYSQL_COMMITS,
	MYSQL_ROLLBACKS,
	MYSQL_SELECTS,
	MYSQL_INSERTS,
	MYSQL_UPDATES,
	MYSQL_DELETES,
	MYSQL_SLOW_QUERIES,
	MYSQL_TMP_DISK_TABLES,
	MYSQL_BYTES_IN,
	MYSQL_BYTES_OUT,
	MYSQL_BUFFER_POOL_HIT,
	MYSQL_ROW_LOCK_WAITING,
	MYSQL_ROW_LOCK_WAITS,
	MYSQL_ROW_LOCK_TIME,
	MYSQL_ROW_LOCK_WAIT,
	MYSQL_DEADLOCKS,
	MYSQL_TRANSACTIONS,
	MYSQL_OLDEST_TRANSACTION,
	MYSQL_OLDEST_LOCK_WAIT,
	MYSQL_HISTORY_LENGTH,
	MYSQL_OPEN_FILES,
	MYSQL_OPEN_TABLES,
	MYSQL_OPENED_TABLES,
	MYSQL_READ_ONLY,
	MYSQL_UPTIME,
	MYSQL_LOGIN_TIME,
	MYSQL_CHANNELS,
	MYSQL_REPLICA_LAG,
	MYSQL_REPLICA_DELAY,
	MYSQL_CLUSTER_SIZE,
	MYSQL_CLUSTER_STATE,
	MYSQL_FLOW_CONTROL,
	MYSQL_RECV_QUEUE,
	MYSQL_RECV_QUEUE_AVG,
	MYSQL_SEND_QUEUE,
	MYSQL_CERT_FAILURES,
	MYSQL_BF_ABORTS,
	MYSQL_QUERY,
	MYSQL_QUERY_TIME,
	MYSQL_METRICS,
};
extern const struct metric mysql_metrics[MYSQL_METRICS];

/* What one run knows. */
struct mysql_run {
	struct check *check;
	struct mysqld *session; /* NULL before the login */
	const char *peer;	/* as the operator names the server */
	int64_t until_ms;
	struct buf variables; /* as mysqld_status_add writes them */
	struct mysqld_status now, before;
	double seconds;	     /* between the two; 0: no rates */
	bool metrics_denied; /* what MySQL keeps in INNODB_METRICS */
	char account[300];   /* once it was asked for */
};

/* The options that the judgement looks at. */
struct mysql_options {
	const char *address, *socket, *config, *my_cnf, *my_cnf_group;
	const char *ca, *cert, *key;
	const char *query, *query_name;
	struct opt_list channels;
	bool ipv4, ipv6;
	enum mysqld_tls tls;
	bool replica, galera, read_only, writable;
	bool restart;
	enum state restart_state;
};

/* Asks for everything, and judges it. The session may be over behind it. */
void mysql_ask_all(struct mysql_run *run);

/* "3d 4h"; what is unreasonably much is cut. */
void mysql_age_text(double age_s, char out[CLOCK_TEXT_SIZE]);

/* What every account may read. */
void mysql_judge_status(struct mysql_run *run);
void mysql_judge_galera(struct mysql_run *run);
void mysql_judge_trx(struct mysql_run *run, const struct mysqld_trx *trx);
void mysql_judge_replicas(struct mysql_run *run, const struct mysqld_replicas *replicas);

/* A right that is missing for some metrics: UNKNOWN if one of them has a threshold, or is
 * needed for something else; a detail otherwise. */
void mysql_missing_right(struct mysql_run *run, const char *right, const char *what,
    bool is_needed, const enum mysql_metric *metrics, size_t n_metrics);

#endif
