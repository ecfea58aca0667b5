/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of specs: "specs = ( { node = …; name = …; … }, … );". haetae-toolspecs(5) has the
 * keys and their defaults. What is wrong is named with file and line.
 */
#ifndef HAETAE_SCHEDULER_SPECFILE_H
#define HAETAE_SCHEDULER_SPECFILE_H

#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/store/spec.h"

/* All specs of all files, checked; "$(host)" in a node is replaced by host. A spec that is
 * given twice is an error that names both places. The list is the caller's. */
int specfile_read(char *const *files, size_t n_files, const char *host, struct spec_list *ret,
    struct err *err) ATTR_MUST_CHECK;

#endif
