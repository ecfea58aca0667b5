/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that does the work of dirtest_run in one folder, and may sleep in it for ever.
 */
#ifndef HAETAE_COLLECT_DIRTEST_CHILD_H
#define HAETAE_COLLECT_DIRTEST_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/collect/dirtest.h"

/* What it sends after each step. Below PIPE_BUF, so it comes whole or not at all. */
struct dirtest_reply {
	enum dirtest_step step, next;
	bool is_last;
	bool has_owner;
	int error; /* errno; the last reply then */
	uint32_t owner;
	double seconds;
};

/* Does the steps and sends a reply to fd after each. */
void dirtest_child(const struct dirtest *item, int fd);

#endif
