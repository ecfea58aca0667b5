/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables that stand in mib_tables of a test, in the place of the real ones: scalars of which
 * some are not known, one, two and sixteen sub-identifiers, one without rows, and the largest
 * numbers.
 */
#ifndef HAETAE_T_MIB_MADE_H
#define HAETAE_T_MIB_MADE_H

#include "lib/mib/view.h"

enum {
	MADE_SCALARS,
	MADE_THING,
	MADE_CHILD,
	MADE_EMPTY,
	MADE_UUID,
	MADE_WIDE,
	MADE_AGENT,
	MADE_LAST,
	MADE_TABLES
};
enum { MADE_WIDE_MAX = 40 };

struct made_scalars {
	int64_t state, seconds, unknown, also_unknown;
	char text[MIB_TEXT_SIZE];
};

struct made_row {
	uint32_t index[1];
	char name[20];
	int64_t state, since, gauge, counter, counter64, percent, integer, truth, word, date;
	char text[MIB_TEXT_SIZE];
	char octets[4], address[MIB_ADDRESS_SIZE];
};

struct made_child {
	uint32_t index[2];
	int64_t value, other;
};

struct made_uuid {
	uint32_t index[16];
	int64_t value;
};

struct made_wide {
	uint32_t index[1];
	int64_t values[MADE_WIDE_MAX];
};

struct made_agent {
	int64_t sequence;
};

/* n things with three children each, n uuids; finished. */
void made_fill(struct mib_rows rows[MADE_TABLES], unsigned n);
/* As many columns and rows of numbers, and nothing else. */
void made_fill_wide(struct mib_rows rows[MADE_TABLES], unsigned n, unsigned n_columns);
void made_free(struct mib_rows rows[MADE_TABLES]);
void made_view(const struct mib_rows rows[MADE_TABLES], struct view *ret);

#endif
