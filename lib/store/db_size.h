/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the server says about itself and about how much it holds. Rows and bytes are its own
 * estimates (information_schema), which cost nothing to ask for.
 */
#ifndef HAETAE_STORE_DB_SIZE_H
#define HAETAE_STORE_DB_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store/db.h"

struct db_server {
	char version[128];
	char datadir[256]; /* as the server sees it */
	bool durable;	   /* db_durable */
	unsigned schema;   /* the newest that is in */
	uint64_t load_errors;
};
int db_server_read(struct db *db, struct db_server *ret, struct err *err) ATTR_MUST_CHECK;

struct db_table_size {
	const char *table;
	uint64_t rows, bytes;
};
typedef int db_table_size_fn(const struct db_table_size *row, void *context, struct err *err);
/* Every table of haetae's, by name. */
int db_table_sizes(
    struct db *db, db_table_size_fn *each, void *context, struct err *err) ATTR_MUST_CHECK;

#endif
