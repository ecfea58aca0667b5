/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pressure stall information (Documentation/accounting/psi.rst): the share of time in which
 * tasks waited for a resource. "some" is time in which at least one waited, "full" in which
 * all that were not idle did. Kernels from 4.20 have it, unless built without it or booted
 * with psi=0; "full" of cpu only from 5.13, and for the whole node it is always 0.
 */
#ifndef HAETAE_COLLECT_PSI_H
#define HAETAE_COLLECT_PSI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/fsroot.h"

enum psi_resource { PSI_CPU, PSI_IO, PSI_MEMORY };
enum { PSI_RESOURCES = 3 };

struct psi_line {
	double avg10; /* percent, 0 to 100, running average over 10 s */
	double avg60;
	double avg300;
	uint64_t total_us; /* since boot; 64 bits of microseconds never wrap */
};

struct psi {
	struct psi_line some, full;
	bool has_full;
};

/* One file. -EBADMSG if there is no whole "some" line or an average is not 0 to 100. */
int psi_parse(const char *text, size_t size, struct psi *ret, struct err *err) ATTR_MUST_CHECK;

/* /proc/pressure/RESOURCE. -ENOENT or -EOPNOTSUPP where the kernel has none. */
int psi_read(const struct fsroot *root, enum psi_resource resource, struct psi *ret,
    struct err *err) ATTR_MUST_CHECK;

/* "cpu", "io", "memory". */
const char *psi_name(enum psi_resource resource);

#endif
