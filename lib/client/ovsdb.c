/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/ovsdb.h"

#include <errno.h>
#include <string.h>

/* --- the question --------------------------------------------------------------------------- */

/* Whether the schema has it; without one everything is asked for. */
static bool in_schema(const struct json *schema, const char *table, const char *column)
{
	const struct json *columns;

	if (!schema)
		return true;
	columns = json_get(json_get(json_get(schema, "tables"), table), "columns");
	/* Every row has its uuid, which the schema does not list (RFC 7047, 3.2). */
	return columns && (strcmp(column, "_uuid") == 0 || json_get(columns, column));
}

static void add_select(
    struct buf *params, const struct ovsdb_table *table, const struct json *schema)
{
	const char *comma = "";

	buf_addf(params, ",{\"op\":\"select\",\"table\":\"%s\",\"where\":[],\"columns\":[",
	    table->name);
	for (const char *const *column = table->columns; *column; column++) {
		if (!in_schema(schema, table->name, *column))
			continue;
		buf_addf(params, "%s\"%s\"", comma, *column);
		comma = ",";
	}
	buf_adds(params, "]}");
}

/* A table that the schema does not have is asked for as nothing, so that the places of the
 * results stay those of the tables. */
static void add_nothing(struct buf *params)
{
	buf_adds(params, ",{\"op\":\"comment\",\"comment\":\"\"}");
}

static int ask(struct jsonrpc *rpc, const char *method, const char *params, int64_t until_ms,
    struct json **ret, struct err *err)
{
	int r = jsonrpc_send(rpc, method, params, until_ms, err);

	return r < 0 ? r : jsonrpc_receive(rpc, until_ms, ret, err);
}

static int ask_tables(struct jsonrpc *rpc, const char *database,
    const struct ovsdb_table *tables, size_t n_tables, const struct json *schema,
    int64_t until_ms, struct json **ret, struct err *err)
{
	CLEANUP_BUF struct buf params = BUF_INIT;

	buf_addf(&params, "[\"%s\"", database);
	for (size_t i = 0; i < n_tables; i++) {
		if (in_schema(schema, tables[i].name, "_uuid"))
			add_select(&params, &tables[i], schema);
		else
			add_nothing(&params);
	}
	buf_addc(&params, ']');
	if (params.error)
		return err_sys(err, params.error, "cannot write a transaction");
	return ask(rpc, "transact", buf_text(&params), until_ms, ret, err);
}

static int ask_schema(struct jsonrpc *rpc, const char *database, int64_t until_ms,
    struct json **ret_answer, const struct json **ret, struct err *err)
{
	CLEANUP_BUF struct buf params = BUF_INIT;
	int r = buf_addf(&params, "[\"%s\"]", database);

	if (r < 0)
		return err_sys(err, r, "cannot ask for the schema");
	r = ask(rpc, "get_schema", buf_text(&params), until_ms, ret_answer, err);
	return r < 0 ? r : jsonrpc_result(*ret_answer, ret, err);
}

int ovsdb_select(struct jsonrpc *rpc, const char *database, const struct ovsdb_table *tables,
    size_t n_tables, int64_t until_ms, struct json **ret, struct err *err)
{
	CLEANUP_JSON struct json *answer = NULL, *schema_answer = NULL, *again = NULL;
	const struct json *schema;
	int r = ask_tables(rpc, database, tables, n_tables, NULL, until_ms, &answer, err);

	if (r < 0)
		return r;
	r = ovsdb_check(answer, n_tables, err);
	if (r == 0) {
		*ret = answer;
		answer = NULL;
	}
	/* -ENOENT: something is not in this database. */
	if (r != -ENOENT)
		return r;
	r = ask_schema(rpc, database, until_ms, &schema_answer, &schema, err);
	if (r == 0)
		r = ask_tables(rpc, database, tables, n_tables, schema, until_ms, &again, err);
	if (r == 0)
		r = ovsdb_check(again, n_tables, err);
	if (r < 0)
		return r == -ENOENT ? -EREMOTEIO : r;
	*ret = again;
	again = NULL;
	return 0;
}

/* --- the answer ------------------------------------------------------------------------------ */

int ovsdb_check(const struct json *answer, size_t n_tables, struct err *err)
{
	const struct json *result;
	int r = jsonrpc_result(answer, &result, err);

	if (r < 0)
		return r;
	/* An operation that fails ends the list with an error (RFC 7047, 4.1.3). */
	for (size_t i = 0; i < json_count(result); i++) {
		const struct json *item = json_at(result, i);
		const char *error = json_text(json_get(item, "error"), NULL);
		const char *details = json_text(json_get(item, "details"), NULL);

		if (error)
			return err_set(err, -ENOENT, "%s: %s", error, details ? details : "");
	}
	if (json_kind(result) != JSON_KIND_ARRAY || json_count(result) != n_tables)
		return err_set(err, -EBADMSG,
		    "the database answers with %s, not with %zu tables",
		    json_kind_text(json_kind(result)), n_tables);
	return 0;
}

const struct json *ovsdb_rows(const struct json *answer, size_t table)
{
	return json_get(json_at(json_get(answer, "result"), table), "rows");
}

/* The things in ["set", […]], or NULL. */
static const struct json *set_items(const struct json *value)
{
	const char *tag = json_text(json_at(value, 0), NULL);

	return tag && strcmp(tag, "set") == 0 ? json_at(value, 1) : NULL;
}

size_t ovsdb_set_count(const struct json *value)
{
	const struct json *items = set_items(value);

	return items ? json_count(items) : value != NULL;
}

const struct json *ovsdb_set_at(const struct json *value, size_t index)
{
	const struct json *items = set_items(value);

	if (items)
		return json_at(items, index);
	return index == 0 ? value : NULL;
}

const struct json *ovsdb_get(const struct json *row, const char *column)
{
	return ovsdb_set_at(json_get(row, column), 0);
}

const char *ovsdb_text(const struct json *row, const char *column)
{
	const char *text = json_text(ovsdb_get(row, column), NULL);

	return text ? text : "";
}

bool ovsdb_i64(const struct json *row, const char *column, int64_t *ret)
{
	return json_i64(ovsdb_get(row, column), ret);
}

bool ovsdb_bool(const struct json *row, const char *column, bool *ret)
{
	return json_bool(ovsdb_get(row, column), ret);
}

const char *ovsdb_uuid(const struct json *value)
{
	const char *tag = json_text(json_at(value, 0), NULL);

	return tag && strcmp(tag, "uuid") == 0 ? json_text(json_at(value, 1), NULL) : NULL;
}

const struct json *ovsdb_map_get(const struct json *row, const char *column, const char *key)
{
	const struct json *map = json_get(row, column);
	const char *tag = json_text(json_at(map, 0), NULL);
	const struct json *pairs = tag && strcmp(tag, "map") == 0 ? json_at(map, 1) : NULL;

	for (size_t i = 0; i < json_count(pairs); i++) {
		const struct json *pair = json_at(pairs, i);
		const char *name = json_text(json_at(pair, 0), NULL);

		if (name && strcmp(name, key) == 0)
			return json_at(pair, 1);
	}
	return NULL;
}
