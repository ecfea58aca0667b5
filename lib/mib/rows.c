/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"

enum { ROWS_FIRST = 16, INDEX_LARGEST = INT32_MAX };

void mib_rows_init(const struct mib_table *table, size_t cap, struct mib_rows *ret)
{
	*ret = (struct mib_rows){ .table = table, .cap = cap ? cap : MIB_ROWS_MAX };
}

void mib_rows_free(struct mib_rows *rows)
{
	if (!rows)
		return;
	for (size_t i = 0; rows->keys && i < rows->n; i++)
		free(rows->keys[i]);
	free(rows->keys);
	free(rows->items);
	mib_rows_init(rows->table, rows->cap, rows);
}

const void *mib_rows_at(const struct mib_rows *rows, size_t i)
{
	return (const char *)rows->items + i * rows->table->row_size;
}

static uint32_t *index_at(const struct mib_rows *rows, size_t i)
{
	return (uint32_t *)((char *)rows->items + i * rows->table->row_size);
}

/* --- adding --------------------------------------------------------------------------------- */

static int make_room(struct mib_rows *rows)
{
	size_t want = rows->allocated ? 2 * rows->allocated : ROWS_FIRST;
	void *items;
	char **keys;

	if (rows->n < rows->allocated)
		return 0;
	items = realloc(rows->items, want * rows->table->row_size);
	if (!items)
		return -ENOMEM;
	rows->items = items;
	keys = realloc(rows->keys, want * sizeof(*keys));
	if (!keys)
		return -ENOMEM;
	rows->keys = keys;
	rows->allocated = want;
	return 0;
}

static void *add(struct mib_rows *rows, const char *key)
{
	CLEANUP_FREE char *copy = NULL;
	void *row;

	if (rows->n >= rows->cap) {
		rows->n_dropped++;
		return NULL;
	}
	if (key && !(copy = strdup(key)))
		return NULL;
	if (make_room(rows) < 0)
		return NULL;
	row = index_at(rows, rows->n);
	memset(row, 0, rows->table->row_size);
	rows->keys[rows->n++] = copy;
	copy = NULL;
	return row;
}

void *mib_rows_add(struct mib_rows *rows, const char *key)
{
	return add(rows, key);
}

void *mib_rows_add_indexed(struct mib_rows *rows)
{
	return add(rows, NULL);
}

/* --- indexes -------------------------------------------------------------------------------- */

uint32_t mib_index(const char *key)
{
	uint32_t hash = 2166136261U;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 16777619U;
	hash &= INDEX_LARGEST;
	return hash ? hash : 1;
}

/* A row on its way to its place. */
struct place {
	uint32_t index[MIB_INDEX_MAX];
	size_t n_index, from; /* from: where it was added */
	const char *key;      /* NULL: it keeps its index */
	bool is_loser;	      /* another key has its hash */
	bool is_double;
};

static int compare_indexes(const uint32_t *a, const uint32_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	}
	return 0;
}

/* By index; with the same one, who keeps it first, then by key, then as they were added. */
static int by_index_and_key(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	int order = compare_indexes(a->index, b->index, a->n_index);

	if (order == 0 && a->key && b->key)
		order = strcmp(a->key, b->key);
	else if (order == 0 && (a->key || b->key))
		order = a->key ? 1 : -1;
	if (order == 0)
		order = a->from < b->from ? -1 : 1;
	return order;
}

static bool is_same_row(const struct place *a, const struct place *b)
{
	if (a->key && b->key)
		return strcmp(a->key, b->key) == 0;
	return !a->key && !b->key;
}

static bool is_taken(
    const struct place *places, size_t first, size_t end, uint32_t number, size_t but)
{
	for (size_t i = first; i < end; i++) {
		const struct place *place = &places[i];

		if (i != but && !place->is_double && place->index[place->n_index - 1] == number)
			return true;
	}
	return false;
}

/* Rows first to end share all sub-identifiers but the last, and are in order. A loser's next
 * free number is found by going along with those that keep theirs: keys that were made to
 * collide cost no more than others. */
static void resolve(struct place *places, size_t first, size_t end)
{
	size_t last = places[first].n_index - 1, keeper = first;
	uint64_t next = 0;

	for (size_t i = first; i < end; i++) {
		uint64_t hash = places[i].index[last];

		if (!places[i].is_loser)
			continue;
		if (next <= hash)
			next = hash + 1;
		for (; keeper < end && places[keeper].index[last] <= next; keeper++) {
			bool keeps = !places[keeper].is_loser && !places[keeper].is_double;

			if (keeps && places[keeper].index[last] == next)
				next++;
		}
		if (next <= INDEX_LARGEST) {
			places[i].index[last] = (uint32_t)next++;
			continue;
		}
		/* At the end of the numbers, so rare that looking at all is cheap enough. */
		for (hash = 1; is_taken(places, first, end, (uint32_t)hash, i);)
			hash++;
		places[i].index[last] = (uint32_t)hash;
	}
}

