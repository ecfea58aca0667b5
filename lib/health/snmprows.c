/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/snmprows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/mib/collector.h"

/* Far above what a subagent shows, and what an agent that never ends may cost. */
enum { ROWS_MAX = 10000 };

/* --- cells ------------------------------------------------------------------------------------ */

static void set_none(const struct mib_column *column, void *row)
{
	const int64_t none = MIB_NONE;
	char *field = (char *)row + column->offset;

	if (column->syntax == MIB_MISSING)
		return;
	if (column->syntax == MIB_TEXT || column->syntax == MIB_OCTETS)
		memset(field, 0, column->size);
	else
		memcpy(field, &none, sizeof(none));
}

static void set_row_none(const struct mib_table *table, void *row)
{
	for (size_t i = 0; i < table->n_columns; i++)
		set_none(&table->columns[i], row);
}

static bool is_there(const struct snmp_peer_value *value)
{
	return value->type != SNMP_PEER_NO_OBJECT && value->type != SNMP_PEER_NO_INSTANCE;
}

/* A word that only a newer subagent has is not known here. */
static int put(const struct mib_table *table, const struct mib_column *column,
    const struct snmp_peer_value *value, int64_t now_ms, void *row, struct err *err)
{
	struct mib_cell cell = { .syntax = column->syntax, .number = value->number };
	int r;

	if (value->type == SNMP_PEER_TEXT) {
		cell.bytes = value->bytes ? value->bytes : "";
		cell.size = value->size;
	}
	r = value->type == SNMP_PEER_OTHER ? -EBADMSG
					   : mib_put(table, column, &cell, now_ms, row);
	if (r == -EBADMSG && column->syntax == MIB_ENUM && !cell.bytes) {
		set_none(column, row);
		return 0;
	}
	if (r < 0)
		return err_set(
		    err, r, "%s%s has a value that it cannot have", table->name, column->name);
	return 0;
}

static bool is_wanted(const char *const *names, const struct mib_column *column)
{
	if (!names)
		return true;
	for (; *names; names++)
		if (strcmp(*names, column->name) == 0)
			return true;
	return false;
}

/* --- scalars, and cells whose row is known: one GET ------------------------------------------- */

/* What each OID of the GET is for. */
struct slot {
	const struct mib_table *table;
	const struct mib_column *column;
	void *row;
	size_t *n_read;
};

struct getting {
	struct slot *slots;
	struct snmp_peer_oid *oids;
	size_t n;
	size_t n_objects; /* answers that are not "no such object" */
	int64_t now_ms;
};

static int add_slot(struct getting *getting, const struct slot *slot, const uint32_t *index)
{
	struct snmp_peer_oid *oid = &getting->oids[getting->n];
	int r = snmp_peer_oid_add(oid, HAETAE_ENTERPRISE_OID);
	char behind[64];

	if (r < 0)
		return r;
	if (index)
		(void)snprintf(behind, sizeof(behind), "%d.%u.%d.%u.%u", MIB_OBJECTS,
		    slot->table->number, MIB_ENTRY, slot->column->number, *index);
	else
		(void)snprintf(behind, sizeof(behind), "%d.%u.%u.0", MIB_OBJECTS,
		    slot->table->number, slot->column->number);
	getting->slots[getting->n++] = *slot;
	return snmp_peer_oid_add(oid, behind);
}

