/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts with variables: "$(node.NAME)" stands for an attribute of the node that a spec is about,
 * "$$(" for a plain "$(". Nothing else is special, and what takes a variable's place is not
 * looked at again.
 */
#ifndef HAETAE_STORE_TEMPLATE_H
#define HAETAE_STORE_TEMPLATE_H

#include <stdbool.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"

enum { TEMPLATE_NAME_SIZE_MAX = 64 }; /* NODEATTR.name */

/* Whether the text has a variable or an escape in it; else it stands for itself. */
bool template_is(const char *text);

/* Calls each with the NAME of every variable, in order; what it returns, if not 0, ends the
 * walk and is returned. -EINVAL for what is no variable, with a text that says what is meant. */
typedef int template_name_fn(const char *name, void *context, struct err *err);
int template_names(
    const char *text, template_name_fn *each, void *context, struct err *err) ATTR_MUST_CHECK;

/* The value of a variable, borrowed; NULL or "": there is none. */
typedef const char *template_value_fn(const char *name, void *context);
/* Appends the text with its variables replaced. -ENODATA when one has no value: ret_lacks (room
 * for TEMPLATE_NAME_SIZE_MAX + 1, may be NULL) is its name. -EINVAL as above. */
int template_expand(const char *text, template_value_fn *value, void *context, struct buf *ret,
    char *ret_lacks, struct err *err) ATTR_MUST_CHECK;

/* Appends the template that stands for this text. */
int template_escape(const char *text, struct buf *ret);

#endif
