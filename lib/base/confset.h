/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of this host's configuration: haetae.conf, then conf.d/NAME.cfg beside it in order of
 * their names, then hosts/HOSTNAME.cfg. HOSTNAME is "host" of the group "scheduler" as it is set so
 * far, or this machine's name. Every program reads the same files, takes its own groups, and
 * ignores those of the others. Who may write to them decides what this host does, so they are read
 * by lib/base/trusted.h alone.
 */
#ifndef HAETAE_BASE_CONFSET_H
#define HAETAE_BASE_CONFSET_H

#include <stdbool.h>

#include "lib/base/attr.h"
#include "lib/base/conf.h"
#include "lib/base/err.h"

/* Called for each file, in order: a later one replaces single settings. The groups live until it
 * returns. */
typedef int confset_fn(const struct conf_item *root, void *context, struct err *err);

/* must_exist: whether it is an error that there is no such file; conf.d and hosts are read all the
 * same. ret_host, if not NULL, is the host's name, for the caller to free. Messages name file
 * and line. */
int confset_read(const char *file, bool must_exist, confset_fn *call, void *context,
    char **ret_host, struct err *err) ATTR_MUST_CHECK;

#endif
