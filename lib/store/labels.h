/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The metric numbers that this connection has seen: (spec, label) -> number, with a digest of
 * what else the METRIC row says. A cache only: it holds LABELS_MAX entries, the oldest go
 * first.
 */
#ifndef HAETAE_STORE_LABELS_H
#define HAETAE_STORE_LABELS_H

#include <stdint.h>

#include "lib/base/attr.h"

struct labels;

enum { LABELS_MAX = 1 << 18 };

int labels_new(struct labels **ret) ATTR_MUST_CHECK;
void labels_free(struct labels *labels);
void labels_clear(struct labels *labels);

struct label {
	uint16_t metricno;
	uint64_t digest; /* of unit, thresholds and limits as they are stored */
};
/* NULL when it is not known; valid until the next labels_put. */
const struct label *labels_get(const struct labels *labels, uint32_t specid, const char *text);
/* Adds or replaces. 0 or -ENOMEM. */
int labels_put(struct labels *labels, uint32_t specid, const char *text,
    const struct label *label) ATTR_MUST_CHECK;

#endif
