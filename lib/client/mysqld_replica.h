/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a server says of the sources that it replicates from, a channel each: MariaDB's named
 * connections (SHOW ALL SLAVES STATUS), MySQL's channels (SHOW REPLICA STATUS since 8.0.22,
 * SHOW SLAVE STATUS before). The names of the columns differ; what they hold does not. That of
 * MySQL is written after its manual ("SHOW REPLICA STATUS Statement"), and untested.
 */
#ifndef HAETAE_CLIENT_MYSQLD_REPLICA_H
#define HAETAE_CLIENT_MYSQLD_REPLICA_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/client/mysqld.h"

enum {
	MYSQLD_CHANNEL_SIZE = 72, /* both servers: 64 characters */
	MYSQLD_SOURCE_SIZE = 264,
	MYSQLD_ERROR_SIZE = 160,
	MYSQLD_STATE_SIZE = 96,
	MYSQLD_CHANNELS_MAX = 256,
};

/* How the channel without a name is called. */
#define MYSQLD_CHANNEL_DEFAULT "default"

enum mysqld_io { MYSQLD_IO_STOPPED, MYSQLD_IO_CONNECTING, MYSQLD_IO_RUNNING };

struct mysqld_replica {
	char channel[MYSQLD_CHANNEL_SIZE];
	char source[MYSQLD_SOURCE_SIZE]; /* HOST:PORT */
	enum mysqld_io io;
	bool sql_running;
	double lag_s;	/* behind the source, with the delay; NaN: not known */
	double delay_s; /* that is configured */
	unsigned io_errno, sql_errno;
	char io_error[MYSQLD_ERROR_SIZE], sql_error[MYSQLD_ERROR_SIZE]; /* cut */
	char io_state[MYSQLD_STATE_SIZE], sql_state[MYSQLD_STATE_SIZE];
	char gtid[24]; /* "Slave_Pos", "auto position", "" without */
};

struct mysqld_replicas {
	struct mysqld_replica *items; /* owned */
	size_t n;
};
#define CLEANUP_MYSQLD_REPLICAS CLEANUP(mysqld_replicas_free)
void mysqld_replicas_free(struct mysqld_replicas *replicas);

/* An answer to one of the statements; no rows is no replica. Rows above MYSQLD_CHANNELS_MAX
 * are left out. -EBADMSG for an answer that has no column of a thread's state. */
int mysqld_replicas_parse(const struct mysqld_table *table, struct mysqld_replicas *ret,
    struct err *err) ATTR_MUST_CHECK;

/* Asks in the way of this server. Errors of mysqld_ask. */
int mysqld_replicas_read(struct mysqld *session, int64_t until_ms, struct mysqld_replicas *ret,
    struct err *err) ATTR_MUST_CHECK;
/* What an account needs for it. */
const char *mysqld_replicas_right(const struct mysqld *session);

#endif
