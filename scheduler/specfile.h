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

/* Specs as they are written, with variables (spec_source.h), and where each stands. */
struct specfile {
	struct spec_list list;
	struct specfile_place {
		const char *file; /* borrowed: as it was given */
		unsigned line;
	} * places;
};
void specfile_free(struct specfile *specs);

/* All specs of all files, checked; "$(host)" in a node is replaced by host. A spec that is
 * given twice is an error that names both places. */
int specfile_read(char *const *files, size_t n_files, const char *host, struct specfile *ret,
    struct err *err) ATTR_MUST_CHECK;
/* Puts the place of a spec of the list before err's text. */
void specfile_prefix(const struct specfile *specs, size_t index, struct err *err);

/* Sets what a file that says nothing else means; place, name, interval and catchup are there. */
void specfile_defaults(struct spec *spec);
/* Those of groups by path and name, then those of nodes. */
int specfile_order(const struct spec *a, const struct spec *b);

/* Appends the group of a spec, "{ node = …; };", without what is a default. */
struct buf;
void specfile_write(const struct spec *spec, struct buf *ret);

#endif
