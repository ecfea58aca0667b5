/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exec engine: starts a plugin or tool as a process group of its own, with stdin from
 * /dev/null, stdout into a capture file of limited size, a fixed environment and no other
 * descriptor of ours. No shell.
 */
#ifndef HAETAE_SCHEDULER_ENGINE_EXEC_H
#define HAETAE_SCHEDULER_ENGINE_EXEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/store/spec.h"
#include "scheduler/capture.h"
#include "scheduler/proctree.h"
#include "scheduler/settings.h"

struct exec_child {
	pid_t pid;
	int stdout_fd; /* the capture, for reading; the caller closes both */
	int stderr_fd; /* an anonymous file with what it writes there */
};

/* Starts the spec's executable for a slot; captures NULL: what it writes goes to an anonymous
 * file. -EACCES when the host does not allow it, others when it cannot be started; then nothing
 * is left behind. */
int exec_start(const struct settings *settings, struct captures *captures,
    const struct spec *spec, uint64_t scheduleid, struct exec_child *ret,
    struct err *err) ATTR_MUST_CHECK;

/* Appends up to max bytes of what it wrote; *ret_cut is set when there are more. */
struct buf;
void exec_read(int fd, size_t max, struct buf *ret, bool *ret_cut);

/* What all probes inherit from the run stage: stdin, umask, working folder, limits, and being the
 * first that the kernel kills when memory is short. Called once. */
int exec_prepare(struct err *err) ATTR_MUST_CHECK;

/* The processes of a slot that were there when it was signalled last; zeroed at first. */
struct exec_tree {
	struct proctree_process *items;
	size_t n;
};
void exec_tree_free(struct exec_tree *tree);

/* Sends a signal to the group of a child that is not reaped yet, to those of its descendants
 * that left the group, to orphans of it that came back to us (they carry its slot in their
 * environment, or write into its capture), and to what is still there of the tree that was
 * signalled before. With SIGKILL again and again, until nothing new is found. */
void exec_kill_tree(struct exec_tree *tree, pid_t pid, uint64_t scheduleid, int signo);

/* Kills every process that carries HAETAE_SCHEDULEID=ID of one of these slots and HOME=SPOOL in
 * its environment, and each recorded pid that still is the process that was recorded: what a
 * run stage that was killed has left. Returns how many were signalled. */
struct journal_open;
size_t exec_kill_leftovers(const char *spool, const struct journal_open *opens, size_t n_opens);

#endif
