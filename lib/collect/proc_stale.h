/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a process still runs a program or libraries that were replaced or removed since it
 * started: the link /proc/PID/exe and the executable mappings of /proc/PID/maps
 * (proc_pid_maps(5)) then end with " (deleted)". Programs make and delete such files
 * themselves (code written at run time in /tmp, /run, /dev/shm or memory): those are no
 * libraries.
 */
#ifndef HAETAE_COLLECT_PROC_STALE_H
#define HAETAE_COLLECT_PROC_STALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/collect/proc.h"

/* A line whose file has a longer name is passed over (PATH_MAX, and a newline takes four
 * bytes). Of one process so much is read; what follows is not looked at. */
enum {
	PROC_STALE_LINE_MAX = 20 << 10,
	PROC_STALE_READ_MAX = 16 << 20,
	PROC_STALE_NAME_SIZE = 128
};

struct proc_stale {
	bool exe;
	uint64_t n_libraries;
	char first[PROC_STALE_NAME_SIZE]; /* path of the program, else of the first library, cut
					   * to fit; "" if nothing is stale */
	char last[PROC_STALE_NAME_SIZE];  /* of the line before, for the parser */
};

/* Adds what whole lines of a maps file say of libraries. The program's own file is passed over
 * if it is `first` already. A last line without its newline counts as one. */
void proc_stale_parse(const char *text, size_t size, struct proc_stale *ret);

/* Results as every proc_* reader; a tree without these files has nothing stale. The kernel
 * holds the process's memory map while it is read: this is for when somebody asks. */
int proc_stale(struct proc *proc, struct proc_stale *ret, struct err *err) ATTR_MUST_CHECK;

#endif
