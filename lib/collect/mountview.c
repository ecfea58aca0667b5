/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/mountview.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"

/* Orders paths so that what is below a folder follows it at once: '/' sorts first. */
static int compare_points(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == '/' || *b == '/')
		return *a == *b ? 0 : *a == '\0' || (*a == '/' && *b) ? -1 : 1;
	return (unsigned char)*a - (unsigned char)*b;
}

/* Mounts on one parent together, what is below a folder behind it, the latest last. */
static int compare_siblings(const void *a, const void *b)
{
	const struct mount *x = *(struct mount *const *)a, *y = *(struct mount *const *)b;
	int r = x->parent != y->parent ? (x->parent < y->parent ? -1 : 1)
				       : compare_points(x->point, y->point);

	return r ? r : (x > y) - (x < y);
}

static int compare_ids(const void *a, const void *b)
{
	const struct mount *x = *(struct mount *const *)a, *y = *(struct mount *const *)b;

	return (x->id > y->id) - (x->id < y->id);
}

/* A mount covers what its siblings have below its point. Marks those in `blocked`. */
static void block_siblings(
    struct mounts *mounts, struct mount **sorted, bool table, bool *blocked)
{
	const struct mount *cover = NULL;

	for (size_t i = 0; i < mounts->n_items; i++) {
		struct mount *mount = sorted[i];
		const struct mount *next = i + 1 < mounts->n_items ? sorted[i + 1] : NULL;

		if (next && next->parent == mount->parent &&
		    strcmp(next->point, mount->point) == 0)
			blocked[mount - mounts->items] = true;
		else if (table || !cover || cover->parent != mount->parent ||
			 !mounts_is_below(mount->point, cover->point))
			cover = mount;
		else
			blocked[mount - mounts->items] = true;
	}
}

/* Fills parents[i] with where the parent of item i is, or with i when it is not listed. */
static void find_parents(const struct mounts *mounts, struct mount **sorted, size_t *parents)
{
	size_t n = mounts->n_items;

	qsort(sorted, n, sizeof(struct mount *), compare_ids);
	for (size_t i = 0; i < n; i++) {
		struct mount key = { .id = mounts->items[i].parent }, *key_pointer = &key;
		struct mount **found =
		    bsearch(&key_pointer, sorted, n, sizeof(struct mount *), compare_ids);

		parents[i] = found ? (size_t)(*found - mounts->items) : i;
	}
}

/*
 * The order of the list does not tell what covers what: a root that was moved there stands
 * behind what is below it. The tree of mounts does. A mount is out of sight when another
 * one is mounted on its root, or when, on the way to it from the top, a mount or one it
 * hangs on is below the point of a sibling. Where the list has no tree (/proc/mounts), only
 * the same point counts.
 */
static int mark_hidden(struct mounts *mounts, bool table)
{
	enum { DEPTH_MAX = 256 };
	size_t n = mounts->n_items;
	CLEANUP_FREE struct mount **sorted = calloc(n + 1, sizeof(struct mount *));
	CLEANUP_FREE size_t *parents = calloc(n + 1, sizeof(size_t));
	CLEANUP_FREE bool *blocked = calloc(n + 1, sizeof(bool));

	if (!sorted || !parents || !blocked)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		sorted[i] = &mounts->items[i];
	qsort(sorted, n, sizeof(struct mount *), compare_siblings);
	block_siblings(mounts, sorted, table, blocked);
	if (!table)
		find_parents(mounts, sorted, parents);
	for (size_t i = 0; i < n; i++) {
		struct mount *mount = &mounts->items[i], *parent = &mounts->items[parents[i]];
		size_t at = i;

		mount->hidden = mount->hidden || blocked[i];
		if (table)
			continue;
		if (parent != mount && strcmp(parent->point, mount->point) == 0)
			parent->hidden = true;
		for (int depth = 0; depth < DEPTH_MAX && parents[at] != at; depth++) {
			at = parents[at];
			mount->hidden = mount->hidden || blocked[at];
		}
	}
	return 0;
}

/* Whether two mounts show one file system. A list without device numbers has only the
 * source's name to go by. */
static int compare_devices(const struct mount *x, const struct mount *y)
{
	if (x->major != y->major)
		return x->major < y->major ? -1 : 1;
	if (x->minor != y->minor)
		return x->minor < y->minor ? -1 : 1;
	return x->major || x->minor ? 0 : strcmp(x->source, y->source);
}

/* The better view first: of the whole file system, then the shorter path, then the earlier. */
static int compare_views(const void *a, const void *b)
{
	const struct mount *x = *(struct mount *const *)a, *y = *(struct mount *const *)b;
	int r = compare_devices(x, y);
	int x_whole = strcmp(x->root, "/") == 0, y_whole = strcmp(y->root, "/") == 0;
	size_t x_size = strlen(x->point), y_size = strlen(y->point);

	if (r)
		return r;
	if (x_whole != y_whole)
		return y_whole - x_whole;
	if (x_size != y_size)
		return x_size < y_size ? -1 : 1;
	return (x > y) - (x < y);
}

static bool has_device(const struct mount *mount)
{
	return mount->major || mount->minor || mount->source[0] == '/';
}

static int mark_duplicates(struct mounts *mounts)
{
	CLEANUP_FREE struct mount **sorted =
	    calloc(mounts->n_items + 1, sizeof(struct mount *));
	size_t n = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < mounts->n_items; i++) {
		if (!mounts->items[i].hidden && has_device(&mounts->items[i]))
			sorted[n++] = &mounts->items[i];
	}
	qsort(sorted, n, sizeof(struct mount *), compare_views);
	for (size_t i = 1; i < n; i++)
		sorted[i]->duplicate = compare_devices(sorted[i - 1], sorted[i]) == 0;
	return 0;
}

int mountview_mark(struct mounts *mounts, bool table)
{
	int r = mark_hidden(mounts, table);

	return r < 0 ? r : mark_duplicates(mounts);
}
