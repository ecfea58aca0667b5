/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mounts of a node, from the kernel's list alone: nothing here touches a mount point,
 * so nothing here can hang. What each mount is worth is decided here too: local or not, out
 * of sight below another, or a second view of a file system that is listed already.
 *
 * Source: proc(5), /proc/PID/mountinfo and /proc/mounts.
 */
#ifndef HAETAE_COLLECT_MOUNTS_H
#define HAETAE_COLLECT_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/collect/fstype.h"

struct mount {
	const char *point;     /* where it is mounted, unescaped */
	const char *root;      /* the folder of the file system that is seen; "" if not known */
	const char *type;      /* "ext4", "fuse.sshfs" */
	const char *source;    /* "/dev/sda1", "server:/export" */
	uint64_t id, parent;   /* in the tree of mounts; both 0 when the list has none */
	uint32_t major, minor; /* both 0 when the list has no device numbers */
	enum fstype_kind kind;
	bool read_only;	      /* this mount was made read-only */
	bool super_read_only; /* the whole file system is read-only */
	bool broken;	      /* the file system stopped itself: emergency_ro, shutdown */
	bool hidden;	      /* another mount covers it */
	bool duplicate;	      /* a better view of the same file system is listed */
};

/* More mounts than the kernel's default limit (fs.mount-max is 100,000) are refused. */
enum { MOUNTS_MAX = 200000 };

struct mounts {
	struct mount *items; /* in the kernel's order */
	size_t n_items;
	char *text; /* what the items' texts point into */
};

#define MOUNTS_INIT           \
	{                     \
		.items = NULL \
	}
#define CLEANUP_MOUNTS CLEANUP(mounts_free)

/* Lines of /proc/PID/mountinfo, or, when `table` is true, of /proc/mounts. A line that cannot
 * be read is left out. hidden, duplicate and kind are filled. -ENOMEM, or -E2BIG past
 * MOUNTS_MAX. */
int mounts_parse(const char *text, size_t size, bool table, struct mounts *ret,
    struct err *err) ATTR_MUST_CHECK;

/* Live: /proc/self/mountinfo. Below a root: /proc/1/mountinfo, else /proc/mounts. */
int mounts_read(const struct fsroot *root, struct mounts *ret, struct err *err) ATTR_MUST_CHECK;
/* The mounts that process 1 sees, whatever sandbox we are in; where they may not be read, as
 * mounts_read. */
int mounts_read_init(
    const struct fsroot *root, struct mounts *ret, struct err *err) ATTR_MUST_CHECK;
void mounts_free(struct mounts *mounts);

/* What is shown without being asked for: in sight, the best view of its file system, local
 * or FUSE. */
bool mounts_by_default(const struct mount *mount);

/* The mount in sight at exactly this point (trailing slashes do not count), or NULL. */
const struct mount *mounts_at(const struct mounts *mounts, const char *point);
/* The mount in sight that holds the path, by its text alone, or NULL. */
const struct mount *mounts_holding(const struct mounts *mounts, const char *path);

/* Whether path is the folder itself or below it, by their texts. */
bool mounts_is_below(const char *path, const char *folder);

#endif