static int add_scalars(struct getting *getting, struct snmprows_want *want)
{
	set_row_none(want->table, want->row);
	want->n_read = 0;
	for (size_t i = 0; i < want->table->n_columns; i++) {
		const struct slot slot = { want->table, &want->table->columns[i], want->row,
			&want->n_read };
		int r =
		    is_wanted(want->columns, slot.column) ? add_slot(getting, &slot, NULL) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static int take_got(
    void *context, size_t place, const struct snmp_peer_value *value, struct err *err)
{
	struct getting *getting = context;
	const struct slot *slot = &getting->slots[place];

	if (value->type != SNMP_PEER_NO_OBJECT)
		getting->n_objects++;
	if (!is_there(value))
		return 0;
	++*slot->n_read;
	return put(slot->table, slot->column, value, getting->now_ms, slot->row, err);
}

/* --- tables: one walk each -------------------------------------------------------------------- */

struct walking {
	const struct mib_table *table;
	struct mib_rows *rows;
	const struct mib_column *columns[SNMP_PEER_WALKS_MAX]; /* MIB_MISSING is the last */
	size_t n;
	size_t prefix;			     /* subids before a row's index */
	size_t cursors[SNMP_PEER_WALKS_MAX]; /* rows before the next value of the column */
	uint64_t seen;			     /* columns that the node has */
	uint64_t *cells;		     /* columns of each row; as allocated of rows */
	size_t n_cells;
	int64_t now_ms;
};

static uint32_t *index_of(const struct walking *walking, size_t i)
{
	return (uint32_t *)((char *)walking->rows->items + i * walking->table->row_size);
}

static int compare_index(
    const struct walking *walking, size_t i, const struct snmp_peer_value *value)
{
	const uint32_t *index = index_of(walking, i);

	for (size_t k = 0; k < walking->table->n_index; k++) {
		unsigned long asked = value->oid[walking->prefix + k];

		if (index[k] != asked)
			return index[k] < asked ? -1 : 1;
	}
	return 0;
}

/* A new last row. False: there are too many, or no memory. */
static bool append(struct walking *walking, const struct snmp_peer_value *value)
{
	uint32_t *index = mib_rows_add_indexed(walking->rows);
	uint64_t *cells;

	if (!index)
		return false;
	cells = reallocarray(walking->cells, walking->rows->n, sizeof(*cells));
	if (!cells)
		return false;
	walking->cells = cells;
	cells[walking->rows->n - 1] = 0;
	set_row_none(walking->table, index);
	for (size_t k = 0; k < walking->table->n_index; k++)
		index[k] = (uint32_t)value->oid[walking->prefix + k];
	return true;
}

/* Columns come in the order of rows. The first column that gets so far makes the row; a row that
 * another one alone has came or went while we read, and is left out. */
static int take_walked(
    void *context, size_t place, const struct snmp_peer_value *value, struct err *err)
{
	struct walking *walking = context;
	size_t *cursor = &walking->cursors[place];

	if (value->n_oid != walking->prefix + walking->table->n_index)
		return err_set(err, -EBADMSG, "%s%s has an index that it cannot have",
		    walking->table->name, walking->columns[place]->name);
	walking->seen |= UINT64_C(1) << place;
	while (*cursor < walking->rows->n && compare_index(walking, *cursor, value) < 0)
		++*cursor;
	if (*cursor == walking->rows->n && !append(walking, value))
		return err_set(
		    err, -E2BIG, "%s has too many rows to be read", walking->table->name);
	if (compare_index(walking, *cursor, value) != 0)
		return 0;
	walking->cells[*cursor] |= UINT64_C(1) << place;
	return put(walking->table, walking->columns[place], value, walking->now_ms,
	    index_of(walking, (*cursor)++), err);
}

/* Rows that lack a column which others have. */
static void drop_halves(struct walking *walking)
{
	size_t kept = 0, size = walking->table->row_size;

	for (size_t i = 0; i < walking->rows->n; i++) {
		if (walking->cells[i] != walking->seen)
			continue;
		if (kept != i)
			memmove(index_of(walking, kept), index_of(walking, i), size);
		kept++;
	}
	walking->rows->n_dropped += walking->rows->n - kept;
	walking->rows->n = kept;
}

static void choose_columns(struct walking *walking, const char *const *names)
{
	for (int last = 0; last <= 1; last++) {
		for (size_t i = 0; i < walking->table->n_columns; i++) {
			const struct mib_column *column = &walking->table->columns[i];

			if ((column->syntax == MIB_MISSING) == last &&
			    walking->n < SNMP_PEER_WALKS_MAX && is_wanted(names, column))
				walking->columns[walking->n++] = column;
		}
	}
}

static int walk_table(
    struct snmp_peer *peer, struct walking *walking, int64_t until_ms, struct err *err)
{
	struct snmp_peer_oid roots[SNMP_PEER_WALKS_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < walking->n; i++) {
		char behind[64];

		roots[i].n = 0;
		(void)snprintf(behind, sizeof(behind), "%d.%u.%d.%u", MIB_OBJECTS,
		    walking->table->number, MIB_ENTRY, walking->columns[i]->number);
		r = snmp_peer_oid_add(&roots[i], HAETAE_ENTERPRISE_OID);
		if (r == 0)
			r = snmp_peer_oid_add(&roots[i], behind);
		walking->prefix = roots[i].n;
	}
	if (r < 0)
		return err_set(err, r, "cannot ask for %s", walking->table->name);
	return snmp_peer_walk(peer, roots, walking->n, ROWS_MAX * walking->n, until_ms,
	    take_walked, walking, err);
}

static int read_table(
    struct snmp_peer *peer, struct snmprows_want *want, int64_t until_ms, struct err *err)
{
	struct walking walking = {
		.table = want->table,
		.rows = want->rows,
		.now_ms = clock_mono_ms(),
	};
	int r;

	choose_columns(&walking, want->columns);
	r = walk_table(peer, &walking, until_ms, err);
	if (r == 0) {
		drop_halves(&walking);
		want->n_read = walking.rows->n;
		r = mib_rows_finish(walking.rows);
		if (r < 0)
			err_set(err, r, "cannot sort %s", want->table->name);
	}
	free(walking.cells);
	return r;
}

/* --- collectors ------------------------------------------------------------------------------- */

/* What is asked of a collector's row; Missing tells of the others, and so is the last. */
static const char *const collector_columns[] = { "Name", "State", "StateText", "Age", "Limit",
	"Missing" };

static int add_collector(
    struct getting *getting, const char *name, struct mib_collector *row, size_t *n_read)
{
	uint32_t index = mib_index(name);

	set_row_none(&mib_collector, row);
	for (size_t i = 0; i < sizeof(collector_columns) / sizeof(collector_columns[0]); i++) {
		const struct slot slot = { &mib_collector,
			mib_column_named(&mib_collector, collector_columns[i]), row, n_read };
		int r = slot.column ? add_slot(getting, &slot, &index) : -EINVAL;

		if (r < 0)
			return r;
	}
	return 0;
}

/* Past its limit a collector is critical, and what it had read is not shown any more. */
static void describe_collector(const struct mib_collector *row, size_t n_read, int64_t now_ms,
    struct snmprows_collector *ret)
{
	ret->found = n_read > 0;
	ret->state = row->state == MIB_NONE ? MIB_UNKNOWN : (enum mib_state)row->state;
	ret->age_s = row->age == MIB_NONE ? MIB_NONE : (now_ms - row->age) / 1000;
	ret->stale = ret->found &&
		     (ret->age_s == MIB_NONE || row->state == MIB_CRITICAL ||
			 (row->limit != MIB_NONE && row->limit > 0 && ret->age_s > row->limit));
	ret->error[0] = '\0';
	if (ret->state != MIB_OK)
		(void)snprintf(ret->error, sizeof(ret->error), "%s", row->state_text);
}

/* --- all of it -------------------------------------------------------------------------------- */

struct reading {
	struct snmp_peer *peer;
	int64_t until_ms;
	struct snmprows_want *wants;
	size_t n_wants;
	struct snmprows_collector *collectors;
	size_t n_collectors;
	struct getting getting;
	struct mib_collector *rows; /* of the collectors; owned */
	size_t *n_read;		    /* of each; owned */
};

static void reading_free(struct reading *reading)
{
	free(reading->getting.slots);
	free(reading->getting.oids);
	free(reading->rows);
	free(reading->n_read);
}

static int make_room(struct reading *reading)
{
	size_t n = 0;

	for (size_t i = 0; i < reading->n_wants; i++)
		n += reading->wants[i].row ? reading->wants[i].table->n_columns : 0;
	n += reading->n_collectors * sizeof(collector_columns) / sizeof(collector_columns[0]);
	reading->rows = calloc(reading->n_collectors + 1, sizeof(*reading->rows));
	reading->n_read = calloc(reading->n_collectors + 1, sizeof(*reading->n_read));
	reading->getting.slots = calloc(n + 1, sizeof(*reading->getting.slots));
	reading->getting.oids = calloc(n + 1, sizeof(*reading->getting.oids));
	return reading->rows && reading->n_read && reading->getting.slots &&
		       reading->getting.oids
		   ? 0
		   : -ENOMEM;
}

static int read_known(struct reading *reading, struct err *err)
{
	struct getting *getting = &reading->getting;
	int r = make_room(reading);

	getting->now_ms = clock_mono_ms();
	for (size_t i = 0; r == 0 && i < reading->n_wants; i++) {
		struct snmprows_want *want = &reading->wants[i];

		if (want->row)
			r = add_scalars(getting, want);
	}
	for (size_t i = 0; r == 0 && i < reading->n_collectors; i++)
		r = add_collector(getting, reading->collectors[i].name, &reading->rows[i],
		    &reading->n_read[i]);
	if (r < 0)
		return err_sys(err, r, "cannot ask for rows");
	r = snmp_peer_get(reading->peer, getting->oids, getting->n, reading->until_ms, take_got,
	    getting, err);
	for (size_t i = 0; r == 0 && i < reading->n_collectors; i++)
		describe_collector(&reading->rows[i], reading->n_read[i], getting->now_ms,
		    &reading->collectors[i]);
	return r;
}

/* Whether the collectors, where they were asked for, say why there is nothing. */
static bool is_explained(const struct reading *reading)
{
	for (size_t i = 0; i < reading->n_collectors; i++)
		if (!reading->collectors[i].found || reading->collectors[i].stale)
			return true;
	return false;
}

static int read_all(struct reading *reading, struct err *err)
{
	int r = read_known(reading, err);

	if (r < 0)
		return r;
	if (reading->getting.n > 0 && reading->getting.n_objects == 0)
		return err_set(err, -ENOENT, "it shows nothing of HAETAE-MIB");
	for (size_t i = 0; r == 0 && i < reading->n_wants; i++) {
		struct snmprows_want *want = &reading->wants[i];

		if (!want->row)
			r = read_table(reading->peer, want, reading->until_ms, err);
		else if (want->n_read == 0 && !want->optional && !is_explained(reading))
			r = err_set(err, -ENOENT, "it shows nothing of %s", want->table->name);
	}
	return r;
}

int snmprows_read(struct snmp_peer *peer, struct snmprows_want *wants, size_t n_wants,
    struct snmprows_collector *collectors, size_t n_collectors, int64_t until_ms,
    struct err *err)
{
	struct reading reading = {
		.peer = peer,
		.until_ms = until_ms,
		.wants = wants,
		.n_wants = n_wants,
		.collectors = collectors,
		.n_collectors = n_collectors,
	};
	int r;

	for (size_t i = 0; i < n_wants; i++)
		if (!wants[i].row)
			mib_rows_init(wants[i].table, ROWS_MAX, wants[i].rows);
	r = read_all(&reading, err);
	reading_free(&reading);
	return r;
}
