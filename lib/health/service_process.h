/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the service rows share.
 */
#ifndef HAETAE_HEALTH_SERVICE_PROCESS_H
#define HAETAE_HEALTH_SERVICE_PROCESS_H

#include "lib/health/service.h"

/* Reads what the service asks of one of its processes beyond the group's row, while the walk is
 * at it. */
int service_process_read(struct services *services, struct service_row *row, struct proc *proc,
    struct err *err) ATTR_MUST_CHECK;

/* The lines behind "@NAME" of a text that a run kept; NULL if there are none. */
const char *service_section(
    const char *text, size_t size, const char *name, size_t *ret_size) ATTR_MUST_CHECK;

#endif
