/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the journal's reader and its writer share. Nobody else includes this.
 */
#ifndef HAETAE_SCHEDULER_JOURNAL_PRIVATE_H
#define HAETAE_SCHEDULER_JOURNAL_PRIVATE_H

#include "scheduler/journal.h"

enum journal_entry {
	ENTRY_BOOT = 1,
	ENTRY_BEGIN,
	ENTRY_SPAWNED,
	ENTRY_END,
	ENTRY_CURSOR,
	ENTRY_DECIDED,
	ENTRY_AGAIN,
};
enum { JOURNAL_SIZE_MAX = 256 << 20 };

#define JOURNAL_NAME "journal"

/* The kernel's id of this boot; "" when it has none. */
void journal_boot_id(char out[SPOOL_ID_SIZE]);

#endif
