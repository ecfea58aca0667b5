/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Services as rows of HAETAE-MIB, and back: what a node found of a service is written into its
 * rows, and read from them into a service that is then judged as a local one.
 *
 * On the node:
 *   (all is read) services_find; service_findings_put each; services_judge; service_row_put each
 * Elsewhere:
 *   services_open_rows; service_row_take and service_findings_take each; services_judge
 */
#ifndef HAETAE_HEALTH_SERVICE_ROWS_H
#define HAETAE_HEALTH_SERVICE_ROWS_H

#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/health/service.h"
#include "lib/mib/rows.h"
#include "lib/mib/service.h"

/* Rows of mib_finding for one service with this index. -ENOMEM. */
int service_findings_put(
    const struct service_row *row, uint32_t index, struct mib_rows *findings) ATTR_MUST_CHECK;

/* All of a row but its index, name, profile and what the caller counts from round to round
 * (restarts_total, cpu_time). now_ms is clock_mono_ms. */
void service_row_put(const struct service_row *row, int64_t now_ms, struct mib_service *ret);

/* Rows of mib_listener and mib_dependency for one service with this index. What the profile has
 * twice is one row. -ENOMEM. */
int service_listeners_put(
    const struct service_row *row, uint32_t index, struct mib_rows *listeners) ATTR_MUST_CHECK;
int service_dependencies_put(const struct service_row *row, uint32_t index,
    struct mib_rows *dependencies) ATTR_MUST_CHECK;

/* The smallest whole number in a range whose start is above 0 and below 2^32. */
int64_t service_at_least(const struct range *range);

/* The facts; now_ms as they were read. Anything may be in them. */
void service_row_take(struct service_row *row, const struct mib_service *from, int64_t now_ms);
/* What is said of the service with this index. Finished rows. */
void service_findings_take(
    struct service_row *row, uint32_t index, const struct mib_rows *findings);

#endif
