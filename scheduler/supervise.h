/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The supervisor: one process a stage, started again when it ends, with a growing pause.
 * Its only work of its own is a small file for an event in the spool (news.h).
 */
#ifndef HAETAE_SCHEDULER_SUPERVISE_H
#define HAETAE_SCHEDULER_SUPERVISE_H

#include "lib/base/err.h"
#include "scheduler/settings.h"
#include "scheduler/spool.h"

struct supervise {
	const struct settings *settings;
	const char *config; /* --config, handed to the stages; NULL: the default */
	int ready_fd;	    /* a byte is written when the stages are started; -1: none */
};

/* Runs until SIGTERM, SIGINT or SIGHUP, then stops the stages in order: materialise and claim, run,
 * load. Returns the exit code. The caller holds the supervisor's lock. */
int supervise_run(const struct supervise *supervise);

/* One pass: each stage in turn, to its end. SIGTERM, SIGINT and SIGHUP end it early, with what
 * has run being loaded. Returns the exit code. */
int supervise_once(const struct supervise *supervise);

#endif
