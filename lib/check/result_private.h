/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a result holds, for result.c, which fills it, and result_render.c, which prints it.
 */
#ifndef HAETAE_CHECK_RESULT_PRIVATE_H
#define HAETAE_CHECK_RESULT_PRIVATE_H

#include "lib/check/result.h"

struct line {
	enum state state;
	char *text; /* cleaned, owned */
};

struct lines {
	struct line *items;
	size_t n;
};

struct datum {
	struct perf perf;
	const struct metric *metric;
	char *instance; /* owned, NULL without */
};

struct result {
	const char *name;
	const char *plugin;
	struct thresholds *thresholds;
	struct lines problems;
	struct lines details;
	struct line summary; /* its text is NULL when there is none */
	struct datum *data;
	size_t n_data;
	enum state state;
	bool all_perf;
	bool details_tell; /* all problems */
	bool out_of_memory;
};

#endif
