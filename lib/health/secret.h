/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name and password that a check logs in with: from a file that others may not read, or
 * from the environment. Never from the command line, which everybody on the node can read.
 *
 *   user = "monitor"; password = "…";
 */
#ifndef HAETAE_HEALTH_SECRET_H
#define HAETAE_HEALTH_SECRET_H

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/conf.h"
#include "lib/base/err.h"

/* Either may be NULL: not given. Owned. */
struct secret {
	char *user;
	char *password;
};
#define SECRET_INIT          \
	{                    \
		.user = NULL \
	}
void secret_free(struct secret *secret);
#define CLEANUP_SECRET CLEANUP(secret_free)

/* Reads the file, or with NULL the variables PREFIX_USER and PREFIX_PASSWORD; both may be
 * missing. *ret is freed first. -EPERM for a file that others may read or write, -EINVAL for
 * what is no file, -EBADMSG "FILE:LINE: …", -ENOTSUP where haetae was built without libconfig,
 * or -errno of opening it. No err text holds anything of what was read. */
int secret_read(
    const char *file, const char *prefix, struct secret *ret, struct err *err) ATTR_MUST_CHECK;

/* The same checks of a file with other keys, and of one that holds a secret in its first line.
 * *ret is wiped first. */
int secret_read_keys(const char *file, const struct conf_key *keys, size_t n_keys, void *target,
    struct err *err) ATTR_MUST_CHECK;
int secret_read_line(const char *file, char **ret, struct err *err) ATTR_MUST_CHECK;
/* Overwrites and frees; *text may be NULL, and is then. */
void secret_wipe(char **text);

#endif
