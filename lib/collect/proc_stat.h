/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/PID/stat, one process on one line (proc_pid_stat(5)). The name may hold
 * blanks and parentheses, so it ends at the last ')' of the line.
 */
#ifndef HAETAE_COLLECT_PROC_STAT_H
#define HAETAE_COLLECT_PROC_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* TASK_COMM_LEN is 16; the names of kernel threads may be 64 (wq_worker_comm). */
enum { PROC_COMM_SIZE = 64 };

struct proc_stat {
	char comm[PROC_COMM_SIZE]; /* cut to fit; any bytes but NUL */
	char state;		   /* R S D Z T t X I ... */
	int32_t ppid;		   /* 0: no parent in this pid namespace */
	int32_t pgrp;	    /* process group; 0: its leader is in an outer namespace, or it is
			    * gone */
	uint32_t flags;	    /* PF_* of the kernel's include/linux/sched.h */
	uint64_t cpu_ticks; /* user and system, of its threads alone, since its start */
	uint64_t threads;
	uint64_t start_ticks; /* since boot; with the pid the key of a process */
	uint64_t rss_pages;
};

int proc_stat_parse(
    const char *text, size_t size, struct proc_stat *ret, struct err *err) ATTR_MUST_CHECK;

/* A thread of the kernel's: it has no command line. */
bool proc_stat_is_kthread(const struct proc_stat *stat);
/* Dead, and kept until its parent asks for its exit status. */
bool proc_stat_is_zombie(const struct proc_stat *stat);

#endif
