/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * haetaeFilesystemTable: what HOST-RESOURCES does not tell of file systems, that they hang, that
 * they take no writes, inodes, beside their space.
 */
#ifndef HAETAE_MIB_FILESYSTEM_H
#define HAETAE_MIB_FILESYSTEM_H

#include "lib/mib/mib.h"

/* As enum diskrow_condition of lib/health/diskrow.h. */
enum mib_filesystem_condition {
	MIB_FILESYSTEM_WELL = 1,
	MIB_FILESYSTEM_HANGS,
	MIB_FILESYSTEM_WRITES_HANG,
	MIB_FILESYSTEM_STOPPED,
	MIB_FILESYSTEM_WENT_READ_ONLY,
	MIB_FILESYSTEM_WRITES_FAIL,
	MIB_FILESYSTEM_FAILS,
	MIB_FILESYSTEM_READ_ONLY,
	MIB_FILESYSTEM_DENIED,
	MIB_FILESYSTEM_UNASKED,
	MIB_FILESYSTEM_GONE,
	MIB_FILESYSTEM_UNSEEN,
};

struct mib_filesystem {
	uint32_t index[1];
	char name[MIB_TEXT_SIZE];
	int64_t state;
	int64_t state_age;
	char state_text[MIB_TEXT_SIZE];
	int64_t condition; /* enum mib_filesystem_condition */
	char type[MIB_WORD_SIZE];
	char source[MIB_TEXT_SIZE];
	char device[MIB_WORD_SIZE]; /* "8:1" */
	int64_t read_only;
	int64_t local;
	int64_t disk;	    /* hundredths: percent */
	int64_t disk_used;  /* MiB */
	int64_t disk_avail; /* MiB */
	int64_t disk_size;  /* MiB */
	int64_t inodes;	    /* hundredths: percent */
};

extern const struct mib_table mib_filesystem;

#endif
