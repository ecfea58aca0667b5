/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What check_services and check_services_snmp share: services_profile.c has the options and what
 * they choose, services_report.c the words.
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

/* Rows of an option table: type is the plugin's struct, the rest are fields of it. */
#define SERVICES_OPTIONS(type, profile, services, components, dirs)                  \
	{ 0, "profile", "NAME[,NAME...]", OPT_STRING, offsetof(type, profile), NULL, \
		"what must run on the node: profiles by name, or files" },           \
	    { 0, "service", "NAME", OPT_LIST, offsetof(type, services), NULL,        \
		    "only this service of the profile; may repeat" },                \
	    { 0, "component", "NAME", OPT_LIST, offsetof(type, components), NULL,    \
		    "only the services of this component; may repeat" },             \
	{                                                                            \
		0, "profile-dir", "DIR", OPT_LIST, offsetof(type, dirs), NULL,       \
		    "where profiles are sought before the usual folders; may repeat" \
	}

int services_validate(const struct services_options *given, struct err *err) ATTR_MUST_CHECK;
void services_release(struct services_options *given);

/* Reads the profile that was given. */
int services_load(
    struct check *check, struct services_options *given, struct err *err) ATTR_MUST_CHECK;
/* Leaves what --service and --component name. */
int services_choose(struct services_options *given, struct err *err) ATTR_MUST_CHECK;
/* Ranges of the command line in place of the profile's. */
void services_set_ranges(struct check *check, struct services *services);

/* Line 1, a row a service and perfdata of services that were judged. */
void services_report(struct check *check, const struct services *services);

#endif
