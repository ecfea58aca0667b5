/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A spec as it is written, with variables in its synchgroup and its arguments (template.h), and
 * as it runs for one node. Both are a struct spec.
 */
#ifndef HAETAE_STORE_SPEC_SOURCE_H
#define HAETAE_STORE_SPEC_SOURCE_H

#include "lib/base/buf.h"
#include "lib/store/spec.h"
#include "lib/store/template.h"

/* Calls each for every variable. -EINVAL for what is no variable, naming the key. */
int spec_source_names(const struct spec *source, template_name_fn *each, void *context,
    struct err *err) ATTR_MUST_CHECK;
/* Whether it differs from node to node. */
bool spec_source_varies(const struct spec *source);

/* A spec as it runs: what is not replaced is borrowed from the source. */
struct spec_filled {
	struct spec spec;
	bool owned; /* synchgroup and args are */
};
void spec_filled_free(struct spec_filled *filled);

/* Replaces the variables. -ENODATA when one has no value, and ret_lacks (room for
 * TEMPLATE_NAME_SIZE_MAX + 1) is its name; also -EINVAL, when what it makes is too long. */
int spec_source_fill(const struct spec *source, template_value_fn *value, void *context,
    struct spec_filled *ret, char *ret_lacks, struct err *err) ATTR_MUST_CHECK;

/* Synchgroup and arguments of a source as one text, and back into a spec that has neither. */
int spec_source_text(const struct spec *source, struct buf *ret);
int spec_source_parse(const char *text, struct spec *spec, struct err *err) ATTR_MUST_CHECK;
/* The synchgroup and arguments that stand for those of a spec as it runs. Replaces them. */
int spec_source_escape(struct spec *spec, struct err *err) ATTR_MUST_CHECK;

#endif
