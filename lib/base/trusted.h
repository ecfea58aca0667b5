/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that decide what this host does, and secrets. Whoever can write to them decides too,
 * so they must belong to root or to the user who reads them, and others may not write.
 */
#ifndef HAETAE_BASE_TRUSTED_H
#define HAETAE_BASE_TRUSTED_H

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"

/* Appends the file's text. -EACCES when it belongs to somebody else or others may write to
 * it, else -errno. What was looked at is what is read, whatever is renamed meanwhile. */
int trusted_read(const char *path, struct buf *ret, struct err *err) ATTR_MUST_CHECK;
/* The same of a file that nobody else may even read. It may also belong to the named user, whom
 * root will become; NULL: nobody. */
int trusted_read_secret(
    const char *path, const char *user, struct buf *ret, struct err *err) ATTR_MUST_CHECK;
/* A folder whose files are read. -ENOENT, without a text, when there is none. */
int trusted_folder(const char *path, struct err *err) ATTR_MUST_CHECK;

/*
 * Whether a program may be started: it and its folder belong to root or to the user who starts it,
 * and nobody else may write to them (but for root's group and the user's own). A link counts as
 * what it leads to. It is then started by its path, not by a descriptor of what was looked at,
 * which scripts cannot be: who could replace it in between is trusted.
 * -EACCES with what to do about it, or -errno.
 */
int trusted_program(const char *path, struct err *err) ATTR_MUST_CHECK;

#endif
