/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/place.h"

#include <errno.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/mib/view.h"

int place_root(struct place *ret, struct err *err)
{
	const char *text = HAETAE_ENTERPRISE_OID, *end = text + strlen(text);
	uint64_t number;

	ret->n = 0;
	while (text < end && ret->n < PLACE_MAX - VIEW_OID_MAX - 1) {
		if (num_scan_u64(&text, end, &number) < 0 || number > UINT32_MAX)
			break;
		ret->subids[ret->n++] = (unsigned long)number;
		text += text < end && *text == '.' ? 1 : 0;
	}
	return text == end ? 0
			   : err_set(err, -EINVAL, "cannot register %s", HAETAE_ENTERPRISE_OID);
}

void place_below(const struct place *root, unsigned long branch, const unsigned long *subids,
    size_t n, struct place *ret)
{
	memcpy(ret->subids, root->subids, root->n * sizeof(root->subids[0]));
	ret->n = root->n;
	ret->subids[ret->n++] = branch;
	for (size_t i = 0; i < n; i++)
		ret->subids[ret->n++] = subids[i];
}

bool place_is_object(const unsigned long *rest, size_t n)
{
	for (size_t i = 0; n > 1 && i < mib_n_tables; i++) {
		const struct mib_table *table = mib_tables[i];
		unsigned long column = table->n_index ? (n > 2 ? rest[2] : 0) : rest[1];

		if (table->number == rest[0] && (!table->n_index || rest[1] == MIB_ENTRY) &&
		    column <= UINT32_MAX)
			return mib_column_find(table, (uint32_t)column) != NULL;
	}
	return false;
}

static void place_of_cell(const struct place *root, const struct mib_table *table,
    const struct mib_column *column, const void *row, struct place *ret)
{
	const uint32_t *index = row;
	unsigned long rest[VIEW_OID_MAX] = { table->number };
	size_t n = 1;

	if (table->n_index > 0)
		rest[n++] = MIB_ENTRY;
	rest[n++] = column->number;
	for (size_t i = 0; i < table->n_index; i++)
		rest[n++] = index[i];
	if (table->n_index == 0)
		rest[n++] = 0;
	place_below(root, MIB_OBJECTS, rest, n, ret);
}

bool place_told(const struct place *root, const struct notification *notification,
    int64_t now_ms, bool (*add)(const struct place *, const struct mib_cell *, void *),
    void *context)
{
	const struct mib_table *table = notification->table;
	const struct mib_table *agent = mib_table_named("haetaeAgent");
	const struct mib_column *sequence =
	    agent ? mib_column_named(agent, "NotificationSequence") : NULL;
	struct mib_cell cell;
	struct place place;

	for (const uint32_t *told = table->told; told && *told; told++) {
		const struct mib_column *column = mib_column_find(table, *told);

		/* A scalar that is not known does not exist. */
		if (!column || !mib_cell(table, column, notification->row, now_ms, &cell))
			continue;
		place_of_cell(root, table, column, notification->row, &place);
		if (!add(&place, &cell, context))
			return false;
	}
	if (!sequence)
		return true;
	place_of_cell(root, agent, sequence, NULL, &place);
	cell =
	    (struct mib_cell){ .syntax = sequence->syntax, .number = notification->sequence };
	return add(&place, &cell, context);
}
