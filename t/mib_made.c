/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "t/mib_made.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct mib_word words[] = { { 1, "other" }, { 2, "tcp" }, { 7, "unix" }, { 0 } };

#define SCALAR(number, name, syntax, member)                                \
	{                                                                   \
		(number), (name), (syntax), MIB_FIELD(made_scalars, member) \
	}
static const struct mib_column scalar_columns[] = {
	SCALAR(1, "State", MIB_STATE, state),
	SCALAR(2, "Unknown", MIB_GAUGE, unknown),
	SCALAR(5, "Seconds", MIB_GAUGE, seconds),
	SCALAR(6, "Text", MIB_TEXT, text),
	SCALAR(4294967295, "AlsoUnknown", MIB_COUNTER64, also_unknown),
};
static const struct mib_table scalars = {
	.number = 1,
	.name = "haetaeMade",
	.columns = scalar_columns,
	.n_columns = sizeof(scalar_columns) / sizeof(scalar_columns[0]),
	.row_size = sizeof(struct made_scalars),
};

#define ROW(number, name, syntax, member)                               \
	{                                                               \
		(number), (name), (syntax), MIB_FIELD(made_row, member) \
	}
static const struct mib_column row_columns[] = {
	ROW(2, "Name", MIB_TEXT, name),
	ROW(3, "State", MIB_STATE, state),
	ROW(4, "StateAge", MIB_AGE, since),
	ROW(5, "StateText", MIB_TEXT, text),
	ROW(6, "Gauge", MIB_GAUGE, gauge),
	ROW(7, "Counter", MIB_COUNTER, counter),
	ROW(8, "Counter64", MIB_COUNTER64, counter64),
	ROW(10, "Percent", MIB_HUNDREDTHS, percent),
	ROW(11, "Integer", MIB_INTEGER, integer),
	ROW(12, "Truth", MIB_TRUTH, truth),
	{ 13, "Word", MIB_ENUM, MIB_FIELD(made_row, word), .words = words },
	ROW(14, "Date", MIB_DATE, date),
	ROW(15, "Octets", MIB_OCTETS, octets),
	ROW(16, "Address", MIB_OCTETS, address),
	{ 17, "Missing", MIB_MISSING },
	ROW(4294967295, "Last", MIB_UNSIGNED, gauge),
};
static const uint32_t row_told[] = { 2, 3, 5, 0 };
static const struct mib_table things = {
	.number = 2,
	.name = "haetaeMadeThing",
	.index = "haetaeMadeThingIndex",
	.n_index = 1,
	.columns = row_columns,
	.n_columns = sizeof(row_columns) / sizeof(row_columns[0]),
	.row_size = sizeof(struct made_row),
	.state = 3,
	.state_age = 4,
	.state_text = 5,
	.label = 2,
	.notification = 2,
	.notification_name = "haetaeMadeThingStateChange",
	.told = row_told,
};
static const struct mib_table empty = {
	.number = 7,
	.name = "haetaeMadeEmpty",
	.index = "haetaeMadeEmptyIndex",
	.n_index = 1,
	.columns = row_columns,
	.n_columns = sizeof(row_columns) / sizeof(row_columns[0]),
	.row_size = sizeof(struct made_row),
};

static const struct mib_column child_columns[] = {
	{ 3, "Value", MIB_UNSIGNED, MIB_FIELD(made_child, value) },
	{ 4, "Other", MIB_GAUGE, MIB_FIELD(made_child, other) },
};
static const struct mib_table children = {
	.number = 3,
	.name = "haetaeMadeChild",
	.index = "haetaeMadeThingIndex haetaeMadeChildIndex",
	.n_index = 2,
	.columns = child_columns,
	.n_columns = sizeof(child_columns) / sizeof(child_columns[0]),
	.row_size = sizeof(struct made_child),
};

static const struct mib_column uuid_columns[] = {
	{ 2, "Value", MIB_UNSIGNED, MIB_FIELD(made_uuid, value) },
};
static const struct mib_table uuids = {
	.number = 9,
	.name = "haetaeMadeUuid",
	.index = "haetaeMadeUuid",
	.n_index = 16,
	.columns = uuid_columns,
	.n_columns = sizeof(uuid_columns) / sizeof(uuid_columns[0]),
	.row_size = sizeof(struct made_uuid),
};
static struct mib_column wide_columns[MADE_WIDE_MAX];
static struct mib_table wide = {
	.number = 20,
	.name = "haetaeMadeWide",
	.index = "haetaeMadeWideIndex",
	.n_index = 1,
	.columns = wide_columns,
	.row_size = sizeof(struct made_wide),
};

