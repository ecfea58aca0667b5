/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/mysqld_status.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/client/mysqld_replica.h"
#include "lib/client/mysqld_trx.h"
#include "t/tap.h"

/* An answer as the child of a session packs it; "-" is SQL's NULL. */
static int make(const char *const *cells, size_t n_columns, size_t n_rows,
    struct mysqld_table *ret, struct err *err)
{
	CLEANUP_BUF struct buf packed = BUF_INIT;
	char *exact;
	int r;

	mysqld_pack_head(&packed, n_columns);
	for (size_t i = 0; i < n_columns * (n_rows + 1); i++)
		mysqld_pack_cell(
		    &packed, strcmp(cells[i], "-") == 0 ? NULL : cells[i], strlen(cells[i]));
	exact = malloc(packed.size);
	memcpy(exact, packed.data, packed.size);
	r = mysqld_table_parse(exact, packed.size, ret, err);
	free(exact);
	return r;
}

static void test_table(void)
{
	static const char *const cells[] = { "a", "b", "1", "-", "", "x" };
	struct mysqld_table table;
	struct err err = ERR_INIT;
	CLEANUP_BUF struct buf packed = BUF_INIT;
	CLEANUP_BUF struct buf long_cell = BUF_INIT;
	int cut = 0;

	ok(make(cells, 2, 2, &table, &err) == 0, "a table is packed and read");
	is_num((double)table.n_rows, 2, "its rows");
	is_str(mysqld_cell(&table, 0, 0), "1", "a cell");
	ok(mysqld_cell(&table, 0, 1) == NULL, "NULL is no text");
	is_str(mysqld_cell_of(&table, 1, "B"), "x", "a cell by its column's name, in any case");
	is_str(mysqld_cell(&table, 1, 0), "", "an empty text is one");
	ok(!mysqld_cell(&table, 2, 0) && !mysqld_cell(&table, 0, 2), "no row, no column");
	ok(!mysqld_cell_of(&table, 0, "c") && !mysqld_has_column(&table, "c"), "no such name");
	mysqld_table_free(&table);

	mysqld_pack_head(&packed, 2);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		mysqld_pack_cell(&packed, cells[i], strlen(cells[i]));
	for (size_t size = 0; size < packed.size; size++) {
		if (mysqld_table_parse(packed.data, size, &table, &err) < 0)
			cut++;
		else
			mysqld_table_free(&table);
	}
	/* All but those that end with a whole row. */
	is_num(cut, (double)packed.size - 2, "a table that is cut is damage");
	packed.data[0] = '\xff';
	is_num(mysqld_table_parse(packed.data, packed.size, &table, &err), -EBADMSG,
	    "so are too many columns");

	mysqld_pack_head(&long_cell, 1);
	mysqld_pack_cell(&long_cell, "n", 1);
	for (int i = 0; i < MYSQLD_CELL_MAX + 10; i++)
		buf_addc(&packed, 'x');
	mysqld_pack_cell(&long_cell, packed.data, packed.size);
	ok(mysqld_table_parse(long_cell.data, long_cell.size, &table, &err) == 0,
	    "a long cell");
	is_num((double)strlen(mysqld_cell(&table, 0, 0)) <= MYSQLD_CELL_MAX, 1, "is cut");
	mysqld_table_free(&table);
}

static struct mysqld_status status_of(const char *text)
{
	struct mysqld_status status;

	mysqld_status_parse(text, strlen(text), &status);
	return status;
}

