/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/filesystem.h"

static const struct mib_word condition_words[] = {
	{ MIB_FILESYSTEM_WELL, "well" },
	{ MIB_FILESYSTEM_HANGS, "hangs" },
	{ MIB_FILESYSTEM_WRITES_HANG, "writesHang" },
	{ MIB_FILESYSTEM_STOPPED, "stopped" },
	{ MIB_FILESYSTEM_WENT_READ_ONLY, "wentReadOnly" },
	{ MIB_FILESYSTEM_WRITES_FAIL, "writesFail" },
	{ MIB_FILESYSTEM_FAILS, "fails" },
	{ MIB_FILESYSTEM_READ_ONLY, "readOnly" },
	{ MIB_FILESYSTEM_DENIED, "denied" },
	{ MIB_FILESYSTEM_UNASKED, "unasked" },
	{ MIB_FILESYSTEM_GONE, "gone" },
	{ MIB_FILESYSTEM_UNSEEN, "unseen" },
	{ 0, NULL },
};

#define AT(field) MIB_FIELD(mib_filesystem, field)

static const struct mib_column columns[] = {
	{ 2, "Name", MIB_TEXT, AT(name), NULL, NULL, "where it is mounted" },
	{ 3, "State", MIB_STATE, AT(state), NULL, NULL,
	    "critical: it hangs, fails, takes no writes, or went read-only, "
	    "or space or inodes are above 95 %; warning: above 90 %; unknown: "
	    "it was not asked" },
	{ 4, "StateAge", MIB_AGE, AT(state_age), "seconds", NULL, "time in this state" },
	{ 5, "StateText", MIB_TEXT, AT(state_text), NULL, NULL,
	    "what is wrong with it, or how full it is" },
	{ 6, "Condition", MIB_ENUM, AT(condition), NULL, condition_words,
	    "what is wrong with it, but for how full it is" },
	{ 7, "Type", MIB_TEXT, AT(type), NULL, NULL, "its type, as ext4" },
	{ 8, "Source", MIB_TEXT, AT(source), NULL, NULL, "what is mounted, as /dev/sda1" },
	{ 9, "Device", MIB_TEXT, AT(device), NULL, NULL, "major and minor number, as 8:1" },
	{ 10, "ReadOnly", MIB_TRUTH, AT(read_only), NULL, NULL,
	    "whether it was mounted read-only" },
	{ 11, "Local", MIB_TRUTH, AT(local), NULL, NULL,
	    "whether it is one of the local file systems in "
	    "haetaeNodeDiskTotal" },
	{ 12, "Disk", MIB_HUNDREDTHS, AT(disk), "percent", NULL,
	    "space used, as df counts it" },
	{ 13, "DiskUsed", MIB_GAUGE, AT(disk_used), "MiB", NULL, "space used" },
	{ 14, "DiskAvail", MIB_GAUGE, AT(disk_avail), "MiB", NULL,
	    "space that users may still have" },
	{ 15, "DiskSize", MIB_GAUGE, AT(disk_size), "MiB", NULL, "its size" },
	{ 16, "Inodes", MIB_HUNDREDTHS, AT(inodes), "percent", NULL,
	    "inodes used; missing where none are counted" },
	{ 17, "Missing", MIB_MISSING, 0, 0, NULL, NULL,
	    "names of the columns of this row that are not known" },
};

static const uint32_t told[] = { 2, 3, 5, 6, 12, 0 };

const struct mib_table mib_filesystem = {
	.number = 14,
	.name = "haetaeFilesystem",
	.index = "haetaeFilesystemIndex",
	.n_index = 1,
	.row_size = sizeof(struct mib_filesystem),
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.state = 3,
	.state_age = 4,
	.state_text = 5,
	.label = 2,
	.notification = 14,
	.notification_name = "haetaeFilesystemStateChange",
	.told = told,
	.help = "file systems that can fill up, each once, as process 1 of the node sees them",
};
