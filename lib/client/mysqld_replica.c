/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/mysqld_replica.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/num.h"

enum column {
	CHANNEL,
	HOST,
	PORT,
	IO_RUNNING,
	SQL_RUNNING,
	LAG,
	DELAY,
	IO_ERRNO,
	IO_ERROR,
	SQL_ERRNO,
	SQL_ERROR,
	IO_STATE,
	SQL_STATE,
	USING_GTID,
	AUTO_POSITION,
	COLUMNS,
};

/* The names that a column has had, in any order. */
static const char *const names[COLUMNS][2] = {
	[CHANNEL] = { "Connection_name", "Channel_Name" },
	[HOST] = { "Master_Host", "Source_Host" },
	[PORT] = { "Master_Port", "Source_Port" },
	[IO_RUNNING] = { "Slave_IO_Running", "Replica_IO_Running" },
	[SQL_RUNNING] = { "Slave_SQL_Running", "Replica_SQL_Running" },
	[LAG] = { "Seconds_Behind_Master", "Seconds_Behind_Source" },
	[DELAY] = { "SQL_Delay" },
	[IO_ERRNO] = { "Last_IO_Errno" },
	[IO_ERROR] = { "Last_IO_Error" },
	[SQL_ERRNO] = { "Last_SQL_Errno" },
	[SQL_ERROR] = { "Last_SQL_Error" },
	[IO_STATE] = { "Slave_IO_State", "Replica_IO_State" },
	[SQL_STATE] = { "Slave_SQL_Running_State", "Replica_SQL_Running_State" },
	[USING_GTID] = { "Using_Gtid" },
	[AUTO_POSITION] = { "Auto_Position" },
};

void mysqld_replicas_free(struct mysqld_replicas *replicas)
{
	free(replicas->items);
	*replicas = (struct mysqld_replicas){ .items = NULL };
}

static const char *cell(const struct mysqld_table *table, size_t row, enum column column)
{
	const char *text = mysqld_cell_of(table, row, names[column][0]);

	if (!text && names[column][1])
		text = mysqld_cell_of(table, row, names[column][1]);
	return text;
}

static void copy(char *out, size_t size, const char *text)
{
	(void)snprintf(out, size, "%s", text ? text : "");
}

static double number(const char *text, double otherwise)
{
	double value;

	return text && num_double(text, &value, NULL) == 0 && value >= 0 ? value : otherwise;
}

static unsigned error_number(const char *text)
{
	double value = number(text, 0);

	return value < 1e9 ? (unsigned)value : 0;
}

/* "Preparing" is what MariaDB says before it connects. */
static enum mysqld_io io_of(const char *text)
{
	if (!text || strcasecmp(text, "No") == 0)
		return MYSQLD_IO_STOPPED;
	return strcasecmp(text, "Yes") == 0 ? MYSQLD_IO_RUNNING : MYSQLD_IO_CONNECTING;
}

static void set_gtid(const struct mysqld_table *table, size_t row, struct mysqld_replica *ret)
{
	const char *mode = cell(table, row, USING_GTID);
	const char *automatic = cell(table, row, AUTO_POSITION);

	if (mode && strcasecmp(mode, "No") != 0)
		copy(ret->gtid, sizeof(ret->gtid), mode);
	else if (automatic && strcmp(automatic, "1") == 0)
		copy(ret->gtid, sizeof(ret->gtid), "auto position");
}

static void parse_row(const struct mysqld_table *table, size_t row, struct mysqld_replica *ret)
{
	const char *channel = cell(table, row, CHANNEL), *host = cell(table, row, HOST);
	const char *port = cell(table, row, PORT), *running = cell(table, row, SQL_RUNNING);

	copy(ret->channel, sizeof(ret->channel),
	    channel && *channel ? channel : MYSQLD_CHANNEL_DEFAULT);
	(void)snprintf(ret->source, sizeof(ret->source),
	    host && strchr(host, ':') ? "[%s]:%s" : "%s:%s", host ? host : "?",
	    port ? port : "?");
	ret->io = io_of(cell(table, row, IO_RUNNING));
	ret->sql_running = running && strcasecmp(running, "Yes") == 0;
	ret->lag_s = number(cell(table, row, LAG), NAN);
	ret->delay_s = number(cell(table, row, DELAY), 0);
	ret->io_errno = error_number(cell(table, row, IO_ERRNO));
	ret->sql_errno = error_number(cell(table, row, SQL_ERRNO));
	copy(ret->io_error, sizeof(ret->io_error), cell(table, row, IO_ERROR));
	copy(ret->sql_error, sizeof(ret->sql_error), cell(table, row, SQL_ERROR));
	copy(ret->io_state, sizeof(ret->io_state), cell(table, row, IO_STATE));
	copy(ret->sql_state, sizeof(ret->sql_state), cell(table, row, SQL_STATE));
	set_gtid(table, row, ret);
}

int mysqld_replicas_parse(
    const struct mysqld_table *table, struct mysqld_replicas *ret, struct err *err)
{
	size_t n = table->n_rows < MYSQLD_CHANNELS_MAX ? table->n_rows : MYSQLD_CHANNELS_MAX;
	struct mysqld_replica *items;

	if (n == 0) {
		*ret = (struct mysqld_replicas){ .items = NULL };
		return 0;
	}
	if (!mysqld_has_column(table, names[IO_RUNNING][0]) &&
	    !mysqld_has_column(table, names[IO_RUNNING][1]))
		return err_set(err, -EBADMSG,
		    "cannot read the replication status: no column says whether it runs");
	items = calloc(n, sizeof(*items));
	if (!items)
		return err_sys(err, -ENOMEM, "cannot read the replication status");
	for (size_t i = 0; i < n; i++)
		parse_row(table, i, &items[i]);
	*ret = (struct mysqld_replicas){ .items = items, .n = n };
	return 0;
}
