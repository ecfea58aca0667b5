/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kind of file system a mount type is, which decides whether its space is a fact of
 * this node.
 */
#ifndef HAETAE_COLLECT_FSTYPE_H
#define HAETAE_COLLECT_FSTYPE_H

enum fstype_kind {
	FSTYPE_LOCAL,	/* on this node's disks, or of a type that is not known here */
	FSTYPE_FUSE,	/* a FUSE server of this node */
	FSTYPE_NETWORK, /* a peer has the data */
	FSTYPE_MEMORY,	/* tmpfs, ramfs: gone with the next boot */
	FSTYPE_IMAGE,	/* always full and read-only: squashfs, iso9660, erofs */
	FSTYPE_OVERLAY, /* a view of other file systems */
	FSTYPE_PSEUDO,	/* proc, sysfs, cgroup: no space of its own */
	FSTYPE_AUTOFS,	/* to look at it would mount something */
};

/* By the type, and for a type that is not known by the source ("/dev/sda1", "none"). */
enum fstype_kind fstype_kind(const char *type, const char *source);

#endif
