/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/mysqld_trx.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/num.h"

static void parse_one(const struct mysqld_table *table, const char *age_column,
    const char *id_column, struct mysqld_one_trx *ret)
{
	const char *age = mysqld_cell_of(table, 0, age_column);
	const char *id = mysqld_cell_of(table, 0, id_column);
	double value;

	/* A clock that was set back makes it negative. */
	if (age && num_double(age, &value, NULL) == 0 && value > 0)
		ret->age_s = value;
	/* It goes into a statement again, so it is digits or nothing. */
	if (id && *id && strlen(id) < sizeof(ret->id) && id[strspn(id, "0123456789")] == '\0')
		(void)snprintf(ret->id, sizeof(ret->id), "%s", id);
}

int mysqld_trx_parse(const struct mysqld_table *table, struct mysqld_trx *ret, struct err *err)
{
	struct mysqld_trx trx = { .n = 0 };
	const char *n = mysqld_cell_of(table, 0, "n");

	if (!n || num_double(n, &trx.n, err) < 0 || trx.n < 0)
		return err_set(err, -EBADMSG, "cannot read the open transactions");
	parse_one(table, "oldest_s", "oldest_id", &trx.oldest);
	parse_one(table, "wait_s", "wait_id", &trx.waits);
	*ret = trx;
	return 0;
}

static void parse_who(
    const struct mysqld_table *table, size_t row, const char *id, struct mysqld_one_trx *one)
{
	const char *user = mysqld_cell_of(table, row, "USER");
	const char *host = mysqld_cell_of(table, row, "HOST");
	const char *command = mysqld_cell_of(table, row, "COMMAND");

	if (!id || strcmp(id, one->id) != 0)
		return;
	(void)snprintf(one->who, sizeof(one->who), "thread %s of %.80s at %.120s, %.40s", id,
	    user ? user : "?", host ? host : "?", command ? command : "?");
}

void mysqld_trx_parse_who(const struct mysqld_table *table, struct mysqld_trx *trx)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		const char *id = mysqld_cell_of(table, i, "ID");

		parse_who(table, i, id, &trx->oldest);
		parse_who(table, i, id, &trx->waits);
	}
	/* Thread 0 is none: prepared by XA, or recovered after a crash. */
	if (strcmp(trx->oldest.id, "0") == 0)
		(void)snprintf(trx->oldest.who, sizeof(trx->oldest.who),
		    "no thread: prepared by XA, or recovered");
}
