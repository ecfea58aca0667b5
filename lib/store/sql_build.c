/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/sql.h"

#include <string.h>

void sql_quote(struct buf *statement, const char *text, size_t size)
{
	size_t start = 0;

	(void)buf_addc(statement, '\'');
	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (c != '\'' && c != '\\' && c != '\0')
			continue;
		(void)buf_add(statement, text + start, i - start);
		(void)buf_addc(statement, '\\');
		(void)buf_addc(statement, c ? c : '0');
		start = i + 1;
	}
	(void)buf_add(statement, text + start, size - start);
	(void)buf_addc(statement, '\'');
}

void sql_quotes(struct buf *statement, const char *text)
{
	sql_quote(statement, text, strlen(text));
}

static void send(struct sql_many *many, struct err *err)
{
	if (many->error == 0 && many->n_rows) {
		(void)buf_adds(&many->statement, many->tail);
		many->error = sql_run(many->sql, &many->statement, NULL, err);
	}
	many->n_rows = 0;
	buf_reset(&many->statement);
}

void sql_replace_if(
    const char *measure, const char *const *columns, size_t n, struct buf *statement)
{
	for (size_t i = 0; i < n; i++)
		(void)buf_addf(statement, "%s%s = IF(VALUES(%s) > %s, VALUES(%s), %s)",
		    i ? ", " : " ON DUPLICATE KEY UPDATE ", columns[i], measure, measure,
		    columns[i], columns[i]);
}

struct buf *sql_many_next(struct sql_many *many, struct err *err)
{
	if (many->statement.size >= SQL_STATEMENT_SIZE || many->statement.error)
		send(many, err);
	(void)buf_adds(&many->statement, many->n_rows ? ", " : many->head);
	many->n_rows++;
	return &many->statement;
}

int sql_many_end(struct sql_many *many, struct err *err)
{
	send(many, err);
	return many->error;
}

void sql_many_free(struct sql_many *many)
{
	buf_free(&many->statement);
}
