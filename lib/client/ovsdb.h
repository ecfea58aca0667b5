/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads tables of an OVSDB server (RFC 7047): several in one transaction, so that they fit
 * together, and of each only the columns that are asked for. It never writes.
 *
 * A database of an older release may lack a column, which fails the whole transaction; only
 * then the schema is read, and what is not in it is left out.
 */
#ifndef HAETAE_CLIENT_OVSDB_H
#define HAETAE_CLIENT_OVSDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/client/json.h"
#include "lib/client/jsonrpc.h"

/* RFC 7047, 6. */
#define OVSDB_PORT "6640"

/* A question: all rows of a table. Constants; a column list ends with NULL. */
struct ovsdb_table {
	const char *name;
	const char *const *columns;
};

/* *ret is the whole answer, for json_free. -EREMOTEIO when the server refuses ("unknown
 * database"), else as jsonrpc_receive. */
int ovsdb_select(struct jsonrpc *rpc, const char *database, const struct ovsdb_table *tables,
    size_t n_tables, int64_t until_ms, struct json **ret, struct err *err) ATTR_MUST_CHECK;

/* Whether a whole answer to n_tables questions is good: an array of results with rows. */
int ovsdb_check(const struct json *answer, size_t n_tables, struct err *err) ATTR_MUST_CHECK;

/* The rows of the table that was asked for at that place; NULL if there are none. */
const struct json *ovsdb_rows(const struct json *answer, size_t table);

/*
 * Values (RFC 7047, 5.1). A set of one is written as the thing itself, and an optional value
 * that is missing as an empty set, so both are read alike: a set of things.
 */
size_t ovsdb_set_count(const struct json *value);
const struct json *ovsdb_set_at(const struct json *value, size_t index);
/* The one thing of a column: NULL where the set is empty or the column missing. */
const struct json *ovsdb_get(const struct json *row, const char *column);
/* "" where there is none. */
const char *ovsdb_text(const struct json *row, const char *column);
bool ovsdb_i64(const struct json *row, const char *column, int64_t *ret);
bool ovsdb_bool(const struct json *row, const char *column, bool *ret);
/* The text of ["uuid", "…"], or NULL. */
const char *ovsdb_uuid(const struct json *value);
/* What a key has in a column that is a map, or NULL. */
const struct json *ovsdb_map_get(const struct json *row, const char *column, const char *key);

#endif
