/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a process still runs a program or library that was replaced or removed since it
 * started: the link /proc/PID/exe and the executable mappings of /proc/PID/maps
 * (proc_pid_maps(5)) then end with " (deleted)".
 */
#ifndef HAETAE_COLLECT_PROC_STALE_H
#define HAETAE_COLLECT_PROC_STALE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/collect/proc.h"

/* Whether the text of a maps file has an executable mapping of a file that is gone. What lies in
 * memory or in folders for temporary files is no library that anybody replaced. */
bool proc_stale_parse(const char *text, size_t size);

/* Results as every proc_* reader; a tree without these files gives false. */
int proc_stale(struct proc *proc, bool *ret, struct err *err) ATTR_MUST_CHECK;

#endif