static const struct mib_column agent_columns[] = {
	{ 9, "NotificationSequence", MIB_COUNTER, MIB_FIELD(made_agent, sequence) },
};
static const struct mib_table agent = {
	.number = 22,
	.name = "haetaeAgent",
	.columns = agent_columns,
	.n_columns = 1,
	.row_size = sizeof(struct made_agent),
};

static const struct mib_table last = {
	.number = 4294967295,
	.name = "haetaeMadeLast",
	.columns = scalar_columns,
	.n_columns = sizeof(scalar_columns) / sizeof(scalar_columns[0]),
	.row_size = sizeof(struct made_scalars),
};

const struct mib_table *const mib_tables[] = {
	[MADE_SCALARS] = &scalars,
	[MADE_THING] = &things,
	[MADE_CHILD] = &children,
	[MADE_EMPTY] = &empty,
	[MADE_UUID] = &uuids,
	[MADE_WIDE] = &wide,
	[MADE_AGENT] = &agent,
	[MADE_LAST] = &last,
};
const size_t mib_n_tables = MADE_TABLES;

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static void fill_scalars(struct mib_rows *rows)
{
	struct made_scalars *row = must(mib_rows_add_indexed(rows));

	row->state = MIB_OK;
	row->seconds = 4711;
	row->unknown = row->also_unknown = MIB_NONE;
	(void)snprintf(row->text, sizeof(row->text), "all is well");
}

static void fill_thing(unsigned i, struct mib_rows *things_of, struct mib_rows *children_of)
{
	struct made_row *row;
	char key[20];

	(void)snprintf(key, sizeof(key), "thing-%u", i);
	row = must(mib_rows_add(things_of, key));
	memcpy(row->name, key, sizeof(row->name));
	row->state = MIB_OK;
	row->gauge = i;
	row->counter64 = INT64_C(1) << 40;
	row->date = MIB_NONE;
	/* At both ends of what an index can be, and side by side. */
	for (unsigned k = 0; k < 3; k++) {
		struct made_child *child = must(mib_rows_add_indexed(children_of));

		child->index[0] = mib_index(key);
		child->index[1] = k == 2 ? UINT32_MAX : k;
		child->value = i * 10 + k;
	}
}

static void init(struct mib_rows rows[MADE_TABLES])
{
	for (unsigned i = 0; i < MADE_TABLES; i++)
		mib_rows_init(mib_tables[i], 0, &rows[i]);
}

static void finish(struct mib_rows rows[MADE_TABLES])
{
	for (unsigned i = 0; i < MADE_TABLES; i++) {
		if (mib_rows_finish(&rows[i]) < 0)
			abort();
	}
}

void made_fill_wide(struct mib_rows rows[MADE_TABLES], unsigned n, unsigned n_columns)
{
	init(rows);
	wide.n_columns = n_columns < MADE_WIDE_MAX ? n_columns : MADE_WIDE_MAX;
	for (unsigned i = 0; i < wide.n_columns; i++)
		wide_columns[i] = (struct mib_column){ 2 + i, "Value", MIB_GAUGE,
			offsetof(struct made_wide, values) + i * sizeof(int64_t),
			sizeof(int64_t) };
	for (unsigned i = 0; i < n; i++) {
		struct made_wide *row = must(mib_rows_add_indexed(&rows[MADE_WIDE]));

		row->index[0] = 1 + i * (2147483646U / n);
		for (unsigned k = 0; k < MADE_WIDE_MAX; k++)
			row->values[k] = 4711;
	}
	finish(rows);
}

void made_fill(struct mib_rows rows[MADE_TABLES], unsigned n)
{
	init(rows);
	fill_scalars(&rows[MADE_SCALARS]);
	fill_scalars(&rows[MADE_LAST]);
	for (unsigned i = 0; i < n; i++) {
		struct made_uuid *uuid = must(mib_rows_add_indexed(&rows[MADE_UUID]));

		for (unsigned k = 0; k < 16; k++)
			uuid->index[k] = (i * 2654435761U >> k) & 0xFF;
		uuid->value = i;
		fill_thing(i, &rows[MADE_THING], &rows[MADE_CHILD]);
	}
	(void)must(mib_rows_add_indexed(&rows[MADE_AGENT]));
	finish(rows);
}

void made_free(struct mib_rows rows[MADE_TABLES])
{
	for (unsigned i = 0; i < MADE_TABLES; i++)
		mib_rows_free(&rows[i]);
}

void made_view(const struct mib_rows rows[MADE_TABLES], struct view *ret)
{
	*ret = (struct view){ .now_ms = 1000000 };
	for (unsigned i = 0; i < MADE_TABLES; i++)
		ret->rows[i] = &rows[i];
}
