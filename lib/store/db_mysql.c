/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/sql.h"

#include <errno.h>
#include <mysql.h>
#include <stdarg.h>
#include <stdlib.h>

#include "lib/base/num.h"
#include "lib/store/db.h"

struct sql {
	const struct db_conf *conf;
	MYSQL *mysql; /* NULL: not connected */
	bool in_transaction;
	unsigned last_errno;
};

/*
 * What a server's or the client library's error number means to a caller. The numbers are
 * those of "Server Error Message Reference" and "Client Error Message Reference" in the
 * MySQL manual and MariaDB's "MariaDB Error Codes". A number that is not here is -EIO.
 */
static const struct {
	unsigned number;
	int code;
} meanings[] = {
	/* away, stopping, starting, cluster not ready, or asked to try again */
	{ 1040, -EAGAIN }, /* too many connections */
	{ 1047, -EAGAIN }, /* WSREP has not yet prepared this node */
	{ 1053, -EAGAIN }, /* shutdown in progress */
	{ 1077, -EAGAIN }, /* normal shutdown */
	{ 1079, -EAGAIN }, /* forced close */
	{ 1158, -EAGAIN }, { 1159, -EAGAIN }, { 1160, -EAGAIN },
	{ 1161, -EAGAIN }, /* communication errors and timeouts of the server */
	{ 1180, -EAGAIN }, /* error during COMMIT */
	{ 1203, -EAGAIN }, /* max_user_connections */
	{ 1205, -EAGAIN }, /* lock wait timeout */
	{ 1206, -EAGAIN }, /* lock table full */
	{ 1213, -EAGAIN }, /* deadlock */
	{ 1290, -EAGAIN }, /* read only */
	{ 1317, -EAGAIN }, /* interrupted */
	{ 1792, -EAGAIN }, /* read-only transaction */
	{ 1836, -EAGAIN }, /* running in read-only mode */
	{ 1927, -EAGAIN }, /* connection was killed */
	{ 1969, -EAGAIN }, /* max_statement_time */
	{ 3024, -EAGAIN }, /* max_execution_time */
	{ 3100, -EAGAIN }, /* group replication: error before commit */
	{ 3101, -EAGAIN }, /* group replication: rolled back */
	{ 3169, -EAGAIN }, /* session was killed */
	{ 4031, -EAGAIN }, /* client was idle for too long */
	{ 2002, -EAGAIN }, { 2003, -EAGAIN }, { 2006, -EAGAIN }, { 2012, -EAGAIN },
	{ 2013, -EAGAIN }, { 2014, -EAGAIN },
	{ 2026, -EAGAIN }, /* TLS: a broken connection too */
	{ 2027, -EAGAIN }, /* malformed packet */
	{ 2055, -EAGAIN }, /* lost connection, with the system's reason */
	/* a row that cannot be stored */
	{ 1048, -EBADMSG },			/* NULL where none may be */
	{ 1062, -EEXIST }, { 1153, -EBADMSG },	/* packet too large */
	{ 1264, -EBADMSG },			/* out of range */
	{ 1265, -EBADMSG },			/* truncated */
	{ 1292, -EBADMSG }, { 1300, -EBADMSG }, /* invalid character string */
	{ 1364, -EBADMSG }, { 1366, -EBADMSG }, /* incorrect value: no UTF-8, no number */
	{ 1367, -EBADMSG },			/* illegal number */
	{ 1406, -EBADMSG },			/* too long */
	{ 1690, -EBADMSG },			/* out of range in an expression */
	{ 3988, -EBADMSG }, /* cannot be converted to the column's characters */
	/* the tables are not those of this program */
	{ 1049, -EPROTO },		      /* unknown database */
	{ 1051, -EPROTO }, { 1054, -EPROTO }, /* unknown column */
	{ 1136, -EPROTO }, { 1146, -EPROTO }, /* no such table */
	/* refused */
	{ 1044, -EACCES }, { 1045, -EACCES }, { 1130, -EACCES }, { 1142, -EACCES },
	{ 1143, -EACCES }, { 1227, -EACCES }, { 1251, -EACCES }, { 1370, -EACCES },
	{ 1410, -EACCES }, { 1698, -EACCES }, { 1820, -EACCES }, /* password must be reset */
	{ 1862, -EACCES },					 /* password has expired */
	{ 3118, -EACCES },					 /* account is locked */
	{ 4151, -EACCES }, { 2059, -EACCES }, /* authentication plugin cannot be loaded */
};

