/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "plugins/services.h"

int services_validate(const struct services_options *given, struct err *err)
{
	if (given->dirs.n_items > PROFILE_DIRS_MAX - 2)
		return err_set(err, -EINVAL, "option --profile-dir: more than %d folders",
		    PROFILE_DIRS_MAX - 2);
	return 0;
}

void services_release(struct services_options *given)
{
	profile_free(&given->loaded);
	opt_list_free(&given->services);
	opt_list_free(&given->components);
	opt_list_free(&given->dirs);
}

int services_load(struct check *check, struct services_options *given, struct err *err)
{
	struct profile_path path = { .n_dirs = 0 };
	int r;

	for (size_t i = 0; i < given->dirs.n_items; i++)
		path.dirs[path.n_dirs++] = given->dirs.items[i];
	profile_path_default(&path);
	check_doing(check, "reading profile %s", given->profile);
	r = profile_read(&path, given->profile, &given->loaded, err);
	/* Nothing to look at is not "all well". */
	if (r == 0 && given->loaded.n_services == 0)
		return err_set(
		    err, -EINVAL, "option --profile: %s has no services", given->loaded.name);
	return r;
}

/* Whether a list of options has the word; each that it has is remembered as used. */
static bool is_listed(const struct opt_list *list, const char *word)
{
	for (size_t i = 0; i < list->n_items; i++) {
		if (word && strcmp(list->items[i], word) == 0)
			return true;
	}
	return false;
}

static bool has_component(const struct profile *profile, const char *component)
{
	for (size_t i = 0; i < profile->n_services; i++) {
		const char *text = profile->services[i]->component;

		if (text && strcmp(text, component) == 0)
			return true;
	}
	return false;
}

static int check_names(const struct services_options *given, struct err *err)
{
	const struct profile *profile = &given->loaded;

	for (size_t i = 0; i < given->services.n_items; i++) {
		if (!profile_find(profile, given->services.items[i]))
			return err_set(err, -EINVAL,
			    "option --service: %s%s has no service '%.60s'",
			    given->profile ? "profile " : "", profile->name,
			    given->services.items[i]);
	}
	for (size_t i = 0; i < given->components.n_items; i++) {
		if (!has_component(profile, given->components.items[i]))
			return err_set(err, -EINVAL,
			    "option --component: %s%s has no component '%.60s'",
			    given->profile ? "profile " : "", profile->name,
			    given->components.items[i]);
	}
	return 0;
}

/* Services that are not asked for are not looked at either. */
int services_choose(struct services_options *given, struct err *err)
{
	struct profile *profile = &given->loaded;
	int r = check_names(given, err);

	if (r < 0 || given->services.n_items + given->components.n_items == 0)
		return r;
	for (size_t i = profile->n_services; i-- > 0;) {
		const struct service_spec *spec = profile->services[i];

		if (!is_listed(&given->services, spec->name) &&
		    !is_listed(&given->components, spec->component))
			profile_remove(profile, i);
	}
	return 0;
}

static void set_ranges(struct check *check, struct service_row *row)
{
	for (size_t i = 0; i < SERVICE_FACTS; i++) {
		for (int critical = 0; critical < 2; critical++) {
			const struct range *range = thresholds_find(
			    &check->thresholds, &service_metrics[i], row->spec->name, critical);

			if (range)
				service_set_range(row, (enum service_fact)i, critical, range);
		}
	}
}

void services_set_ranges(struct check *check, struct services *services)
{
	for (size_t i = 0; i < services->n_rows; i++)
		set_ranges(check, &services->rows[i]);
}
