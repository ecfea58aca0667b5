/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Root becomes the configured user and keeps two capabilities, to read what other users' processes
 * have open and what only their owners may read. Nothing that could change the node stays.
 */
#ifndef HAETAE_SUBAGENT_PRIVILEGES_H
#define HAETAE_SUBAGENT_PRIVILEGES_H

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* Whether there is such a user, where one is needed: -ENOENT. */
int privileges_check(const char *user, struct err *err) ATTR_MUST_CHECK;
/* Before there are threads. Nothing for others than root, and for "root". */
int privileges_drop(const char *user, struct err *err) ATTR_MUST_CHECK;

#endif
