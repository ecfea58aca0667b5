/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the status*.c files share. Nobody else includes this. */
#ifndef HAETAE_SCHEDULER_STATUS_PRIVATE_H
#define HAETAE_SCHEDULER_STATUS_PRIVATE_H

#include "scheduler/status.h"

/* Room for one more item behind n; NULL without memory. */
void *status_grow(void *items, size_t n, size_t size);
int status_no_memory(struct err *err);

/* Adds every node to its group and to those above. */
int status_sum(struct status *status, struct err *err) ATTR_MUST_CHECK;
/* The nodes, the worst first, then by name: an array of the caller's, NULL without memory. */
size_t status_order(const struct status *status, const struct status_node ***ret);

#endif
