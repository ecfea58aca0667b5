/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pidfd by system call: the C library's wrappers are younger than our floor (glibc 2.31,
 * kernel 5.4).
 */
#ifndef HAETAE_BASE_PIDFD_H
#define HAETAE_BASE_PIDFD_H

#include <sys/types.h>

/* A descriptor of the process, close-on-exec, or -errno. */
int pidfd_of(pid_t pid);
/* 0 or -errno. */
int pidfd_signal(int pidfd, int signo);

#endif
