/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What systemd says of a unit, asked over the system's D-Bus (org.freedesktop.systemd1(5)), which
 * lets everybody read this. It only asks.
 *
 * libsystemd is loaded when the first question is put, so that a program that never puts one
 * loads libc alone, and one on a node without it says so.
 */
#ifndef HAETAE_CLIENT_SYSTEMD_H
#define HAETAE_CLIENT_SYSTEMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"

enum { SYSTEMD_WORD_SIZE = 32, SYSTEMD_NAME_SIZE = 256 };

struct systemd_unit {
	char name[SYSTEMD_NAME_SIZE];	   /* with its suffix */
	char load[SYSTEMD_WORD_SIZE];	   /* LoadState: loaded, not-found, masked, ... */
	char active[SYSTEMD_WORD_SIZE];	   /* ActiveState: active, failed, activating, ... */
	char sub[SYSTEMD_WORD_SIZE];	   /* SubState: running, auto-restart, dead, ... */
	char unit_file[SYSTEMD_WORD_SIZE]; /* UnitFileState: enabled, disabled, ..., "" */
	/* Of services alone: */
	bool is_service;
	char result[SYSTEMD_WORD_SIZE]; /* Result: success, exit-code, oom-kill, ... */
	uint32_t n_restarts;		/* by systemd itself, since the unit was last started */
	uint32_t main_pid;		/* 0: none */
	int32_t exec_main_status;	/* exit code or signal of the last main process */
};

struct systemd; /* a connection */

/* Connects and logs in, until `until_ms` on the monotonic clock. address: as D-Bus writes them
 * ("unix:path=..."), NULL for the system's. -ENOENT where there is no D-Bus or no libsystemd,
 * -ETIMEDOUT, -EACCES. */
int systemd_open(const char *address, int64_t until_ms, struct systemd **ret,
    struct err *err) ATTR_MUST_CHECK;
void systemd_close(struct systemd *systemd);

static inline void systemd_cleanup(struct systemd **systemd)
{
	systemd_close(*systemd);
}
#define CLEANUP_SYSTEMD CLEANUP(systemd_cleanup)

/* Asks for a unit; "nova-api" is "nova-api.service". A unit that does not exist is no failure:
 * load says not-found. -ENOENT where systemd is not on the bus (another init, a container),
 * -ETIMEDOUT when it does not answer, -EACCES, -EINVAL for what cannot be a unit's name. */
int systemd_unit(struct systemd *systemd, const char *name, int64_t until_ms,
    struct systemd_unit *ret, struct err *err) ATTR_MUST_CHECK;

/* systemd gave up on it. */
bool systemd_unit_failed(const struct systemd_unit *unit);
/* It ended and is started again, right now. */
bool systemd_unit_restarting(const struct systemd_unit *unit);

#endif
