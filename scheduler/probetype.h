/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe types of a host's configuration: what its specs may start. settings.h has the
 * questions; this is how they are read.
 */
#ifndef HAETAE_SCHEDULER_PROBETYPE_H
#define HAETAE_SCHEDULER_PROBETYPE_H

#include "lib/base/attr.h"
#include "lib/base/conf.h"
#include "lib/base/err.h"
#include "scheduler/settings.h"

void probetype_free(struct probetype *type);

/* Adds the types of a list "( { name = …; folder = …; }, … )" to the settings; one of the same
 * name is replaced. -EBADMSG with file and line. */
int probetypes_read(
    const struct conf_item *list, struct settings *settings, struct err *err) ATTR_MUST_CHECK;

#endif
