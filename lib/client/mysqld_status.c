/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/mysqld_status.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/num.h"

enum { NAME_MAX_SIZE = 64 };

struct number_row {
	const char *name;
	enum mysqld_number number;
};

struct word_row {
	const char *name;
	enum mysqld_word word;
};

static const struct number_row status_numbers[] = {
	{ "Uptime", MYSQLD_UPTIME },
	{ "Threads_connected", MYSQLD_THREADS_CONNECTED },
	{ "Threads_running", MYSQLD_THREADS_RUNNING },
	{ "Max_used_connections", MYSQLD_MAX_USED_CONNECTIONS },
	{ "Connections", MYSQLD_CONNECTIONS },
	{ "Connection_errors_max_connections", MYSQLD_REFUSED },
	{ "Access_denied_errors", MYSQLD_ACCESS_DENIED }, /* MariaDB */
	{ "Aborted_clients", MYSQLD_ABORTED_CLIENTS },
	{ "Aborted_connects", MYSQLD_ABORTED_CONNECTS },
	{ "Queries", MYSQLD_QUERIES },
	{ "Questions", MYSQLD_QUESTIONS },
	{ "Com_select", MYSQLD_COM_SELECT },
	{ "Com_insert", MYSQLD_COM_INSERT },
	{ "Com_update", MYSQLD_COM_UPDATE },
	{ "Com_delete", MYSQLD_COM_DELETE },
	{ "Com_commit", MYSQLD_COM_COMMIT },
	{ "Com_rollback", MYSQLD_COM_ROLLBACK },
	{ "Slow_queries", MYSQLD_SLOW_QUERIES },
	{ "Created_tmp_disk_tables", MYSQLD_TMP_DISK_TABLES },
	{ "Bytes_received", MYSQLD_BYTES_RECEIVED },
	{ "Bytes_sent", MYSQLD_BYTES_SENT },
	{ "Open_files", MYSQLD_OPEN_FILES },
	{ "Open_tables", MYSQLD_OPEN_TABLES },
	{ "Opened_tables", MYSQLD_OPENED_TABLES },
	{ "Innodb_buffer_pool_read_requests", MYSQLD_POOL_REQUESTS },
	{ "Innodb_buffer_pool_reads", MYSQLD_POOL_READS },
	{ "Innodb_row_lock_current_waits", MYSQLD_ROW_LOCK_WAITING },
	{ "Innodb_row_lock_waits", MYSQLD_ROW_LOCK_WAITS },
	{ "Innodb_row_lock_time", MYSQLD_ROW_LOCK_TIME },
	{ "Innodb_deadlocks", MYSQLD_DEADLOCKS },		 /* MariaDB, Percona */
	{ "Innodb_history_list_length", MYSQLD_HISTORY_LENGTH }, /* MariaDB, Percona */
	{ "wsrep_ready", MYSQLD_WSREP_READY },
	{ "wsrep_connected", MYSQLD_WSREP_CONNECTED },
	{ "wsrep_cluster_size", MYSQLD_WSREP_CLUSTER_SIZE },
	{ "wsrep_local_state", MYSQLD_WSREP_LOCAL_STATE },
	{ "wsrep_flow_control_paused_ns", MYSQLD_WSREP_PAUSED },
	{ "wsrep_local_recv_queue", MYSQLD_WSREP_RECV_QUEUE },
	{ "wsrep_local_recv_queue_avg", MYSQLD_WSREP_RECV_QUEUE_AVG },
	{ "wsrep_local_send_queue", MYSQLD_WSREP_SEND_QUEUE },
	{ "wsrep_local_cert_failures", MYSQLD_WSREP_CERT_FAILURES },
	{ "wsrep_local_bf_aborts", MYSQLD_WSREP_BF_ABORTS },
};

static const struct number_row variable_numbers[] = {
	{ "max_connections", MYSQLD_MAX_CONNECTIONS },
	{ "open_files_limit", MYSQLD_OPEN_FILES_LIMIT },
	{ "table_open_cache", MYSQLD_TABLE_OPEN_CACHE },
	{ "read_only", MYSQLD_READ_ONLY },
	{ "super_read_only", MYSQLD_SUPER_READ_ONLY }, /* MySQL */
	{ "wsrep_on", MYSQLD_WSREP_ON },
	{ "wsrep_desync", MYSQLD_WSREP_DESYNC },
};

/* Of information_schema.INNODB_METRICS. */
static const struct number_row metric_numbers[] = {
	{ "lock_deadlocks", MYSQLD_DEADLOCKS },
	{ "trx_rseg_history_len", MYSQLD_HISTORY_LENGTH },
};
const char mysqld_innodb_metrics_sql[] =
    "SELECT NAME, COUNT FROM information_schema.INNODB_METRICS "
    "WHERE NAME IN ('lock_deadlocks', 'trx_rseg_history_len')";