static int code_of(unsigned number)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].number == number)
			return meanings[i].code;
	}
	return -EIO;
}

static void drop(struct sql *sql)
{
	if (sql->mysql)
		mysql_close(sql->mysql);
	sql->mysql = NULL;
}

/* Client errors (2000 to 2999) leave the connection in no known state. */
static int failed(struct sql *sql, const char *what, struct err *err)
{
	unsigned number = mysql_errno(sql->mysql);
	int code = code_of(number);
	/* A command on a table or a column that the user may not give; the text names it. */
	const char *hint = number == 1142 || number == 1143 ? sql->conf->role : NULL;

	sql->last_errno = number;
	if (code == -EAGAIN && number >= 2000 && number < 3000)
		what = "reach the database";
	(void)err_set(err, code, "cannot %s: %s (error %u)%s%s", what, mysql_error(sql->mysql),
	    number, hint ? "; 'haetae db grants' prints what a user needs, --role " : "",
	    hint ? hint : "");
	if ((number >= 2000 && number < 3000) || number == 1053 || number == 1927)
		drop(sql);
	return code;
}

/* --- connection -------------------------------------------------------------------- */

#ifdef MARIADB_BASE_VERSION
static void set_tls(MYSQL *mysql, const char *ca)
{
	static const my_bool yes = 1;

	mysql_options(mysql, MYSQL_OPT_SSL_CA, ca);
	mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
	mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
}
#else
static void set_tls(MYSQL *mysql, const char *ca)
{
	static const unsigned mode = SSL_MODE_VERIFY_IDENTITY;

	mysql_options(mysql, MYSQL_OPT_SSL_CA, ca);
	mysql_options(mysql, MYSQL_OPT_SSL_MODE, &mode);
}
#endif

static int set_session(struct sql *sql, struct err *err)
{
	static const char *const statements[] = {
		"SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', "
		"time_zone = '+00:00', innodb_lock_wait_timeout = 10, autocommit = 1",
		"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
	};

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		if (mysql_query(sql->mysql, statements[i]) != 0)
			return failed(sql, "set up the session", err);
	}
	return 0;
}

