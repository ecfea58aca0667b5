/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of /proc/PID/status that no cheaper file tells (proc_pid_status(5)).
 */
#ifndef HAETAE_COLLECT_PROC_STATUS_H
#define HAETAE_COLLECT_PROC_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

struct proc_status {
	uint32_t uid;	   /* effective */
	uint32_t real_uid; /* whose process it is, whatever its program may do */
	/* Pid namespaces that the process is in, counted from the one that /proc shows; above
	 * 1 for the processes of containers. 1 where the kernel does not tell. */
	unsigned pid_namespaces;
};

/* -EBADMSG if there is no Uid line. */
int proc_status_parse(
    const char *text, size_t size, struct proc_status *ret, struct err *err) ATTR_MUST_CHECK;

#endif
