/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of check_services: check_services.c has the options and the order of things,
 * services_report.c the words.
 */
#ifndef HAETAE_PLUGINS_SERVICES_H
#define HAETAE_PLUGINS_SERVICES_H

#include "lib/check/plugin.h"
#include "lib/health/profile.h"
#include "lib/health/service.h"

struct services_options {
	const char *profile;
	struct opt_list services, components, dirs;
	struct profile loaded;
};

/* Line 1, a row a service and perfdata of services that were judged. */
void services_report(struct check *check, const struct services *services);

#endif
