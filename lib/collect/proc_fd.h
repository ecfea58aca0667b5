/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The descriptors that a process has open, of what kind they are, and how many it may have:
 * /proc/PID/fd and the line "Max open files" of /proc/PID/limits (proc_pid_limits(5)).
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

enum proc_fd_kind {
	PROC_FD_FILE, /* a file, folder or device */
	PROC_FD_SOCKET,
	PROC_FD_PIPE,
	PROC_FD_ANON,	 /* epoll, eventfd, timerfd, memory without a file, ... */
	PROC_FD_DELETED, /* a file that has no name any more: its space is still taken */
	PROC_FD_KINDS,
};

struct proc_fd_kinds {
	uint64_t n[PROC_FD_KINDS];
};

/* What a link of /proc/PID/fd says; the number of the socket goes to *ret_inode (else 0). A
 * file whose own name ends with " (deleted)" cannot be told from one that is. */
enum proc_fd_kind proc_fd_kind(const char *link, size_t size, uint64_t *ret_inode);

/* Called for each socket; what it returns below 0 ends the listing. */
typedef int proc_fd_socket_fn(uint64_t inode, void *context);

/* At most so many descriptors of a process are looked at: the kernel's own limit (fs.nr_open). */
enum { PROC_FD_LIST_MAX = 1 << 20 };

/* Lists the descriptors of the process "PID", below the open folder /proc. Never touches what
 * they point to. -errno as proc_fd_count, or the callback's. */
int proc_fd_list(int proc_fd, const char *pid, struct proc_fd_kinds *ret,
    proc_fd_socket_fn *call, void *context) ATTR_MUST_CHECK;

#endif
