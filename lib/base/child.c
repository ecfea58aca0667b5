/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/child.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* What the child is given. It lies on top of the child's stack. */
struct start {
	child_fn *call;
	pid_t parent;
	_Alignas(max_align_t) char context[CHILD_CONTEXT_MAX];
};

static int enter(void *argument)
{
	struct start *start = argument;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The parent may have ended before it was said. */
	if (getppid() != start->parent)
		return 1;
	/* Ends threads that it has started and left, which a mere return would leave running. No
	 * _exit here: the sanitizers would look for the stack of another thread. */
	(void)syscall(SYS_exit_group, start->call(start->context));
	return 1;
}

int child_start(child_fn *call, const void *context, size_t context_size, size_t stack_size,
    struct child *ret)
{
	struct start *start;
	char *stack;
	int code;
	pid_t pid;

	if (context_size > CHILD_CONTEXT_MAX)
		return -E2BIG;
	stack = mmap(NULL, stack_size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	if (stack == MAP_FAILED)
		return -errno;
	start = (void *)(stack + stack_size - sizeof(*start));
	start->call = call;
	start->parent = getpid();
	memcpy(start->context, context, context_size);
	pid = clone(enter, start, CLONE_VM | SIGCHLD, start);
	if (pid < 0) {
		code = -errno;
		(void)munmap(stack, stack_size);
		return code;
	}
	*ret = (struct child){ .pid = pid, .stack = stack, .stack_size = stack_size };
	return 0;
}

void child_close_from(int first)
{
	long end;

	if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0)
		return;
	/* Before kernel 5.9. */
	end = sysconf(_SC_OPEN_MAX);
	for (int i = first; i < (end > 0 && end < 65536 ? end : 65536); i++)
		close(i);
}

int child_wait(struct child *child, int *ret_status)
{
	pid_t pid;

	do {
		pid = waitpid(child->pid, ret_status, 0);
	} while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return -errno;
	child_release(child);
	return 0;
}

void child_release(struct child *child)
{
	(void)munmap(child->stack, child->stack_size);
	child->stack = NULL;
}
