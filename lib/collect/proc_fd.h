/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many descriptors a process has open, and how many it may have: /proc/PID/fd
 * and the line "Max open files" of /proc/PID/limits (proc_pid_limits(5)).
 */
#ifndef HAETAE_COLLECT_PROC_FD_H
#define HAETAE_COLLECT_PROC_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* The limit of a process that has none. */
#define PROC_FD_UNLIMITED UINT64_MAX

/* The soft limit on open files, from the text of /proc/PID/limits. */
int proc_fd_limit_parse(
    const char *text, size_t size, uint64_t *ret, struct err *err) ATTR_MUST_CHECK;

/* Open descriptors of the process whose folder is "PID", below the open folder /proc.
 * is_procfs says that the kernel made that folder: since Linux 6.2 it then tells the number
 * to anybody, without a listing. Returns -errno: -ENOENT or -ESRCH when the process is
 * gone, -EACCES when it may not be looked at. */
int proc_fd_count(int proc_fd, const char *pid, bool is_procfs, uint64_t *ret) ATTR_MUST_CHECK;

#endif
