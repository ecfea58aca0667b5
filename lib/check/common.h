/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options that every plugin has, and the help that is made of its tables.
 */
#ifndef HAETAE_CHECK_COMMON_H
#define HAETAE_CHECK_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/check/plugin.h"

/* What they fill. */
struct common {
	struct check *check;
	int64_t deadline_ms;
	enum state deadline_state;
	enum result_form form;
	size_t max_output;
	const char *root;
	bool help;
	bool version;
	bool one_line;
};

enum { COMMON_ROWS = 12 };
extern const struct opt common_rows[COMMON_ROWS];

/* The text of --help. */
void common_help(const struct plugin *plugin, struct buf *buf);

#endif
