/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which processes are meant: a set of conditions that must all hold. The cheap ones
 * are tested first, and a file is read only when a condition needs it.
 *
 * Kernel threads have no command line: they are found by kthread alone. Zombies have
 * none either: one fits if `line` finds its name (15 characters), with or without a '/' in front
 * and as the beginning of a longer one, and otherwise only its parent can tell.
 */
#ifndef HAETAE_COLLECT_PROC_MATCH_H
#define HAETAE_COLLECT_PROC_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/base/pattern.h"
#include "lib/collect/proc.h"

enum proc_place { PROC_ANYWHERE, PROC_IN_CONTAINER, PROC_ON_HOST };

/* A pattern without text, NULL and 0 stand for a condition that is not set. Texts are
 * borrowed. */
struct proc_match {
	struct pattern line;	    /* on the command line */
	struct pattern exe;	    /* on the path of the program */
	struct pattern kthread;	    /* on a kernel thread's name */
	struct pattern cgroup;	    /* on the path in the cgroup tree */
	struct pattern parent_line; /* on the parent's command line */
	int32_t parent;
	bool has_uid;
	uint32_t uid;
	const char *states; /* letters */
	const char *unit;   /* see cgroup_in_unit */
	enum proc_place place;
	/* Left out: the processes that ask (0: none), and each whose command line has the program `asker`,
	 * for it carries what is asked for: the shells and sudo in front of a check, and other
	 * checks at the same time. */
	int32_t self[2];
	const char *asker;
	/* The last parent that was looked at: most have the same. */
	int32_t seen_parent;
	bool seen_parent_fits;
};

void proc_match_free(struct proc_match *match);

enum proc_fit {
	PROC_NO,
	PROC_FITS,
	PROC_ZOMBIE_FITS,  /* a zombie that is one of them */
	PROC_ZOMBIE_MAYBE, /* a zombie that is one of them if its parent is */
};

/* Zombies are looked at if with_zombies is set or if states names Z; in the latter case one
 * that fits is PROC_FITS. Returns 0; -ESRCH for a process that is gone; -EACCES if a file
 * may not be read (the program is asked for last, when all else holds); or another -errno
 * with err. */
int proc_match_test(struct proc_match *match, struct proc *proc, bool with_zombies,
    enum proc_fit *ret, struct err *err) ATTR_MUST_CHECK;

#endif
