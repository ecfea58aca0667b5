/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a probe's record to the rows that the store takes: the state, line 1, the further
 * lines, and every value of the performance data.
 */
#ifndef HAETAE_SCHEDULER_LOAD_PARSE_H
#define HAETAE_SCHEDULER_LOAD_PARSE_H

#include "lib/store/db.h"
#include "scheduler/record.h"

enum {
	LOAD_TEXT_MAX = 480,	 /* bytes of line 1; RUNLOG.text holds 500 characters */
	LOAD_DETAILS_MAX = 8000, /* bytes of the further lines */
	LOAD_VALUES_MAX = 2000,	 /* values of one run */
};

/* The rows of a record; owned, also when parsing failed half-way. */
struct loadable {
	struct db_run run;
	char *text, *details;
	struct db_value *values;
	char **strings; /* that the values point to */
	size_t n_strings;
	bool stateless; /* its output says no state; the loader's to set */
};

/* 0 or -ENOMEM: any output is taken, at worst as text. */
int loadable_init(
    struct loadable *loadable, const struct record *record, struct err *err) ATTR_MUST_CHECK;
void loadable_free(struct loadable *loadable);

/* A cleaned copy that lives as long as the rows, "" for no bytes, or NULL without memory. */
const char *loadable_keep(struct loadable *loadable, const char *text, size_t size);
/* Line 1 anew, cut to fit. Takes over what text holds. -ENOMEM. */
int loadable_set_text(struct loadable *loadable, struct buf *text);

#endif
