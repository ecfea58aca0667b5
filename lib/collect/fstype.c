/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/fstype.h"

#include <stdbool.h>
#include <stddef.h>

/* The types that are known, a '*' at the end for whatever follows; the first row that fits
 * decides. Others are local when their source is a path, as a device is, and pseudo when it
 * is a mere word. */
static const struct {
	const char *type;
	enum fstype_kind kind;
} kinds[] = {
	{ "ext4", FSTYPE_LOCAL },
	{ "ext3", FSTYPE_LOCAL },
	{ "ext2", FSTYPE_LOCAL },
	{ "xfs", FSTYPE_LOCAL },
	{ "btrfs", FSTYPE_LOCAL },
	{ "zfs", FSTYPE_LOCAL },
	{ "bcachefs", FSTYPE_LOCAL },
	{ "vfat", FSTYPE_LOCAL },
	{ "ubifs", FSTYPE_LOCAL },
	{ "fuseblk", FSTYPE_FUSE },
	{ "tmpfs", FSTYPE_MEMORY },
	{ "ramfs", FSTYPE_MEMORY },
	{ "squashfs", FSTYPE_IMAGE },
	{ "iso9660", FSTYPE_IMAGE },
	{ "udf", FSTYPE_IMAGE },
	{ "erofs", FSTYPE_IMAGE },
	{ "cramfs", FSTYPE_IMAGE },
	{ "romfs", FSTYPE_IMAGE },
	{ "overlay", FSTYPE_OVERLAY },
	{ "overlayfs", FSTYPE_OVERLAY },
	{ "aufs", FSTYPE_OVERLAY },
	{ "ecryptfs", FSTYPE_OVERLAY },
	{ "autofs", FSTYPE_AUTOFS },
	{ "nfs", FSTYPE_NETWORK },
	{ "nfs4", FSTYPE_NETWORK },
	{ "cifs", FSTYPE_NETWORK },
	{ "smb*", FSTYPE_NETWORK },
	{ "ceph", FSTYPE_NETWORK },
	{ "glusterfs", FSTYPE_NETWORK },
	{ "lustre", FSTYPE_NETWORK },
	{ "gfs2", FSTYPE_NETWORK },
	{ "ocfs2", FSTYPE_NETWORK },
	{ "gpfs", FSTYPE_NETWORK },
	{ "afs", FSTYPE_NETWORK },
	{ "coda", FSTYPE_NETWORK },
	{ "ncp*", FSTYPE_NETWORK },
	{ "9p", FSTYPE_NETWORK },
	{ "virtiofs", FSTYPE_NETWORK },
	{ "vboxsf", FSTYPE_NETWORK },
	{ "fuse.sshfs", FSTYPE_NETWORK },
	{ "fuse.glusterfs", FSTYPE_NETWORK },
	{ "fuse.ceph*", FSTYPE_NETWORK },
	{ "fuse.s3*", FSTYPE_NETWORK },
	{ "fuse.rclone", FSTYPE_NETWORK },
	{ "fuse.davfs*", FSTYPE_NETWORK },
	{ "fuse.squashfuse*", FSTYPE_IMAGE },
	{ "fuse.snapfuse", FSTYPE_IMAGE },
	{ "fuse.fuse-overlayfs", FSTYPE_OVERLAY },
	{ "fuse.lxcfs", FSTYPE_PSEUDO },
	{ "fuse.gvfsd-fuse", FSTYPE_PSEUDO },
	{ "fuse.portal", FSTYPE_PSEUDO },
	{ "fusectl", FSTYPE_PSEUDO },
	{ "fuse", FSTYPE_FUSE },
	{ "fuse.*", FSTYPE_FUSE },
	/* Their sources are words by custom only, so they stand here too. */
	{ "proc", FSTYPE_PSEUDO },
	{ "sysfs", FSTYPE_PSEUDO },
	{ "cgroup*", FSTYPE_PSEUDO },
	{ "devtmpfs", FSTYPE_PSEUDO },
	{ "devpts", FSTYPE_PSEUDO },
	{ "nsfs", FSTYPE_PSEUDO },
	{ "mqueue", FSTYPE_PSEUDO },
	{ "hugetlbfs", FSTYPE_PSEUDO },
	{ "securityfs", FSTYPE_PSEUDO },
	{ "debugfs", FSTYPE_PSEUDO },
	{ "tracefs", FSTYPE_PSEUDO },
	{ "configfs", FSTYPE_PSEUDO },
	{ "pstore", FSTYPE_PSEUDO },
	{ "efivarfs", FSTYPE_PSEUDO },
	{ "bpf", FSTYPE_PSEUDO },
	{ "binfmt_misc", FSTYPE_PSEUDO },
	{ "rpc_pipefs", FSTYPE_PSEUDO },
	{ "nfsd", FSTYPE_PSEUDO },
	{ "selinuxfs", FSTYPE_PSEUDO },
};

/* This runs for each mount with each row, so it is no fnmatch. */
static bool fits(const char *row, const char *type)
{
	while (*row && *row == *type) {
		row++;
		type++;
	}
	return *row == '*' || *row == *type;
}

enum fstype_kind fstype_kind(const char *type, const char *source)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (fits(kinds[i].type, type))
			return kinds[i].kind;
	}
	return source[0] == '/' ? FSTYPE_LOCAL : FSTYPE_PSEUDO;
}
