/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/health/service.h"
#include "lib/health/suggest.h"

void suggest_fits_free(struct suggest_fit *fits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(fits[i].name);
}

/* What must run by the profile, and how much of it does. */
static void count_services(const struct services *services, struct suggest_fit *fit)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		const struct service_row *row = &services->rows[i];

		if (row->spec->optional || row->spec->unwanted)
			continue;
		fit->n_wanted++;
		fit->n_found += row->group.n_rows > 0;
	}
}

static int measure(const struct suggest_how *how, const struct profile_path *path,
    const char *name, struct suggest_fit *fit, struct err *err)
{
	CLEANUP(profile_free) struct profile profile = { 0 };
	CLEANUP(services_free) struct services services = { 0 };
	const struct services_how services_how = { .root = how->root, .asker = how->asker };
	struct err broken = ERR_INIT;
	int r;

	if (profile_read(path, name, &profile, &broken) < 0)
		return 0;
	r = services_open(&services, &profile, &services_how, err);
	if (r == 0)
		r = services_walk(&services, err);
	if (r == 0)
		count_services(&services, fit);
	return r;
}

/* More services are better, and among equals fewer that are missing. */
static bool is_better(const struct suggest_fit *a, const struct suggest_fit *b)
{
	if (a->n_found != b->n_found)
		return a->n_found > b->n_found;
	return a->n_wanted < b->n_wanted;
}

static int keep(struct suggest_fit fits[SUGGEST_FITS_MAX], size_t *n, struct suggest_fit one,
    const char *name, struct err *err)
{
	size_t at = *n;

	while (at > 0 && is_better(&one, &fits[at - 1]))
		at--;
	if (at == SUGGEST_FITS_MAX)
		return 0;
	one.name = strdup(name);
	if (!one.name)
		return err_sys(err, -ENOMEM, "cannot keep a profile's name");
	if (*n == SUGGEST_FITS_MAX)
		free(fits[--*n].name);
	memmove(&fits[at + 1], &fits[at], (*n - at) * sizeof(fits[0]));
	fits[at] = one;
	(*n)++;
	return 0;
}

int suggest_fits(const struct suggest_how *how, const struct profile_path *path,
    struct suggest_fit ret[SUGGEST_FITS_MAX], size_t *ret_n, struct err *err)
{
	CLEANUP(profile_list_free) struct profile_list list = { 0 };
	int r = profile_list_read(path, &list, err);

	*ret_n = 0;
	for (size_t i = 0; r == 0 && i < list.n; i++) {
		struct suggest_fit fit = { 0 };

		r = measure(how, path, list.items[i].name, &fit, err);
		if (r == 0 && 2 * fit.n_found > fit.n_wanted)
			r = keep(ret, ret_n, fit, list.items[i].name, err);
	}
	/* Beside the best one only those that fit whole are worth a line. */
	for (size_t i = *ret_n; r == 0 && i-- > 1;) {
		if (ret[i].n_found == ret[i].n_wanted)
			continue;
		free(ret[i].name);
		memmove(&ret[i], &ret[i + 1], (--*ret_n - i) * sizeof(ret[0]));
	}
	if (r < 0) {
		suggest_fits_free(ret, *ret_n);
		*ret_n = 0;
	}
	return r;
}
