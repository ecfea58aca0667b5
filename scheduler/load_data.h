/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results that other programs rename into the spool: a file SCHEDULEID.PROBETYPE whose content
 * is what the probe has printed.
 */
#ifndef HAETAE_SCHEDULER_LOAD_DATA_H
#define HAETAE_SCHEDULER_LOAD_DATA_H

#include "lib/store/spec.h"
#include "scheduler/record.h"

/* The record of such a file; its output is text, and when it started is the caller's to say. The
 * state is the first word OK, WARNING, CRITICAL or UNKNOWN of line 1 that " - " or ":" follows, as
 * plugins print it; without one *ret_stateless is set, and the state is OK until it is judged. The
 * name has the slot's second, the spec's grid the rest. -EBADMSG for another name. */
int load_data_parse(const char *name, const char *text, size_t size,
    const struct spec_list *specs, struct record *ret, bool *ret_stateless,
    struct err *err) ATTR_MUST_CHECK;

#endif
