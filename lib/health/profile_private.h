/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the profile share: profile.c finds and merges, profile_service.c reads one
 * service, profile_write.c writes.
 */
#ifndef HAETAE_HEALTH_PROFILE_PRIVATE_H
#define HAETAE_HEALTH_PROFILE_PRIVATE_H

#include "lib/health/profile.h"

/* The kinds of check_service_ping; the last is NULL. */
extern const char *const profile_ping_kinds[];

/* Reads the group over what the service has; *ret_remove says that the group removes it. The
 * name is not read here. */
int profile_service_read(const struct conf_item *group, struct service_spec *spec,
    bool *ret_remove, struct err *err) ATTR_MUST_CHECK;
/* When all files were read: defaults, patterns, and whether it makes sense as a whole. */
int profile_service_complete(struct service_spec *spec, struct err *err) ATTR_MUST_CHECK;
void profile_service_free(struct service_spec *spec);

/* Letters, digits and ._@+-, at most PROFILE_NAME_MAX. */
int profile_name_check(const char *name, struct err *err) ATTR_MUST_CHECK;

#endif