static int connect_once(struct sql *sql, struct err *err)
{
	const struct db_conf *conf = sql->conf;
	unsigned no = 0, tcp = MYSQL_PROTOCOL_TCP;
	int r;

	sql->mysql = mysql_init(NULL);
	if (!sql->mysql)
		return err_sys(err, -ENOMEM, "cannot connect to the database");
	mysql_options(sql->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &conf->connect_timeout_s);
	mysql_options(sql->mysql, MYSQL_OPT_READ_TIMEOUT, &conf->io_timeout_s);
	mysql_options(sql->mysql, MYSQL_OPT_WRITE_TIMEOUT, &conf->io_timeout_s);
	mysql_options(sql->mysql, MYSQL_OPT_LOCAL_INFILE, &no);
	mysql_options(sql->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (conf->my_cnf) {
		mysql_options(sql->mysql, MYSQL_READ_DEFAULT_FILE, conf->my_cnf);
		mysql_options(sql->mysql, MYSQL_READ_DEFAULT_GROUP,
		    conf->my_cnf_group ? conf->my_cnf_group : "haetae");
	}
	/* To the library the host "localhost" is a socket otherwise. */
	if (conf->host && !conf->socket)
		mysql_options(sql->mysql, MYSQL_OPT_PROTOCOL, &tcp);
	if (conf->tls_cert)
		mysql_options(sql->mysql, MYSQL_OPT_SSL_CERT, conf->tls_cert);
	if (conf->tls_key)
		mysql_options(sql->mysql, MYSQL_OPT_SSL_KEY, conf->tls_key);
	if (conf->tls_ca)
		set_tls(sql->mysql, conf->tls_ca);
	if (!mysql_real_connect(sql->mysql, conf->socket ? NULL : conf->host, conf->user,
		conf->password, conf->database, conf->port, conf->socket, CLIENT_FOUND_ROWS)) {
		r = failed(sql, "connect to the database", err);
		if (sql->last_errno == 2026 && conf->tls_ca && conf->host)
			err_prefix(err, "expected a certificate for %s that is signed by %s",
			    conf->host, conf->tls_ca);
		drop(sql);
		return r;
	}
	r = set_session(sql, err);
	if (r < 0)
		drop(sql);
	return r;
}

int sql_open(const struct db_conf *conf, struct sql **ret, struct err *err)
{
	struct sql *sql = calloc(1, sizeof(*sql));
	int r;

	if (!sql)
		return err_sys(err, -ENOMEM, "cannot connect to the database");
	sql->conf = conf;
	r = connect_once(sql, err);
	if (r < 0) {
		free(sql);
		return r;
	}
	*ret = sql;
	return 0;
}

void sql_close(struct sql *sql)
{
	if (!sql)
		return;
	drop(sql);
	free(sql);
}

const struct db_conf *sql_conf(const struct sql *sql)
{
	return sql->conf;
}

/* --- statements -------------------------------------------------------------------- */

static int run(struct sql *sql, const char *text, size_t size, struct err *err)
{
	int r;

	sql->last_errno = 0;
	if (!sql->mysql) {
		if (sql->in_transaction)
			return err_set(err, -EAGAIN,
			    "cannot go on with a transaction: the connection is gone");
		r = connect_once(sql, err);
		if (r < 0)
			return r;
	}
	if (mysql_real_query(sql->mysql, text, (unsigned long)size) != 0)
		return failed(sql, "run a statement", err);
	return 0;
}

static int buffer_error(const struct buf *statement, struct err *err)
{
	return err_sys(err, statement->error, "cannot build a statement");
}

int sql_run(
    struct sql *sql, const struct buf *statement, uint64_t *ret_matched, struct err *err)
{
	MYSQL_RES *result;
	int r;

	if (statement->error)
		return buffer_error(statement, err);
	r = run(sql, buf_text(statement), statement->size, err);
	if (r < 0)
		return r;
	/* Some statements that change the schema answer with rows. */
	result = mysql_store_result(sql->mysql);
	if (result)
		mysql_free_result(result);
	else if (ret_matched)
		*ret_matched = (uint64_t)mysql_affected_rows(sql->mysql);
	return 0;
}

int sql_runf(struct sql *sql, struct err *err, const char *fmt, ...)
{
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	va_list ap;

	va_start(ap, fmt);
	(void)buf_vaddf(&statement, fmt, ap);
	va_end(ap);
	return sql_run(sql, &statement, NULL, err);
}

int sql_begin(struct sql *sql, struct err *err)
{
	int r = sql_runf(sql, err, "START TRANSACTION");

	if (r == 0)
		sql->in_transaction = true;
	return r;
}

int sql_begin_snapshot(struct sql *sql, struct err *err)
{
	int r = sql_runf(sql, err, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");

	if (r == 0)
		r = sql_runf(sql, err, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
	if (r == 0)
		sql->in_transaction = true;
	return r;
}

void sql_rollback(struct sql *sql)
{
	sql->in_transaction = false;
	if (sql->mysql && mysql_rollback(sql->mysql) != 0)
		drop(sql);
}

/* A COMMIT whose answer is lost may have happened: the caller's repeat finds out. */
int sql_commit(struct sql *sql, struct err *err)
{
	int r = sql_runf(sql, err, "COMMIT");

	if (r < 0)
		sql_rollback(sql);
	sql->in_transaction = false;
	return r;
}

int sql_end(struct sql *sql, int r, struct err *err)
{
	unsigned number = sql->last_errno;

	if (r == 0)
		return sql_commit(sql, err);
	sql_rollback(sql);
	sql->last_errno = number;
	return r;
}

unsigned sql_errno(const struct sql *sql)
{
	return sql->last_errno;
}

uint64_t sql_insert_id(const struct sql *sql)
{
	return sql->mysql ? (uint64_t)mysql_insert_id(sql->mysql) : 0;
}

/* --- rows -------------------------------------------------------------------------- */

int sql_select(
    struct sql *sql, const struct buf *statement, struct sql_rows *ret, struct err *err)
{
	MYSQL_RES *result;
	int r;

	if (statement->error)
		return buffer_error(statement, err);
	r = run(sql, buf_text(statement), statement->size, err);
	if (r < 0)
		return r;
	result = mysql_store_result(sql->mysql);
	if (!result)
		return failed(sql, "fetch rows", err);
	*ret = (struct sql_rows){ .result = result, .n_fields = mysql_num_fields(result) };
	return 0;
}

int sql_selectf(struct sql *sql, struct sql_rows *ret, struct err *err, const char *fmt, ...)
{
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	va_list ap;

	va_start(ap, fmt);
	(void)buf_vaddf(&statement, fmt, ap);
	va_end(ap);
	return sql_select(sql, &statement, ret, err);
}

int sql_each(struct sql *sql, const struct buf *statement, sql_row_fn *each, void *context,
    struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r;

	if (statement->error)
		return buffer_error(statement, err);
	r = run(sql, buf_text(statement), statement->size, err);
	if (r < 0)
		return r;
	rows.result = mysql_use_result(sql->mysql);
	if (!rows.result)
		return failed(sql, "fetch rows", err);
	rows.n_fields = mysql_num_fields(rows.result);
	while (sql_rows_next(&rows)) {
		r = each(&rows, context, err);
		if (r < 0)
			return r;
	}
	/* The end of the rows, or of the connection. */
	if (mysql_errno(sql->mysql) == 0)
		return 0;
	sql_rows_free(&rows);
	return failed(sql, "fetch rows", err);
}

size_t sql_rows_count(const struct sql_rows *rows)
{
	MYSQL_RES *result = rows->result;

	return result ? (size_t)mysql_num_rows(result) : 0;
}

bool sql_rows_next(struct sql_rows *rows)
{
	MYSQL_RES *result = rows->result;

	if (!result)
		return false;
	rows->fields = mysql_fetch_row(result);
	rows->sizes = rows->fields ? mysql_fetch_lengths(result) : NULL;
	return rows->fields;
}

void sql_rows_free(struct sql_rows *rows)
{
	if (rows->result)
		mysql_free_result(rows->result);
	*rows = (struct sql_rows){ 0 };
}

bool sql_is_null(const struct sql_rows *rows, unsigned field)
{
	return field >= rows->n_fields || !rows->fields[field];
}

const char *sql_text(const struct sql_rows *rows, unsigned field)
{
	return sql_is_null(rows, field) ? "" : rows->fields[field];
}

size_t sql_size(const struct sql_rows *rows, unsigned field)
{
	return sql_is_null(rows, field) ? 0 : rows->sizes[field];
}

int64_t sql_i64(const struct sql_rows *rows, unsigned field)
{
	int64_t value = 0;

	return num_i64(sql_text(rows, field), &value, NULL) < 0 ? 0 : value;
}

uint64_t sql_u64(const struct sql_rows *rows, unsigned field)
{
	uint64_t value = 0;

	return num_u64(sql_text(rows, field), &value, NULL) < 0 ? 0 : value;
}

double sql_double(const struct sql_rows *rows, unsigned field)
{
	double value = 0;

	return num_float(sql_text(rows, field), &value, NULL) < 0 ? 0 : value;
}
