/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the mounts in a list can be seen, and which show what another one shows already.
 */
#ifndef HAETAE_COLLECT_MOUNTVIEW_H
#define HAETAE_COLLECT_MOUNTVIEW_H

#include <stdbool.h>

#include "lib/base/attr.h"
#include "lib/collect/mounts.h"

/* Sets hidden and duplicate of every item. `table` says that the list is /proc/mounts, which
 * has neither a tree nor device numbers. 0 or -ENOMEM. */
int mountview_mark(struct mounts *mounts, bool table) ATTR_MUST_CHECK;

#endif