static void test_status(void)
{
	static const char *const rows[] = { "Variable_name", "Value", "Uptime", "12", "Foreign",
		"5", "wsrep_ready", "ON", "wsrep_cluster_status", "Primary\nUptime\t99" };
	CLEANUP_BUF struct buf text = BUF_INIT;
	CLEANUP_BUF struct buf sql = BUF_INIT;
	struct mysqld_table table;
	struct mysqld_status status, later;

	ok(make(rows, 2, 4, &table, NULL) == 0 && mysqld_status_add(&table, &text) == 0,
	    "an answer becomes text");
	mysqld_table_free(&table);
	is_str(buf_text(&text), "Uptime\t12\nwsrep_ready\tON\nwsrep_cluster_status\tPrimary\n",
	    "with what is read alone, a line each");
	status = status_of(buf_text(&text));
	is_num(status.number[MYSQLD_UPTIME], 12, "a number");
	is_num(status.number[MYSQLD_WSREP_READY], 1, "ON is 1");
	is_str(status.word[MYSQLD_WSREP_CLUSTER_STATUS], "Primary", "a word");
	ok(isnan(status.number[MYSQLD_QUERIES]), "what is not told is NaN");
	status =
	    status_of("uptime\t7\nread_only\tNO_LOCK\nQueries\tmany\nThreads_running\nx\n\n"
		      "\t\nlock_deadlocks\t3\ntrx_rseg_history_len\t99\n"
		      "wsrep_local_recv_queue_avg\t0.25\nCom_select\t18446744073709551615");
	is_num(status.number[MYSQLD_UPTIME], 7, "names in any case");
	is_num(status.number[MYSQLD_READ_ONLY], 1, "MariaDB 12's read_only");
	ok(isnan(status.number[MYSQLD_QUERIES]) && isnan(status.number[MYSQLD_THREADS_RUNNING]),
	    "what is no number, or no line, is passed over");
	is_num(status.number[MYSQLD_DEADLOCKS], 3, "deadlocks as MySQL's INNODB_METRICS");
	is_num(status.number[MYSQLD_HISTORY_LENGTH], 99, "and the history list");
	is_num(status.number[MYSQLD_WSREP_RECV_QUEUE_AVG], 0.25, "a fraction");

	status = status_of("Queries\t100\nUptime\t50\n");
	later = status_of("Queries\t160\n");
	is_num(mysqld_status_delta(&status, &later, MYSQLD_QUERIES), 60, "what was counted");
	is_num(mysqld_status_delta(&later, &status, MYSQLD_QUERIES), 100,
	    "a counter that was reset: since then");
	ok(isnan(mysqld_status_delta(&status, &later, MYSQLD_UPTIME)), "only told once");
	ok(mysqld_status_sql(MYSQLD_VARIABLES, &sql) == 0 &&
		strstr(buf_text(&sql), "'max_connections'") &&
		!strstr(buf_text(&sql), "'Uptime'") &&
		!strstr(buf_text(&sql), "lock_deadlocks"),
	    "a statement asks for its own names");
}

/* --- replication: MySQL 8.0.36's columns after its manual --------------------------------- */

static void test_mysql8(void)
{
	static const char *const cells[] = { "Replica_IO_State", "Source_Host", "Source_Port",
		"Replica_IO_Running", "Replica_SQL_Running", "Last_Errno",
		"Seconds_Behind_Source", "Last_IO_Errno", "Last_IO_Error", "Last_SQL_Errno",
		"Last_SQL_Error", "SQL_Delay", "Replica_SQL_Running_State", "Auto_Position",
		"Channel_Name",
		/* a row */
		"Waiting for source to send event", "db1", "3306", "Yes", "Yes", "0", "4", "0",
		"", "0", "", "0", "Replica has read all relay log", "1", "",
		/* a row */
		"", "fe80::1", "3307", "Connecting", "No", "1062", "-", "2003",
		"error connecting to source", "1062",
		"Coordinator stopped because there were error(s) in the worker(s).", "60", "",
		"0", "west" };
	CLEANUP_MYSQLD_REPLICAS struct mysqld_replicas replicas = { .items = NULL };
	struct mysqld_table table;
	const struct mysqld_replica *one;

	ok(make(cells, 15, 2, &table, NULL) == 0 &&
		mysqld_replicas_parse(&table, &replicas, NULL) == 0,
	    "MySQL 8: SHOW REPLICA STATUS");
	mysqld_table_free(&table);
	is_num((double)replicas.n, 2, "two channels");
	one = &replicas.items[0];
	is_str(one->channel, "default", "the one without a name");
	is_str(one->source, "db1:3306", "its source");
	ok(one->io == MYSQLD_IO_RUNNING && one->sql_running, "runs");
	is_num(one->lag_s, 4, "and is behind");
	is_str(one->gtid, "auto position", "by GTID");
	one = &replicas.items[1];
	is_str(one->channel, "west", "a channel's name");
	is_str(one->source, "[fe80::1]:3307", "an IPv6 address");
	ok(one->io == MYSQLD_IO_CONNECTING && !one->sql_running && isnan(one->lag_s),
	    "connects; the lag is not known");
	is_num(one->sql_errno, 1062, "an error's number");
	is_num(one->io_errno, 2003, "and another's");
	is_num(one->delay_s, 60, "a delay");
	is_str(one->gtid, "", "no GTID");
}