static const struct word_row status_words[] = {
	{ "wsrep_cluster_status", MYSQLD_WSREP_CLUSTER_STATUS },
	{ "wsrep_local_state_comment", MYSQLD_WSREP_LOCAL_STATE_COMMENT },
};

static const struct word_row variable_words[] = {
	{ "hostname", MYSQLD_HOSTNAME },
	{ "gtid_mode", MYSQLD_GTID_MODE }, /* MySQL */
	{ "wsrep_provider", MYSQLD_WSREP_PROVIDER },
	{ "wsrep_cluster_name", MYSQLD_WSREP_CLUSTER_NAME },
};

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

static const struct {
	const struct number_row *rows;
	size_t n;
} numbers[] = { { ROWS(status_numbers) }, { ROWS(variable_numbers) },
	{ ROWS(metric_numbers) } };

static const struct {
	const struct word_row *rows;
	size_t n;
} words[] = { { ROWS(status_words) }, { ROWS(variable_words) } };

static const struct {
	const char *text;
	double value;
} spellings[] = {
	{ "ON", 1 },
	{ "YES", 1 },
	{ "TRUE", 1 },
	{ "OFF", 0 },
	{ "NO", 0 },
	{ "FALSE", 0 },
	/* read_only of MariaDB 12 */
	{ "NO_LOCK", 1 },
	{ "NO_LOCK_NO_ADMIN", 1 },
};

static const struct number_row *find_number(const char *name)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		for (size_t j = 0; j < numbers[i].n; j++) {
			if (strcasecmp(numbers[i].rows[j].name, name) == 0)
				return &numbers[i].rows[j];
		}
	}
	return NULL;
}

static const struct word_row *find_word(const char *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (size_t j = 0; j < words[i].n; j++) {
			if (strcasecmp(words[i].rows[j].name, name) == 0)
				return &words[i].rows[j];
		}
	}
	return NULL;
}

/* --- to the server ------------------------------------------------------------------------ */

static void add_name(struct buf *sql, const char *name, bool *first)
{
	buf_addf(sql, "%s'%s'", *first ? "" : ", ", name);
	*first = false;
}

int mysqld_status_sql(enum mysqld_source source, struct buf *sql)
{
	bool first = true;

	buf_addf(sql, "SHOW GLOBAL %s WHERE Variable_name IN (",
	    source == MYSQLD_STATUS ? "STATUS" : "VARIABLES");
	for (size_t i = 0; i < numbers[source].n; i++)
		add_name(sql, numbers[source].rows[i].name, &first);
	for (size_t i = 0; i < words[source].n; i++)
		add_name(sql, words[source].rows[i].name, &first);
	return buf_addc(sql, ')');
}

int mysqld_status_add(const struct mysqld_table *table, struct buf *text)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		const char *name = mysqld_cell(table, i, 0), *value = mysqld_cell(table, i, 1);

		if (!name || !value || (!find_number(name) && !find_word(name)))
			continue;
		/* A line is a name and a value, whatever the value is. */
		buf_addf(text, "%s\t%.*s\n", name, (int)strcspn(value, "\n"), value);
	}
	return text->error;
}

/* --- from the server ---------------------------------------------------------------------- */

static double number_of(const char *text)
{
	double value;

	if (num_float(text, &value, NULL) == 0)
		return value;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		if (strcasecmp(spellings[i].text, text) == 0)
			return spellings[i].value;
	}
	return NAN;
}

static void take_line(const char *name, const char *value, struct mysqld_status *ret)
{
	const struct number_row *number = find_number(name);
	const struct word_row *word = number ? NULL : find_word(name);
	double parsed = number ? number_of(value) : NAN;

	if (number && !isnan(parsed))
		ret->number[number->number] = parsed;
	if (word)
		(void)snprintf(ret->word[word->word], MYSQLD_WORD_SIZE, "%s", value);
}

void mysqld_status_parse(const char *text, size_t size, struct mysqld_status *ret)
{
	const char *end = text + size;

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < MYSQLD_NUMBERS; i++)
		ret->number[i] = NAN;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		const char *tab = memchr(text, '\t', (size_t)(stop - text));
		char name[NAME_MAX_SIZE], value[MYSQLD_WORD_SIZE];

		if (tab && (size_t)(tab - text) < sizeof(name) &&
		    (size_t)(stop - tab) <= sizeof(value)) {
			(void)snprintf(name, sizeof(name), "%.*s", (int)(tab - text), text);
			(void)snprintf(
			    value, sizeof(value), "%.*s", (int)(stop - tab - 1), tab + 1);
			take_line(name, value, ret);
		}
		text = newline ? newline + 1 : end;
	}
}

double mysqld_status_delta(const struct mysqld_status *earlier,
    const struct mysqld_status *later, enum mysqld_number number)
{
	double from = earlier->number[number], to = later->number[number];

	if (isnan(from) || isnan(to))
		return NAN;
	return to >= from ? to - from : to;
}
