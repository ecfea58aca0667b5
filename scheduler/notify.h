/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells a service manager how the scheduler is, by the protocol of sd_notify(3): a datagram to
 * the socket in NOTIFY_SOCKET. READY=1 when all stages run, WATCHDOG=1 only while each of them
 * makes progress, STOPPING=1. A stage shows its progress by the time of its lock, which it sets
 * (stage_beat). Without NOTIFY_SOCKET there is nobody to tell.
 */
#ifndef HAETAE_SCHEDULER_NOTIFY_H
#define HAETAE_SCHEDULER_NOTIFY_H

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/base/loop.h"

struct notify;

/* *ret is NULL when nobody asks. It is called before the stages start, and takes what it has read
 * out of the environment. spool is borrowed. */
int notify_new(
    struct loop *loop, const char *spool, struct notify **ret, struct err *err) ATTR_MUST_CHECK;
void notify_stopping(struct notify *notify);
void notify_free(struct notify *notify);

#endif
