/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What haetae-cleanup says: of each match one line, in the log or, when nothing is to be
 * killed, on stdout; and one event.
 */
#ifndef HAETAE_SCHEDULER_CLEANUP_REPORT_H
#define HAETAE_SCHEDULER_CLEANUP_REPORT_H

#include "scheduler/cleanup_find.h"
#include "scheduler/cleanup_kill.h"

struct cleanup_report {
	const char *list;  /* the file's name */
	const char *spool; /* where events go; NULL: nowhere */
	const char *host;  /* of the events */
	const struct cleanup_matches *matches;
	const struct cleanup_plan *plan;
};

/* What would be done, and why, on stdout. */
void cleanup_report_plan(const struct cleanup_report *report);
/* What was done, into the log and the spool. Returns how many processes could not be killed. */
size_t cleanup_report_done(const struct cleanup_report *report);

#endif
