/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * haetaeProbePerfTable: the values that each probe printed last. A number is there twice: exact,
 * as text, and for pollers that read integers alone as value * 10^-precision.
 */
#ifndef HAETAE_MIB_PROBE_PERF_H
#define HAETAE_MIB_PROBE_PERF_H

#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/mib/mib.h"

enum {
	MIB_PERF_LABEL_SIZE = 191,
	MIB_PERF_VALUE_SIZE = 41,
	MIB_PERF_UNIT_SIZE = 9,
	MIB_PERF_PRECISION_LEAST = -8,
	MIB_PERF_PRECISION_MOST = 9,
};

struct mib_probe_perf {
	uint32_t index[2]; /* of the probe's row, then its own */
	char label[MIB_PERF_LABEL_SIZE];
	int64_t value, precision;
	char value_text[MIB_PERF_VALUE_SIZE];
	char unit[MIB_PERF_UNIT_SIZE];
	int64_t age; /* printed, clock_mono_ms */
};

extern const struct mib_table mib_probe_perf;

/* Fills value, precision and value_text from "[-]digits[.digits]". What has more digits than 32
 * bits hold is rounded, what is too large saturates; the text is kept whole or, where it is longer
 * than its column, left empty. -EBADMSG when it is no such number. */
int mib_probe_perf_set(
    struct mib_probe_perf *row, const char *text, size_t size) ATTR_MUST_CHECK;

#endif
