/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes as people write them: KEY=VALUE, and until when a maintenance lasts.
 */
#ifndef HAETAE_SCHEDULER_NODE_ARGS_H
#define HAETAE_SCHEDULER_NODE_ARGS_H

#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/store/db_node.h"

/* Sets one thing that is wanted of a node: "group", "maintenance", a column, or else an attribute
 * of the site's own. -EINVAL with "expected …, found …". */
int node_args_set(struct node_want *want, const char *key, const char *value, int64_t now_ms,
    struct err *err) ATTR_MUST_CHECK;
/* The same of "KEY=VALUE"; err begins with the key. */
int node_args_setting(struct node_want *want, const char *setting, int64_t now_ms,
    struct err *err) ATTR_MUST_CHECK;
/* A name, checked. */
int node_args_name(const char *name, struct err *err) ATTR_MUST_CHECK;
/* A path as it is kept; the caller frees it. */
int node_args_path(const char *text, char **ret, struct err *err) ATTR_MUST_CHECK;

/* "off" or "": 0; "on": no end; "2h": from now on; "until TIME". A time alone is meant too. */
int node_args_maintenance(
    const char *text, int64_t now_ms, int64_t *ret_ms, struct err *err) ATTR_MUST_CHECK;
/* The same without a time span, which means something else each time it is read. */
int node_args_maintenance_fixed(
    const char *text, int64_t now_ms, int64_t *ret_ms, struct err *err) ATTR_MUST_CHECK;

#endif
