/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/disk_select.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static int compile(struct disk_select_options *options, const struct opt_list *list,
    const char *option, struct err *err)
{
	for (size_t i = 0; i < list->n_items; i++) {
		regex_t *regex = &options->compiled[options->n_compiled];
		int code = regcomp(regex, list->items[i], REG_EXTENDED | REG_NOSUB);

		if (code) {
			char reason[128];

			(void)regerror(code, regex, reason, sizeof(reason));
			return err_set(err, -EINVAL, "option %s: '%.40s': %s", option,
			    list->items[i], reason);
		}
		options->n_compiled++;
	}
	return 0;
}

int disk_select_prepare(struct disk_select_options *options, struct err *err)
{
	size_t n = options->regexes.n_items + options->exclude_regexes.n_items;
	int r;

	for (size_t i = 0; i < options->paths.n_items; i++) {
		if (options->paths.items[i][0] != '/')
			return err_set(err, -EINVAL,
			    "option -p: '%.40s' does not begin with '/'",
			    options->paths.items[i]);
	}
	for (size_t i = 0; i < options->folders.n_items; i++) {
		if (options->folders.items[i][0] != '/')
			return err_set(err, -EINVAL,
			    "option --folder: '%.40s' does not begin with '/'",
			    options->folders.items[i]);
	}
	if (n == 0)
		return 0;
	options->compiled = calloc(n, sizeof(*options->compiled));
	if (!options->compiled)
		return err_sys(err, -ENOMEM, "cannot compile regexes");
	r = compile(options, &options->regexes, "--regex", err);
	return r < 0 ? r : compile(options, &options->exclude_regexes, "--exclude-regex", err);
}

void disk_select_free(struct disk_select_options *options)
{
	struct opt_list *const lists[] = { &options->paths, &options->folders, &options->types,
		&options->regexes, &options->exclude_paths, &options->exclude_types,
		&options->exclude_regexes };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		opt_list_free(lists[i]);
	for (size_t i = 0; i < options->n_compiled; i++)
		regfree(&options->compiled[i]);
	free(options->compiled);
}

void disk_choices_free(struct disk_choices *choices)
{
	free(choices->items);
	free(choices->missing);
	*choices = (struct disk_choices)DISK_CHOICES_INIT;
}

static bool matches_pattern(const struct opt_list *patterns, const char *text)
{
	for (size_t i = 0; i < patterns->n_items; i++) {
		if (fnmatch(patterns->items[i], text, 0) == 0)
			return true;
	}
	return false;
}

static bool matches_regex(const regex_t *regexes, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (regexec(&regexes[i], text, 0, NULL, 0) == 0)
			return true;
	}
	return false;
}

/* Trailing slashes do not count. */
static bool is_named(const struct disk_select_options *options, const struct mount *mount)
{
	for (size_t i = 0; i < options->paths.n_items; i++) {
		const char *path = options->paths.items[i];
		size_t size = strlen(path);

		while (size > 1 && path[size - 1] == '/')
			size--;
		if (strncmp(mount->point, path, size) == 0 && mount->point[size] == '\0')
			return true;
	}
	return false;
}

/* What --all shows: all that can fill up. */
static bool can_fill(const struct mount *mount)
{
	return !mount->duplicate && mount->kind != FSTYPE_PSEUDO && mount->kind != FSTYPE_IMAGE;
}

static bool is_chosen(const struct disk_select_options *options, const struct mount *mount)
{
	bool chosen;

	if (options->types.n_items || options->regexes.n_items)
		chosen = (!mount->duplicate && matches_pattern(&options->types, mount->type)) ||
			 (can_fill(mount) && matches_regex(options->compiled,
						 options->regexes.n_items, mount->point));
	else if (options->paths.n_items || options->folders.n_items)
		chosen = false;
	else
		chosen = options->all ? can_fill(mount) : mounts_by_default(mount);
	return chosen;
}

static bool is_excluded(const struct disk_select_options *options, const struct mount *mount)
{
	return matches_pattern(&options->exclude_paths, mount->point) ||
	       matches_pattern(&options->exclude_types, mount->type) ||
	       matches_regex(options->compiled + options->regexes.n_items,
		   options->n_compiled - options->regexes.n_items, mount->point);
}

/* An autofs point, or what is below it, would be mounted by a mere look: it counts as not
 * mounted. */
static bool is_present(const struct mount *mount)
{
	return mount && mount->kind != FSTYPE_AUTOFS;
}

static void choose_folders(const struct disk_select_options *options,
    const struct mounts *mounts, struct disk_choices *choices)
{
	for (size_t i = 0; i < options->folders.n_items; i++) {
		const char *folder = options->folders.items[i];
		const struct mount *at = mounts_at(mounts, folder);

		if (!is_present(mounts_holding(mounts, folder)))
			choices->missing[choices->n_missing++] = folder;
		else if (!at || !is_named(options, at))
			choices->items[choices->n_items++] =
			    (struct diskrow){ .point = folder, .named = true };
	}
}

int disk_select(const struct disk_select_options *options, const struct mounts *mounts,
    struct disk_choices *ret, struct err *err)
{
	CLEANUP(disk_choices_free) struct disk_choices choices = DISK_CHOICES_INIT;
	size_t n_named = options->paths.n_items + options->folders.n_items;

	choices.items = calloc(mounts->n_items + n_named + 1, sizeof(*choices.items));
	choices.missing = calloc(n_named + 1, sizeof(*choices.missing));
	if (!choices.items || !choices.missing)
		return err_sys(err, -ENOMEM, "cannot choose mounts");
	for (size_t i = 0; i < mounts->n_items; i++) {
		const struct mount *mount = &mounts->items[i];
		bool named = is_named(options, mount);

		if (mount->hidden || mount->kind == FSTYPE_AUTOFS ||
		    !(named || is_chosen(options, mount)) || is_excluded(options, mount))
			continue;
		choices.items[choices.n_items++] = (struct diskrow){
			.point = mount->point,
			.mount = mount,
			.named = named || options->types.n_items || options->regexes.n_items,
			.in_total = mount->kind == FSTYPE_LOCAL && !mount->duplicate,
		};
	}
	for (size_t i = 0; i < options->paths.n_items; i++) {
		if (!is_present(mounts_at(mounts, options->paths.items[i])))
			choices.missing[choices.n_missing++] = options->paths.items[i];
	}
	choose_folders(options, mounts, &choices);
	*ret = choices;
	choices = (struct disk_choices)DISK_CHOICES_INIT;
	return 0;
}