static void test_replicas(void)
{
	static const char *const old[] = {
		"Master_Host",
		"Slave_IO_Running",
		"Slave_SQL_Running",
		"Seconds_Behind_Master",
		"db1",
		"No",
		"Yes",
		"-5",
	};
	static const char *const other[] = { "File", "Position", "log.1", "4" };
	static const char *const none[] = { "anything" };
	struct mysqld_replicas replicas = { .items = NULL };
	struct mysqld_table table;
	struct err err = ERR_INIT;

	ok(make(old, 4, 1, &table, NULL) == 0 &&
		mysqld_replicas_parse(&table, &replicas, NULL) == 0,
	    "an old SHOW SLAVE STATUS with few columns");
	mysqld_table_free(&table);
	ok(replicas.n == 1 && replicas.items[0].io == MYSQLD_IO_STOPPED &&
		isnan(replicas.items[0].lag_s) && replicas.items[0].delay_s == 0,
	    "what is not told, or makes no sense, is not known");
	mysqld_replicas_free(&replicas);
	ok(make(other, 2, 1, &table, NULL) == 0, "another answer");
	is_num(mysqld_replicas_parse(&table, &replicas, &err), -EBADMSG, "is none");
	mysqld_table_free(&table);
	ok(make(none, 1, 0, &table, NULL) == 0 &&
		mysqld_replicas_parse(&table, &replicas, NULL) == 0 && replicas.n == 0,
	    "no row: no replica");
	mysqld_table_free(&table);
}

static void test_trx(void)
{
	static const char *const cells[] = { "n", "oldest_s", "oldest_id", "wait_s", "wait_id",
		"3", "120", "17", "-", "-" };
	static const char *const who[] = { "ID", "USER", "HOST", "COMMAND", "17", "nova",
		"10.0.0.5:4711", "Sleep", "18", "glance", "db", "Query" };
	static const char *const hostile[] = { "n", "oldest_s", "oldest_id", "1", "-3",
		"1) OR (1=1" };
	static const char *const prepared[] = { "n", "oldest_s", "oldest_id", "1", "9", "0" };
	struct mysqld_trx trx = { .n = 0 };
	struct mysqld_table table;
	struct err err = ERR_INIT;

	ok(make(cells, 5, 1, &table, NULL) == 0 && mysqld_trx_parse(&table, &trx, NULL) == 0,
	    "open transactions");
	mysqld_table_free(&table);
	ok(trx.n == 3 && trx.oldest.age_s == 120 && strcmp(trx.oldest.id, "17") == 0,
	    "how many, and the oldest");
	ok(trx.waits.age_s == 0 && trx.waits.id[0] == '\0', "nobody waits");
	ok(make(who, 4, 2, &table, NULL) == 0, "processes");
	mysqld_trx_parse_who(&table, &trx);
	mysqld_table_free(&table);
	is_str(trx.oldest.who, "thread 17 of nova at 10.0.0.5:4711, Sleep", "whose it is");
	is_str(trx.waits.who, "", "and nobody else's");
	ok(make(hostile, 3, 1, &table, NULL) == 0 && mysqld_trx_parse(&table, &trx, NULL) == 0,
	    "an id that is none");
	mysqld_table_free(&table);
	ok(trx.oldest.id[0] == '\0' && trx.oldest.age_s == 0,
	    "never gets into a statement, and no age is below 0");
	ok(make(prepared, 3, 1, &table, NULL) == 0 && mysqld_trx_parse(&table, &trx, NULL) == 0,
	    "a transaction without a thread");
	mysqld_trx_parse_who(&table, &trx);
	mysqld_table_free(&table);
	is_str(trx.oldest.who, "no thread: prepared by XA, or recovered", "is told");
	ok(make(who, 4, 1, &table, NULL) == 0, "another answer");
	is_num(mysqld_trx_parse(&table, &trx, &err), -EBADMSG, "is none");
	mysqld_table_free(&table);
}

int main(void)
{
	test_table();
	test_status();
	test_mysql8();
	test_replicas();
	test_trx();
	return tap_done();
}
