/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/health/profile_private.h"

enum { LIST_MAX = 4096 };

void profile_path_default(struct profile_path *path)
{
	static const char *const dirs[] = { HAETAE_SYSCONFDIR "/profiles.d",
		HAETAE_DATADIR "/profiles" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (path->n_dirs < PROFILE_DIRS_MAX)
			path->dirs[path->n_dirs++] = dirs[i];
	}
}

int profile_locate(const struct profile_path *path, size_t from, const char *name,
    char **ret_file, size_t *ret_dir)
{
	/* Nothing that leaves the folder. */
	if (profile_name_check(name, NULL) < 0)
		return -ENOENT;
	for (size_t i = from; i < path->n_dirs; i++) {
		char *file;

		if (asprintf(&file, "%s/%s.cfg", path->dirs[i], name) < 0)
			return -ENOMEM;
		if (access(file, F_OK) == 0) {
			*ret_file = file;
			*ret_dir = i;
			return 0;
		}
		free(file);
	}
	return -ENOENT;
}

void profile_list_free(struct profile_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->items[i].name);
		free(list->items[i].file);
	}
	free(list->items);
	*list = (struct profile_list){ 0 };
}

static bool has_name(const struct profile_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->items[i].name, name) == 0)
			return true;
	}
	return false;
}

/* Takes NAME.cfg if the name is one that profile_locate would find. */
static int add_entry(
    struct profile_list *list, const char *dir, const char *file, struct err *err)
{
	size_t size = strlen(file);
	CLEANUP_FREE char *name = NULL, *whole = NULL;
	struct profile_entry *items;

	if (size <= 4 || strcmp(file + size - 4, ".cfg") != 0)
		return 0;
	name = strndup(file, size - 4);
	if (!name || asprintf(&whole, "%s/%s", dir, file) < 0)
		return err_sys(err, -ENOMEM, "cannot list profiles");
	if (profile_name_check(name, NULL) < 0 || has_name(list, name))
		return 0;
	if (list->n >= LIST_MAX)
		return err_set(err, -E2BIG, "cannot list more than %d profiles", LIST_MAX);
	items = reallocarray(list->items, list->n + 1, sizeof(*items));
	if (!items)
		return err_sys(err, -ENOMEM, "cannot list profiles");
	list->items = items;
	items[list->n++] = (struct profile_entry){ name, whole };
	name = whole = NULL;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct profile_entry *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static int read_dir(struct profile_list *list, const char *dir, struct err *err)
{
	CLEANUP_CLOSEDIR DIR *folder = opendir(dir);
	const struct dirent *entry;
	int r = 0;

	if (!folder)
		return errno == ENOENT ? 0 : err_sys(err, -errno, "cannot read %s", dir);
	while (r == 0 && (entry = readdir(folder)))
		r = add_entry(list, dir, entry->d_name, err);
	return r;
}

int profile_list_read(
    const struct profile_path *path, struct profile_list *ret, struct err *err)
{
	CLEANUP(profile_list_free) struct profile_list list = { 0 };

	for (size_t i = 0; i < path->n_dirs; i++) {
		int r = read_dir(&list, path->dirs[i], err);

		if (r < 0)
			return r;
	}
	if (list.n > 0)
		qsort(list.items, list.n, sizeof(list.items[0]), by_name);
	*ret = list;
	list = (struct profile_list){ 0 };
	return 0;
}
