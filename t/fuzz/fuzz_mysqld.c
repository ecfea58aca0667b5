/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/client/mysqld_replica.h"
#include "lib/client/mysqld_status.h"
#include "lib/client/mysqld_trx.h"
#include "t/fuzz/fuzz.h"

static void check_replicas(const struct mysqld_table *table)
{
	struct mysqld_replicas replicas = { .items = NULL };
	struct err err = ERR_INIT;

	if (mysqld_replicas_parse(table, &replicas, &err) < 0) {
		fuzz_promise(err.text[0] != '\0' && !replicas.items);
		return;
	}
	fuzz_promise(replicas.n <= MYSQLD_CHANNELS_MAX);
	for (size_t i = 0; i < replicas.n; i++) {
		const struct mysqld_replica *one = &replicas.items[i];

		fuzz_promise(one->channel[0] != '\0');
		fuzz_promise(isnan(one->lag_s) || one->lag_s >= 0);
		fuzz_promise(one->delay_s >= 0);
	}
	mysqld_replicas_free(&replicas);
}

static void check_trx(const struct mysqld_table *table)
{
	struct mysqld_trx trx = { .n = 0 };

	if (mysqld_trx_parse(table, &trx, NULL) < 0)
		return;
	fuzz_promise(trx.n >= 0 && trx.oldest.age_s >= 0 && trx.waits.age_s >= 0);
	fuzz_promise(trx.oldest.id[strspn(trx.oldest.id, "0123456789")] == '\0');
	mysqld_trx_parse_who(table, &trx);
}

/* The same bytes as what an earlier run has left and as an answer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mysqld_table table = { .cells = NULL };
	struct mysqld_status status;
	struct err err = ERR_INIT;

	mysqld_status_parse((const char *)data, size, &status);
	for (size_t i = 0; i < MYSQLD_NUMBERS; i++)
		fuzz_promise(isnan(status.number[i]) || isfinite(status.number[i]));
	if (mysqld_table_parse((const char *)data, size, &table, &err) < 0) {
		fuzz_promise(err.text[0] != '\0' && !table.cells);
		return 0;
	}
	fuzz_promise(table.n_rows <= MYSQLD_ROWS_MAX && table.n_columns <= MYSQLD_COLUMNS_MAX);
	check_replicas(&table);
	check_trx(&table);
	mysqld_table_free(&table);
	return 0;
}
