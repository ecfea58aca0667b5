/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which mounts check_node_disk looks at: those that the operator names, or the usual ones.
 */
#ifndef HAETAE_PLUGINS_DISK_SELECT_H
#define HAETAE_PLUGINS_DISK_SELECT_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"
#include "lib/check/opt.h"
#include "lib/collect/mounts.h"
#include "lib/health/diskrow.h"

/* Patterns are fnmatch(3)'s, regexes extended ones. */
struct disk_select_options {
	struct opt_list paths, folders, types, regexes;
	struct opt_list exclude_paths, exclude_types, exclude_regexes;
	bool all;
	regex_t *compiled; /* regexes, then exclude_regexes */
	size_t n_compiled;
};

struct disk_choices {
	struct diskrow *items;
	size_t n_items;
	const char **missing; /* paths where nothing is mounted; borrowed texts */
	size_t n_missing;
};
#define DISK_CHOICES_INIT     \
	{                     \
		.items = NULL \
	}

/* Compiles the regexes. -EINVAL with err that begins with the option's name. */
int disk_select_prepare(struct disk_select_options *options, struct err *err) ATTR_MUST_CHECK;
void disk_select_free(struct disk_select_options *options);

/* Chooses, in the order of the mounts; folders come last. The choices point into both. */
int disk_select(const struct disk_select_options *options, const struct mounts *mounts,
    struct disk_choices *ret, struct err *err) ATTR_MUST_CHECK;
void disk_choices_free(struct disk_choices *choices);

#endif
