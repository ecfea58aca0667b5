/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes under /proc, read once and only as far as somebody asks: a walk
 * gives one process after the other, and each fact is read from its file when it is
 * first asked for, then kept until the walk goes on. So any number of questions may be
 * put to a process, and each file is read at most once.
 *
 * Processes come in any order, and may be gone at any moment.
 *
 * Results of every proc_* reader: 0; -ESRCH if the process is gone, which is no
 * failure of anybody's; -EACCES if this user may not read the fact; any other
 * negative errno with err.
 */
#ifndef HAETAE_COLLECT_PROC_H
#define HAETAE_COLLECT_PROC_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/collect/cgroup.h"
#include "lib/collect/proc_cmdline.h"
#include "lib/collect/proc_stat.h"

/* Buffers are allocated with the folder and reused for every process. */
struct proc_dir {
	DIR *dir;
	int fd;		 /* of dir */
	bool live;	 /* this node's own /proc: its pids may be given to system calls */
	bool is_procfs;	 /* the kernel's, not a captured tree */
	double uptime_s; /* when the folder was opened */
	double tick_s;	 /* seconds of one clock tick */
	double page_bytes;
	char *line; /* a command line, PROC_CMDLINE_MAX + 1 bytes */
	struct buf cgroup;
	struct buf other;
};

int proc_dir_open(
    const struct fsroot *root, struct proc_dir *ret, struct err *err) ATTR_MUST_CHECK;
void proc_dir_close(struct proc_dir *dir);

/* Whether this user is shown its own processes alone (mount option hidepid of proc(5)). */
bool proc_dir_is_hidden(const struct proc_dir *dir);

enum { PROC_NAME_SIZE = 12 };

struct proc {
	struct proc_dir *dir;
	int32_t pid;
	char name[PROC_NAME_SIZE]; /* pid as text */
	unsigned known;		   /* which of the facts below were read */
	struct proc_stat stat;
	const char *line; /* the command line with a NUL at its end; see proc_cmdline_clean */
	size_t line_size; /* 0 for kernel threads and zombies */
	uint32_t uid;	  /* effective */
	struct cgroup cgroup;
	bool in_container;
	bool exe_deleted; /* set by proc_exe: the program's file was replaced or removed */
};

/* Goes to the next process. 1 with a process, 0 at the end. What an earlier process of
 * this folder's pointed to is overwritten. */
int proc_next(struct proc_dir *dir, struct proc *ret) ATTR_MUST_CHECK;
/* Goes to one process, whether it exists or not. */
void proc_at(struct proc_dir *dir, int32_t pid, struct proc *ret);

/* Each fills the field that it is named after. */
int proc_stat(struct proc *proc, struct err *err) ATTR_MUST_CHECK;
int proc_line(struct proc *proc, struct err *err) ATTR_MUST_CHECK;
int proc_uid(struct proc *proc, struct err *err) ATTR_MUST_CHECK;
/* A tree that has no such file: empty spans. */
int proc_cgroup(struct proc *proc, struct err *err) ATTR_MUST_CHECK;
/* By its cgroup, or because it is in a pid namespace below that of this /proc. */
int proc_container(struct proc *proc, struct err *err) ATTR_MUST_CHECK;

/* The path of the program, without " (deleted)"; NUL-terminated, valid until the next
 * proc_exe of this folder. */
int proc_exe(
    struct proc *proc, const char **ret, size_t *ret_size, struct err *err) ATTR_MUST_CHECK;

/* The command line of the parent, "" if it is gone. Needs proc_stat. It is read over the
 * process's own line, which is read anew when asked for. */
int proc_parent_line(
    struct proc *proc, const char **ret, size_t *ret_size, struct err *err) ATTR_MUST_CHECK;

/* Open descriptors, and the soft limit on them (PROC_FD_UNLIMITED). */
int proc_fds(struct proc *proc, uint64_t *ret_open, uint64_t *ret_limit,
    struct err *err) ATTR_MUST_CHECK;

/* Seconds since the process started. Needs proc_stat. */
double proc_age_s(const struct proc_dir *dir, uint64_t start_ticks);

#endif
