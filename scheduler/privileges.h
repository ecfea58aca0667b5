/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Root becomes the user that runs probes: the scheduler before it touches the spool or the
 * network, and a probe that is run by hand.
 */
#ifndef HAETAE_SCHEDULER_PRIVILEGES_H
#define HAETAE_SCHEDULER_PRIVILEGES_H

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "scheduler/settings.h"

/* Nothing for others than root. -EPERM when scheduler.user is not set. */
int privileges_drop(const struct settings *settings, struct err *err) ATTR_MUST_CHECK;

#endif