/* True if there are rows that must go. */
static bool tell_apart(struct place *places, size_t n)
{
	size_t first = 0, kept = 0;
	bool has_losers = false, has_doubles = false;

	for (size_t i = 1; i <= n; i++) {
		size_t n_index = places[0].n_index;
		bool is_group = i < n && compare_indexes(places[i].index, places[first].index,
					     n_index - 1) == 0;

		if (is_group &&
		    compare_indexes(places[i].index, places[kept].index, n_index) == 0) {
			/* Equal keys stand side by side. */
			places[i].is_double = is_same_row(&places[i], &places[i - 1]);
			places[i].is_loser = !places[i].is_double;
			has_doubles |= places[i].is_double;
			has_losers |= places[i].is_loser;
			continue;
		}
		kept = i;
		if (is_group)
			continue;
		if (has_losers)
			resolve(places, first, i);
		has_losers = false;
		first = i;
	}
	return has_doubles;
}

static struct place *make_places(const struct mib_rows *rows)
{
	size_t n_index = rows->table->n_index;
	struct place *places = calloc(rows->n, sizeof(*places));

	for (size_t i = 0; places && i < rows->n; i++) {
		const uint32_t *index = index_at(rows, i);

		memcpy(places[i].index, index, n_index * sizeof(*index));
		places[i].n_index = n_index;
		places[i].from = i;
		places[i].key = rows->keys[i];
		if (places[i].key)
			places[i].index[n_index - 1] = mib_index(places[i].key);
	}
	return places;
}

static void forget_keys(struct mib_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		free(rows->keys[i]);
		rows->keys[i] = NULL;
	}
}

static int finish_scalars(struct mib_rows *rows)
{
	int rc = rows->n > 1 ? -EEXIST : 0;

	forget_keys(rows);
	if (rows->n > 1)
		rows->n = 1;
	return rc;
}

int mib_rows_finish(struct mib_rows *rows)
{
	size_t size = rows->table->row_size, n = 0;
	CLEANUP_FREE struct place *places = NULL;
	char *items;
	int rc = 0;

	if (rows->n == 0 || rows->table->n_index == 0)
		return finish_scalars(rows);
	places = make_places(rows);
	items = malloc(rows->n * size);
	if (!places || !items) {
		free(items);
		return -ENOMEM;
	}
	qsort(places, rows->n, sizeof(*places), by_index_and_key);
	if (tell_apart(places, rows->n))
		rc = -EEXIST;
	/* Who lost its number is now behind others. */
	qsort(places, rows->n, sizeof(*places), by_index_and_key);
	for (size_t i = 0; i < rows->n; i++) {
		if (places[i].is_double)
			continue;
		memcpy(items + n * size, mib_rows_at(rows, places[i].from), size);
		memcpy(
		    items + n * size, places[i].index, rows->table->n_index * sizeof(uint32_t));
		n++;
	}
	forget_keys(rows);
	free(rows->items);
	rows->items = items;
	rows->allocated = rows->n;
	rows->n = n;
	return rc;
}

/* --- finding -------------------------------------------------------------------------------- */

/* The row's index against the one that is asked for; a prefix is before what begins with it. */
static int compare_asked(
    const struct mib_rows *rows, size_t i, const unsigned long *index, size_t n)
{
	const uint32_t *have = index_at(rows, i);

	for (size_t k = 0; k < rows->table->n_index; k++) {
		if (k == n)
			return 1;
		if (have[k] != index[k])
			return have[k] < index[k] ? -1 : 1;
	}
	return n > rows->table->n_index ? -1 : 0;
}

/* The place of the first row that is not before the index (or, if is_behind, is behind it). */
static size_t lower(
    const struct mib_rows *rows, const unsigned long *index, size_t n, bool is_behind)
{
	size_t low = 0, high = rows->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_asked(rows, middle, index, n);

		if (order < 0 || (order == 0 && is_behind))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const void *mib_rows_find(const struct mib_rows *rows, const unsigned long *index, size_t n)
{
	size_t i = lower(rows, index, n, false);

	return i < rows->n && compare_asked(rows, i, index, n) == 0 ? mib_rows_at(rows, i)
								    : NULL;
}

const void *mib_rows_after(const struct mib_rows *rows, const unsigned long *index, size_t n)
{
	size_t i = lower(rows, index, n, true);

	return i < rows->n ? mib_rows_at(rows, i) : NULL;
}

const void *mib_rows_find_label(const struct mib_rows *rows, const char *label)
{
	const struct mib_column *column = mib_column_find(rows->table, rows->table->label);

	for (size_t i = 0; column && i < rows->n; i++) {
		const char *row = mib_rows_at(rows, i);

		if (strncmp(row + column->offset, label, column->size) == 0)
			return row;
	}
	return NULL;
}
