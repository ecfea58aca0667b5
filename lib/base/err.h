/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a failure. A function that can fail returns 0 or a negative
 * errno and takes a struct err as its last parameter. The text is filled once,
 * where the failure happens; callers only put context before it.
 *
 * Grammar: "cannot VERB OBJECT: REASON", lower case, no full stop.
 */
#ifndef HAETAE_BASE_ERR_H
#define HAETAE_BASE_ERR_H

#include "lib/base/attr.h"

struct err {
	char text[512];
};

#define ERR_INIT           \
	{                  \
		.text = "" \
	}

/* Stores the text, cut to fit; err may be NULL. Returns code unchanged, so that
 * "return err_set(err, -EINVAL, ...)" is one statement. */
int err_set(struct err *err, int code, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* As err_set, with ": " and the system's words for -code behind the text. */
int err_sys(struct err *err, int code, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* Puts "CONTEXT: " before the text that is there; err may be NULL. */
void err_prefix(struct err *err, const char *fmt, ...) ATTR_PRINTF(2, 3);

#endif
