/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hold: a file in the spool that keeps the scheduler from being started, whoever wants to start
 * it. That the file is there is what counts; its text says who, when and why. And the pid of the
 * scheduler that runs in a spool, known for sure.
 */
#ifndef HAETAE_SCHEDULER_HOLD_H
#define HAETAE_SCHEDULER_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

enum { HOLD_REASON_SIZE_MAX = 500 };

struct hold {
	int64_t since_ms; /* 0: not known */
	char user[64];	  /* "": not known */
	char reason[HOLD_REASON_SIZE_MAX + 1];
};

/* "MILLISECONDS USER", then the reason, a line each. What is not that, an empty file made by hand
 * for example, holds too, and says nothing. */
void hold_parse(const char *text, size_t size, struct hold *ret);
/* -ENOENT, without a text, when the spool is not held. */
int hold_read(const char *spool, struct hold *ret, struct err *err) ATTR_MUST_CHECK;
/* Writes the file whole and durably; root gives it to the owner of the spool. It replaces one
 * that is there. */
int hold_write(const char *spool, const struct hold *hold, struct err *err) ATTR_MUST_CHECK;
/* -ENOENT, without a text, when there is none. */
int hold_remove(const char *spool, struct err *err) ATTR_MUST_CHECK;
/* "by USER since TIME: REASON", as far as it is known; size at least 700. */
void hold_text(const struct hold *hold, bool utc, char *out, size_t size);

/*
 * The scheduler of a spool: who has its lock open. *ret_pid is 0 when none runs, else
 * *ret_pidfd is a descriptor of that very process (the caller closes it). ret_pidfd may be NULL.
 */
int hold_scheduler(
    const char *spool, pid_t *ret_pid, int *ret_pidfd, struct err *err) ATTR_MUST_CHECK;

#endif
