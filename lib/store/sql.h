/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection to the database, as the db_*.c files use it: statements in, rows out. The
 * client library is behind it, in db_mysql.c. It knows nothing of the tables.
 *
 * A connection that broke is made again by the next statement outside a transaction; inside
 * one the transaction is over, and sql_run says -EAGAIN until sql_rollback.
 */
#ifndef HAETAE_STORE_SQL_H
#define HAETAE_STORE_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"

struct db_conf;
struct sql;

/* Below the least max_allowed_packet that a server comes with (16 MiB), and large enough
 * that the round trip does not count. A row is at most a few 100 KiB. */
enum { SQL_STATEMENT_SIZE = 512 << 10, SQL_STATEMENT_SIZE_MAX = 8 << 20 };

int sql_open(const struct db_conf *conf, struct sql **ret, struct err *err) ATTR_MUST_CHECK;
void sql_close(struct sql *sql);
/* What it was opened with. */
const struct db_conf *sql_conf(const struct sql *sql);

/* The errors are db.h's. *ret_matched (may be NULL): rows that the WHERE found, or that an
 * INSERT made; an ON DUPLICATE KEY UPDATE counts 2. */
int sql_run(struct sql *sql, const struct buf *statement, uint64_t *ret_matched,
    struct err *err) ATTR_MUST_CHECK;
int sql_runf(struct sql *sql, struct err *err, const char *fmt, ...) ATTR_PRINTF(3, 4);

int sql_begin(struct sql *sql, struct err *err) ATTR_MUST_CHECK;
/* For reading: all statements see the tables as they are now. */
int sql_begin_snapshot(struct sql *sql, struct err *err) ATTR_MUST_CHECK;
int sql_commit(struct sql *sql, struct err *err) ATTR_MUST_CHECK;
/* Never fails: a connection that cannot roll back is dropped. */
void sql_rollback(struct sql *sql);
/* Commits when r is 0, else rolls back; returns the outcome of both. */
int sql_end(struct sql *sql, int r, struct err *err) ATTR_MUST_CHECK;

/* The server's number of the last failure, 0 if there was none. */
unsigned sql_errno(const struct sql *sql);
uint64_t sql_insert_id(const struct sql *sql);

/* Appends 'text' with quotes, escaped for a session as sql_open sets it up: utf8mb4, where no
 * byte of a longer character is below 0x80, and backslashes are escapes. */
void sql_quote(struct buf *statement, const char *text, size_t size);
void sql_quotes(struct buf *statement, const char *text);

/* Appends " ON DUPLICATE KEY UPDATE column = IF(VALUES(measure) > measure, …), …": the row that is
 * given replaces these columns of the one that is there where its measure is greater. The server
 * assigns from left to right, so the measure itself stands last among the columns. */
void sql_replace_if(
    const char *measure, const char *const *columns, size_t n, struct buf *statement);

/* --- rows ------------------------------------------------------------------------ */

struct sql_rows {
	void *result;
	char **fields;
	const unsigned long *sizes;
	unsigned n_fields;
};
#define CLEANUP_SQL_ROWS CLEANUP(sql_rows_free)

/* Runs a SELECT and fetches all of its rows. */
int sql_select(struct sql *sql, const struct buf *statement, struct sql_rows *ret,
    struct err *err) ATTR_MUST_CHECK;
int sql_selectf(struct sql *sql, struct sql_rows *ret, struct err *err, const char *fmt, ...)
    ATTR_PRINTF(4, 5) ATTR_MUST_CHECK;
/* The same for many rows: each is called with one row after another, none is kept. A failure of
 * each ends it and is returned. No other statement meanwhile. */
typedef int sql_row_fn(const struct sql_rows *row, void *context, struct err *err);
int sql_each(struct sql *sql, const struct buf *statement, sql_row_fn *each, void *context,
    struct err *err) ATTR_MUST_CHECK;
size_t sql_rows_count(const struct sql_rows *rows);
bool sql_rows_next(struct sql_rows *rows);
void sql_rows_free(struct sql_rows *rows);

/* Fields of the current row. NULL is 0 or ""; so is what is no number. */
bool sql_is_null(const struct sql_rows *rows, unsigned field);
const char *sql_text(const struct sql_rows *rows, unsigned field);
size_t sql_size(const struct sql_rows *rows, unsigned field);
int64_t sql_i64(const struct sql_rows *rows, unsigned field);
uint64_t sql_u64(const struct sql_rows *rows, unsigned field);
double sql_double(const struct sql_rows *rows, unsigned field);

/* --- statements of many rows ------------------------------------------------------- */

/*
 * "HEAD row, row, … TAIL", sent whenever it has grown to SQL_STATEMENT_SIZE. Each row is
 * begun by sql_many_next, which writes the comma; failures are kept and come out of
 * sql_many_end.
 */
struct sql_many {
	struct sql *sql;
	const char *head, *tail;
	struct buf statement;
	size_t n_rows; /* in the statement that is being built */
	int error;
};
#define CLEANUP_SQL_MANY CLEANUP(sql_many_free)
#define SQL_MANY_INIT(connection, first, last)                        \
	{                                                             \
		.sql = (connection), .head = (first), .tail = (last), \
		.statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX)     \
	}

/* The buffer that the next row goes to. */
struct buf *sql_many_next(struct sql_many *many, struct err *err);
int sql_many_end(struct sql_many *many, struct err *err) ATTR_MUST_CHECK;
void sql_many_free(struct sql_many *many);

#endif
