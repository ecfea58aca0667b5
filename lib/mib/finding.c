/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/finding.h"

static const struct mib_word kind_words[] = {
	{ MIB_FINDING_PROCESS, "process" },
	{ MIB_FINDING_OTHER, "other" },
	{ MIB_FINDING_NOTE, "note" },
	{ MIB_FINDING_FOUND, "found" },
	{ MIB_FINDING_UNSEEN, "unseen" },
	{ MIB_FINDING_ZOMBIES, "zombies" },
	{ MIB_FINDING_STALE, "stale" },
	{ MIB_FINDING_MORE, "more" },
	{ 0, NULL },
};

#define AT(field) MIB_FIELD(mib_finding, field)

static const struct mib_column columns[] = {
	{ 3, "Severity", MIB_STATE, AT(state), NULL, NULL,
	    "how bad it is by itself; ok for what is only said" },
	{ 4, "Kind", MIB_ENUM, AT(kind), NULL, kind_words,
	    "process, other: what is wrong; note, found: what is worth saying; unseen, "
	    "zombies, "
	    "stale: words for a verdict on that number; more: goes on with the row before" },
	{ 5, "Text", MIB_TEXT, AT(text), NULL, NULL, "the words" },
};

const struct mib_table mib_finding = {
	.number = 23,
	.name = "haetaeFinding",
	.index = "haetaeServiceIndex haetaeFindingIndex",
	.n_index = 2,
	.row_size = sizeof(struct mib_finding),
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.help = "what was found of a service beside its numbers",
};
