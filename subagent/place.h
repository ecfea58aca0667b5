/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the module's objects stand among all OIDs, and what a notification carries: pure, without
 * net-snmp.
 */
#ifndef HAETAE_SUBAGENT_PLACE_H
#define HAETAE_SUBAGENT_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/mib/mib.h"
#include "subagent/notification.h"

/* RFC 2578, 3.5: no OID is longer. */
enum { PLACE_MAX = 128 };

struct place {
	unsigned long subids[PLACE_MAX];
	size_t n;
};

/* HAETAE_ENTERPRISE_OID. -EINVAL if that is none, or too long to have a row below it. */
int place_root(struct place *ret, struct err *err) ATTR_MUST_CHECK;
/* root.branch.subids: of enum MIB_OBJECTS, MIB_NOTIFICATIONS. */
void place_below(const struct place *root, unsigned long branch, const unsigned long *subids,
    size_t n, struct place *ret);
/* Whether what stands behind haetaeObjects is an instance of an object of the module, there or not. */
bool place_is_object(const unsigned long *rest, size_t n);

/* Calls add for each object of the notification, in order: the columns that are told, at the row's
 * own index, then haetaeAgentNotificationSequence. False: add said so. */
bool place_told(const struct place *root, const struct notification *notification,
    int64_t now_ms, bool (*add)(const struct place *, const struct mib_cell *, void *),
    void *context);

#endif
