/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of events/ on their way into the tables, several in a transaction: after an outage
 * there are thousands.
 */
#ifndef HAETAE_SCHEDULER_LOAD_EVENT_H
#define HAETAE_SCHEDULER_LOAD_EVENT_H

#include "scheduler/load_batch.h"

/* Puts a file that is no event, or that the table does not take, out of the way. */
typedef int load_refuse_fn(
    void *context, const char *name, const char *reason, struct err *err);

/* Stores the events and deletes their files. host is whose they are that name none. */
int load_events(const struct load_target *target, const struct spool_names *names,
    const char *host, load_refuse_fn *refuse, void *context, struct err *err) ATTR_MUST_CHECK;

#endif
