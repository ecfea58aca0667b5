/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings as they hold: those of the files, the command line over them, and checked against
 * the collectors that there are.
 */
#ifndef HAETAE_SUBAGENT_GIVEN_H
#define HAETAE_SUBAGENT_GIVEN_H

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "subagent/settings.h"

/* Of the command line; NULL and 0: not given. */
struct given {
	const char *config, *socket, *root;
	double ping_s;
};

int given_read(
    const struct given *given, struct settings *ret, struct err *err) ATTR_MUST_CHECK;
/* What -T says of a good configuration. Returns 0. */
int given_tell(const struct settings *settings);

#endif
