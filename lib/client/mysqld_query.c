/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/mysqld_query.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

/* Runs a statement that answers nothing. What only this statement suffers from is no failure,
 * if it may be left out. */
static int set(
    struct mysqld *session, const char *sql, bool needed, int64_t until_ms, struct err *err)
{
	CLEANUP_MYSQLD_TABLE struct mysqld_table table = { .cells = NULL };
	int r = mysqld_ask(session, sql, "SET SESSION", until_ms, &table, err);

	return r < 0 && (needed || !mysqld_is_open(session)) ? r : 0;
}

int mysqld_prepare(struct mysqld *session, int64_t until_ms, struct err *err)
{
	int64_t left_ms = until_ms - clock_mono_ms();
	long long left_s, most_s = 86400;
	char sql[256];
	int r;

	/* Rounded up: we give up first, and name what was asked. */
	left_ms = left_ms > 0 ? left_ms + 500 : 500;
	left_s = left_ms / 1000 + 1 < most_s ? left_ms / 1000 + 1 : most_s;
	(void)snprintf(sql, sizeof(sql),
	    "SET SESSION time_zone = 'SYSTEM', lock_wait_timeout = %lld, "
	    "innodb_lock_wait_timeout = %lld",
	    left_s, left_s);
	r = set(session, sql, false, until_ms, err);
	if (r < 0)
		return r;
	if (mysqld_is_mariadb(session))
		(void)snprintf(
		    sql, sizeof(sql), "SET SESSION max_statement_time = %lld", left_s);
	else
		(void)snprintf(
		    sql, sizeof(sql), "SET SESSION max_execution_time = %lld", left_s * 1000);
	return set(session, sql, false, until_ms, err);
}

static int read_only(struct mysqld *session, int64_t until_ms, struct err *err)
{
	static const char *const statements[] = {
		/* The second holds for what ends the transaction itself, too. */
		"SET SESSION sql_select_limit = 1",
		"SET SESSION TRANSACTION READ ONLY",
		"START TRANSACTION READ ONLY",
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]) && r == 0; i++)
		r = set(session, statements[i], true, until_ms, err);
	return r;
}

int mysqld_query_number(struct mysqld *session, const char *sql, const char *what,
    int64_t until_ms, double *ret, struct err *err)
{
	CLEANUP_MYSQLD_TABLE struct mysqld_table table = { .cells = NULL };
	const char *text;
	int r = read_only(session, until_ms, err);

	if (r == 0)
		r = mysqld_ask(session, sql, what, until_ms, &table, err);
	if (r < 0)
		return r;
	if (table.n_rows == 0)
		return err_set(err, -ENODATA, "%s: the answer has no row", what);
	text = mysqld_cell(&table, 0, 0);
	if (!text)
		return err_set(err, -EDOM, "%s: the first cell is NULL, no number", what);
	if (num_float(text, ret, err) < 0) {
		err_prefix(err, "%s: the first cell", what);
		return -EDOM;
	}
	return 0;
}

/* In quotes, with those inside doubled. */
static void quote(struct buf *buf, const char *text, size_t size)
{
	buf_addc(buf, '\'');
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\'')
			buf_addc(buf, '\'');
		buf_addc(buf, text[i]);
	}
	buf_addc(buf, '\'');
}

int mysqld_account(
    struct mysqld *session, int64_t until_ms, char *ret, size_t ret_size, struct err *err)
{
	CLEANUP_MYSQLD_TABLE struct mysqld_table table = { .cells = NULL };
	CLEANUP_BUF struct buf buf = BUF_INIT;
	const char *account, *at;
	int r = mysqld_ask(
	    session, "SELECT CURRENT_USER()", "CURRENT_USER()", until_ms, &table, err);

	if (r < 0)
		return r;
	account = mysqld_cell(&table, 0, 0);
	at = account ? strrchr(account, '@') : NULL;
	if (!at)
		return err_set(err, -ENODATA, "cannot read CURRENT_USER()");
	quote(&buf, account, (size_t)(at - account));
	buf_addc(&buf, '@');
	quote(&buf, at + 1, strlen(at + 1));
	(void)snprintf(ret, ret_size, "%s", buf_text(&buf));
	return 0;
}
