/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The qemu processes of guests, and how they agree with libvirt's active domains: each has
 * exactly one, and no process is without one. Two processes with one UUID write to one disk.
 */
#ifndef HAETAE_PLUGINS_LIBVIRT_GUESTS_H
#define HAETAE_PLUGINS_LIBVIRT_GUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/client/libvirt.h"

enum { GUESTS_MAX = 65536 };

struct guest {
	int32_t pid;
	char uuid[LIBVIRT_UUID_SIZE]; /* lower case */
	char name[LIBVIRT_NAME_SIZE]; /* of -name; "" if there is none */
};

struct guests {
	struct guest *items; /* by UUID */
	size_t n_items;
	bool hidden; /* this user is shown its own processes alone */
};
#define GUESTS_INIT           \
	{                     \
		.items = NULL \
	}
#define CLEANUP_GUESTS CLEANUP(guests_free)

/* The guest of a command line, NULs as blanks. False for a process that is none. */
bool guests_parse(const char *line, size_t size, struct guest *ret);

/* All processes whose program is qemu and that have a UUID; of one user, or of all. */
int guests_read(const struct fsroot *root, const uint32_t *uid, struct guests *ret,
    struct err *err) ATTR_MUST_CHECK;
void guests_free(struct guests *guests);

/* Appends a line for each disagreement: "instance-1 runs twice: pid 10, pid 11". */
int guests_compare(
    const struct guests *guests, const struct libvirt *libvirt, struct buf *problems);

#endif
