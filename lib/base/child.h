/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child that shares our memory, as posix_spawn's children do for a while: for work that may
 * sleep where no signal wakes it. Copying the tables of pages, as fork does, would cost more
 * than the work. errno is shared too, so whoever starts one only waits while it runs.
 */
#ifndef HAETAE_BASE_CHILD_H
#define HAETAE_BASE_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/base/attr.h"

/* Returns the exit code. It must not call exit(3). */
typedef int child_fn(void *context);

struct child {
	pid_t pid;
	void *stack;
	size_t stack_size;
};

/* Runs call with a copy of the context, of at most CHILD_CONTEXT_MAX bytes. The child has
 * copies of our descriptors, no timer, and is killed when the thread that started it ends.
 * stack_size is a multiple of the page size. 0 or -errno. */
enum { CHILD_CONTEXT_MAX = 1024 };
int child_start(child_fn *call, const void *context, size_t context_size, size_t stack_size,
    struct child *ret) ATTR_MUST_CHECK;

/* In the child: closes every descriptor from first on. */
void child_close_from(int first);

/* Waits for its end and releases its stack. The status is waitpid's. 0 or -errno. */
int child_wait(struct child *child, int *ret_status);
/* Releases the stack of a child that was reaped. That of one that hangs is never released. */
void child_release(struct child *child);

#endif
