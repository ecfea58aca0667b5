/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether folders really take files and give them back: a small file is made, written,
 * synced, read back past the page cache, compared and removed, each folder by a child of its
 * own. Any of these steps may sleep where no signal reaches (a dead NFS server, a frozen file
 * system), so there are three answers: done, failed, and stuck.
 *
 * The file is ".haetae-check.HOST.N". One that a killed child left behind is removed by a
 * later run of the same user or of root, so there are never more than DIRTEST_NAMES. Where others
 * hold all of these names the step "create" fails by EEXIST.
 */
#ifndef HAETAE_COLLECT_DIRTEST_H
#define HAETAE_COLLECT_DIRTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"

/* Bytes that are written, a multiple of every block size that O_DIRECT asks for. */
enum { DIRTEST_SIZE = 4096, DIRTEST_NAMES = 4, DIRTEST_MAX = 64 };

enum dirtest_step {
	DIRTEST_OPEN, /* the folder itself */
	DIRTEST_LIST, /* its first name */
	DIRTEST_CREATE,
	DIRTEST_WRITE,
	DIRTEST_SYNC,
	DIRTEST_READ, /* and compared */
	DIRTEST_UNLINK,
	DIRTEST_STEPS,
};

enum dirtest_answer {
	DIRTEST_STUCK, /* asked, and no answer within the time */
	DIRTEST_DONE,
	DIRTEST_FAILED,
	DIRTEST_SKIPPED, /* not asked: a child of an earlier run is still stuck there */
};

struct dirtest {
	const char *path; /* borrowed */
	bool no_write;	  /* open and list only */

	enum dirtest_answer answer;
	enum dirtest_step step; /* where it failed or is stuck */
	int error;		/* errno of DIRTEST_FAILED; EBADMSG: other bytes came back */
	double seconds[DIRTEST_STEPS];
	bool has_owner;
	uint32_t owner; /* of the folder */
	pid_t stuck_pid;
};

/* The word for a step: "create". */
const char *dirtest_step_text(enum dirtest_step step);

/* Asks all that are not DIRTEST_SKIPPED, side by side, and returns when all have answered or
 * after budget_ms. Fails only when no child can be made. A stuck child is killed and not
 * waited for. */
int dirtest_run(
    struct dirtest *items, size_t n_items, int64_t budget_ms, struct err *err) ATTR_MUST_CHECK;

/* What the next run should know: a line "PID START PATH" for each stuck child, START as in
 * proc(5). Returns how many. A path with a newline is not remembered. */
size_t dirtest_save(const struct dirtest *items, size_t n_items, struct buf *buf);
/* Marks as DIRTEST_SKIPPED what such lines name, if that very process is still there. */
void dirtest_load(struct dirtest *items, size_t n_items, const char *text, size_t size);

#endif
