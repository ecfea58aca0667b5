/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/mib.h"

/* Ascending by number: one line a table, and its header above. */
const struct mib_table *const mib_tables[] = {
	NULL,
};
const size_t mib_n_tables = sizeof(mib_tables) / sizeof(mib_tables[0]) - 1;
